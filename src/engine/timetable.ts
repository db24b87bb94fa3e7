/** When ticks are due: at fixed distances on the run's clock, or by the clock on the wall. */
import { cronTimes } from '../plan/cron.ts';
import type { Every } from '../plan/every.ts';
import type { Clock } from './clock.ts';
import { sleepUntil } from './deadline.ts';
import type { Scope } from './scope.ts';

/** The ticks that come after one, as they stand at a moment. */
export interface Next {
  /** The first that is to start at that moment or later; `undefined`: there is none any more. */
  readonly due: number | undefined;
  /** So many were to start before that moment, */
  readonly passed: number;
  /** the last of them then. */
  readonly last: number | undefined;
}

/** Times are milliseconds on the timetable's own axis: the run's clock, or the time of day. */
export interface Timetable {
  now(): number;
  /** The first tick. */
  readonly first: number | undefined;
  after(due: number, now: number): Next;
  /** Waits until the time has come; resolves to whether it came before the scope closed. */
  wait(due: number, scope: Scope): Promise<boolean>;
  /** By how much the tick due then is started later, for all ticks of hosts not to come at once; less than to the next one. */
  delay(due: number): number;
}

export interface Beginning {
  /** On the run's clock. */
  readonly startedAt: number;
  /** Of the jitter, what this step on this host takes: from 0 to 1. */
  readonly share: number;
}

export function openTimetable(every: Every, clock: Clock, { startedAt, share }: Beginning): Timetable {
  return 'cron' in every ? byTheWall(every, clock, share) : atIntervals(every, clock, { startedAt, share });
}

function atIntervals(
  every: Every & { readonly intervalMs: number },
  clock: Clock,
  { startedAt, share }: Beginning,
): Timetable {
  const { intervalMs, immediate = true, jitterMs = 0 } = every;
  const delayMs = Math.min(jitterMs, intervalMs) * share;
  return {
    now: clock.now,
    first: startedAt + (immediate ? 0 : intervalMs),
    after(due, now) {
      const passed = Math.max(0, Math.ceil((now - delayMs - due) / intervalMs) - 1);
      return {
        due: due + (passed + 1) * intervalMs,
        passed,
        last: passed === 0 ? undefined : due + passed * intervalMs,
      };
    },
    wait: (due, scope) => sleepUntil(clock, due, scope),
    delay: () => delayMs,
  };
}

/** A clock on the wall can be set, and a machine can sleep: nobody looks away for longer. */
export const LOOK_MS = 30_000;
/** More ticks that were slept through are not counted one by one. */
const COUNTED_MAX = 10_000;

function byTheWall(
  every: Every & { readonly cron: string; readonly timezone?: string },
  clock: Clock,
  share: number,
): Timetable {
  const times = cronTimes(every.cron, every.timezone);
  if ('wrong' in times) throw new Error(`the cron pattern "${every.cron}" should have been refused: ${times.message}`);
  const now = () => clock.wall().getTime();
  const delay = (due: number) => {
    const { jitterMs = 0 } = every;
    if (jitterMs === 0) return 0;
    const gap = (times.after(due) ?? due + jitterMs) - due;
    return Math.min(jitterMs, gap) * share;
  };
  return {
    now,
    first: every.immediate === true ? now() : times.after(now()),
    after(from, at) {
      let passed = 0;
      let last: number | undefined;
      let due = times.after(from);
      while (due !== undefined && due < at && due + delay(due) < at) {
        passed += 1;
        last = due;
        due = times.after(passed < COUNTED_MAX ? due : at - 1);
      }
      return { due, passed, last };
    },
    async wait(due, scope) {
      for (let left = due - now(); left > 0; left = due - now()) {
        if (!(await sleepUntil(clock, clock.now() + Math.min(left, LOOK_MS), scope))) return false;
      }
      return scope.closed === undefined;
    },
    delay,
  };
}

/** A number from 0 to 1 that is always the same for a step on a host, and spread over hosts and steps. */
export function shareOf(host: string, path: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${host}\n${path}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
