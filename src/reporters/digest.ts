/** What stands after a run's last line: the root cause, the other failures, what came of them, and how to go on. */
import { basename, isAbsolute, join } from 'node:path';
import { type FailedStep, failedIn, failuresByWeight, hasDone, isWell, type Progress } from '../events/progress.ts';
import type { StoppedStep } from '../events/stopped.ts';
import { nearer } from '../plan/nearer.ts';
import { parentPath } from '../plan/paths.ts';
import type { Step } from '../plan/plan.ts';
import { type Again, resumeWords } from './again.ts';
import { formatDuration } from './durations.ts';
import { failedLines } from './failed-lines.ts';
import { labelWithItem } from './items.ts';
import { markAt } from './open-failures.ts';
import type { Palette } from './palette.ts';
import { selectable } from './selectable.ts';
import { commandWords, type Steps } from './steps.ts';
import { mark } from './summary.ts';
import { cleanse } from './text.ts';
import { outcomeWords } from './wording.ts';

/** Failures that get a block of their own; the others get a line. */
const BLOCKS_MAX = 100;
/** Steps that were cancelled or skipped: these get a line each, the others a count. */
const STOPPED_MAX = 20;

export interface DigestOptions {
  readonly progress: Progress;
  readonly steps: Steps;
  readonly palette: Palette;
  /** Log paths below this folder are shown relative to it. */
  readonly cwd?: string | undefined;
  /** See {@link againOf}. */
  readonly again?: Again | undefined;
  /** Failures that are told; the others are counted. Default: all that are known. */
  readonly most?: number;
  /** The last lines of a failed step, and where its log lies. Default: what Progress knows of them. */
  readonly tailOf?: (step: string) => readonly string[];
  readonly logOf?: (step: string) => string | undefined;
}

/** All of it, the root cause first, a blank line before each block; nothing after a run that went well. */
export function digestLines(options: DigestOptions): string[] {
  const lines: string[] = [];
  const told = failuresByWeight(options.progress).slice(0, options.most);
  for (const [index, failure] of told.entries()) {
    if (index < BLOCKS_MAX) lines.push('', ...failureBlock(failure, options));
    else lines.push(headLine(failure, options));
  }
  const more = untold(told, options);
  if (more > 0) lines.push(`… ${more} more failed`);
  return isWell(options.progress) ? lines : [...lines, ...stoppedLines(options), ...nextLines(options)];
}

/** `◼ lint cancelled: "unit" failed`, `↓ publish skipped: "checks" failed before it`, `… 980 more cancelled or skipped`. */
function stoppedLines({ progress: { stopped }, steps, palette }: DigestOptions): string[] {
  const all = [...stopped.first.values()];
  if (all.length === 0) return [];
  const isCancelled = ({ outcome }: StoppedStep) => outcome.state === 'cancelled';
  const ordered = [...all.filter(isCancelled), ...all.filter(one => !isCancelled(one))];
  const lines = ordered.slice(0, STOPPED_MAX).map(({ step, item, copies, outcome }) => {
    const name = copies === undefined ? labelWithItem(step, item, steps) : `${steps.label(step)}: ${countOf(copies)}`;
    return `${mark(outcome, palette)} ${name} ${palette.quiet(outcomeWords(outcome))}`;
  });
  const more = ordered.slice(STOPPED_MAX).reduce((sum, { copies }) => sum + (copies?.count ?? 1), stopped.more);
  return ['', ...lines, ...(more > 0 ? [`… ${more} more cancelled or skipped`] : [])];
}

function countOf({ count }: NonNullable<StoppedStep['copies']>): string {
  return `${count} ${count === 1 ? 'copy' : 'copies'}`;
}

/** Steps that failed and are not among these: there were very many. */
function untold(told: readonly FailedStep[], { progress: { root }, steps }: DigestOptions): number {
  const leaves = told.filter(({ step }) => !steps.isGroup(step));
  return failedIn(root.counts) - leaves.length;
}

/** How to go on with what is left, where something is that need not be done again; and how to run what failed again. */
function nextLines({ progress, steps, again, palette }: DigestOptions): string[] {
  const { folder, failures } = progress;
  const lines: string[] = [];
  const failed = [...failures.values()].filter(({ outcome }) => !outcome.allowed).map(({ step }) => step);
  if (folder !== undefined && hasDone(progress)) {
    const but = failed.some(step => isTidiedUp(step, steps)) ? ' (what a finally has undone is not done again)' : '';
    lines.push(`to go on from here${but}: ${(again?.resume ?? resumeWords)(basename(folder))}`);
  }
  const command = again?.only(failed);
  const isOne = failed.filter(step => selectable([step]).length > 0).length === 1;
  if (command !== undefined) lines.push(`to run ${isOne ? 'it' : 'them'} again: ${command}`);
  return lines.length === 0 ? [] : ['', ...lines.map(line => palette.quiet(line))];
}

/** Whether a `finally` has run after the failure: it may have taken back what had succeeded before. */
function isTidiedUp(step: string, steps: Steps): boolean {
  for (let at = step; ; at = parentPath(at)) {
    if (steps.at(at)?.finally !== undefined) return true;
    if (at === '.') return false;
  }
}

/** Why, what was run, its last lines, and where its log lies. */
function failureBlock(failure: FailedStep, options: DigestOptions): string[] {
  const { palette, steps, progress, cwd, tailOf, logOf } = options;
  const step = steps.at(failure.step);
  const lines = [headLine(failure, options)];
  const ran = step && whatRan(step, failure, steps);
  if (ran !== undefined) lines.push(`  ${palette.quiet('$')} ${commandWords(ran)}`);
  const tail = tailOf?.(failure.step) ?? failure.tail;
  for (const line of failedLines({ ...failure, tail }))
    lines.push(`  ${palette.quiet('│')} ${cleanse(line)}`.trimEnd());
  const log = logOf === undefined ? failure.log && logPath(failure.log, progress.folder, cwd) : logOf(failure.step);
  if (log !== undefined) lines.push(palette.quiet(`  log: ${cleanse(log)}`));
  return lines;
}

/** Of a step that was not attempted only the test of its `if`; of a group nothing by itself, of a forEach the command of its list. */
function whatRan(
  step: Step,
  { step: path, attempts, outcome: { reason } }: FailedStep,
  steps: Steps,
): Step | undefined {
  if ((reason.type === 'exit' || reason.type === 'signal') && reason.list !== undefined)
    return listCommand(step, reason.list);
  if (attempts === 0 && step.if?.type === 'test') return step.if.command;
  return steps.isGroup(path) ? undefined : step;
}

function listCommand(step: Step, name: string): Step | undefined {
  if (step.type !== 'forEach' || step.items.type !== 'product') return undefined;
  const list = step.items.lists.find(one => one.name === name)?.list;
  if (list === undefined || list.type === 'values' || list.type === 'glob') return undefined;
  return list.from.type === 'command' ? list.from.command : undefined;
}

function headLine(
  { step, item, outcome, durationMs, attempts }: FailedStep,
  { palette, steps, progress }: DigestOptions,
): string {
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  const facts = palette.quiet(`(${formatDuration(durationMs)}${tries})`);
  const glyph = markAt(step, outcome, { progress, steps }, palette);
  return `${glyph} ${palette.strong(labelWithItem(step, item, steps))} ${outcomeWords(outcome)} ${facts}`;
}

/** Where a log lies, as people read it; near `cwd` relative to it. */
export function logPath(log: string, folder: string | undefined, cwd: string | undefined): string {
  const path = folder === undefined ? log : join(folder, log);
  return cwd === undefined || !isAbsolute(path) ? path : nearer(path, cwd);
}
