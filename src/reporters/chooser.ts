/** The page on which a step is chosen: to see its log, to stop it, or to have it begin again. Of ten thousand a few letters find one. */
import type { Progress } from '../events/progress.ts';
import type { ProgressNode } from '../events/tree.ts';
import { isFinally } from '../plan/paths.ts';
import { cutTo } from './columns.ts';
import type { NamedKey } from './keys.ts';
import { createListMark } from './list-mark.ts';
import type { Page, Wish } from './page.ts';
import type { Palette } from './palette.ts';
import { cleanse } from './text.ts';

export type Purpose = 'log' | 'stop' | 'restart';

export interface ChooserOptions {
  /** What the step is chosen for. */
  readonly purpose: Purpose;
  readonly progress: Progress;
  /** What a step is called. */
  readonly nameOf: (node: ProgressNode) => string;
  /** How it stands, in so many columns. */
  readonly rowOf: (node: ProgressNode, columns: number) => string;
  readonly palette: Palette;
}

const TITLES = { log: 'Whose log?', stop: 'Stop which step?', restart: 'Which step is to begin again?' } as const;
const NOT_FOUND = {
  log: 'none of those that run, have failed, or ended last; "runjobs logs" has all',
  stop: 'no running step is called so',
  restart: 'no running step is called so',
} as const;
const NOBODY = { log: 'no step has started', stop: 'no step is running', restart: 'no step is running' } as const;
/** The keys that open the page, and choose on it. */
export const PURPOSES: Readonly<Record<string, Purpose>> = { l: 'log', k: 'stop', r: 'restart' };
const ENTERED = { log: 'shows it', stop: 'stops it', restart: 'has it begin again' } as const;
const MARK = '❯ ';

/** Where a key moves the mark in a list. */
const MOVES: Readonly<Record<Exclude<NamedKey, 'enter' | 'escape' | 'erase'>, (list: MarkedList) => number>> = {
  up: ({ mark }) => mark - 1,
  down: ({ mark }) => mark + 1,
  'page-up': ({ mark, height }) => mark - height,
  'page-down': ({ mark, height }) => mark + height,
  home: () => 0,
  end: ({ count }) => count - 1,
};

/** A list of so many, the mark at one of them, of which so many rows are shown. */
interface MarkedList {
  readonly mark: number;
  readonly count: number;
  readonly height: number;
}

/** The steps that can be chosen: what runs in the order of the plan, then for a log what has failed, then what has ended, the latest first. */
export function candidates(progress: Progress, purpose: ChooserOptions['purpose']): ProgressNode[] {
  const running: ProgressNode[] = [];
  const failed: ProgressNode[] = [];
  const visit = (node: ProgressNode) => {
    // The steps of a `finally` can be stopped, and begin again, it itself is none.
    const isChosen = node.path === '.' || purpose === 'log' ? !node.group : !isFinally(node.path);
    if (isChosen && node.startedT !== undefined) {
      if (node.outcome === undefined) running.push(node);
      else if (node.outcome.state === 'failed') failed.push(node);
    }
    for (const child of node.children.values()) visit(child);
  };
  visit(progress.root);
  if (purpose !== 'log') return running;
  const over = [...progress.recent].filter(node => !node.group && node.startedT !== undefined).reverse();
  return [...running, ...failed, ...over];
}

/** The steps are those of each moment, in which the mark keeps its step (see {@link createListMark}). */
export function createChooser({ purpose, progress, nameOf, rowOf, palette }: ChooserOptions): Page {
  const mark = createListMark();
  let sought = '';
  let isSeeking = false;
  /** Rows of the list, as it was seen last. */
  let height = 10;

  const found = (): ProgressNode[] => {
    const all = candidates(progress, purpose);
    const words = sought.toLowerCase();
    return words === '' ? all : all.filter(node => nameOf(node).toLowerCase().includes(words));
  };
  const seek = (words: string) => {
    sought = words;
    mark.reset();
  };
  const choose = (): Wish | undefined => {
    const nodes = found();
    const step = nodes[mark.at(nodes)]?.path;
    return step === undefined ? undefined : { type: purpose, step };
  };
  const type = (letter: string): Wish | undefined => {
    if (isSeeking) seek(sought + letter);
    else if (letter === '/') isSeeking = true;
    else if (letter === 'q') return { type: 'leave' };
    else if (PURPOSES[letter] === purpose) return choose();
    return undefined;
  };

  return {
    press(key) {
      if (typeof key === 'object') return type(key.typed);
      if (key === 'enter') return choose();
      if (key === 'escape') {
        if (!isSeeking) return { type: 'leave' };
        isSeeking = false;
        seek('');
      } else if (key === 'erase') {
        if (sought === '') isSeeking = false;
        else seek([...sought].slice(0, -1).join(''));
      } else {
        const nodes = found();
        mark.move(nodes, MOVES[key]({ mark: mark.at(nodes), count: nodes.length, height }));
      }
      return undefined;
    },
    lines(columns, rows) {
      height = Math.max(1, rows - 2);
      const nodes = found();
      const list = { mark: mark.show(nodes), count: nodes.length, height };
      const first = firstShown(list);
      const shown = nodes.slice(first, first + height).map((node, row) => {
        const isMarked = first + row === list.mark;
        return (isMarked ? palette.strong(MARK) : '  ') + rowOf(node, columns - MARK.length);
      });
      if (nodes.length === 0) shown.push(palette.quiet(cutTo((sought === '' ? NOBODY : NOT_FOUND)[purpose], columns)));
      const blank = Array.from({ length: Math.max(0, height - shown.length) }, () => '');
      const foot = isSeeking
        ? `/${cleanse(sought)}█ Enter ${ENTERED[purpose]} · Esc ends the search`
        : 'q back · ↑↓ Enter choose · / search';
      const title = TITLES[purpose] + placeWords(list);
      return [palette.strong(cutTo(title, columns)), ...shown, ...blank, palette.quiet(cutTo(foot, columns))];
    },
  };
}

/** The first of the rows that are shown: the mark is in their middle, but near an end of the list. */
function firstShown({ mark, count, height }: MarkedList): number {
  return Math.max(0, Math.min(mark - Math.floor(height / 2), count - height));
}

/** ` 12 of 345`, where not all of it is shown. */
function placeWords({ mark, count, height }: MarkedList): string {
  return count > height ? ` ${mark + 1} of ${count}` : '';
}
