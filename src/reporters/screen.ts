/** The lines at the bottom of a terminal that are drawn over themselves: only what has changed, nothing left behind. */
import { widthOf } from './columns.ts';
import type { Terminal } from './reporter.ts';

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
/** With wrapping off, a line that a terminal takes for wider than we do is cut and costs no second row. */
const WRAP_OFF = '\x1b[?7l';
const WRAP_ON = '\x1b[?7h';
const HOME = '\x1b[H';
const CLEAR_TO_END_OF_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
// biome-ignore lint/suspicious/noControlCharactersInRegex: our own colours.
const COLOUR = /\x1b\[[\d;]*m/g;

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Prints lines above the frame, to stay, with the next frame. */
  above(lines: readonly string[]): void;
  /** Draws a frame: lines narrower than the terminal, fewer than its rows. A promise resolves when more is welcome. */
  paint(lines: readonly string[]): Promise<void> | undefined;
  /** Replaces the frame by lines that stay, of any width, and gives the cursor back. */
  finish(lines: readonly string[]): void;
  /** Gives the cursor back below the last frame, which stays; the next one is drawn below whatever is written then. */
  restore(): void;
}

export function createScreen(terminal: Terminal): Screen {
  let shown: readonly string[] = [];
  let shownColumns = 0;
  let shownRows = 0;
  /** Whether a shrinking terminal has pushed lines of ours out at its top: it brings them back when it grows. */
  let hasSpilled = false;
  let waiting: string[] = [];
  let isOpen = false;

  const size = () => ({ columns: terminal.columns || 80, rows: terminal.rows || 24 });

  /** Moves to where the frame begins, after whatever the terminal has made of it since. */
  const toTop = (columns: number, rows: number): string => {
    let height = shown.length;
    if (columns !== shownColumns) {
      height = 0;
      for (const line of shown) height += Math.max(1, Math.ceil(widthOf(line.replace(COLOUR, '')) / columns));
    }
    // How many of them come back differs between terminals: what is on the screen then is drawn over as a whole.
    if (hasSpilled && (rows > shownRows || columns > shownColumns)) return HOME;
    hasSpilled ||= height >= rows;
    return height > 0 ? `\x1b[${height}A\r` : '\r';
  };

  return {
    get columns() {
      return size().columns;
    },
    get rows() {
      return size().rows;
    },
    above(lines) {
      waiting.push(...lines);
    },
    paint(lines) {
      const { columns, rows } = size();
      const isSame = columns === shownColumns && rows === shownRows && waiting.length === 0;
      if (isSame && lines.length === shown.length && lines.every((line, index) => line === shown[index])) return;
      let text = isOpen ? '' : HIDE_CURSOR;
      if (isOpen) text += toTop(columns, rows);
      if (!isSame) text += CLEAR_BELOW;
      for (const line of waiting) text += `${line}\r\n`;
      waiting = [];
      shownColumns = columns;
      shownRows = rows;
      isOpen = true;
      if (rows < 2) {
        // Below the one row there is none: a line end would scroll.
        shown = [];
        return terminal.write(`${text + WRAP_OFF + (lines[0] ?? '') + CLEAR_TO_END_OF_LINE + WRAP_ON}\r`);
      }
      text += WRAP_OFF;
      for (const [index, line] of lines.entries()) {
        text += isSame && line === shown[index] ? '\r\n' : `${line}${CLEAR_TO_END_OF_LINE}\r\n`;
      }
      text += CLEAR_BELOW + WRAP_ON;
      shown = lines;
      return terminal.write(text);
    },
    finish(lines) {
      const { columns, rows } = size();
      const text = [...waiting, ...lines].map(line => `${line}\r\n`).join('');
      void terminal.write((isOpen ? toTop(columns, rows) + CLEAR_BELOW : '') + text + SHOW_CURSOR);
      waiting = [];
      shown = [];
      isOpen = false;
    },
    restore() {
      if (isOpen) void terminal.write(WRAP_ON + SHOW_CURSOR);
      shown = [];
      isOpen = false;
    },
  };
}
