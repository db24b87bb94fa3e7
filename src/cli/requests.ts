/** What the command line may ask for: a command with its options. */
import type { CommandFacts } from './completion/line.ts';
import type { Shell } from './completion/scripts.ts';

/** What the user asked for. */
export type Request =
  | { readonly type: 'run'; readonly plan: string; readonly options: RunFlags }
  | { readonly type: 'resume'; readonly run: string; readonly options: ResumeFlags }
  | { readonly type: 'runs'; readonly options: RunsFlags }
  | { readonly type: 'show'; readonly run: string; readonly step: string | undefined; readonly options: ShowFlags }
  | { readonly type: 'logs'; readonly run: string; readonly step: string | undefined; readonly options: LogsFlags }
  | { readonly type: 'stop'; readonly run: string; readonly step: string | undefined; readonly options: PastFlags }
  | { readonly type: 'restart'; readonly run: string; readonly step: string; readonly options: PastFlags }
  | { readonly type: 'clean'; readonly runs: readonly string[]; readonly options: CleanFlags }
  | { readonly type: 'check'; readonly plan: string; readonly options: GivenFlags }
  | { readonly type: 'cron-print'; readonly plan: string; readonly options: CronPrintFlags }
  | { readonly type: 'replay'; readonly run: string; readonly options: ReplayFlags }
  | { readonly type: 'worker'; readonly options: WorkerFlags }
  | { readonly type: 'workers'; readonly options: WorkersFlags }
  | { readonly type: 'init' }
  | { readonly type: 'completion'; readonly shell: Shell }
  /** What may stand in the place of the last word; asked by the scripts of `completion`. */
  | { readonly type: 'complete'; readonly words: readonly string[]; readonly commands: readonly CommandFacts[] }
  /** The words of the help, and the inputs of this plan. */
  | { readonly type: 'help'; readonly plan: string; readonly words: string }
  | { readonly type: 'schema'; readonly options: SchemaFlags }
  /** Nothing but to say this: help, the version, or what is wrong with the arguments. */
  | { readonly type: 'say'; readonly words: string; readonly exitCode: number };

/** What the caller gives to a plan. */
export interface GivenFlags {
  /** Values of inputs. */
  readonly set: Readonly<Record<string, string>>;
  /** Files of variables, the later over the earlier. */
  readonly envFile: readonly string[];
}

export interface CronPrintFlags extends GivenFlags {
  /** A timer of systemd in the place of lines for crontab. */
  readonly systemd?: boolean;
}

/** Of commands that use a queue. */
export interface QueueFlags {
  readonly queue?: string;
  readonly queuePrefix: string;
  readonly queuePasswordFile?: string;
  readonly insecureQueue?: boolean;
}

export interface WorkerFlags extends QueueFlags {
  readonly queue: string;
  readonly concurrency: number;
  readonly labels: string;
  readonly allow: readonly ('run' | 'http')[];
  readonly workdir: string;
  readonly envAllow: readonly string[];
  readonly onLockLost: 'kill' | 'finish';
  /** Milliseconds. */
  readonly orphanGrace: number;
}

export interface WorkersFlags extends QueueFlags {
  readonly queue: string;
  readonly json?: boolean;
}

/** Of commands that run a plan. */
interface RunningFlags extends GivenFlags, QueueFlags {
  readonly reporter: readonly string[];
  /** The reporter `quiet`. */
  readonly quiet?: boolean;
  readonly slots?: number;
  readonly timeout?: number;
  readonly lock?: boolean;
  readonly stateDir?: string;
  readonly color: boolean;
  readonly durable?: boolean;
}

export interface RunFlags extends RunningFlags {
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly from?: string;
}

export interface ResumeFlags extends RunningFlags {
  /** Also when the plan has changed. */
  readonly force?: boolean;
}

/** Of commands that look at past runs. */
export interface PastFlags {
  readonly stateDir?: string;
}

export interface RunsFlags extends PastFlags {
  readonly all?: boolean;
  /** So many at most. */
  readonly number?: number;
  readonly json?: boolean;
  readonly color: boolean;
}

export interface ShowFlags extends PastFlags {
  /** The variables of a step in the place of what became of it. */
  readonly env?: boolean;
  readonly json?: boolean;
  readonly color: boolean;
}

export interface LogsFlags extends PastFlags {
  readonly follow?: boolean;
  readonly color: boolean;
}

export interface ReplayFlags extends PastFlags {
  /** How many times as fast as the run; `Infinity`: as fast as can be. */
  readonly speed: number;
  readonly reporter: readonly string[];
  readonly color: boolean;
}

export interface CleanFlags extends PastFlags {
  readonly all?: boolean;
  /** The latest so many stay. */
  readonly keep?: number;
  readonly dryRun?: boolean;
}

export interface SchemaFlags {
  readonly events?: boolean;
}
