/** Whole lines for logs and pipes: what children print after `[step path] `, and one line for each thing that happens. */
import type { RunEvent, StepFinished, StepOutput, StepStarted } from '../events/event.ts';
import { fold } from '../events/fold.ts';
import { createProgress } from '../events/progress.ts';
import type { Again } from './again.ts';
import { createCrowds } from './crowds.ts';
import { digestLines } from './digest.ts';
import {
  copiesLines,
  createSkips,
  failedTickLines,
  finishedLines,
  readyLines,
  retryLine,
  startedLines,
  stillRunning,
  waitingLines,
} from './lines.ts';
import { glyphs, monochrome } from './palette.ts';
import type { Clock, Reporter, Sink } from './reporter.ts';
import type { Steps } from './steps.ts';
import { mark, summaryWords } from './summary.ts';
import { createLineAssembly, type LineAssembly } from './text.ts';
import { cancelWords, oneLine, resumedWords } from './wording.ts';

/** After so long without a line, one tells what is running. */
const SILENCE_MS = 60_000;

export interface PlainOptions {
  readonly sink: Sink;
  readonly steps: Steps;
  readonly clock: Clock;
  /** Log paths below this folder are shown relative to it. */
  readonly cwd?: string | undefined;
  /** How to run a step again. */
  readonly again?: Again | undefined;
}

/** No escape byte is ever written. A line of a child begins with `[`, none of ours does: no child can forge ours. */
export function createPlain({ sink, steps, clock, cwd, again }: PlainOptions): Reporter {
  const progress = createProgress(steps);
  const skips = createSkips(steps);
  const crowds = createCrowds(progress, steps);
  const streams = new Map<string, { out?: LineAssembly; err?: LineAssembly }>();
  let startedAt = clock.now();
  let quietSince = startedAt;
  let disarm = () => {};

  const print = (lines: readonly string[]) => {
    if (lines.length === 0) return undefined;
    quietSince = clock.now();
    return sink.write(`${lines.join('\n')}\n`);
  };

  const watch = () => {
    disarm = clock.at(quietSince + SILENCE_MS, () => {
      if (clock.now() - quietSince >= SILENCE_MS) {
        const line = stillRunning(progress, steps, clock.now() - startedAt);
        if (line !== undefined) void print([line]);
        quietSince = clock.now();
      }
      watch();
    });
  };

  const output = ({ step, stream, text }: StepOutput) => {
    let assemblies = streams.get(step);
    if (assemblies === undefined) {
      assemblies = {};
      streams.set(step, assemblies);
    }
    assemblies[stream] ??= createLineAssembly();
    return print(withDue(step, assemblies[stream].add(text)));
  };

  /** What the step has printed without a line end. */
  const rest = (step: string): string[] => {
    const assemblies = streams.get(step);
    if (assemblies === undefined) return [];
    streams.delete(step);
    return withDue(step, [...(assemblies.out?.end() ?? []), ...(assemblies.err?.end() ?? [])]);
  };

  /** What a step prints, below the line about its start where that was kept back. */
  const withDue = (step: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [...crowds.due(step), ...prefixed(step, lines)];

  const prefixed = (step: string, lines: readonly string[]) => {
    const prefix = `[${steps.label(step)}] `;
    return lines.map(line => prefix + line);
  };

  const started = (event: StepStarted): string[] => {
    const lines = startedLines(event, steps);
    if (!crowds.isIn(event.step)) return lines;
    crowds.hold(event.step, lines);
    return [];
  };

  const finished = (event: StepFinished): string[] => {
    const lines = finishedLines(event, progress, steps);
    return crowds.isIn(event.step) ? crowds.end(event, lines) : lines;
  };

  const tell = (event: Exclude<RunEvent, StepOutput>): string[] => {
    switch (event.type) {
      case 'run.started':
        startedAt = clock.now();
        quietSince = startedAt;
        watch();
        return event.resumed === undefined ? [] : [`${glyphs.resumed} ${resumedWords(event.run, event.resumed)}`];
      case 'step.started':
        return started(event);
      case 'step.ready':
        return crowds.isIn(event.step) ? [] : readyLines(event, steps);
      case 'attempt.finished':
        return rest(event.step);
      case 'step.finished':
        return event.resumed ? [] : [...rest(event.step), ...finished(event)];
      case 'step.retrying':
        return [...crowds.due(event.step), retryLine(event, progress, steps)];
      case 'ticks.missed':
        return [
          `${glyphs.warning} ${steps.label(event.step)} left out ${event.count} ${event.count === 1 ? 'tick that fell' : 'ticks that fell'} due meanwhile`,
        ];
      case 'warning': {
        const where = event.step === undefined ? '' : `${steps.label(event.step)}: `;
        return [`${glyphs.warning} ${where}${oneLine(event.message)}`];
      }
      case 'run.cancelling':
        return [
          `${glyphs.cancelled} ${event.forced ? 'killing' : 'stopping'} everything: ${cancelWords(event.reason)}`,
        ];
      case 'run.finished':
        return [
          `${mark(event.outcome)} ${summaryWords(progress, event.outcome)}`,
          ...digestLines({ progress, steps, palette: monochrome, cwd, again }),
        ];
      case 'step.stopping':
        return waitingLines(event, progress, steps);
      case 'copies.finished':
        return copiesLines(event, steps);
      case 'step.queued':
      case 'tick.waiting':
        return [];
      case 'tick.finished':
        return failedTickLines(event, steps);
      default:
        // A journal of a later runjobs may hold kinds that are not known here.
        event satisfies never;
        return [];
    }
  };

  return {
    name: 'plain',
    report(event) {
      fold(progress, event);
      if (event.type === 'step.output') return output(event);
      if (event.type === 'step.finished' && event.outcome.state === 'skipped') {
        const { reason } = event.outcome;
        const isTold = !steps.isGroup(event.step) || steps.isForEach(event.step) || reason.type === 'if';
        return isTold ? print(skips.add(event.step, event.outcome)) : undefined;
      }
      return print([...skips.end(), ...tell(event)]);
    },
    lend() {
      disarm();
    },
    takeBack() {
      quietSince = clock.now();
      watch();
    },
    async close() {
      disarm();
      void print([...skips.end(), ...[...streams.keys()].flatMap(rest)]);
      await sink.flush();
    },
  };
}
