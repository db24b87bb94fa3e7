/** What a person does to the steps of a run that goes on: stops one, or has it begin again. */
import type { CancelReason, Outcome } from '../events/outcome.ts';
import { isFinally } from '../plan/paths.ts';
import type { Scope } from './scope.ts';
import type { Restartable } from './under-way.ts';

/** What came of asking. */
export type Stopping<T = Outcome> =
  /** Resolves when nothing of the step, or of its attempt, is left. */
  | { readonly type: 'stopping'; readonly ended: Promise<T> }
  | {
      readonly type: 'not-running';
      readonly running: readonly string[];
      /** It has begun, or is to: it waits for its next tick, or for its turn. */
      readonly waits?: true;
    };

interface Going {
  readonly above: Scope;
  readonly underWay: ReadonlyMap<string, Restartable>;
  /** The next outcome of the step at a path. */
  readonly next: (path: string) => Promise<Outcome>;
  readonly isOn: () => boolean;
  /** Tells the whole run to stop. */
  readonly cancel: (reason: CancelReason) => void;
}

export function byHand({ above, underWay, next, isOn, cancel }: Going) {
  return {
    stop(path: string): Stopping {
      const scope = isOn() && !isFinally(path) ? above.find(path) : undefined;
      if (scope === undefined) {
        return { type: 'not-running', running: [...above.paths()].filter(step => !isFinally(step)) };
      }
      const ended = next(path);
      const reason = { type: 'stopped-by-user', step: path } as const;
      if (path === '.') cancel(reason);
      else scope.cancel(reason);
      return { type: 'stopping', ended };
    },
    restart(path: string): Stopping<void> {
      const attempt = isOn() && above.closed === undefined ? underWay.get(path) : undefined;
      if (attempt === undefined) {
        const waits = isOn() && above.closed === undefined && above.paths().has(path);
        return { type: 'not-running', running: [...underWay.keys()], ...(waits ? { waits } : {}) };
      }
      return { type: 'stopping', ended: attempt.again() };
    },
  };
}
