/** The run's line, above its steps: what stands there gives way in the order of what it is worth. */
import { failedIn, leavesOf, type Progress } from '../events/progress.ts';
import { cutTo, widthOf } from './columns.ts';
import { formatDuration, formatRest } from './durations.ts';
import { barOf, outlookOf } from './outlook.ts';
import { doneWords, type RowOptions, roomForName, signs, textOf } from './rows.ts';
import { cleanse } from './text.ts';
import { cancelWords } from './wording.ts';

/** A bar is drawn for so many steps, after so long, where there is room for the words beside it. */
const BAR_STEPS = 10;
const BAR_AFTER_MS = 2000;
const BAR_WIDTH = 70;
const BAR_COLUMNS = 20;
/** What stays of a name before anything else gives way. */
const NAME_COLUMNS = 8;
const NAME_SHARE = 1 / 3;
/** Columns that a part and the dot before it need at least to be cut. */
const SAYS_SOMETHING = 10;

export interface TitleOptions extends RowOptions {
  /** Said at the end, where there is room for all of it. */
  readonly hint?: string | undefined;
}

/** What is said after the name and the time. */
interface Part {
  readonly text: string;
  /** Without room for all of them, the lowest goes first; what has none is cut at the right edge. */
  readonly spare?: number;
}

/** `tour 12.3 s 14/31 done · 3 running · 1 failed`. */
export function composeTitle(progress: Progress, options: TitleOptions): string {
  const { width, t, palette } = options;
  const told = signs(progress.root, options);
  const took = ` ${formatDuration(t)}  `;
  const room = width - took.length;
  const isElastic = told.some(([text]) => typeof text !== 'string');
  const name = cutTo(cleanse(progress.name), isElastic ? roomForName(told, room) : width);
  const first = told.flatMap(([text]) =>
    typeof text === 'string' ? [] : [{ text: textOf(text, room - widthOf(name)) }],
  );
  // Whom we wait for is worth more than why.
  const [shown, words] = fitted(name, [...first, ...partsOf(progress, options)], room);
  return palette.strong(shown) + palette.quiet(cutTo(took + words, width - widthOf(shown)).trimEnd());
}

function partsOf(progress: Progress, options: TitleOptions): Part[] {
  const { counts, group } = progress.root;
  const { done, leftMs } = outlookOf(progress, options.t, options.usual);
  const { cancelling, forced } = progress;
  const failed = failedIn(counts);
  const parts: (Part | false | undefined)[] = [
    cancelling && { text: `${forced ? 'killing everything' : 'stopping'}: ${cancelWords(cancelling)}` },
    ...signs(progress.root, options).map(([text]) => typeof text === 'string' && { text }),
    done !== undefined && group && isLong(progress, options) && { text: barOf(done, BAR_COLUMNS), spare: 0 },
    group && { text: `${doneWords(progress, progress.root)} done` },
    leftMs !== undefined && { text: `~${formatRest(leftMs)} left`, spare: 5 },
    group && counts.running > 0 && { text: `${counts.running} running`, spare: 6 },
    group && counts.waiting > 0 && { text: `${counts.waiting} waiting`, spare: 4 },
    counts.queued > 0 && { text: `${counts.queued} queued`, spare: 3 },
    progress.workers && { text: workersWords(progress.workers), spare: 2 },
    group && failed > 0 && { text: `${failed} failed` },
    options.hint !== undefined && { text: options.hint, spare: 1 },
  ];
  return parts.filter(part => typeof part === 'object');
}

/** The name and the words in so many columns, as far as they go: first the bar goes, then all but the beginning of the name. */
function fitted(name: string, parts: readonly Part[], columns: number): [name: string, words: string] {
  const least = Math.min(widthOf(name), Math.max(NAME_COLUMNS, Math.floor(columns * NAME_SHARE)));
  const kept = [...parts];
  for (;;) {
    const words = wordsOf(kept);
    const lowest = kept.reduce<Part | undefined>((low, part) => (spareOf(part) < spareOf(low) ? part : low), undefined);
    const needed = lowest?.spare === 0 ? widthOf(name) : least;
    if (lowest === undefined || needed + widthOf(words) <= columns) {
      const said = wordsIn(kept, columns - least);
      return [cutTo(name, columns - widthOf(said)), said];
    }
    kept.splice(kept.indexOf(lowest), 1);
  }
}

/** The words in so many columns; no beginning of a part that says nothing. */
function wordsIn(parts: readonly Part[], columns: number): string {
  const widthBefore = (at: number) => widthOf(wordsOf(parts.slice(0, at)));
  const said = parts.filter((_, at) => {
    const needed = Math.min(widthBefore(at + 1), widthBefore(at) + SAYS_SOMETHING);
    return needed <= columns;
  });
  return cutTo(wordsOf(said), columns);
}

function spareOf(part: Part | undefined): number {
  return part?.spare ?? Number.POSITIVE_INFINITY;
}

/** With a dot between them; a bar belongs to what follows it. */
function wordsOf(parts: readonly Part[]): string {
  return parts
    .map(({ text, spare }, at) => (at === parts.length - 1 ? text : text + (spare === 0 ? ' ' : ' · ')))
    .join('');
}

/** `3 workers with 12 slots`. */
function workersWords({ workers, slots }: NonNullable<Progress['workers']>): string {
  if (workers === 0) return 'no workers';
  return `${workers} ${workers === 1 ? 'worker' : 'workers'} with ${slots} ${slots === 1 ? 'slot' : 'slots'}`;
}

/** Whether it is worth a bar. */
function isLong(progress: Progress, { t, width }: TitleOptions): boolean {
  return t >= BAR_AFTER_MS && width >= BAR_WIDTH && leavesOf(progress, progress.root).count >= BAR_STEPS;
}
