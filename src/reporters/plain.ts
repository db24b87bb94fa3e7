/** Whole lines for logs and pipes: what children print after `[step path] `, and one line for each thing that happens. */
import type { RunEvent, StepOutput } from '../events/event.ts';
import { createNarration, type NarrationOptions } from './narration.ts';
import { createPrinting } from './printing.ts';
import type { Clock, Reporter, Sink } from './reporter.ts';
import { createLineAssembly, type LineAssembly } from './text.ts';

export interface PlainOptions extends NarrationOptions {
  readonly sink: Sink;
  readonly clock: Clock;
}

/** No escape byte is ever written. A line of a child begins with `[`, none of ours does: no child can forge ours. */
export function createPlain({ sink, clock, ...options }: PlainOptions): Reporter {
  const { steps } = options;
  const narration = createNarration(options);
  const printing = createPrinting({ sink, clock, steps, progress: narration.progress });
  const streams = new Map<string, { out?: LineAssembly; err?: LineAssembly }>();

  const output = ({ step, stream, text }: StepOutput) => {
    let assemblies = streams.get(step);
    if (assemblies === undefined) {
      assemblies = {};
      streams.set(step, assemblies);
    }
    assemblies[stream] ??= createLineAssembly();
    const whole = assemblies[stream].addText(text);
    // What is only held, too, must not come faster than it can be written.
    return whole === undefined ? printing.busy : printing.print(withDue(step, whole));
  };

  /** What the step has printed without a line end. */
  const rest = (step: string): string[] => {
    const assemblies = streams.get(step);
    if (assemblies === undefined) return [];
    streams.delete(step);
    const lines = [...(assemblies.out?.end() ?? []), ...(assemblies.err?.end() ?? [])];
    return lines.length === 0 ? [] : withDue(step, lines.join('\n'));
  };

  /** What a step prints, below the line about its start where that was kept back. */
  const withDue = (step: string, lines: string) => {
    const prefix = `[${steps.label(step)}] `;
    return [...narration.due(step), prefix + lines.replaceAll('\n', `\n${prefix}`)];
  };

  const restBefore = (event: RunEvent): string[] => {
    const isEnd = event.type === 'attempt.finished' || (event.type === 'step.finished' && !event.resumed);
    return isEnd ? rest(event.step) : [];
  };

  return {
    name: 'plain',
    report(event) {
      const held = narration.take(event);
      if (event.type === 'step.output') return output(event);
      if (event.type === 'run.started') printing.begin();
      return printing.print([...held, ...restBefore(event), ...narration.about(event)]);
    },
    lend: printing.stop,
    takeBack: printing.goOn,
    async close() {
      printing.stop();
      void printing.print([...narration.end(), ...[...streams.keys()].flatMap(rest)]);
      await sink.flush();
    },
  };
}
