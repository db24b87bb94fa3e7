/** Many at once, started in declared order: what a gather and a forEach share. */
import type { FailFast, Tolerance } from '../plan/plan.ts';
import type { Begun } from './context.ts';
import type { FailurePolicy } from './group.ts';

/** What is done next. */
export type Turn =
  /** Runs to its end, and calls `begun` when it has started, waits for its slot, or has ended before either. */
  | { readonly type: 'run'; readonly run: (begun: Begun) => Promise<unknown> }
  /**
   * Takes no place among those that run: it was skipped, or goes on in the background. Others may wait for each thing that is
   * `pending` of it.
   */
  | {
      readonly type: 'aside';
      readonly done: Promise<unknown> | undefined;
      readonly pending?: readonly Promise<unknown>[];
    };

/**
 * Does what `next` hands out, each once the one before has begun, at most `limit` at once; `next` is asked again whenever
 * one has ended or what was pending has come, and hands out nothing while all that is left must wait for these. Resolves
 * when nothing runs, nothing is pending and nothing is left.
 * @param onBegun called when all that may run at once have begun.
 */
export function fanOut(limit: number, next: () => Turn | undefined, onBegun: () => void): Promise<void> {
  let running = 0;
  let pending = 0;
  let isStarting = false;
  return new Promise(resolve => {
    const startMore = async () => {
      if (isStarting) return;
      isStarting = true;
      while (running < limit) {
        const turn = next();
        if (turn === undefined) break;
        if (turn.type === 'aside') {
          for (const coming of turn.pending ?? []) wait(coming);
          await turn.done;
        } else await new Promise<void>(begun => start(turn.run, begun));
      }
      isStarting = false;
      if (running === 0 && pending === 0) resolve();
    };
    const start = (run: (begun: Begun) => Promise<unknown>, begun: () => void) => {
      running += 1;
      /** Kept no longer than it is of use: very many may wait for their slots. */
      let begin: (() => void) | undefined = begun;
      const hasBegun = () => {
        begin?.();
        begin = undefined;
      };
      void run(ended => {
        // What has ended before is looked at once its failure has closed the group.
        if (ended === undefined) hasBegun();
      }).then(() => {
        running -= 1;
        hasBegun();
        void startMore();
      });
    };
    const wait = (coming: Promise<unknown>) => {
      pending += 1;
      void coming.then(() => {
        pending -= 1;
        void startMore();
      });
    };
    void startMore().then(onBegun);
  });
}

/** What failures do to a group of so many children. */
export function policyOf(
  { failFast, tolerate }: { readonly failFast: FailFast; readonly tolerate?: Tolerance },
  children: number,
): FailurePolicy {
  const tolerated = tolerate === undefined ? 0 : toleratedOf(tolerate, children);
  return { onFailure: failFast === true ? 'cancel' : failFast === 'soon' ? 'close' : 'go on', tolerated };
}

function toleratedOf(tolerate: Tolerance, children: number): number {
  switch (tolerate.type) {
    case 'count':
      return tolerate.count;
    case 'percent':
      return Math.floor((children * tolerate.percent) / 100);
    default:
      return tolerate satisfies never;
  }
}
