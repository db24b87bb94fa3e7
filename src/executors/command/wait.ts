/** Waiting that leaves no timer and no listener behind. */

import type { Stop } from '../../engine/stop.ts';

/** What ended a wait: the promise settled, the time passed, or a stop was given. */
export type Waited = 'settled' | 'late' | 'stopped';

/**
 * Resolves with the first of: `promise` settled, `limitMs` passed, one of `stops` given. Never rejects, and removes
 * its timer and listeners before it resolves.
 */
export function firstOf(
  promise: Promise<unknown> | undefined,
  { limitMs, stops = [] }: { readonly limitMs?: number; readonly stops?: readonly Stop[] } = {},
): Promise<Waited> {
  if (stops.some(isGiven)) return Promise.resolve('stopped');
  return new Promise(resolve => {
    const finish = (waited: Waited) => {
      clearTimeout(timer);
      for (const forget of listening) forget();
      resolve(waited);
    };
    const onStop = () => finish('stopped');
    const onSettled = () => finish('settled');
    const timer = limitMs === undefined ? undefined : setTimeout(finish, Math.min(limitMs, longestTimerMs), 'late');
    const listening = stops.map(stop => stop.whenCancelled(onStop));
    promise?.then(onSettled, onSettled);
  });
}

const isGiven = ({ cancelled }: Stop) => cancelled !== undefined;

/** Resolves after `ms`, or as soon as one of `stops` is given. */
export async function pause(ms: number, stops: readonly Stop[] = []): Promise<void> {
  await firstOf(undefined, { limitMs: ms, stops });
}

/** setTimeout fires at once for anything longer; 24 days of grace are as good as for ever. */
const longestTimerMs = 2 ** 31 - 1;
