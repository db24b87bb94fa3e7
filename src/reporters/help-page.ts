/** The page that tells what keys do. */
import { cutTo } from './columns.ts';
import type { Page } from './page.ts';
import type { Palette } from './palette.ts';

const LINES = [
  '',
  '  l       the whole log of a step, while it grows',
  '  k       stop a step: it fails, "stopped by hand"',
  '  r       have a step begin again, at once',
  '  ?       this page',
  '',
  '  In lists: ↑↓ PgUp PgDn choose, / searches, Enter takes.',
  '  In a log: ↑↓ PgUp PgDn scroll, g its start, G its end,',
  '  k stops its step.',
  '  q, Esc  back to the run',
  '',
  '  Ctrl-C  stop the run in order; again: kill',
  '  Ctrl-\\  kill it at once',
  '  Ctrl-Z  hold it; "fg" goes on',
];

/** Where there is little room. */
const SHORT = [
  'l  log of a step',
  'k  stop a step',
  'r  step begins again',
  '?  this page',
  'q  back to the run',
  '^C stop, 2x: kill',
  '^\\ kill at once',
  '^Z hold, fg: go on',
];
const ROOMY = 60;

/** Any of the keys that leave a page leaves it, and `?` as well. */
export function createHelpPage(palette: Palette): Page {
  return {
    press: key =>
      key === 'escape' || key === 'enter' || (typeof key === 'object' && ['q', '?'].includes(key.typed))
        ? { type: 'leave' }
        : undefined,
    lines: (columns, rows) =>
      [
        palette.strong(cutTo('Keys', columns)),
        ...(columns < ROOMY ? SHORT : LINES).map(line => cutTo(line, columns)),
      ].slice(0, rows),
  };
}
