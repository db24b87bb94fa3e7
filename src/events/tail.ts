/** The end of what a step prints: cheap to feed, whatever its size, and split into lines only when someone looks. */

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
 * The last `count` lines, oldest first, each cut to 2048 characters. An unfinished line counts; of a line that was
 * drawn over itself by carriage returns, the last drawing counts.
 */
export function lastLines(tail: Tail, count: number): string[] {
  const text = tail.pieces.join('');
  const lines: string[] = [];
  let end = text.endsWith('\n') ? text.length - 1 : text.length;
  while (lines.length < count && end > 0) {
    const start = lastOf(text, '\n', end - 1) + 1;
    lines.push(lastDrawn(text.slice(start, end)));
    end = start - 1;
  }
  return lines.reverse();
}

/** The last line that is not blank, or the empty text. */
export function lastLine(tail: Tail): string {
  const newest = tail.pieces.at(-1) ?? '';
  const end = newest.trimEnd().length;
  const start = end === 0 ? 0 : lastOf(newest, '\n', end - 1) + 1;
  if (start > 0) return lastDrawn(newest.slice(start, end));
  return lastLines(tail, 20).findLast(line => line.trim() !== '') ?? '';
}

function lastDrawn(line: string): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  const start = end === 0 ? 0 : lastOf(line, '\r', end - 1) + 1;
  return line.slice(start, Math.min(end, start + LINE_MAX));
}

/** As `lastIndexOf`, which looks at each character where `includes` sees at once that there is none: bodies without a line break are long. */
function lastOf(text: string, character: string, from: number): number {
  return text.includes(character) ? text.lastIndexOf(character, from) : -1;
}
