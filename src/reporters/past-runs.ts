/** Runs that are kept, as a table and as JSON: what `runjobs runs` shows. */
import type { RunFacts } from '../events/facts.ts';
import { cutTo, widthOf } from './columns.ts';
import { formatDuration } from './durations.ts';
import { jsonLine } from './json-line.ts';
import { glyphs, type Palette } from './palette.ts';
import { countWords, mark } from './summary.ts';
import { cleanse } from './text.ts';

/** A run as it is found on disk. */
export interface ShownRun {
  readonly id: string;
  readonly folder: string;
  readonly state: 'running' | 'ended' | 'died' | 'unreadable';
  readonly facts?: RunFacts;
  /** In words why less is known than there should be, */
  readonly trouble?: string;
  /** in one or two of them, */
  readonly brief?: string;
  /** and whether the journal does not tell all that has happened. */
  readonly hasGaps?: boolean;
}

export interface TableOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly palette: Palette;
  /** Columns that a line may take; absent: any. */
  readonly width?: number | undefined;
}

type Cell = readonly [text: string, paint?: (text: string) => string];

const HEAD: readonly Cell[] = ['RUN', 'STATE', 'STARTED', 'TOOK', 'PLAN', 'STEPS'].map(title => [title]);

/** Columns that the name of a plan should have. */
const NAME_COLUMNS = 24;

/** One line a run after a line of titles; without room for names in shorter words, and cut on the right. */
export function runsTable(runs: readonly ShownRun[], options: TableOptions): string {
  const { width = Number.POSITIVE_INFINITY } = options;
  const full = [HEAD, ...runs.map(run => cellsOf(run, options))];
  const rows =
    widthToNames(full) <= width ? full : [HEAD, ...runs.map(run => cellsOf(run, { ...options, brief: true }))];
  const widths = widthsOf(rows);
  return rows.map(row => `${lineOf(row, widths, width)}\n`).join('');
}

function widthsOf(rows: readonly (readonly Cell[])[]): number[] {
  return HEAD.map((_, column) => Math.max(...rows.map(row => widthOf(row[column]?.[0] ?? ''))));
}

/** Columns up to the end of the names, or of so much of them as should be seen. */
function widthToNames(rows: readonly (readonly Cell[])[]): number {
  const widths = widthsOf(rows).slice(0, HEAD.length - 1);
  const names = widths.pop() ?? 0;
  return widths.reduce((sum, width) => sum + width + 2, 0) + Math.min(names, NAME_COLUMNS);
}

/** One line of JSON for a run. */
export function runJson(run: ShownRun): string {
  return jsonLine(runFields(run));
}

/** What a run's line of JSON holds. */
export function runFields({ id, folder, state, facts, trouble }: ShownRun): Readonly<Record<string, unknown>> {
  const { run: _, ...known } = facts ?? { run: id };
  return {
    run: id,
    state: state === 'ended' ? facts?.outcome?.state : state,
    folder,
    ...known,
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** `running`, `died`, `succeeded`, `failed (exit code 1)`, or in short `failed (1)`. */
export function stateWords({ state, facts, trouble }: ShownRun, isBrief = false): string {
  switch (state) {
    case 'running':
      return 'running';
    case 'died':
      return 'died';
    case 'unreadable':
      return cleanse(trouble ?? 'nothing is known of it');
    case 'ended': {
      const how = facts?.outcome?.state ?? 'ended';
      return facts?.exitCode ? `${how} (${isBrief ? '' : 'exit code '}${facts.exitCode})` : how;
    }
    default:
      return state satisfies never;
  }
}

/** The glyph of a run's state, in its colour. */
export function stateMark({ state, facts }: ShownRun, palette: Palette): string {
  if (state === 'running') return palette.warn(glyphs.started);
  if (facts?.outcome !== undefined) return mark(facts.outcome, palette);
  return palette.bad(glyphs.failed);
}

/** In the time zone of the reader: `2026-11-22 09:13:49`. Empty where it is no time. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}

/** `just now`, `5 minutes ago`, `3 days ago`. */
export function ageWords(iso: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(iso)) / 60_000);
  if (!(minutes >= 1)) return 'just now';
  if (minutes < 60) return ago(minutes, 'minute');
  return minutes < 48 * 60 ? ago(Math.floor(minutes / 60), 'hour') : ago(Math.floor(minutes / (24 * 60)), 'day');
}

/** What the run took; of one that runs and was never resumed, until now. */
export function tookMs({ state, facts }: ShownRun, now: number): number {
  const started = Date.parse(facts?.startedAt ?? '');
  const isLive = state === 'running' && facts?.resumed === 0 && !Number.isNaN(started);
  return isLive ? Math.max(0, now - started) : (facts?.durationMs ?? 0);
}

function ago(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

function cellsOf(run: ShownRun, { now, palette, brief: isBrief = false }: TableOptions & { brief?: boolean }): Cell[] {
  const { id, facts, state } = run;
  const name: Cell = [id, palette.strong];
  const brief = run.brief === undefined || state === 'unreadable' ? '' : ` (${run.brief})`;
  const words: Cell = [stateWords(run, isBrief) + brief, paintOf(run, palette)];
  if (facts === undefined) return [name, words];
  const started = localTime(facts.startedAt);
  const age = ageWords(facts.startedAt, now);
  return [
    name,
    words,
    [started === '' ? '' : isBrief ? age : `${started} (${age})`, palette.quiet],
    [`${state === 'died' ? '≥ ' : ''}${formatDuration(tookMs(run, now))}`],
    [cleanse(facts.name)],
    [[stepWords(state, facts), warningWords(facts)].filter(words => words !== '').join(', '), palette.quiet],
  ];
}

/** `3 warnings`; nothing where there were none. */
export function warningWords({ warnings = 0 }: RunFacts): string {
  return warnings === 0 ? '' : `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
}

function stepWords(state: ShownRun['state'], { counts }: RunFacts): string {
  if (state !== 'running') return countWords(counts);
  const done = countWords(counts);
  return [...(counts.running > 0 ? [`${counts.running} running`] : []), ...(done === '' ? [] : [done])].join(', ');
}

function paintOf({ state, facts }: ShownRun, palette: Palette) {
  if (state === 'running') return palette.warn;
  if (facts?.outcome?.state === 'succeeded') return palette.good;
  return facts?.outcome?.state === 'cancelled' ? palette.quiet : palette.bad;
}

/** The cells of a row side by side, cut where the line is full. Colours are put on last: they have no width. */
function lineOf(row: readonly Cell[], widths: readonly number[], width: number): string {
  let line = '';
  let taken = 0;
  for (const [column, [text, paint = plainly]] of row.entries()) {
    const gap = column === 0 ? 0 : 2;
    const room = width - taken - gap;
    if (room <= 0) break;
    const shown = Number.isFinite(room) ? cutTo(text, room) : text;
    const isLast = column === row.length - 1;
    const padding = isLast ? 0 : Math.max(0, Math.min(widths[column] ?? 0, room) - widthOf(shown));
    line += `${' '.repeat(gap)}${shown === '' ? '' : paint(shown)}${' '.repeat(padding)}`;
    taken += gap + widthOf(shown) + padding;
  }
  return line.trimEnd();
}

const plainly = (text: string) => text;
