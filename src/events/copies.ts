/** What is known of the copies of one forEach together. */
import type { Forgiven, Forgiveness, Outcome } from './outcome.ts';

export interface CopiesHistory {
  /** How many there are; undefined where that was not told. */
  readonly items: number | undefined;
  /** Those that have ended, by how. */
  readonly counts: CopyCounts;
  /** Those of them that had ended before the run was resumed. */
  taken: number;
  /** The paths of the latest that have ended and are known one by one, those that failed aside; the oldest first. */
  readonly latest: string[];
}

/** What was forgiven is counted where there is some. */
export type CopyCounts = Record<Outcome['state'] | 'allowed', number> & Partial<Record<Forgiven, number>>;

export function createCopies(items?: number): CopiesHistory {
  return { items, counts: { succeeded: 0, failed: 0, allowed: 0, cancelled: 0, skipped: 0 }, taken: 0, latest: [] };
}

/** So many more copies have ended. */
export function countCopies(copies: CopiesHistory, count: number, outcome: Outcome, isTaken = false): void {
  copies.counts[outcome.state === 'failed' && outcome.allowed ? 'allowed' : outcome.state] += count;
  if (isTaken) copies.taken += count;
}

/** Those that failed did so in a group that forgives it. */
export function forgiveCopies({ counts }: CopiesHistory, why: Forgiveness): void {
  if (counts.failed === 0) return;
  counts[why] = (counts[why] ?? 0) + counts.failed;
  counts.failed = 0;
}

/** Copies that have ended, whatever their state. */
export function endedCopies({ counts }: CopiesHistory): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
