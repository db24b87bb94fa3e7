/** The live view: one listr2 row at the bottom of a terminal, redrawn at most ten times a second. */
import { Spinner } from 'listr2';
import { fold } from '../events/fold.ts';
import { createProgress } from '../events/progress.ts';
import { createAbove } from './above.ts';
import type { Again } from './again.ts';
import { createPalette } from './colours.ts';
import type { Controls } from './controls.ts';
import { digestLines } from './digest.ts';
import { formatDuration } from './durations.ts';
import { composeFrame } from './frame.ts';
import { createHindsight } from './hindsight.ts';
import { hasFailedForGood } from './open-failures.ts';
import { outlookOf, type Usual } from './outlook.ts';
import { createPaging } from './paging.ts';
import type { Clock, Reporter, Terminal } from './reporter.ts';
import { startRunRow } from './run-row.ts';
import { createScreen } from './screen.ts';
import type { Steps } from './steps.ts';
import { summaryWords } from './summary.ts';
import { composeTitle } from './title.ts';
import { createWindow, type WindowFeatures } from './window.ts';

/** Between the end of one frame and the next. */
const FRAME_MS = 100;
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
  const { terminal, steps, clock, cwd, again, controls, isBehind = () => false } = options;
  const palette = createPalette(options.colour);
  const progress = createProgress(steps);
  const screen = createScreen(terminal);
  const window = createWindow(terminal, options.features ?? { title: false, bar: false });
  const past = createHindsight(options.readUsual);
  const above = createAbove(steps, palette);
  const row = await startRunRow(screen, palette);
  const spinner = new Spinner();
  let startedAt = clock.now();
  let disarm = () => {};
  let isOpen = true;
  /** A program has the terminal. */
  let isLent = false;
  /** In the background we have stepped aside. */
  let isAside = false;
  /** The terminal takes no more by now. */
  let isBusy = false;
  /** What went wrong while drawing, boxed: it is told at the next event. */
  let broken: { readonly error: unknown } | undefined;
  const keepExit = options.onExit(() => giveBack());

  /** The terminal as it was, what stands on it aside. */
  const giveBack = () => {
    paging?.letGo();
    screen.restore();
    window.restore();
  };
  /** Nothing of ours is on the screen any more, but for what stays above the view. */
  const makeWay = () => {
    screen.above(above.lines());
    screen.finish([]);
  };
  const elapsed = () => (progress.outcome === undefined ? clock.now() - startedAt : progress.t);
  const frame = () => ({
    width: screen.columns - 1,
    height: screen.rows - 2,
    t: elapsed(),
    usual: past.usual(progress, elapsed()),
    spinner: spinner.fetch(),
    steps,
    palette,
    cancelling: progress.forced ? undefined : progress.cancelling,
  });

  const over = { opening: makeWay, say: above.say, onTyped: () => repaint() };
  const paging = controls && createPaging({ terminal, controls, progress, look: frame, ...over });

  const draw = () => {
    spinner.spin();
    const look = frame();
    window.show(progress, outlookOf(progress, look.t, look.usual), () => hasFailedForGood({ progress, steps }));
    if (paging?.isOpen) return paging.draw();
    screen.above(above.lines());
    const hint = paging?.hasKeys ? HINT : undefined;
    const title = composeTitle(progress, { ...look, width: look.width - 2, hint });
    return row.show(look.spinner, title, composeFrame(progress, look));
  };
  /** Whether there is nothing to be drawn on, as a shell and its other jobs have the terminal. */
  const stepsAside = () => {
    const wasAside = isAside;
    isAside = isBehind();
    if (isAside && !wasAside) giveBack();
    if (!isAside && wasAside) paging?.takeKeys();
    return isAside;
  };
  /** Nobody above a timer could catch what it throws. */
  const paint = () => {
    if (isLent) return;
    try {
      if (stepsAside()) return next();
      const busy = draw();
      isBusy = busy !== undefined;
      if (busy === undefined) next();
      else void busy.then(next);
    } catch (error) {
      broken = { error };
      giveBack();
    }
  };
  const next = () => {
    isBusy = false;
    disarm();
    if (isOpen) disarm = clock.at(clock.now() + FRAME_MS, paint);
  };
  /** Sooner than the next frame is due. */
  const repaint = () => {
    if (!isOpen || isBusy || broken !== undefined) return;
    disarm();
    paint();
  };

  /** Nothing more is drawn. False where that was so before. */
  const end = () => {
    if (!isOpen) return false;
    isOpen = false;
    disarm();
    keepExit();
    paging?.letGo();
    window.restore();
    return true;
  };

  return {
    name: 'live',
    showsLater: true,
    report(event) {
      if (broken !== undefined) throw broken.error;
      try {
        fold(progress, event);
        above.take(event);
      } catch (error) {
        disarm();
        giveBack();
        throw error;
      }
      if (event.type === 'run.started') {
        past.begin(event);
        startedAt = clock.now();
        paging?.takeKeys();
        paint();
      }
      // How it ends is to be seen.
      if (event.type === 'run.cancelling') paging?.leave();
      return undefined;
    },
    suspend() {
      disarm();
      giveBack();
    },
    proceed() {
      if (!isOpen || isLent || broken !== undefined) return;
      paging?.takeKeys();
      paint();
    },
    lend() {
      disarm();
      isLent = true;
      if (broken !== undefined) return;
      paging?.letGo();
      makeWay();
      window.restore();
    },
    takeBack() {
      isLent = false;
      if (!isOpen || broken !== undefined) return;
      paging?.takeKeys();
      paint();
    },
    async leave() {
      if (end()) screen.restore();
      await terminal.flush();
    },
    async close() {
      if (!end()) return;
      if (broken !== undefined) return;
      screen.above(above.lines());
      const { outcome } = progress;
      const look = frame();
      const title =
        outcome === undefined
          ? `${steps.label('.')} broke off after ${formatDuration(look.t)}`
          : summaryWords(progress, outcome);
      await row.end(outcome?.state ?? 'failed', title, composeFrame(progress, { ...look, isLast: true }));
      const digest = digestLines({ progress, steps, palette, cwd, again });
      if (digest.length > 0) void terminal.write(`${digest.join('\n')}\n`);
      await terminal.flush();
    },
  };
}
