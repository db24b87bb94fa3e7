/** What children print, made harmless: no control codes, nothing that a CI takes for a command, whole lines. */
import { withoutSequences, withReturns } from '../events/control-sequences.ts';
import { isPrintable } from './printable.ts';

/** Control codes, and what ends a line or changes its direction for some readers (U+2028 to U+202E, U+2066 to U+2069). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control codes is the point.
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control codes is the point.
const IS_UNSAFE = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]|##(?:vso)?\[/;
/** The same in a text of several lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control codes is the point.
const IS_TEXT_UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]|##(?:vso)?\[/;
/** GitHub and Azure obey `##[error]` and `##vso[…]` anywhere in a line. */
const CI_COMMAND = /##(?=(?:vso)?\[)/g;

/** A longer line is told in pieces. */
const LINE_MAX = 64 * 1024;

/**
 * One line as a person should see it: the last drawing of a line drawn over itself, no control code but tabs, nothing that
 * reorders it, and a space in what would be a command to a CI (`## [error]`).
 */
export function cleanse(line: string): string {
  if (!IS_UNSAFE.test(line)) return line;
  const text = withoutSequences(unreturned(line));
  return text
    .slice(text.lastIndexOf('\r') + 1)
    .replace(CONTROL, '')
    .replace(CI_COMMAND, '## ');
}

/** The line with a carriage return wherever it is drawn over, but at its end. */
function unreturned(line: string): string {
  return withReturns(line).replace(/(?<!\r)\r+$/, '');
}

/** Whether {@link cleanse} may change a line of the text. */
function isUnsafe(text: string): boolean {
  return (text.includes('##') || !isPrintable(text)) && IS_TEXT_UNSAFE.test(text);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control codes is the point.
const COLOUR = /(\x1b\[[\d;:]*m)/;

/** As {@link cleanse}, but colours stay, and end with the line. */
export function cleanseButColours(line: string): string {
  const text = unreturned(line);
  const parts = text.slice(text.lastIndexOf('\r') + 1).split(COLOUR);
  if (parts.length === 1) return cleanse(text);
  return `${parts.map((part, index) => (index % 2 === 1 ? part : cleanse(part))).join('')}\x1b[0m`;
}

/** Puts the chunks of one stream together to whole, cleansed lines. */
export interface LineAssembly {
  /** The lines that this chunk completes. */
  add(chunk: string): string[];
  /** The same in one text, without the last line end; undefined where there are none. */
  addText(chunk: string): string | undefined;
  /** The last line, when it has no line end. */
  end(): string[];
}

/** @param clean makes a line harmless. */
export function createLineAssembly(clean: (line: string) => string = cleanse): LineAssembly {
  let open = '';
  /** What is complete now; of a line that is too long a piece. */
  const complete = (chunk: string): string | undefined => {
    open += chunk;
    if (open.length <= LINE_MAX && !chunk.includes('\n')) return undefined;
    const end = open.lastIndexOf('\n');
    const texts = end === -1 ? [] : [open.slice(0, end)];
    open = open.slice(end + 1);
    while (open.length > LINE_MAX) {
      const drawnAt = open.lastIndexOf('\r', open.length - 2) + 1;
      if (drawnAt === 0) texts.push(open.slice(0, LINE_MAX));
      open = open.slice(drawnAt === 0 ? LINE_MAX : drawnAt);
    }
    return texts.length === 0 ? undefined : texts.join('\n');
  };
  const addText = (chunk: string) => {
    const text = complete(chunk);
    // Most of what is printed is harmless, which is seen soonest in one look at all of it.
    if (text === undefined || !isUnsafe(text)) return text;
    return text.split('\n').map(clean).join('\n');
  };
  return {
    add: chunk => addText(chunk)?.split('\n') ?? [],
    addText,
    end() {
      const line = clean(open);
      open = '';
      return line === '' ? [] : [line];
    },
  };
}
