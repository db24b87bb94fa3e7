/** The open jobs of a root: each attempt that was given away and has not ended. */
import type { Dispatch } from './dispatches.ts';
import type { Early } from './early.ts';
import type { Told } from './entry.ts';
import { openSequence } from './sequence.ts';

/** One attempt that was given away. */
export interface OpenJob {
  readonly dispatch: Dispatch;
  /** Of the step. */
  readonly path: string;
  /** It keeps its place on a worker until its group ends. */
  readonly isBackground: boolean;
  /** Puts it into the queue, once more if need be. */
  add(): Promise<void>;
  /** A returned promise asks for no more until it resolves. */
  take(told: Told): Promise<void> | undefined;
  /** No worker tells its end: this is it. */
  conclude(how: 'lost' | 'vanished' | 'refused', words: string): void;
  /** Entries of its worker are missing. */
  missed(count: number): void;
  /** The worker that has it. */
  worker: string | undefined;
  /** Since when, on the clock of `performance`, it has been open; since when its state is odd. */
  readonly since: number;
  oddSince: number | undefined;
  /** When something was told of it last, on that clock. */
  heardAt: number;
  /** It is being put into the queue. */
  isAdding: boolean;
}

export interface Jobs {
  readonly all: ReadonlyMap<string, OpenJob>;
  open(job: OpenJob): void;
  close(id: string): void;
  /** Hands over what a worker has told, in its order. */
  take(id: string, seq: number, told: Told): Promise<void> | undefined;
}

/** @param early what was told of steps before the run came back to them. */
export function openJobs(early: Early): Jobs {
  const all = new Map<string, OpenJob>();
  const orders = new Map<string, ReturnType<typeof openSequence>>();
  const take = (id: string, seq: number, told: Told) => {
    const job = all.get(id);
    if (job === undefined) return undefined;
    const order = orders.get(id) ?? openSequence(seq - 1);
    orders.set(id, order);
    const place = order.take(seq);
    if (place.type === 'repeated') return undefined;
    if (place.type === 'gap') job.missed(place.missing);
    return job.take(told);
  };
  return {
    all,
    open(job) {
      const { job: id, isResumed } = job.dispatch;
      all.set(id, job);
      // Of one that was given away before, nobody knows any more which was the last.
      if (!isResumed) orders.set(id, openSequence());
      for (const { seq, told } of early.claim(id)) void take(id, seq, told);
    },
    close(id) {
      all.delete(id);
      orders.delete(id);
    },
    take,
  };
}
