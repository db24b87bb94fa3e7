/** The live view: one listr2 row at the bottom of a terminal, redrawn at most ten times a second. */
import { fold } from '../events/fold.ts';
import { createProgress } from '../events/progress.ts';
import type { Again } from './again.ts';
import { createBottom } from './bottom.ts';
import { createPalette } from './colours.ts';
import type { Controls } from './controls.ts';
import { digestLines } from './digest.ts';
import { createLook } from './look.ts';
import { hasFailedForGood } from './open-failures.ts';
import { outlookOf, type Usual } from './outlook.ts';
import { createPaging } from './paging.ts';
import { createPresence } from './presence.ts';
import type { Clock, Reporter, Terminal } from './reporter.ts';
import { createScreen } from './screen.ts';
import type { Steps } from './steps.ts';
import { createWindow, type WindowFeatures } from './window.ts';

/** Tells that there are keys. */
const HINT = '? keys';

export interface LiveOptions {
  readonly terminal: Terminal;
  readonly steps: Steps;
  readonly clock: Clock;
  readonly colour: boolean;
  /** Calls `restore` when the process exits with the view open; returns how to call it off. */
  readonly onExit: (restore: () => void) => () => void;
  /** Log paths below this folder are shown relative to it. */
  readonly cwd?: string | undefined;
  /** How to run a step again. */
  readonly again?: Again | undefined;
  /** What the terminal shows around its screen. Default: nothing. */
  readonly features?: WindowFeatures;
  /** What earlier runs of the plan took; asked for once, of a run in this folder that lasts. */
  readonly readUsual?: ((folder: string) => Usual | undefined) | undefined;
  /** What keys do. Without it there are none. */
  readonly controls?: Controls | undefined;
  /** Whether the terminal is somebody else's, as we are in the background. Default: never. */
  readonly isBehind?: (() => boolean) | undefined;
}

/** A view that folds events as they come and draws where the run stands at its own pace. */
export async function createLive(options: LiveOptions): Promise<Reporter> {
  const { terminal, steps, clock, controls, isBehind = () => false } = options;
  const palette = createPalette(options.colour);
  const progress = createProgress(steps);
  const screen = createScreen(terminal);
  const window = createWindow(terminal, options.features ?? { title: false, bar: false });
  const look = createLook({ screen, clock, progress, steps, palette, readUsual: options.readUsual });
  const bottom = await createBottom(screen, { progress, steps, palette });
  const over = { opening: bottom.makeWay, say: bottom.say, onTyped: () => presence.hurry() };
  const paging = controls && createPaging({ terminal, controls, progress, look: look.now, ...over });

  const frame = () => {
    const now = look.next();
    window.show(progress, outlookOf(progress, now.t, now.usual), () => hasFailedForGood({ progress, steps }));
    return paging?.isOpen ? paging.draw() : bottom.draw(now, paging?.hasKeys ? HINT : undefined);
  };
  const take = () => paging?.takeKeys();
  const giveBack = () => {
    paging?.letGo();
    bottom.restore();
    window.restore();
  };
  const makeWay = () => {
    paging?.letGo();
    bottom.makeWay();
    window.restore();
  };
  const presence = createPresence(clock, { frame, take, giveBack, makeWay, isBehind });
  const keepExit = options.onExit(giveBack);
  /** Nothing more is drawn. False where that was so before. */
  const end = () => {
    if (!presence.end()) return false;
    keepExit();
    paging?.letGo();
    window.restore();
    return true;
  };

  return {
    name: 'live',
    showsLater: true,
    report(event) {
      if (presence.broken !== undefined) throw presence.broken.error;
      try {
        fold(progress, event);
        bottom.take(event);
      } catch (error) {
        presence.pause();
        throw error;
      }
      if (event.type === 'run.started') {
        look.begin(event);
        presence.goOn();
      }
      // How it ends is to be seen.
      if (event.type === 'run.cancelling') paging?.leave();
      return undefined;
    },
    suspend: presence.pause,
    proceed: presence.goOn,
    lend: presence.lend,
    takeBack: presence.takeBack,
    async leave() {
      if (end()) bottom.restore();
      await terminal.flush();
    },
    async close() {
      if (!end() || presence.broken !== undefined) return;
      await bottom.end(look.now());
      const digest = digestLines({ progress, steps, palette, cwd: options.cwd, again: options.again });
      if (digest.length > 0) void terminal.write(`${digest.join('\n')}\n`);
      await terminal.flush();
    },
  };
}
