/** What the root of a run is opened with: apart from it, as the library names this, and nothing of the packages of a queue. */
import type { QueuePlace } from './address.ts';
import type { SentEnvOptions } from './sent-env.ts';

export interface RootOptions extends SentEnvOptions {
  readonly place: QueuePlace;
  /** The run's id. */
  readonly run: string;
  /** Of the plan. */
  readonly folder: string;
  /** Of the run: what was given away is noted there. */
  readonly runFolder: string;
  readonly durable: boolean;
  /** Bytes that the log of a step has by now. */
  readonly logSize: (path: string) => number;
  warn(message: string): void;
  /** Workers have come or gone. */
  workers(workers: number, slots: number): void;
  /** The queue cannot be used any more: the run must stop. */
  broken(message: string): void;
}
