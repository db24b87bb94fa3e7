/** The page on which a step is chosen: to see its log, to stop it, or to have it begin again. Of ten thousand a few letters find one. */
import type { Progress } from '../events/progress.ts';
import type { ProgressNode } from '../events/tree.ts';
import { isFinally } from '../plan/paths.ts';
import { cutTo } from './columns.ts';
import type { NamedKey } from './keys.ts';
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

/**
 * The steps are those of each moment; once the mark was moved it stays at its step as long as that can be chosen, and until
 * then at the first, as steps may end faster than anybody reads.
 */
export function createChooser({ purpose, progress, nameOf, rowOf, palette }: ChooserOptions): Page {
  let sought = '';
  let isSeeking = false;
  let chosen: string | undefined;
  let index = 0;
  let isMoved = false;
  let height = 10;

  const found = (): ProgressNode[] => {
    const all = candidates(progress, purpose);
    const words = sought.toLowerCase();
    return words === '' ? all : all.filter(node => nameOf(node).toLowerCase().includes(words));
  };
  /** Where the mark stands among these. */
  const at = (nodes: readonly ProgressNode[]): number => {
    const same = nodes.findIndex(({ path }) => path === chosen);
    index = same >= 0 ? same : Math.min(index, Math.max(0, nodes.length - 1));
    chosen = nodes[index]?.path;
    return index;
  };
  const moves: Partial<Record<NamedKey, (from: number, count: number) => number>> = {
    up: from => from - 1,
    down: from => from + 1,
    'page-up': from => from - height,
    'page-down': from => from + height,
    home: () => 0,
    end: (_, count) => count - 1,
  };
  const seek = (words: string) => {
    sought = words;
    chosen = undefined;
    index = 0;
    isMoved = false;
  };
  const choose = (): Wish | undefined => {
    const nodes = found();
    const step = nodes[at(nodes)]?.path;
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
        const next = moves[key]?.(at(nodes), nodes.length) ?? 0;
        isMoved = true;
        chosen = nodes[Math.max(0, Math.min(next, nodes.length - 1))]?.path;
      }
      return undefined;
    },
    lines(columns, rows) {
      height = Math.max(1, rows - 2);
      const nodes = found();
      // Only where it is seen: keys act on what was seen last.
      if (!isMoved) chosen = nodes[0]?.path;
      const mark = at(nodes);
      const first = Math.max(0, Math.min(mark - Math.floor(height / 2), nodes.length - height));
      const list = nodes.slice(first, first + height).map((node, row) => {
        const isMarked = first + row === mark;
        return (isMarked ? palette.strong(MARK) : '  ') + rowOf(node, columns - MARK.length);
      });
      if (nodes.length === 0) list.push(palette.quiet(cutTo((sought === '' ? NOBODY : NOT_FOUND)[purpose], columns)));
      const blank = Array.from({ length: Math.max(0, height - list.length) }, () => '');
      const count = nodes.length > height ? ` ${mark + 1} of ${nodes.length}` : '';
      const foot = isSeeking
        ? `/${cleanse(sought)}█ Enter ${ENTERED[purpose]} · Esc ends the search`
        : 'q back · ↑↓ Enter choose · / search';
      return [
        palette.strong(cutTo(`${TITLES[purpose]}${count}`, columns)),
        ...list,
        ...blank,
        palette.quiet(cutTo(foot, columns)),
      ];
    },
  };
}
