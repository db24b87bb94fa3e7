/** How the live view is drawn at a moment: its room, the time of the run, the glyph that turns, and what earlier runs took. */
import { Spinner } from 'listr2';
import type { RunStarted } from '../events/event.ts';
import type { Progress } from '../events/progress.ts';
import type { FrameOptions } from './frame.ts';
import { createHindsight } from './hindsight.ts';
import type { Usual } from './outlook.ts';
import type { Palette } from './palette.ts';
import type { Clock } from './reporter.ts';
import type { Screen } from './screen.ts';
import type { Steps } from './steps.ts';

export interface LookOptions {
  readonly screen: Pick<Screen, 'columns' | 'rows'>;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly steps: Steps;
  readonly palette: Palette;
  /** What earlier runs of the plan took; asked for once, of a run in this folder that lasts. */
  readonly readUsual?: ((folder: string) => Usual | undefined) | undefined;
}

/** What is the same for all that is drawn at one moment. */
export interface Look {
  /** The run starts, and its time. */
  begin(event: RunStarted): void;
  /** As it is now. */
  now(): FrameOptions;
  /** As it is now, for a frame of its own: the glyph has turned. */
  next(): FrameOptions;
}

/** The time of the run goes from now on, until it {@link Look.begin | begins}. */
export function createLook({ screen, clock, progress, steps, palette, readUsual }: LookOptions): Look {
  const spinner = new Spinner();
  const past = createHindsight(readUsual);
  let startedAt = clock.now();

  const now = (): FrameOptions => {
    const t = progress.outcome === undefined ? clock.now() - startedAt : progress.t;
    return {
      width: screen.columns - 1,
      height: screen.rows - 2,
      t,
      usual: past.usual(progress, t),
      spinner: spinner.fetch(),
      steps,
      palette,
      cancelling: progress.forced ? undefined : progress.cancelling,
    };
  };

  return {
    begin(event) {
      past.begin(event);
      startedAt = clock.now();
    },
    now,
    next() {
      spinner.spin();
      return now();
    },
  };
}
