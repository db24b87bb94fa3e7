/** Whole lines in which what a step prints stands together: told when it has ended, unless it runs alone for long. */
import type { RunEvent, StepOutput } from '../events/event.ts';
import type { Outcome } from '../events/outcome.ts';
import type { Progress } from '../events/progress.ts';
import { createHeldOutput } from './held-output.ts';
import { createLone } from './lone.ts';
import { createNarration, type NarrationOptions } from './narration.ts';
import { glyphs } from './palette.ts';
import { createPrinting } from './printing.ts';
import type { Clock, Reporter, Sink } from './reporter.ts';

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

export interface GroupingOptions extends NarrationOptions {
  readonly sink: Sink;
  readonly clock: Clock;
}

/** A reporter, and where the run stands by what it was told. */
export interface Grouping extends Reporter {
  readonly progress: Progress;
}

export function createGrouping({ sink, clock, ...options }: GroupingOptions, style: BlockStyle): Grouping {
  const { steps } = options;
  const narration = createNarration(options);
  const { progress } = narration;
  const output = createHeldOutput();
  /** When the attempt of a step started. */
  const starts = new Map<string, number>();
  /** The step that the last line names, or is printed by: then it is open. */
  let below: string | undefined;
  let isOpen = false;
  const nowBelow = (step: string | undefined, open = false) => {
    below = step;
    isOpen = open;
  };
  const printing = createPrinting({
    sink,
    clock,
    steps,
    progress,
    onSilence: () => nowBelow(undefined),
  });
  const lone = createLone(clock, steps, step => void printing.print(inTheOpen(step, output.take(step))));

  const headOf = (step: string): string[] => {
    if (below === step) return [];
    const due = narration.due(step);
    return due.length > 0 ? due : [`${glyphs.started} ${steps.label(step)}`];
  };

  const inTheOpen = (step: string, lines: readonly string[]): string[] => {
    if (lines.length === 0) return [];
    const head = headOf(step);
    nowBelow(step, true);
    return [...head, ...lines.map(style.line)];
  };

  const block = (step: string, lines: readonly string[], about: () => string[], outcome?: Outcome): string[] => {
    const head = headOf(step);
    nowBelow(undefined);
    const times = { from: starts.get(step) ?? progress.t, to: progress.t };
    return style.block({ label: steps.label(step), head, lines, about: about(), outcome, ...times });
  };

  const printed = (event: StepOutput) => {
    const isFull = output.add(event);
    const { step } = event;
    if (lone.isShown(step)) return printing.print(inTheOpen(step, output.take(step)));
    // What is only held, too, must not come faster than it can be written.
    return isFull ? printing.print(block(step, output.take(step), nothing)) : printing.busy;
  };

  /** All that is still held of a step, with how it ended. @param about called once what stands above was told. */
  const ended = (step: string, about: () => string[], outcome?: Outcome): string[] => {
    const lines = output.end(step);
    if (lines.length > 0 && !(below === step && isOpen)) return block(step, lines, about, outcome);
    const open = inTheOpen(step, lines);
    const last = about();
    if (last.length > 0) nowBelow(undefined);
    return [...open, ...last];
  };

  const told = (event: Exclude<RunEvent, StepOutput>): string[] => {
    const about = () => narration.about(event);
    switch (event.type) {
      case 'attempt.finished':
        output.endLine(event.step);
        return [];
      case 'step.retrying':
        return ended(event.step, about, progress.nodes.get(event.step)?.attempted);
      case 'tick.finished':
        return ended(event.step, about, event.outcome);
      case 'step.finished':
        return event.resumed ? [] : ended(event.step, about, event.outcome);
      case 'run.finished':
        return [...rest(), ...about(), ...(style.end?.(progress) ?? [])];
      default: {
        const lines = about();
        if (lines.length > 0) nowBelow(event.type === 'step.started' ? event.step : undefined);
        return lines;
      }
    }
  };

  /** Of steps that have not ended. */
  const rest = (): string[] => output.steps.flatMap(step => ended(step, nothing));

  return {
    name: style.name,
    progress,
    report(event) {
      const held = narration.take(event);
      if (held.length > 0) nowBelow(undefined);
      if (event.type === 'step.output') return printed(event);
      if (event.type === 'run.started') printing.begin();
      if (event.type === 'step.started') starts.set(event.step, event.t);
      lone.take(event);
      const lines = told(event);
      if (event.type === 'step.finished') starts.delete(event.step);
      return printing.print([...held, ...lines]);
    },
    lend: printing.stop,
    takeBack: printing.goOn,
    async close() {
      printing.stop();
      lone.stop();
      void printing.print([...narration.end(), ...rest()]);
      await sink.flush();
    },
  };
}

const nothing = (): string[] => [];
