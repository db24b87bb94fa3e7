/** The lines around a place in a text, with numbers and a caret under the place. */
import { showUnsafe } from './quote.ts';
import type { Lines, Place } from './source.ts';

/** Characters of a line that are shown, with the number before it no wider than a terminal: what wraps has its caret elsewhere. */
const SHOWN = 70;
/** Of a longer line so many stand before the caret. */
const SHOWN_BEFORE = 45;

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const WIDTHLESS = /\p{Mark}|\u200c|\u200d/u;

/** Up to two lines with their numbers, then a caret under the column. */
export function excerptOf(lines: Lines, place: Place): string {
  const line = lines.line(place.line);
  const before = lines.line(place.line - 1);
  const from = line.length <= SHOWN ? 0 : Math.max(0, place.column - 1 - SHOWN_BEFORE);
  const gutter = String(place.line).length;
  const rows: string[] = [];
  if (before.trim() !== '' && from === 0) rows.push(row(place.line - 1, gutter, cut(before, 0)));
  rows.push(row(place.line, gutter, cut(line, from)));
  rows.push(`${' '.repeat(gutter + 2)} | ${blank(cutHead(line, from, place.column - 1))}^`);
  return rows.join('\n');
}

function row(number: number, gutter: number, text: string): string {
  return `  ${String(number).padStart(gutter)} | ${text}`;
}

function cut(line: string, from: number): string {
  const to = from + SHOWN;
  return `${cutHead(line, from, to)}${to < line.length ? '…' : ''}`;
}

function cutHead(line: string, from: number, to: number): string {
  return `${from > 0 ? '…' : ''}${showUnsafe(line.slice(from, to))}`;
}

/** Blanks as wide as the text: tabs stay tabs. */
function blank(text: string): string {
  let blanks = '';
  for (const char of text) {
    if (char === '\t') blanks += '\t';
    else if (WIDE.test(char)) blanks += '  ';
    else if (!WIDTHLESS.test(char)) blanks += ' ';
  }
  return blanks;
}
