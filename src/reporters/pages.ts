/** Which pages there are over the live view, each made of where the run stands: the log of a step, the choice of one, the help. */
import type { Progress } from '../events/progress.ts';
import type { ProgressNode } from '../events/tree.ts';
import { candidates, createChooser, PURPOSES, type Purpose } from './chooser.ts';
import { cutTo } from './columns.ts';
import type { Controls } from './controls.ts';
import { createHelpPage } from './help-page.ts';
import { createLogPage } from './log-page.ts';
import type { Page } from './page.ts';
import { fullNameOf, pathRow, type RowOptions } from './rows.ts';

export interface PagesOptions {
  readonly controls: Pick<Controls, 'openLog'>;
  readonly progress: Progress;
  /** How rows are drawn now, whatever their width. */
  readonly look: () => RowOptions;
}

/** Pages, made anew each time: whoever opens one closes it. */
export interface Pages {
  /** The log of a step, opened; undefined where the run has none. */
  log(step: string): Page | undefined;
  /** What a letter opens, if anything. */
  openedBy(letter: string): Page | undefined;
}

/** Opens nothing yet. */
export function createPages({ controls, progress, look }: PagesOptions): Pages {
  const nameOf = (node: ProgressNode) => fullNameOf(node, look());
  const rowOf = (node: ProgressNode, columns: number) => pathRow(progress, node, { ...look(), width: columns });

  const log = (step: string): Page | undefined => {
    const { folder } = progress;
    if (folder === undefined) return undefined;
    const { steps, palette } = look();
    return createLogPage({
      step,
      palette,
      log: controls.openLog(folder, step),
      rowOf(columns) {
        const node = progress.nodes.get(step);
        // One that ended well long ago is in the counts only.
        return node === undefined ? cutTo(steps.label(step), columns) : rowOf(node, columns);
      },
      isRunning() {
        const node = progress.nodes.get(step);
        return node?.startedT !== undefined && node.outcome === undefined;
      },
    });
  };

  const choice = (purpose: Purpose): Page | undefined => {
    const [only, ...others] = candidates(progress, purpose);
    // Nothing to choose from; what is to be stopped is asked for all the same.
    if (purpose === 'log' && only !== undefined && others.length === 0) return log(only.path);
    return createChooser({ purpose, progress, nameOf, rowOf, palette: look().palette });
  };

  return {
    log,
    openedBy(letter) {
      if (letter === '?') return createHelpPage(look().palette);
      const purpose = PURPOSES[letter];
      return purpose === undefined ? undefined : choice(purpose);
    },
  };
}
