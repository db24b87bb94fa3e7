/** What keys do over the live view: they open pages, one at a time, and answer what is asked there. */
import type { Progress } from '../events/progress.ts';
import type { Controls } from './controls.ts';
import { type Key, keysIn } from './keys.ts';
import { createPageScreen, type Page, type Wish } from './page.ts';
import { createPages } from './pages.ts';
import { createQuestion, type Question } from './question.ts';
import type { Terminal } from './reporter.ts';
import type { RowOptions } from './rows.ts';

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
  /** Called when what was typed is to be seen. */
  readonly onTyped: () => void;
}

export interface Paging {
  /** Whether a page is to be drawn, and not the view. */
  readonly isOpen: boolean;
  /** Whether a key that is pressed now does something. */
  readonly hasKeys: boolean;
  /** From now on keys do something, whenever the terminal is ours. */
  takeKeys(): void;
  /** Draws the page that is open. A promise resolves when more is welcome. */
  draw(): Promise<void> | undefined;
  /** Closes it, whatever it shows: the view is back. */
  leave(): void;
  /** The same, and keys are left to others. */
  letGo(): void;
}

export function createPaging(options: PagingOptions): Paging {
  const { terminal, controls, look, opening, say, onTyped } = options;
  const { keyboard } = controls;
  const pages = createPages(options);
  const screen = createPageScreen(terminal);
  let page: Page | undefined;
  let question: Question | undefined;

  const show = (next: Page | undefined) => {
    if (next === undefined) return;
    if (page === undefined) opening();
    page?.close?.();
    page = next;
  };
  const leave = () => {
    question = undefined;
    page?.close?.();
    page = undefined;
    screen.close();
  };
  const act = ({ deed, step, name }: Question) => {
    leave();
    if (!controls[deed](step)) say(`"${name}" is not running any more`);
  };

  const grant = (wish: Wish | undefined) => {
    switch (wish?.type) {
      case undefined:
        break;
      case 'leave':
        leave();
        break;
      case 'log':
        show(pages.log(wish.step));
        break;
      case 'stop':
      case 'restart':
        question = createQuestion({ deed: wish.type, step: wish.step, name: look().steps.label(wish.step) });
        break;
      default:
        wish satisfies never;
    }
  };
  const press = (key: Key) => {
    const letter = typeof key === 'string' ? '' : key.typed;
    if (question !== undefined) {
      const asked = question;
      question = undefined;
      if (asked.isConfirmedBy(letter)) act(asked);
    } else if (page !== undefined) grant(page.press(key));
    else show(pages.openedBy(letter));
  };

  const type = (text: string) => {
    const wasOpen = page !== undefined;
    for (const key of keysIn(text)) press(key);
    if (wasOpen || page !== undefined) onTyped();
  };

  return {
    get isOpen() {
      return page !== undefined;
    },
    get hasKeys() {
      return keyboard.isOurs;
    },
    takeKeys: () => keyboard.take(type),
    draw() {
      if (page === undefined) return undefined;
      const columns = (terminal.columns || 80) - 1;
      const rows = terminal.rows || 24;
      const lines = page.lines(columns, rows).slice(0, rows);
      if (question === undefined) return screen.paint(lines);
      return screen.paint([...lines.slice(0, rows - 1), look().palette.warn(question.line(columns))]);
    },
    leave,
    letGo() {
      leave();
      keyboard.release();
    },
  };
}
