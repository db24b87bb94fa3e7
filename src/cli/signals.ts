/** The one owner of SIGINT, SIGTERM and SIGHUP: the first ends the run in order, the second at once. */
import type { CancelReason, InterruptSignal } from '../events/outcome.ts';

const INTERRUPTS: readonly InterruptSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** What signals act on. */
export interface Interruptible {
  cancel(reason: CancelReason): void;
  kill(reason: CancelReason): void;
}

export interface SignalOwner {
  /** The first signal that came. */
  readonly received: InterruptSignal | undefined;
  /** From now on signals act on this; one that came before acts at once. */
  direct(target: Interruptible): void;
  /** Gives the signals back to the system. */
  release(): void;
}

/** Takes the signals over. Call before anything that must not outlive them. */
export function ownSignals(): SignalOwner {
  let received: InterruptSignal | undefined;
  let target: Interruptible | undefined;
  const onSignal = (signal: InterruptSignal) => {
    if (received === undefined) {
      received = signal;
      target?.cancel({ type: 'interrupted', signal });
    } else target?.kill({ type: 'interrupted', signal });
  };
  for (const signal of INTERRUPTS) process.on(signal, onSignal);
  return {
    get received() {
      return received;
    },
    direct(next) {
      target = next;
      if (received !== undefined) next.cancel({ type: 'interrupted', signal: received });
    },
    release() {
      for (const signal of INTERRUPTS) process.off(signal, onSignal);
    },
  };
}
