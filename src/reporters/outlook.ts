/** How far a run is, and how long it will still take: by its own pace, and by earlier runs of its plan. */
import { ended, leavesOf, type Progress } from '../events/progress.ts';

/** What earlier runs of the plan took that ended well. */
export interface Usual {
  /** Milliseconds of all of it; 0 where that says nothing of this run. */
  readonly totalMs: number;
  /** Milliseconds of each step, all copies of a forEach as one: below `[]`. */
  readonly steps: ReadonlyMap<string, number>;
}

export interface Outlook {
  /** Of all leaf steps those that have ended, from 0 to 1; undefined where lists are still to be read. */
  readonly done: number | undefined;
  /** Milliseconds; undefined where nothing can be said. */
  readonly leftMs: number | undefined;
}

/** Before so much has passed, and so much is done, a pace says nothing. */
const SOON_MS = 5000;
const ENDED_MIN = 5;
const DONE_MIN = 0.1;

/** @param t milliseconds since the run's start. */
export function outlookOf(progress: Progress, t: number, usual: Usual | undefined): Outlook {
  const { count, lists } = leavesOf(progress, progress.root);
  const over = ended(progress.root.counts);
  const done = lists > 0 || count === 0 ? undefined : Math.min(1, over / count);
  if (progress.outcome !== undefined || progress.cancelling !== undefined) return { done, leftMs: undefined };
  const byPast = usual === undefined ? 0 : usual.totalMs - t;
  if (byPast > 0) return { done, leftMs: byPast };
  const hasPace = t >= SOON_MS && over >= ENDED_MIN && done !== undefined && done >= DONE_MIN && done < 1;
  return { done, leftMs: hasPace ? (t * (1 - done)) / done : undefined };
}

/** `━━━━━╸────`: of so many columns, in halves. */
export function barOf(done: number, columns: number): string {
  const halves = Math.round(done * columns * 2);
  const full = Math.floor(halves / 2);
  const half = halves % 2 === 1 ? '╸' : '';
  return '━'.repeat(full) + half + '─'.repeat(columns - full - half.length);
}

/** What the step usually takes, where this time it takes far longer; in milliseconds. */
export function usualIfSlow(usualMs: number | undefined, elapsedMs: number): number | undefined {
  if (usualMs === undefined) return undefined;
  return elapsedMs > Math.max(usualMs * 2, usualMs + SOON_MS) ? usualMs : undefined;
}
