/** The live view: one listr2 row at the bottom of a terminal, redrawn at most ten times a second. */
import { Spinner } from 'listr2';
import type { Warning } from '../events/event.ts';
import { fold } from '../events/fold.ts';
import { createProgress } from '../events/progress.ts';
import type { Again } from './again.ts';
import { createPalette } from './colours.ts';
import { digestLines } from './digest.ts';
import { formatDuration } from './durations.ts';
import { composeFrame, composeTitle } from './frame.ts';
import { createHindsight } from './hindsight.ts';
import { outlookOf, type Usual } from './outlook.ts';
import { glyphs } from './palette.ts';
import type { Clock, Reporter, Terminal } from './reporter.ts';
import { startRunRow } from './run-row.ts';
import { createScreen } from './screen.ts';
import type { Steps } from './steps.ts';
import { summaryWords } from './summary.ts';
import { createWindow, type WindowFeatures } from './window.ts';
import { oneLine } from './wording.ts';

/** Between the end of one frame and the next. */
const FRAME_MS = 100;
/** Warnings above one frame; more are counted. */
const WARNINGS_MAX = 20;

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
}

/** A view that folds events as they come and draws where the run stands at its own pace. */
export async function createLive(options: LiveOptions): Promise<Reporter> {
  const { terminal, steps, clock, cwd, again } = options;
  const palette = createPalette(options.colour);
  const progress = createProgress(steps);
  const screen = createScreen(terminal);
  const window = createWindow(terminal, options.features ?? { title: false, bar: false });
  const past = createHindsight(options.readUsual);
  const row = await startRunRow(screen, palette);
  const spinner = new Spinner();
  let startedAt = clock.now();
  let disarm = () => {};
  let isOpen = true;
  /** A program has the terminal. */
  let isLent = false;
  let warnings: string[] = [];
  let unsaid = 0;
  /** What went wrong while drawing, boxed: it is told at the next event. */
  let broken: { readonly error: unknown } | undefined;
  const keepExit = options.onExit(() => giveBack());

  const giveBack = () => {
    screen.restore();
    window.restore();
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

  const draw = () => {
    spinner.spin();
    screen.above(warningLines());
    const look = frame();
    const title = composeTitle(progress, { ...look, width: look.width - 2 });
    window.show(progress, outlookOf(progress, look.t, look.usual));
    return row.show(look.spinner, title, composeFrame(progress, look));
  };
  /** Nobody above a timer could catch what it throws. */
  const paint = () => {
    if (isLent) return;
    try {
      const busy = draw();
      if (busy === undefined) next();
      else void busy.then(next);
    } catch (error) {
      broken = { error };
      giveBack();
    }
  };
  const next = () => {
    if (isOpen) disarm = clock.at(clock.now() + FRAME_MS, paint);
  };

  const warn = ({ step, message }: Warning) => {
    if (warnings.length >= WARNINGS_MAX) unsaid += 1;
    else warnings.push(`${step === undefined ? '' : `${steps.label(step)}: `}${oneLine(message)}`);
  };
  const warningLines = () => {
    const lines = unsaid > 0 ? [...warnings, `${unsaid} more warnings`] : warnings;
    warnings = [];
    unsaid = 0;
    return lines.map(line => `${palette.warn(glyphs.warning)} ${line}`);
  };

  return {
    name: 'live',
    report(event) {
      if (broken !== undefined) throw broken.error;
      fold(progress, event);
      if (event.type === 'run.started') {
        past.begin(event);
        startedAt = clock.now();
        paint();
      } else if (event.type === 'warning') warn(event);
      return undefined;
    },
    suspend() {
      disarm();
      giveBack();
    },
    proceed() {
      if (isOpen && broken === undefined) paint();
    },
    lend() {
      disarm();
      isLent = true;
      if (broken !== undefined) return;
      screen.above(warningLines());
      screen.finish([]);
      window.restore();
    },
    takeBack() {
      isLent = false;
      if (isOpen && broken === undefined) paint();
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      disarm();
      keepExit();
      window.restore();
      if (broken !== undefined) return;
      screen.above(warningLines());
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
