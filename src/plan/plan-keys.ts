/** What a plan says of itself besides its steps: its lock, its schedule, and what the caller gives. */

/** What may not run twice at the same time. */
export interface PlanLock {
  /** One of this user on this machine, whatever the plan; absent: the plan itself, by its real path. */
  readonly name?: string;
  /** Milliseconds to wait for the one that runs; 0: none. */
  readonly waitMs: number | 'forever';
  /** Who cannot have it has nothing to do; absent: that is a failure. */
  readonly held?: 'skip';
}

/** Times at which somebody else is to start the plan. */
export interface Scheduled {
  /** As written. */
  readonly cron: string;
  /** Of the IANA database; absent: that of the machine. */
  readonly timezone?: string;
}

/** A variable that the caller gives. Its value is a text that fits `type`, `enum` and `pattern`. */
export interface Input {
  readonly type: 'string' | 'number' | 'boolean';
  readonly description?: string;
  /** The only values that are allowed. */
  readonly enum?: readonly string[];
  /** Source of a regular expression that the whole value matches. */
  readonly pattern?: string;
  readonly default?: string;
  /** Without it nothing starts. */
  readonly required: boolean;
}
