/** How a run ended, in one line. */
import type { Outcome } from '../events/outcome.ts';
import type { Progress } from '../events/progress.ts';
import type { Counts } from '../events/tree.ts';
import { formatDuration } from './durations.ts';
import { glyphs, monochrome, type Palette } from './palette.ts';
import { cleanse } from './text.ts';
import { cancelWords, outcomeWords } from './wording.ts';

const COUNTED: readonly (readonly [keyof Counts, string])[] = [
  ['failed', 'failed'],
  ['allowed', 'failed but allowed'],
  ['tolerated', 'failed but tolerated'],
  ['lost', 'failed and lost the race'],
  ['cancelled', 'cancelled'],
  ['skipped', 'skipped'],
  ['succeeded', 'succeeded'],
];

/** `tour succeeded in 12.3 s: 31 succeeded`, `tour failed after 3.2 s: 1 failed, 5 skipped, 12 succeeded`. */
export function summaryWords(progress: Progress, outcome: Outcome): string {
  const { root, t, cancelling } = progress;
  const preposition = outcome.state === 'succeeded' ? 'in' : 'after';
  const why =
    cancelling !== undefined
      ? `, ${cancelWords(cancelling)}`
      : outcome.state === 'failed' && outcome.reason.type !== 'child'
        ? `, ${outcomeWords(outcome)}`
        : '';
  const counts = countWords(root.counts);
  const head = `${cleanse(progress.name)} ${outcome.state} ${preposition} ${formatDuration(t)}${why}`;
  return counts === '' ? head : `${head}: ${counts}`;
}

/** `1 failed, 2 failed but tolerated, 5 skipped, 12 succeeded`; only what there is. */
export function countWords(counts: Partial<Counts>): string {
  const all = { ...counts, failed: (counts.failed ?? 0) + (counts.groups ?? 0) };
  return COUNTED.map(([phase, words]) => [all[phase] ?? 0, words] as const)
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`)
    .join(', ');
}

/** The glyph of an outcome, in its colour. */
export function mark(outcome: Outcome, palette: Palette = monochrome): string {
  switch (outcome.state) {
    case 'succeeded':
      return palette.good(glyphs.succeeded);
    case 'failed':
      return outcome.allowed ? palette.warn(glyphs.allowed) : palette.bad(glyphs.failed);
    case 'cancelled':
      return palette.quiet(glyphs.cancelled);
    case 'skipped':
      return palette.warn(glyphs.skipped);
    default:
      return outcome satisfies never;
  }
}
