/** A page over the whole screen of a terminal, beside which what was there before stays as it is. */
import type { Key } from './keys.ts';
import type { Terminal } from './reporter.ts';

/** What a key on a page asks for; undefined: no more than the page does by itself. */
export type Wish =
  | { readonly type: 'leave' }
  /** The log of a step, in the place of the page. */
  | { readonly type: 'log'; readonly step: string }
  /** To stop a step, or to have it begin again, once that is confirmed. */
  | { readonly type: 'stop' | 'restart'; readonly step: string };

/** What is shown on it, and what keys do there. */
export interface Page {
  press(key: Key): Wish | undefined;
  /** As many lines as there are rows, at most; none is wider than the columns. */
  lines(columns: number, rows: number): string[];
  close?(): void;
}

export interface PageScreen {
  readonly isOpen: boolean;
  /** Draws these lines, from the top. A promise resolves when more is welcome. */
  paint(lines: readonly string[]): Promise<void> | undefined;
  /** Shows what was there before. */
  close(): void;
}

/** The alternate screen, its lines not wrapped, without a cursor. */
const OPEN = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J';
const CLOSE = '\x1b[?7h\x1b[?1049l\x1b[?25h';

/** It is opened by the first lines. */
export function createPageScreen(terminal: Terminal): PageScreen {
  let shown: readonly string[] | undefined;
  let size = '';
  return {
    get isOpen() {
      return shown !== undefined;
    },
    paint(lines) {
      const sizeNow = `${terminal.columns} ${terminal.rows}`;
      const isFresh = shown === undefined || size !== sizeNow;
      let text = shown === undefined ? OPEN : isFresh ? '\x1b[2J' : '';
      const before = isFresh ? [] : (shown ?? []);
      for (let row = 0; row < Math.max(lines.length, before.length); row++) {
        const line = lines[row] ?? '';
        if (line !== (before[row] ?? '')) text += `\x1b[${row + 1};1H${line}\x1b[K`;
      }
      shown = lines;
      size = sizeNow;
      return text === '' ? undefined : terminal.write(text);
    },
    close() {
      if (shown !== undefined) void terminal.write(CLOSE);
      shown = undefined;
    },
  };
}
