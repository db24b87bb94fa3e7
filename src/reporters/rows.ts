/** One row of the live view: glyph, name, time, and what is worth knowing of the step now. */
import type { CancelReason, Outcome } from '../events/outcome.ts';
import { ended, leavesOf, type Progress } from '../events/progress.ts';
import { lastLine } from '../events/tail.ts';
import type { ProgressNode, Received, Stopping } from '../events/tree.ts';
import { templateOf } from '../plan/paths.ts';
import { childPath, type Step } from '../plan/plan.ts';
import { cutTo, widthOf } from './columns.ts';
import { formatDuration, formatLeft } from './durations.ts';
import { itemWords } from './items.ts';
import { attemptWords, copiesWords, isUnready } from './lines.ts';
import { isOpen, markAt, mayComeToNothing } from './open-failures.ts';
import { type Usual, usualIfSlow } from './outlook.ts';
import { glyphs, type Palette } from './palette.ts';
import { formatBytes } from './sizes.ts';
import { commandWords, type Steps, tellingName } from './steps.ts';
import { cleanse } from './text.ts';
import { outcomeWords, waitingWords } from './wording.ts';

export interface RowOptions {
  /** Columns that a row may take. */
  readonly width: number;
  /** Milliseconds since the run's start. */
  readonly t: number;
  /** The glyph of what is running. */
  readonly spinner: string;
  readonly steps: Steps;
  readonly palette: Palette;
  /** What steps usually take, by their templates. */
  readonly usual?: Usual | undefined;
  /** Why the run is being stopped, as long as nothing has asked twice. */
  readonly cancelling?: CancelReason | undefined;
}

const ITEM_COLUMNS = 40;
/** What stays of a name that gives way, and of what it gives way to. */
const NAME_COLUMNS = 8;
const PIECE_COLUMNS = 16;

type Paint = (text: string) => string;
/** A text that is made to fit; without room, its shortest form, for which the name gives way. */
type Elastic = (room: number) => string;
/** A part of a row, and its colour. */
export type Piece = readonly [text: string | Elastic, paint: Paint];

/** `✔ build 1.2 s › done in 1.1 s`, indented by its depth. */
export function stepRow(progress: Progress, node: ProgressNode, depth: number, options: RowOptions): string {
  return rowOf(progress, node, { ...options, name: nameOf(node, options.steps), indent: '  '.repeat(depth + 1) });
}

/** The same without those around it: `✔ checks/build 1.2 s`. */
export function pathRow(progress: Progress, node: ProgressNode, options: RowOptions): string {
  return rowOf(progress, node, { ...options, name: fullNameOf(node, options), indent: '' });
}

interface Named extends RowOptions {
  readonly name: string;
  readonly indent: string;
}

function rowOf(progress: Progress, node: ProgressNode, { name, indent, ...options }: Named): string {
  const { palette } = options;
  const pieces: Piece[] = [[name, plainly]];
  const duration = node.outcome === undefined ? options.t - (node.startedT ?? options.t) : node.durationMs;
  if (node.startedT !== undefined) pieces.push([formatDuration(duration), palette.quiet]);
  pieces.push(
    ...(node.outcome === undefined ? underWay(progress, node, options) : over(progress, node, node.outcome, options)),
  );
  return `${indent}${glyphOf(progress, node, options)} ${fitted(pieces, options.width - indent.length - 2)}`;
}

/** `› its last line`: the only row of a plan that is one command. */
export function outputRow(node: ProgressNode, { width, palette }: RowOptions): string {
  return `  ${fitted(output(node, palette), width - 2)}`;
}

const plainly: Paint = text => text;

function glyphOf(progress: Progress, node: ProgressNode, { palette, spinner, steps }: RowOptions): string {
  const { path, outcome, phase, retry, children, group } = node;
  if (outcome !== undefined) return markAt(path, outcome, { progress, steps }, palette);
  if (phase === 'running') return palette.warn(group || children.size > 0 ? glyphs.started : spinner);
  return retry === undefined ? palette.quiet(glyphs.waiting) : palette.warn(glyphs.warning);
}

/**
 * Its name, else its path below the node above it: `smoke`, `finally/1`; with what it does where that is a number. Of a
 * copy its number, with its name, else its values: `[3] NODE=20`.
 */
function nameOf({ path, parent, group, name: given, item }: ProgressNode, steps: Steps): string {
  const name = parent === undefined || parent.path === '.' ? path : path.slice(parent.path.length).replace(/^\//, '');
  if (item !== undefined) return `${name} ${given === undefined ? itemWords(item, ITEM_COLUMNS) : cleanse(given)}`;
  if (given !== undefined) return cleanse(given);
  return group ? name : tellingName(name, steps.at(path));
}

/** Its path with what a person may know it by: `checks/unit`, `test[3] NODE=20`, `deploy/2: make`. */
export function fullNameOf(node: ProgressNode, { steps }: Pick<RowOptions, 'steps'>): string {
  const { path, parent } = node;
  if (parent === undefined) return steps.label(path);
  const around = parent.path === '.' ? '' : path.slice(0, parent.path.length);
  const name = nameOf(node, steps);
  // A name that its author gave takes the place of the id.
  if (node.name !== undefined && node.item === undefined) return `${path} ${name}`;
  return around === '' ? name : `${around}${path.startsWith(`${around}/`) ? '/' : ''}${name}`;
}

function underWay(progress: Progress, node: ProgressNode, options: RowOptions): Piece[] {
  const { palette } = options;
  const done: Piece[] = node.group ? [[doneWords(progress, node), palette.quiet]] : [];
  if (node.stopping === undefined && isUnready(node, options.steps))
    done.unshift(['waiting until ready', palette.warn]);
  else if (node.phase === 'running' && node.attempted === undefined && node.readyMs !== undefined)
    done.unshift([`ready after ${formatDuration(node.readyMs)}`, palette.good]);
  const usualMs = slowness(node, options);
  if (usualMs !== undefined) done.unshift([`usually ${formatDuration(usualMs)}`, palette.warn]);
  if (node.copies.failed > 0) {
    const isOpen = mayComeToNothing(childPath(node.path, '[1]'), { progress, steps: options.steps });
    done.push([`${node.copies.failed} failed`, isOpen ? palette.warn : palette.bad]);
  }
  const come: Piece[] = node.received === undefined ? [] : [[receivedWords(node.received), palette.quiet]];
  return [...signs(node, options), ...done, ...come, ...(come.length > 0 ? [] : output(node, palette))];
}

/** `12.3 MB of 100.0 MB, 1.2 MB/s, 73 s left`. */
function receivedWords({ bytes, total, rate }: Received): string {
  const speed = `${formatBytes(rate)}/s`;
  if (total === undefined) return `${formatBytes(bytes)}, ${speed}`;
  const left = rate === 0 ? '' : `, ${formatDuration(((total - bytes) / rate) * 1000)} left`;
  return `${formatBytes(bytes)} of ${formatBytes(total)}, ${speed}${left}`;
}

/** What a running step usually takes, where it takes far longer now. */
function slowness({ path, phase, startedT, tick }: ProgressNode, { usual, t }: RowOptions): number | undefined {
  if (usual === undefined || phase !== 'running' || startedT === undefined || tick !== undefined) return undefined;
  return usualIfSlow(usual.steps.get(templateOf(path)), t - startedT);
}

/** `14/31`: what has ended of all that is below, copies of a forEach, else leaf steps; `14/31+` where more will come. */
export function doneWords(progress: Progress, node: ProgressNode): string {
  if (node.items !== undefined) return `${node.copies.ended}/${node.items}`;
  const { count, lists } = leavesOf(progress, node);
  return `${ended(node.counts)}/${count}${lists > 0 ? '+' : ''}`;
}

/** What a step waits for, which attempt or tick it is, and that it is being stopped. */
export function signs(node: ProgressNode, options: RowOptions): Piece[] {
  const { t, steps, palette } = options;
  const { attempted, retry, nextTick, stopping, missed } = node;
  const pieces: Piece[] = [];
  if (node.worker !== undefined && node.phase === 'running') pieces.push([`on ${cleanse(node.worker)}`, palette.quiet]);
  const step = steps.at(node.path);
  if (stopping !== undefined) {
    pieces.push([stoppingPiece(stopping, step, options), palette.warn]);
  } else if (retry !== undefined) {
    const next = `${attemptWords(retry.attempt, step)} ${formatLeft(retry.dueT - t)}`;
    const why = attempted === undefined ? '' : `${outcomeWords(attempted)}, `;
    pieces.push([why + next, palette.warn]);
  } else if (node.attempt > 1) pieces.push([attemptWords(node.attempt, step), palette.warn]);
  if (nextTick !== undefined) pieces.push([`tick ${nextTick.tick} ${formatLeft(nextTick.dueT - t)}`, palette.quiet]);
  else if (step?.every !== undefined && node.tick !== undefined) pieces.push([`tick ${node.tick}`, palette.quiet]);
  if (missed > 0) pieces.push([`${missed} left out`, palette.warn]);
  return pieces;
}

function stoppingPiece(stopping: Stopping, step: Step | undefined, { t, cancelling }: RowOptions): Piece[0] {
  const leftMs = stopping.killT - t;
  if (!stopping.isLate && stopping.signal === 'SIGKILL') return 'killed (SIGKILL)';
  if (!stopping.isLate) return `stopping (${stopping.signal}, pid ${stopping.pid}), SIGKILL ${formatLeft(leftMs)}`;
  const command = stopping.command ?? (step ? commandWords(step) : '');
  return room => waitingWords(stopping, command, leftMs, cancelling, room);
}

function over(progress: Progress, node: ProgressNode, outcome: Outcome, { palette, steps }: RowOptions): Piece[] {
  const copies: Piece[] = node.items === undefined ? [] : [[copiesWords(node), palette.quiet]];
  if (outcome.state === 'succeeded') return [...copies, ...output(node, palette)];
  const isMild = outcome.state === 'failed' && (outcome.allowed || isOpen(node.path, outcome, { progress, steps }));
  const paint = outcome.state !== 'failed' ? palette.quiet : isMild ? palette.warn : palette.bad;
  return [[outcomeWords(outcome), paint], ...copies];
}

function output({ tail, last }: ProgressNode, palette: Palette): Piece[] {
  const line = cleanse((tail === undefined ? '' : lastLine(tail)) || last).trim();
  // It takes what the others leave.
  return line === '' ? [] : [[room => cutTo(`${glyphs.output} ${line}`, room), palette.quiet]];
}

/** The pieces with a space between them, cut where the width ends. */
function fitted(pieces: readonly Piece[], width: number): string {
  let left = width;
  let line = '';
  for (const [index, [text, paint]] of pieces.entries()) {
    const space = line === '' ? '' : ' ';
    const room = left - space.length;
    const cut = cutTo(textOf(text, room), index === 0 ? roomForName(pieces.slice(1), room) : room);
    if (cut === '') break;
    line += space + paint(cut);
    left -= space.length + widthOf(cut);
  }
  return line;
}

/** A piece as it is in so many columns. */
export function textOf(text: Piece[0], room: number): string {
  return typeof text === 'string' ? text : text(room);
}

/** What the pieces that follow leave to a name: they are told at least in short. */
export function roomForName(following: readonly Piece[], width: number): number {
  const needed = following.reduce((sum, [text]) => sum + 1 + leastOf(text), 0);
  return Math.min(width, Math.max(NAME_COLUMNS, width - needed));
}

function leastOf(text: Piece[0]): number {
  return typeof text === 'string' ? Math.min(widthOf(text), PIECE_COLUMNS) : widthOf(text(0));
}
