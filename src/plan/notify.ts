/** Who is told when a run starts and ends, and how. */
import type { HttpRequest } from './http-step.ts';

/** When something is told. */
export type PingMoment = 'start' | 'success' | 'failure';

/** One request that tells of the run; whatever comes of it, the run goes its way. */
export interface Ping {
  readonly on: PingMoment;
  /** Where it stands in the plan: `notify.slack`. */
  readonly key: string;
  /** The URL that the plan gives, as written: where that is empty at last, nobody is told. */
  readonly address: string;
  /** Its `${NAME}`s as written. */
  readonly request: HttpRequest;
  /** What is sent of the run, where the request has no body of its own; absent: nothing. */
  readonly report?: 'text' | 'json' | 'slack';
}
