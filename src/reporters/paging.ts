/** The pages that keys open over the live view: the log of a step, the choice of one, the help. One at a time. */
import type { Progress } from '../events/progress.ts';
import type { ProgressNode } from '../events/tree.ts';
import { candidates, createChooser, PURPOSES, type Purpose } from './chooser.ts';
import { cutTo } from './columns.ts';
import type { Controls } from './controls.ts';
import { createHelpPage } from './help-page.ts';
import { type Key, keysIn } from './keys.ts';
import { createLogPage } from './log-page.ts';
import { createPageScreen, type Page, type Wish } from './page.ts';
import { type Deed, questionIn } from './question.ts';
import type { Terminal } from './reporter.ts';
import { fullNameOf, pathRow, type RowOptions } from './rows.ts';

export interface PagingOptions {
  readonly terminal: Terminal;
  readonly controls: Controls;
  readonly progress: Progress;
  /** How rows are drawn now, whatever their width. */
  readonly look: () => RowOptions;
  /** Called before the first page is drawn: makes way. */
  readonly opening: () => void;
  /** Prints a line above the view, once that is back. */
  readonly say: (line: string) => void;
}

export interface Paging {
  readonly isOpen: boolean;
  /** What was typed; returns whether there is anything to be drawn anew. */
  press(text: string): boolean;
  /** Draws the page that is open. A promise resolves when more is welcome. */
  draw(): Promise<void> | undefined;
  /** Closes it, whatever it shows: the view is back. */
  leave(): void;
}

export function createPaging({ terminal, controls, progress, look, opening, say }: PagingOptions): Paging {
  const screen = createPageScreen(terminal);
  let page: Page | undefined;
  /** What is to be done to which step, if that is confirmed; nobody answers a question that was not drawn. */
  let asking: { readonly type: Deed; readonly step: string; isDrawn: boolean } | undefined;

  const nameOf = (node: ProgressNode) => fullNameOf(node, look());
  const rowOf = (node: ProgressNode, columns: number) => pathRow(progress, node, { ...look(), width: columns });
  const labelOf = (step: string) => look().steps.label(step);

  const show = (next: Page) => {
    if (page === undefined) opening();
    page?.close?.();
    page = next;
  };
  const leave = () => {
    asking = undefined;
    page?.close?.();
    page = undefined;
    screen.close();
  };
  const showLog = (step: string) => {
    const { folder } = progress;
    if (folder === undefined) return;
    const row = (columns: number) => {
      const node = progress.nodes.get(step);
      // One that ended well long ago is in the counts only.
      return node === undefined ? cutTo(labelOf(step), columns) : rowOf(node, columns);
    };
    const isRunning = () => {
      const node = progress.nodes.get(step);
      return node?.startedT !== undefined && node.outcome === undefined;
    };
    const log = controls.openLog(folder, step);
    show(createLogPage({ step, log, rowOf: row, isRunning, palette: look().palette }));
  };
  const choose = (purpose: Purpose) => {
    const [only, ...others] = candidates(progress, purpose);
    // Nothing to choose from; what is to be stopped is asked for all the same.
    if (purpose === 'log' && only !== undefined && others.length === 0) showLog(only.path);
    else show(createChooser({ purpose, progress, nameOf, rowOf, palette: look().palette }));
  };
  const act = (deed: Deed, step: string) => {
    leave();
    if (!controls[deed](step)) say(`"${labelOf(step)}" is not running any more`);
  };

  const grant = (wish: Wish | undefined) => {
    switch (wish?.type) {
      case undefined:
        break;
      case 'leave':
        leave();
        break;
      case 'log':
        showLog(wish.step);
        break;
      case 'stop':
      case 'restart':
        asking = { type: wish.type, step: wish.step, isDrawn: false };
        break;
      default:
        wish satisfies never;
    }
  };
  const press = (key: Key) => {
    const letter = typeof key === 'string' ? '' : key.typed;
    if (asking !== undefined) {
      const { type, step, isDrawn } = asking;
      asking = undefined;
      if (letter === 'y' && isDrawn) act(type, step);
    } else if (page !== undefined) grant(page.press(key));
    else if (letter === '?') show(createHelpPage(look().palette));
    else {
      const purpose = PURPOSES[letter];
      if (purpose !== undefined) choose(purpose);
    }
  };

  return {
    get isOpen() {
      return page !== undefined;
    },
    press(text) {
      const wasOpen = page !== undefined;
      for (const key of keysIn(text)) press(key);
      return wasOpen || page !== undefined;
    },
    draw() {
      if (page === undefined) return undefined;
      const columns = (terminal.columns || 80) - 1;
      const rows = terminal.rows || 24;
      const lines = page.lines(columns, rows).slice(0, rows);
      if (asking === undefined) return screen.paint(lines);
      const { palette } = look();
      asking.isDrawn = true;
      const question = questionIn(asking.type, labelOf(asking.step), columns);
      return screen.paint([...lines.slice(0, rows - 1), palette.warn(question)]);
    },
    leave,
  };
}
