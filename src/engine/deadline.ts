/** Clocks on a scope: a time after which it is cancelled, and a wait that ends with it. */
import type { OtherClock } from '../events/outcome.ts';
import type { Clock } from './clock.ts';
import type { Scope } from './scope.ts';

/**
 * Runs `body` under a clock: after `limitMs` the scope is cancelled with a `timeout` of its path. The timer is gone
 * when this returns. @param which clock of the step it is, where not that of an attempt.
 */
export function withDeadline<T>(
  clock: Clock,
  scope: Scope,
  limitMs: number | undefined,
  body: () => Promise<T>,
  which?: OtherClock,
): Promise<T> {
  return withLateDeadline(
    clock,
    scope,
    limitMs,
    start => {
      start();
      return body();
    },
    which,
  );
}

/** Cancels the scope after `limitMs`, unless it is called off with what is returned. */
export function armDeadline(clock: Clock, scope: Scope, limitMs: number, which?: OtherClock): () => void {
  const reason = {
    type: 'timeout',
    step: scope.path,
    limitMs,
    ...(which === undefined ? {} : { clock: which }),
  } as const;
  return clock.at(clock.now() + limitMs, () => scope.cancel(reason));
}

/** As {@link withDeadline}, but the clock begins when the body calls `start`; only the first call counts. */
export function withLateDeadline<T>(
  clock: Clock,
  scope: Scope,
  limitMs: number | undefined,
  body: (start: () => void) => Promise<T>,
  which?: OtherClock,
): Promise<T> {
  return limitMs === undefined ? body(() => {}) : underClock(clock, scope, { limitMs, which }, body);
}

interface Limit {
  readonly limitMs: number;
  readonly which: OtherClock | undefined;
}

async function underClock<T>(
  clock: Clock,
  scope: Scope,
  { limitMs, which }: Limit,
  body: (start: () => void) => Promise<T>,
): Promise<T> {
  let disarm: (() => void) | undefined;
  const start = () => {
    disarm ??= armDeadline(clock, scope, limitMs, which);
  };
  try {
    return await body(start);
  } finally {
    disarm?.();
  }
}

/** Waits until `due`; resolves to whether the time came before the scope closed. */
export function sleepUntil(clock: Clock, due: number, scope: Scope): Promise<boolean> {
  return new Promise(resolve => {
    const disarm = clock.at(due, () => {
      forget();
      resolve(true);
    });
    const forget = scope.whenClosed(() => {
      disarm();
      resolve(false);
    });
  });
}
