/** The whole log of one step as a page: its end while it grows, or whatever part of it is scrolled to. */
import { cutFront, cutTo } from './columns.ts';
import type { LogText } from './controls.ts';
import type { Page, Wish } from './page.ts';
import type { Palette } from './palette.ts';
import { formatBytes } from './sizes.ts';
import { cleanse } from './text.ts';
import { type Place, type Row, rowsBefore, rowsFrom } from './wrapping.ts';

export interface LogPageOptions {
  readonly step: string;
  readonly log: LogText;
  /** The row of the step as it stands now, in so many columns. */
  readonly rowOf: (columns: number) => string;
  /** Whether it runs, and can be stopped. */
  readonly isRunning: () => boolean;
  readonly palette: Palette;
}

/** From so many rows on, one tells where the log lies. */
const ROWS_FOR_PATH = 8;
const KEYS = '↑↓ PgUp PgDn g G move';

/** At the end of the log it follows what is added. Closing it closes the log. */
export function createLogPage({ step, log, rowOf, isRunning, palette }: LogPageOptions): Page {
  /** Undefined: the end, wherever that is. */
  let top: Place | undefined;
  let columns = 80;
  let rows = 20;
  /** Somebody wanted to stop what had ended. */
  let isLate = false;

  /** A log that has become shorter, as `maxLog` lets it, is shown from its end. */
  const shown = (): Row[] => {
    const here = top === undefined ? [] : rowsFrom(log, top, rows, columns);
    return here.length > 0 ? here : rowsBefore(log, { offset: log.size(), row: 0 }, rows, columns);
  };
  const up = (count: number) => {
    const [first] = shown();
    if (first !== undefined) top = rowsBefore(log, first, count, columns)[0] ?? first;
  };
  const down = (count: number) => {
    if (top === undefined) return;
    const ahead = rowsFrom(log, top, rows + count, columns);
    top = ahead.length < rows + count ? undefined : ahead[count];
  };
  const move = (key: string): void => {
    if (key === 'up') up(1);
    else if (key === 'down' || key === 'enter') down(1);
    else if (key === 'page-up' || key === 'b') up(rows);
    else if (key === 'page-down' || key === ' ') down(rows);
    else if (key === 'home' || key === 'g') top = { offset: 0, row: 0 };
    else if (key === 'end' || key === 'G') top = undefined;
  };
  const whereWords = (first: Row | undefined): string => {
    const size = log.size();
    const part =
      top === undefined ? 'its end' : `from ${Math.floor(((first?.offset ?? 0) * 100) / Math.max(size, 1))} %`;
    return `${formatBytes(size)}, ${part}`;
  };

  return {
    press(key): Wish | undefined {
      const word = typeof key === 'string' ? key : key.typed;
      if (word === 'q' || word === 'escape' || word === 'l') return { type: 'leave' };
      isLate = word === 'k' && !isRunning();
      if (word === 'k' && !isLate) return { type: 'stop', step };
      move(word);
      return undefined;
    },
    lines(columnsNow, rowsNow) {
      columns = columnsNow;
      const path = rowsNow >= ROWS_FOR_PATH ? [palette.quiet(cutFront(cleanse(log.path), columns))] : [];
      rows = Math.max(1, rowsNow - 2 - path.length);
      const seen = shown();
      const body =
        seen.length === 0 ? [palette.quiet(cutTo('nothing printed by now', columns))] : seen.map(row => row.text);
      const blank = Array.from({ length: Math.max(0, rows - body.length) }, () => '');
      const stop = isLate ? ' · it has ended' : isRunning() ? ' · k stop' : '';
      const foot = palette.quiet(cutTo(`q back · ${whereWords(seen[0])} · ${KEYS}${stop}`, columns));
      return [rowOf(columns), ...body, ...blank, ...path, foot];
    },
    close: () => log.close(),
  };
}
