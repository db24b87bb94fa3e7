/** Waiting that leaves no timer and no listener behind. */

/** What ended a wait: the promise settled, the time passed, or a signal was aborted. */
export type Waited = 'settled' | 'late' | 'aborted';

/**
 * Resolves with the first of: `promise` settled, `limitMs` passed, one of `signals` aborted. Never rejects, and removes
 * its timer and listeners before it resolves.
 */
export function firstOf(
  promise: Promise<unknown> | undefined,
  { limitMs, signals = [] }: { readonly limitMs?: number; readonly signals?: readonly AbortSignal[] } = {},
): Promise<Waited> {
  if (signals.some(signal => signal.aborted)) return Promise.resolve('aborted');
  return new Promise(resolve => {
    const finish = (waited: Waited) => {
      clearTimeout(timer);
      for (const signal of signals) forget(signal, onAbort);
      resolve(waited);
    };
    const onAbort = () => finish('aborted');
    const onSettled = () => finish('settled');
    const timer = limitMs === undefined ? undefined : setTimeout(finish, Math.min(limitMs, longestTimerMs), 'late');
    for (const signal of signals) listen(signal, onAbort);
    promise?.then(onSettled, onSettled);
  });
}

/** Who waits for a signal besides others: of its own listeners each costs the more the more there are. */
const listening = new WeakMap<AbortSignal, Listening>();

interface Listening {
  readonly wakes: Set<() => void>;
  wakeAll(): void;
}

function listen(signal: AbortSignal, wake: () => void): void {
  let all = listening.get(signal);
  if (all === undefined) {
    const wakes = new Set<() => void>();
    all = { wakes, wakeAll: () => wakes.forEach(each => void each()) };
    listening.set(signal, all);
    signal.addEventListener('abort', all.wakeAll);
  }
  all.wakes.add(wake);
}

function forget(signal: AbortSignal, wake: () => void): void {
  const all = listening.get(signal);
  if (!all?.wakes.delete(wake) || all.wakes.size > 0) return;
  signal.removeEventListener('abort', all.wakeAll);
  listening.delete(signal);
}

/** Resolves after `ms`, or as soon as one of `signals` is aborted. */
export async function pause(ms: number, signals: readonly AbortSignal[] = []): Promise<void> {
  await firstOf(undefined, { limitMs: ms, signals });
}

/** setTimeout fires at once for anything longer; 24 days of grace are as good as for ever. */
const longestTimerMs = 2 ** 31 - 1;
