/** What stops a request: its step is cancelled, or the whole run killed. */
import { type ExecuteContext, reasonOf, type Stop } from '../../engine/executor.ts';

/** The two signals of an attempt as one. */
export function stopOf({ signal, kill }: Pick<ExecuteContext, 'signal' | 'kill'>): Stop {
  const reason = () => {
    if (signal.aborted) return reasonOf(signal);
    return kill.aborted ? reasonOf(kill) : undefined;
  };
  return {
    get cancelled() {
      return reason();
    },
    whenCancelled(call) {
      if (reason() !== undefined) {
        call();
        return () => {};
      }
      const forget = () => {
        signal.removeEventListener('abort', once);
        kill.removeEventListener('abort', once);
      };
      const once = () => {
        forget();
        call();
      };
      signal.addEventListener('abort', once);
      kill.addEventListener('abort', once);
      return forget;
    },
  };
}

/** Thrown where a request that must stop would go on. */
export class CalledOff extends Error {
  constructor() {
    super('The request was called off');
  }
}

/** @throws {CalledOff} when it must stop. */
export function goOnUnless({ cancelled }: Stop): void {
  if (cancelled !== undefined) throw new CalledOff();
}
