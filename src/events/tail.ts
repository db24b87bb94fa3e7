/** The end of what a step prints: cheap to feed, whatever its size, and split into lines only when someone looks. */
import { isBlank, withReturns } from './control-sequences.ts';

/** Characters that are kept at least, if there were as many. */
const KEPT = 40 * 1024;
/** Pieces below this length are joined, so that a step that prints byte by byte holds few of them. */
const PIECE = 1024;
/** A longer line is cut. */
const LINE_MAX = 2048;

export interface Tail {
  readonly pieces: string[];
  /** Characters in all pieces. */
  length: number;
}

export function createTail(): Tail {
  return { pieces: [], length: 0 };
}

/** Adds a piece of output and forgets what is too old. */
export function append(tail: Tail, text: string): void {
  const { pieces } = tail;
  const last = pieces.at(-1);
  if (last !== undefined && last.length + text.length <= PIECE) pieces[pieces.length - 1] = last + text;
  else pieces.push(text);
  tail.length += text.length;
  for (let first = pieces[0]; first !== undefined && tail.length - first.length >= KEPT; first = pieces[0]) {
    tail.length -= first.length;
    pieces.shift();
  }
}

/**
 * The last `count` lines up to one that is not blank, oldest first, each cut to 2048 characters. An unfinished line counts;
 * of a line that was drawn over itself, the last drawing counts.
 */
export function lastLines(tail: Tail, count: number): string[] {
  const text = tail.pieces.join('');
  const lines: string[] = [];
  let end = text.endsWith('\n') ? text.length - 1 : text.length;
  while (lines.length < count && end > 0) {
    const start = lastOf(text, '\n', end - 1) + 1;
    const line = lastDrawn(text.slice(start, end));
    if (lines.length > 0 || !isBlank(line)) lines.push(line);
    end = start - 1;
  }
  return lines.reverse();
}

/** The last line that is not blank, or the empty text. */
export function lastLine(tail: Tail): string {
  const newest = tail.pieces.at(-1) ?? '';
  const end = newest.trimEnd().length;
  const start = end === 0 ? 0 : lastOf(newest, '\n', end - 1) + 1;
  const line = start > 0 ? lastDrawn(newest.slice(start, end)) : '';
  return isBlank(line) ? (lastLines(tail, 1)[0] ?? '') : line;
}

/** Its last drawing that is not blank. */
function lastDrawn(line: string): string {
  if (!line.includes('\r') && !line.includes('\x1b')) return line.slice(0, LINE_MAX);
  const drawings = withReturns(line).split('\r');
  return (drawings.findLast(drawing => !isBlank(drawing)) ?? '').slice(0, LINE_MAX);
}

/** As `lastIndexOf`, which looks at each character where `includes` sees at once that there is none: bodies without a line break are long. */
function lastOf(text: string, character: string, from: number): number {
  return text.includes(character) ? text.lastIndexOf(character, from) : -1;
}
