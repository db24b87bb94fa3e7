/** What the live view has at the bottom of the screen: the run's line, the rows below it, and what is said above them, to stay. */
import type { RunEvent } from '../events/event.ts';
import type { Progress } from '../events/progress.ts';
import { createAbove } from './above.ts';
import { formatDuration } from './durations.ts';
import { composeFrame, type FrameOptions } from './frame.ts';
import type { Palette } from './palette.ts';
import { startRunRow } from './run-row.ts';
import type { Screen } from './screen.ts';
import type { Steps } from './steps.ts';
import { summaryWords } from './summary.ts';
import { composeTitle } from './title.ts';

export interface BottomOptions {
  readonly progress: Progress;
  readonly steps: Steps;
  readonly palette: Palette;
}

/** The run on the screen, until it makes way or the cursor is given back: then the next drawing begins below what was written meanwhile. */
export interface Bottom {
  /** Takes in what an event has to say above the rows. */
  take(event: RunEvent): void;
  /** Says something besides. */
  say(line: string): void;
  /** Draws where the run stands. A promise resolves when more is welcome. @param hint said at the end of the run's line. */
  draw(look: FrameOptions, hint?: string): Promise<void> | undefined;
  /** Nothing of it is on the screen any more, but for what stays. */
  makeWay(): void;
  /** Leaves what is drawn, and gives the cursor back below it. */
  restore(): void;
  /** Leaves how the run has ended, or that it broke off; resolves when that was written. */
  end(look: FrameOptions): Promise<void>;
}

/** Resolves when it can be drawn; nothing is drawn yet. */
export async function createBottom(screen: Screen, { progress, steps, palette }: BottomOptions): Promise<Bottom> {
  const above = createAbove(steps, palette);
  const row = await startRunRow(screen, palette);
  return {
    take: above.take,
    say: above.say,
    draw(look, hint) {
      screen.above(above.lines());
      const title = composeTitle(progress, { ...look, width: look.width - 2, hint });
      return row.show(look.spinner, title, composeFrame(progress, look));
    },
    makeWay() {
      screen.above(above.lines());
      screen.finish([]);
    },
    restore: screen.restore,
    async end(look) {
      const { outcome } = progress;
      screen.above(above.lines());
      const title =
        outcome === undefined
          ? `${steps.label('.')} broke off after ${formatDuration(look.t)}`
          : summaryWords(progress, outcome);
      await row.end(outcome?.state ?? 'failed', title, composeFrame(progress, { ...look, isLast: true }));
    },
  };
}
