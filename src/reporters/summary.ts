/** How a run ended, in words: one line for all of it, then a block for each step that failed. */
import { basename, isAbsolute, join, relative } from 'node:path';
import type { Outcome } from '../events/outcome.ts';
import { type FailedStep, failuresOf, type Progress } from '../events/progress.ts';
import type { Counts } from '../events/tree.ts';
import { formatDuration } from './durations.ts';
import { labelWithItem } from './items.ts';
import { glyphs, monochrome, type Palette } from './palette.ts';
import { commandWords, type Steps } from './steps.ts';
import { cleanse } from './text.ts';
import { cancelWords, failedWords, outcomeWords } from './wording.ts';

/** Failures that get a block of their own; the others get a line. */
const BLOCKS_MAX = 100;

const COUNTED: readonly (readonly [keyof Counts, string])[] = [
  ['failed', 'failed'],
  ['allowed', 'failed but allowed'],
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

/** `1 failed, 5 skipped, 12 succeeded`; only what there is. */
export function countWords(counts: Counts): string {
  return COUNTED.filter(([phase]) => counts[phase] > 0)
    .map(([phase, words]) => `${counts[phase]} ${words}`)
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

export interface ReportOptions {
  readonly progress: Progress;
  readonly steps: Steps;
  readonly palette: Palette;
  /** Log paths below this folder are shown relative to it. */
  readonly cwd?: string | undefined;
}

/** What stands after the summary: every failure in the order they happened, a blank line before each block; what to do next. */
export function failureLines(options: ReportOptions): string[] {
  const lines: string[] = [];
  let index = 0;
  for (const failure of failuresOf(options.progress)) {
    index += 1;
    if (index <= BLOCKS_MAX) lines.push('', ...failureBlock(failure, options));
    else lines.push(headLine(failure, options));
  }
  const more = unlisted(options);
  if (more > 0) lines.push(`… ${more} more failed`);
  return [...lines, ...nextLines(options)];
}

/** Steps that failed and of which nothing more is known: there were very many. */
function unlisted({ progress: { root, failures }, steps }: ReportOptions): number {
  let listed = 0;
  for (const step of failures.keys()) if (!steps.isGroup(step)) listed += 1;
  return root.counts.failed + root.counts.allowed - listed;
}

/** How to go on with what is left, where something is that need not be done again. */
function nextLines({ progress: { root, outcome, folder }, palette }: ReportOptions): string[] {
  const isBad = outcome?.state === 'cancelled' || (outcome?.state === 'failed' && !outcome.allowed);
  if (!isBad || folder === undefined || root.counts.succeeded === 0) return [];
  return ['', palette.quiet(`to go on from here: runjobs resume ${basename(folder)}`)];
}

/** Why, what was run, its last lines, and where its log lies. */
function failureBlock(failure: FailedStep, options: ReportOptions): string[] {
  const { palette, steps, progress, cwd } = options;
  const step = steps.at(failure.step);
  const lines = [headLine(failure, options)];
  if (step !== undefined && !steps.isGroup(failure.step)) lines.push(`  ${palette.quiet('$')} ${commandWords(step)}`);
  for (const line of failure.tail) lines.push(`  ${palette.quiet('│')} ${cleanse(line)}`.trimEnd());
  if (failure.log !== undefined)
    lines.push(palette.quiet(`  log: ${cleanse(logPath(failure.log, progress.folder, cwd))}`));
  return lines;
}

function headLine(
  { step, item, outcome, durationMs, attempts }: FailedStep,
  { palette, steps }: ReportOptions,
): string {
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  const facts = palette.quiet(`(${formatDuration(durationMs)}${tries})`);
  const why = outcome.allowed ? `${failedWords(outcome)}, allowed` : failedWords(outcome);
  return `${mark(outcome, palette)} ${palette.strong(labelWithItem(step, item, steps))} ${why} ${facts}`;
}

function logPath(log: string, folder: string | undefined, cwd: string | undefined): string {
  const path = folder === undefined ? log : join(folder, log);
  if (cwd === undefined || !isAbsolute(path)) return path;
  const near = relative(cwd, path);
  return near.startsWith('..') ? path : near;
}
