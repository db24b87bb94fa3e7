/** What stands after a run's last line: a block for each step that failed, and how to go on. */
import { basename, isAbsolute, join, relative } from 'node:path';
import { type FailedStep, failuresOf, type Progress } from '../events/progress.ts';
import { formatDuration } from './durations.ts';
import { labelWithItem } from './items.ts';
import type { Palette } from './palette.ts';
import { commandWords, type Steps } from './steps.ts';
import { mark } from './summary.ts';
import { cleanse } from './text.ts';
import { failedWords } from './wording.ts';

/** Failures that get a block of their own; the others get a line. */
const BLOCKS_MAX = 100;

export interface DigestOptions {
  readonly progress: Progress;
  readonly steps: Steps;
  readonly palette: Palette;
  /** Log paths below this folder are shown relative to it. */
  readonly cwd?: string | undefined;
}

/** What stands after the summary: every failure in the order they happened, a blank line before each block; what to do next. */
export function digestLines(options: DigestOptions): string[] {
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
function unlisted({ progress: { root, failures }, steps }: DigestOptions): number {
  let listed = 0;
  for (const step of failures.keys()) if (!steps.isGroup(step)) listed += 1;
  return root.counts.failed + root.counts.allowed - listed;
}

/** How to go on with what is left, where something is that need not be done again. */
function nextLines({ progress: { root, outcome, folder }, palette }: DigestOptions): string[] {
  const isBad = outcome?.state === 'cancelled' || (outcome?.state === 'failed' && !outcome.allowed);
  if (!isBad || folder === undefined || root.counts.succeeded === 0) return [];
  return ['', palette.quiet(`to go on from here: runjobs resume ${basename(folder)}`)];
}

/** Why, what was run, its last lines, and where its log lies. */
function failureBlock(failure: FailedStep, options: DigestOptions): string[] {
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
  { palette, steps }: DigestOptions,
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
