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
  /** Resolves when the first signal comes. */
  readonly came: Promise<void>;
  /** From now on signals act on this; one that came before acts at once. */
  direct(target: Interruptible): void;
  /** Gives the signals back to the system. */
  release(): void;
}

/** Takes the signals over. Call before the first thing that must not be left behind, and not earlier. */
export function ownSignals(): SignalOwner {
  let received: InterruptSignal | undefined;
  let target: Interruptible | undefined;
  let tell = () => {};
  const came = new Promise<void>(resolve => {
    tell = resolve;
  });
  const onSignal = (signal: InterruptSignal) => {
    tell();
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
    came,
    direct(next) {
      target = next;
      if (received !== undefined) next.cancel({ type: 'interrupted', signal: received });
    },
    release() {
      for (const signal of INTERRUPTS) process.off(signal, onSignal);
    },
  };
}
