/** The names under which all of it is kept in Redis: each begins with the prefix, so that one ACL rule covers them. */

/** The one slot of a cluster is that of the text in braces. */
export const DEFAULT_PREFIX = '{rj}';

export interface Keys {
  readonly prefix: string;
  /** What the workers of a run's steps tell: output and results. */
  log(run: string): string;
  /** Up to where the root has read it. */
  read(run: string): string;
  /** The jobs of a run that are to stop: `stop` or `kill` by job. */
  cancel(run: string): string;
  /** Whose each job of a run is, once somebody has taken it. */
  taken(run: string): string;
  /** Who is the root of the run, while it lives. */
  lease(run: string): string;
  /** What a live worker says of itself. */
  worker(id: string): string;
  /** All workers that have been there, by the time of their last word. */
  readonly workers: string;
  /** The channel on which workers are told to stop something. */
  readonly channel: string;
  /** What BullMQ keeps of a job. */
  job(label: string, id: string): string;
}

export function keysOf(prefix: string): Keys {
  return {
    prefix,
    log: run => `${prefix}:log:${run}`,
    read: run => `${prefix}:read:${run}`,
    cancel: run => `${prefix}:cancel:${run}`,
    taken: run => `${prefix}:taken:${run}`,
    lease: run => `${prefix}:run:${run}`,
    worker: id => `${prefix}:worker:${id}`,
    workers: `${prefix}:workers`,
    channel: `${prefix}:tell`,
    job: (label, id) => `${prefix}:${queueName(label)}:${id}`,
  };
}

/** The queue of a label, as BullMQ knows it. */
export function queueName(label: string): string {
  return `leaf.${label}`;
}

/** Whether all keys with the prefix lie on one node of a cluster. */
export function fitsCluster(prefix: string): boolean {
  return /\{[^}]+\}/.test(prefix);
}
