/** `pools`: what steps share besides the slots of the run. */
import { parseDuration } from './duration.ts';

export type Pool =
  /** So many places at once. */
  | { readonly type: 'size'; readonly size: number }
  /** So many starts in any window of time. */
  | { readonly type: 'rate'; readonly count: number; readonly perMs: number };

export const RATE_WORDS = 'a count of places, or a rate such as "10/min"';

const RATE = /^([1-9]\d{0,8})\/(?:(s|sec|second|min|minute|h|hour|d|day)|(\d.*))$/;
const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Understands `2`, `"10/min"`, `"3/30s"`; `undefined`: it means nothing. */
export function parsePool(pool: number | string): Pool | undefined {
  if (typeof pool === 'number') return { type: 'size', size: pool };
  const [, count, unit, duration] = RATE.exec(pool) ?? [];
  const perMs = unit === undefined ? parseDuration(duration ?? '') : UNITS[unit.charAt(0)];
  return count === undefined || !perMs ? undefined : { type: 'rate', count: Number(count), perMs };
}

/** How much of the pool one step may take at most. */
export function mostOf(pool: Pool): number {
  return pool.type === 'size' ? pool.size : pool.count;
}
