/** A stop that knows how many listen to it. */
import { type Stop, StopSource } from '../../src/engine/stop.ts';
import type { CancelReason } from '../../src/events/outcome.ts';

export interface CountedStop extends Stop {
  cancel(reason?: CancelReason): void;
  listening(): number;
}

export function countedStop(): CountedStop {
  const source = new StopSource();
  const listening = new Set<object>();
  return {
    get cancelled() {
      return source.cancelled;
    },
    whenCancelled(call) {
      const listener = {};
      listening.add(listener);
      const forget = source.whenCancelled(call);
      return () => {
        listening.delete(listener);
        forget();
      };
    },
    cancel: (reason = { type: 'aborted' }) => source.cancel(reason),
    listening: () => listening.size,
  };
}
