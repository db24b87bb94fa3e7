/** Widths in terminal columns: wide characters, emoji and combining marks, told with care on the side of too wide. */

/** One column a character: ASCII, the Latin letters, punctuation, lines of boxes. Most texts are measured by this alone. */
const NARROW = /^[\x20-\x7e\xa0-\u02ff\u2010-\u2027\u2030-\u203e\u2500-\u257f]*$/;
const WIDE =
  /\p{Emoji_Presentation}|\p{Regional_Indicator}|\ufe0f|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}]|[\u3000-\u303e\u3200-\u33ff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/u;
const INVISIBLE = /^[\p{Mark}\p{Cf}]*$/u;
const TAB = /\t/g;
/** Characters that change the direction or the line, and have no width. */
const REORDERING = /[\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

let segmenter: Intl.Segmenter | undefined;

/** It is made for the first text that needs it: that takes as long as half of Node's start. */
function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** Columns that a text without control codes takes. */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemesOf(text)) width += widthOfGrapheme(segment);
  return width;
}

/** The text on one line of at most `columns` columns; what is cut off is shown as `…`. Tabs become spaces. */
export function cutTo(text: string, columns: number): string {
  if (columns <= 0) return '';
  // What lies far beyond the right edge needs no measuring; a grapheme may be several characters long.
  const line = text
    .slice(0, columns * 8 + 64)
    .replace(TAB, '    ')
    .replace(REORDERING, '');
  if (widthOf(line) <= columns) return line;
  let width = 0;
  let fits = '';
  for (const { segment } of graphemesOf(line)) {
    width += widthOfGrapheme(segment);
    if (width >= columns) break;
    fits += segment;
  }
  return `${fits}…`;
}

/** The same, but it is the beginning that is cut off. */
export function cutFront(text: string, columns: number): string {
  if (columns <= 0) return '';
  const line = text
    .slice(-(columns * 8 + 64))
    .replace(TAB, '    ')
    .replace(REORDERING, '');
  if (widthOf(line) <= columns) return line;
  let width = 0;
  let fits = '';
  for (const { segment } of [...graphemesOf(line)].reverse()) {
    width += widthOfGrapheme(segment);
    if (width >= columns) break;
    fits = segment + fits;
  }
  return `…${fits}`;
}

/** The text in pieces of at most `columns` columns each, at least one; tabs become spaces. */
export function splitAt(text: string, columns: number): string[] {
  const line = text.replace(TAB, '    ').replace(REORDERING, '');
  const most = Math.max(1, columns);
  const pieces: string[] = [];
  let start = 0;
  do {
    const piece = fitting(line.slice(start, start + most * 8 + 64), most);
    pieces.push(piece);
    start += piece.length;
  } while (start < line.length);
  return pieces;
}

/** The beginning of a text that takes no more than so many columns, but at least one grapheme. */
function fitting(text: string, columns: number): string {
  const narrow = text.slice(0, columns);
  if (NARROW.test(narrow) && (text.length <= columns || NARROW.test(text[columns] ?? ''))) return narrow;
  let fits = '';
  let width = 0;
  for (const { segment } of graphemesOf(text)) {
    width += widthOfGrapheme(segment);
    if (width > columns && fits !== '') break;
    fits += segment;
  }
  return fits;
}

function widthOfGrapheme(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

/** A cell that is wider does not push the next column away. */
const CELL_MAX = 48;

/** Rows of cells as indented lines, the columns below each other; each line ends with a newline. */
export function tableLines(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map(row => row.length)) - 1;
  const widths = Array.from({ length: columns }, (_, column) => {
    const all = rows.map(row => widthOf(row[column] ?? ''));
    return Math.max(...all.filter(width => width <= CELL_MAX), 0);
  });
  const padded = (cell: string, column: number) =>
    cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
  return rows.map(row => `  ${row.map(padded).join('  ').trimEnd()}\n`).join('');
}
