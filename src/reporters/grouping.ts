/** Whole lines in which what a step prints stands together: told when it has ended, unless it runs alone for long. */
import type { RunEvent, StepOutput } from '../events/event.ts';
import type { Outcome } from '../events/outcome.ts';
import type { Progress } from '../events/progress.ts';
import { type BlockStyle, createBlocks } from './blocks.ts';
import { createHeldOutput } from './held-output.ts';
import { createLone } from './lone.ts';
import { createNarration, type NarrationOptions } from './narration.ts';
import { createPrinting } from './printing.ts';
import type { Clock, Reporter, Sink } from './reporter.ts';

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
  const blocks = createBlocks(narration, { steps, style });
  const onSilence = () => blocks.nowBelow(undefined);
  const printing = createPrinting({ sink, clock, steps, progress, onSilence });
  const shownAsItComes = (step: string) => printing.print(blocks.inTheOpen(step, output.take(step)));
  const lone = createLone(clock, steps, step => void shownAsItComes(step));

  const printed = (event: StepOutput) => {
    const isFull = output.add(event);
    const { step } = event;
    if (lone.isShown(step)) return shownAsItComes(step);
    // What is only held, too, must not come faster than it can be written.
    if (!isFull) return printing.busy;
    return printing.print(blocks.block(step, { lines: output.take(step), about: nothing }));
  };

  /** All that is still held of a step, with how it ended. @param about called once what stands above was told. */
  const ended = (step: string, about: () => string[], outcome?: Outcome): string[] => {
    const lines = output.end(step);
    if (lines.length > 0 && !blocks.isOpen(step)) return blocks.block(step, { lines, about, outcome });
    const open = blocks.inTheOpen(step, lines);
    const last = about();
    if (last.length > 0) blocks.nowBelow(undefined);
    return [...open, ...last];
  };

  /** Of steps that have not ended. */
  const rest = (): string[] => output.steps.flatMap(step => ended(step, nothing));

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
        if (lines.length > 0) blocks.nowBelow(event.type === 'step.started' ? event.step : undefined);
        return lines;
      }
    }
  };

  return {
    name: style.name,
    progress,
    report(event) {
      const held = narration.take(event);
      if (held.length > 0) blocks.nowBelow(undefined);
      if (event.type === 'step.output') return printed(event);
      if (event.type === 'run.started') printing.begin();
      if (event.type === 'step.started') blocks.begin(event.step, event.t);
      lone.take(event);
      const lines = told(event);
      if (event.type === 'step.finished') blocks.forget(event.step);
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
