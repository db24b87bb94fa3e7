/** The one owner of signals: the first SIGINT, SIGTERM or SIGHUP ends the run in order, the second and SIGQUIT at once. SIGTSTP holds it. */
import type { CancelReason, InterruptSignal } from '../events/outcome.ts';
import type { KeyboardSignal } from '../executors/command/terminal.ts';
import { watchNpm } from './parent.ts';

const INTERRUPTS: readonly InterruptSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

const KEYBOARD: readonly InterruptSignal[] = ['SIGINT', 'SIGQUIT'];

/** timeout(1) signals its command and then its process group, which is the same to it: what comes again so soon is no second wish. */
const AGAIN_MS = 100;
const SENT_TWICE: readonly InterruptSignal[] = ['SIGTERM', 'SIGHUP'];

const STOP = 'SIGTSTP';
/** To kill(2). */
const OUR_GROUP = 0;
/** The system stops us before this has passed, if it does. */
const STOPPING_MS = 20;

/** What signals act on. */
export interface Interruptible {
  cancel(reason: CancelReason): void;
  kill(reason: CancelReason): void;
  /** Called before the process is stopped, as by Ctrl-Z, and when it goes on. */
  suspend?(): void;
  proceed?(): void;
}

export interface SignalOwner {
  /** The first signal that came. */
  readonly received: InterruptSignal | undefined;
  /** Resolves when the first signal comes. */
  readonly came: Promise<void>;
  /** From now on signals act on this; one that came before acts at once. */
  direct(target: Interruptible): void;
  /**
   * A program has the terminal: SIGINT and SIGQUIT, which a key sends to it and to us, are its own, unless the run is being
   * stopped already.
   */
  lend(): void;
  /** It has ended. Where the signal that seems to have ended it came to us, too, it was meant for the run, and acts now. */
  takeBack(endedBy: KeyboardSignal | undefined): void;
  /** Does what Ctrl-Z does, once all of us has made way: everybody in our process group is stopped. */
  stopGroup(): void;
  /** Gives the signals back to the system. */
  release(): void;
}

/** Takes the signals over. Call before the first thing that must not be left behind, and not earlier. */
export function ownSignals(): SignalOwner {
  let received: InterruptSignal | undefined;
  let receivedAt = 0;
  let target: Interruptible | undefined;
  let hasKilled = false;
  let isReleased = false;
  /** What has come while a program had the terminal. */
  let kept: Set<InterruptSignal> | undefined;
  let tell = () => {};
  const came = new Promise<void>(resolve => {
    tell = resolve;
  });
  const onSignal = (signal: InterruptSignal) => {
    if (kept !== undefined && received === undefined && KEYBOARD.includes(signal)) {
      kept.add(signal);
      return;
    }
    tell();
    const isFirst = received === undefined;
    const now = performance.now();
    if (signal === received && SENT_TWICE.includes(signal) && now - receivedAt < AGAIN_MS) return;
    if (isFirst) receivedAt = now;
    received ??= signal;
    const reason = { type: 'interrupted', signal } as const;
    if (isFirst) target?.cancel(reason);
    if (!isFirst || signal === 'SIGQUIT') {
      hasKilled ||= target !== undefined;
      target?.kill(reason);
    }
  };
  /**
   * Stops us as SIGTSTP stops any program, so that the shell sees it. Where nobody could continue us (process 1, no
   * shell above) the system does not stop us, and we go on: in both cases the next thing that happens here is to proceed.
   */
  const stop = (whom: number) => {
    target?.suspend?.();
    process.off(STOP, onStop);
    process.kill(whom, STOP);
    setTimeout(() => {
      if (!isReleased) process.on(STOP, onStop);
      target?.proceed?.();
    }, STOPPING_MS);
  };
  const onStop = () => stop(process.pid);
  for (const signal of INTERRUPTS) process.on(signal, onSignal);
  process.on(STOP, onStop);
  // Ctrl-C reaches npm too, which may be gone before us: that asks for nothing more.
  const unwatch = watchNpm(() => {
    if (received === undefined) onSignal('SIGTERM');
  });
  return {
    get received() {
      return received;
    },
    came,
    direct(next) {
      target = next;
      if (received === undefined) return;
      next.cancel({ type: 'interrupted', signal: received });
      if (received === 'SIGQUIT' && !hasKilled) next.kill({ type: 'interrupted', signal: received });
    },
    lend() {
      kept = new Set();
    },
    takeBack(endedBy) {
      const isMeant = endedBy !== undefined && kept?.has(endedBy);
      kept = undefined;
      if (isMeant) onSignal(endedBy);
    },
    stopGroup: () => stop(OUR_GROUP),
    release() {
      isReleased = true;
      unwatch();
      process.off(STOP, onStop);
      for (const signal of INTERRUPTS) process.off(signal, onSignal);
    },
  };
}
