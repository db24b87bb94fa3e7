/** What steps print, below a line that names them: as a block of its own, or in the open, where more of it may follow. */
import type { Outcome } from '../events/outcome.ts';
import type { Progress } from '../events/progress.ts';
import type { Narration } from './narration.ts';
import { glyphs } from './palette.ts';
import type { Steps } from './steps.ts';

/** What a step has printed, with all that is told around it. */
export interface Block {
  /** The step's path as people read it. */
  readonly label: string;
  /** Names the step; empty where the line above does. */
  readonly head: readonly string[];
  /** What it has printed, cleansed. */
  readonly lines: readonly string[];
  /** How it ended, as far as that is told. */
  readonly about: readonly string[];
  /** How what has printed this ended: an attempt, a tick, the step. Absent: it goes on. */
  readonly outcome?: Outcome | undefined;
  /** When that started and ended, in milliseconds since the run's start. */
  readonly from: number;
  readonly to: number;
}

/** How blocks look. */
export interface BlockStyle {
  readonly name: string;
  block(block: Block): string[];
  /** A line of a child that stands in the open, below a line that names the step. */
  line(line: string): string;
  /** What follows the last line of the run. */
  end?(progress: Progress): string[];
}

/** What of a block is known where it is told. */
export interface Printed {
  readonly lines: readonly string[];
  /** Called once what stands above was told. */
  readonly about: () => string[];
  readonly outcome?: Outcome | undefined;
}

export interface BlocksOptions {
  readonly steps: Steps;
  readonly style: BlockStyle;
}

/** Lines of steps, each below one that names its step; whoever gets lines tells them at once, in that order. */
export interface Blocks {
  /** An attempt of the step has started. */
  begin(step: string, t: number): void;
  /** The step has ended, and all of it was told. */
  forget(step: string): void;
  /** Other lines were told: the last one names this step, or none. */
  nowBelow(step: string | undefined): void;
  /** The lines of a step in the open. */
  inTheOpen(step: string, lines: readonly string[]): string[];
  /** Whether the last line is one of the step's, in the open. */
  isOpen(step: string): boolean;
  /** The lines of a step as a block, after which nothing is open. */
  block(step: string, printed: Printed): string[];
}

/** Knows of no line yet. @param narration tells what was held back of a step when the first of its lines is due. */
export function createBlocks(narration: Narration, { steps, style }: BlocksOptions): Blocks {
  const { progress, due } = narration;
  /** When the attempt of a step started. */
  const starts = new Map<string, number>();
  /** The step that the last line names, or is printed by: then it is open. */
  let below: string | undefined;
  let isOpen = false;

  const nowBelow = (step: string | undefined, open = false) => {
    below = step;
    isOpen = open;
  };
  const headOf = (step: string): string[] => {
    if (below === step) return [];
    const lines = due(step);
    return lines.length > 0 ? lines : [`${glyphs.started} ${steps.label(step)}`];
  };

  return {
    begin: (step, t) => void starts.set(step, t),
    forget: step => void starts.delete(step),
    nowBelow: step => nowBelow(step),
    inTheOpen(step, lines) {
      if (lines.length === 0) return [];
      const head = headOf(step);
      nowBelow(step, true);
      return [...head, ...lines.map(style.line)];
    },
    isOpen: step => isOpen && below === step,
    block(step, { lines, about, outcome }) {
      const head = headOf(step);
      nowBelow(undefined);
      const times = { from: starts.get(step) ?? progress.t, to: progress.t };
      return style.block({ label: steps.label(step), head, lines, about: about(), outcome, ...times });
    },
  };
}
