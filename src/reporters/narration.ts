/** What is told of a run in whole lines, besides what its steps print: the same for every reporter that tells it in lines. */
import type { RunEvent, StepFinished, StepOutput, StepProgress, StepStarted } from '../events/event.ts';
import { fold } from '../events/fold.ts';
import { createProgress, type Progress } from '../events/progress.ts';
import type { Again } from './again.ts';
import { createCrowds } from './crowds.ts';
import { digestLines } from './digest.ts';
import {
  areLeftOut,
  copiesLines,
  createLeftOutCopies,
  createSkips,
  failedTickLines,
  finishedLines,
  readyLines,
  retryLine,
  startedLines,
  waitingLines,
} from './lines.ts';
import { glyphs, monochrome } from './palette.ts';
import type { Steps } from './steps.ts';
import { mark, summaryWords } from './summary.ts';
import { cancelWords, oneLine, resumedWords } from './wording.ts';

export interface NarrationOptions {
  readonly steps: Steps;
  /** Log paths below this folder are shown relative to it. */
  readonly cwd?: string | undefined;
  /** How to run a step again. */
  readonly again?: Again | undefined;
}

export interface Narration {
  readonly progress: Progress;
  /** Takes an event in; call it first. The lines about steps before it that were held back, as they may have been many. */
  take(event: RunEvent): string[];
  /** The lines about the start of a step, and of what is around it, that were held back: due above its first output. */
  due(step: string): string[];
  /** The lines about the event itself, what a step prints aside. */
  about(event: RunEvent): string[];
  /** The lines that are held back when the run breaks off. */
  end(): string[];
}

/** None of its lines begins with `[`, or with a space and anything but `$`, `│` and `log:`. */
export function createNarration({ steps, cwd, again }: NarrationOptions): Narration {
  const progress = createProgress(steps);
  const skips = createSkips(steps);
  const leftOut = createLeftOutCopies(steps);
  const crowds = createCrowds(progress, steps);

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

  const tell = (event: Exclude<RunEvent, StepOutput | StepProgress>): string[] => {
    switch (event.type) {
      case 'run.started':
        return event.resumed === undefined ? [] : [`${glyphs.resumed} ${resumedWords(event.run, event.resumed)}`];
      case 'step.started':
        return started(event);
      case 'step.ready':
        return crowds.isIn(event.step) ? [] : readyLines(event, steps);
      case 'step.finished':
        return event.resumed || isSkip(event) ? [] : finished(event);
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
        return areLeftOut(event) ? [] : copiesLines(event, steps);
      case 'tick.finished':
        return failedTickLines(event, steps);
      case 'attempt.finished':
      case 'workers.changed':
      case 'step.queued':
      case 'tick.waiting':
        return [];
      default:
        // A journal of a later runjobs may hold kinds that are not known here.
        event satisfies never;
        return [];
    }
  };

  return {
    progress,
    take(event) {
      fold(progress, event);
      if (event.type === 'copies.finished' && areLeftOut(event)) leftOut.add(event);
      if (event.type === 'attempt.finished') return [...skips.end(), ...leftOut.end(event.step)];
      if (event.type === 'step.output' || event.type === 'step.progress') return [];
      if (event.type !== 'step.finished' || event.outcome.state !== 'skipped') return skips.end();
      const { reason } = event.outcome;
      const isTold = !steps.isGroup(event.step) || steps.isForEach(event.step) || reason.type === 'if';
      return isTold ? skips.add(event.step, event.outcome) : [];
    },
    due: crowds.due,
    about: event => (event.type === 'step.output' || event.type === 'step.progress' ? [] : tell(event)),
    end: () => [...skips.end(), ...leftOut.end()],
  };
}

/** Told with others that were skipped for the same reason. */
function isSkip({ outcome }: StepFinished): boolean {
  return outcome.state === 'skipped';
}
