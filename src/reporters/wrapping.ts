/** The text of a log in rows of a terminal, from any place of it forward and backward: no more of it is read than is shown. */
import { splitAt } from './columns.ts';
import type { LogText } from './controls.ts';
import { cleanse } from './text.ts';

/** A longer line is shown as several; a whole one is read at once. */
const BLOCK = 64 * 1024;
const NEWLINE = 0x0a;

/** A row: of the line that begins at this byte, this one of those that it takes. */
export interface Place {
  readonly offset: number;
  readonly row: number;
}

export interface Row extends Place {
  readonly text: string;
}

type Text = Pick<LogText, 'size' | 'read'>;

/** So many rows from this place on, or fewer where the text ends. */
export function rowsFrom(log: Text, { offset, row }: Place, count: number, columns: number): Row[] {
  const rows: Row[] = [];
  let next = offset;
  while (rows.length < row + count) {
    const block = log.read(next, BLOCK);
    if (block.length === 0) break;
    let start = 0;
    while (rows.length < row + count && start < block.length) {
      const end = block.indexOf(NEWLINE, start);
      // A line that goes on beyond what was read is read again from its beginning.
      if (end === -1 && start > 0 && block.length === BLOCK) break;
      rows.push(...rowsOf(block.subarray(start, end === -1 ? undefined : end), next + start, columns));
      start = end === -1 ? block.length : end + 1;
    }
    next += start;
  }
  const left = rows.filter(one => one.offset !== offset || one.row >= row);
  // A wider terminal may have fewer rows of the line.
  return (left.length === 0 ? rows.slice(-1) : left).slice(0, count);
}

/** So many rows before this place, or fewer where the text begins. */
export function rowsBefore(log: Text, { offset, row }: Place, count: number, columns: number): Row[] {
  let rows =
    row === 0
      ? []
      : rowsFrom(log, { offset, row: 0 }, row, columns).filter(one => one.offset === offset && one.row < row);
  let end = offset;
  while (rows.length < count && end > 0) {
    const from = Math.max(0, end - BLOCK);
    const block = log.read(from, end - from);
    if (block.length === 0) break;
    const lines: Row[] = [];
    let start = 0;
    // Where the block begins amid a line, that one is read with the block before, unless it fills all of this one.
    if (from > 0) {
      const first = block.indexOf(NEWLINE);
      if (first !== -1 && first < block.length - 1) start = first + 1;
    }
    const begin = start;
    while (start < block.length) {
      const found = block.indexOf(NEWLINE, start);
      const stop = found === -1 ? block.length : found;
      lines.push(...rowsOf(block.subarray(start, stop), from + start, columns));
      start = stop + 1;
    }
    rows = [...lines, ...rows];
    end = from + begin;
  }
  return rows.slice(-count);
}

/** One line in rows; an empty one takes one, too. */
function rowsOf(line: Uint8Array, offset: number, columns: number): Row[] {
  const text = cleanse(Buffer.from(line).toString());
  return splitAt(text, columns).map((piece, row) => ({ offset, row, text: piece }));
}
