/** The root of a run, as the attempts that it gives away see it. */
import type { ExecuteContext } from '../../engine/executor.ts';
import type { LeafStep } from '../../plan/plan.ts';
import type { Dispatch, Dispatches } from './dispatches.ts';
import type { Jobs } from './jobs.ts';
import type { Queues } from './queues.ts';
import type { Word } from './tell.ts';

/** What the attempts of a run share. */
export interface Root {
  readonly run: string;
  /** Of the plan. */
  readonly folder: string;
  readonly key: string | undefined;
  readonly jobs: Jobs;
  readonly queues: Queues;
  readonly dispatches: Dispatches;
  /** The variables that go with a step; of those that the step itself sets, the first that may not. */
  envFor(
    step: LeafStep,
    context: ExecuteContext,
  ): { readonly env: Readonly<Record<string, string>>; readonly held: string | undefined };
  /** Whether a text holds the value of a secret. */
  holdsSecret(text: string): boolean;
  readonly secrets: ReadonlySet<string>;
  tell(job: string, word: Word): Promise<void>;
  /** Whether the job is the root's again: no worker has begun it, nor will. */
  takeBack(job: string): Promise<boolean>;
  /** Whose a job was need not be known any more. */
  forget(job: string): void;
  /** Whether the error says that Redis takes nothing for now, of which somebody is told. */
  isForNow(error: unknown): boolean;
  /** A worker has not said that it has ended what it was told to: it may go on. */
  leftBehind(dispatch: Dispatch): void;
  /** Takes back that the job is to stop, where its worker has not heard of it. */
  untell(job: string): Promise<void>;
}
