/** The fold of events into all that is known of each step: for looking at one run at leisure. Holds every step but many copies. */
import { copyOf } from '../plan/paths.ts';
import { childPath } from '../plan/plan.ts';
import { countCopies, createCopies } from './copies.ts';
import type { CopiesFinished, RunEvent, StepFinished, StepStarted } from './event.ts';
import { createFocus, type Focus } from './focus.ts';
import { forgivenessIn } from './forgiven.ts';
import type { Groups } from './groups.ts';
import { shortItem } from './item.ts';
import { createKeptSteps, type KeptSteps } from './kept-steps.ts';
import type { CancelReason } from './outcome.ts';
import { finishStep, type StepHistory, startStep, takeStepEvent } from './step-history.ts';

const WARNINGS_MAX = 100;

export interface History {
  /** By path, in the order they were met. Of copies those that run, the first that failed, and the latest. */
  readonly steps: ReadonlyMap<string, StepHistory>;
  /** The latest ones. */
  readonly warnings: readonly { readonly step?: string; readonly message: string }[];
  /** Why the whole run was told to stop. */
  readonly cancelling: CancelReason | undefined;
  /** Milliseconds from the start, or from the last resumption, to the last event. */
  readonly t: number;
  take(event: RunEvent): void;
}

export interface HistoryOptions {
  /** The path of a copy, or of a step inside one, of which everything is kept. */
  readonly focus?: string | undefined;
}

/** What each step has come to; give it every event of the journal, in order. */
export function createHistory(groups: Groups, options: HistoryOptions = {}): History {
  const focus = createFocus(options.focus);
  const kept = createKeptSteps(focus);
  const known = { kept, focus, groups };
  const warnings: { readonly step?: string; readonly message: string }[] = [];
  let cancelling: CancelReason | undefined;
  let t = 0;

  const take = (event: RunEvent) => {
    if (event.type !== 'run.started') t = event.t;
    switch (event.type) {
      case 'run.started':
        kept.resume();
        cancelling = undefined;
        t = 0;
        break;
      case 'step.started':
        start(known, event);
        break;
      case 'step.finished':
        finish(known, event);
        break;
      case 'copies.finished':
        endCopies(known, event);
        break;
      case 'warning':
        warnings.push({ message: event.message, ...(event.step === undefined ? {} : { step: event.step }) });
        if (warnings.length > WARNINGS_MAX) warnings.shift();
        break;
      case 'run.cancelling':
        cancelling ??= event.reason;
        break;
      case 'step.queued':
      case 'step.ready':
      case 'step.retrying':
      case 'attempt.finished':
      case 'tick.waiting':
      case 'tick.finished':
      case 'ticks.missed':
        takeStepEvent(kept.at(event.step), event);
        break;
      case 'step.output':
      case 'step.progress':
      case 'step.stopping':
      case 'workers.changed':
      case 'run.finished':
        break;
      default:
        event satisfies never;
    }
  };

  return {
    steps: kept.all,
    warnings,
    get cancelling() {
      return cancelling;
    },
    get t() {
      return t;
    },
    take,
  };
}

/** What ends and starts are told to. */
interface Known {
  readonly kept: KeptSteps;
  readonly focus: Focus;
  readonly groups: Groups;
}

function start({ kept, focus, groups }: Known, event: StepStarted): void {
  const step = kept.at(event.step);
  if (groups.isGroup(event.step) && step.phase !== undefined) kept.clear(event.step);
  startStep(step, event);
  if (event.item !== undefined) step.item = focus.has(event.step) ? event.item : shortItem(event.item);
  if (groups.isForEach(event.step)) step.copies = createCopies(event.items);
}

function finish({ kept, groups }: Known, event: StepFinished): void {
  const copy = copyOf(event.step);
  const step = kept.at(event.step);
  finishStep(step, event);
  if (copy !== undefined) {
    const forEach = kept.at(copy.forEach);
    forEach.copies ??= createCopies();
    countCopies(forEach.copies, 1, event.outcome, step.isTaken);
    kept.endCopy(step, forEach.copies.latest);
  }
  const why = groups.isGroup(event.step) ? forgivenessIn(event.step, event.outcome, groups) : undefined;
  if (why !== undefined) kept.forgive(event.step, why);
}

function endCopies({ kept, focus }: Known, { step: path, first, count, outcome, resumed }: CopiesFinished): void {
  const step = kept.at(path);
  step.copies ??= createCopies();
  // Those that are left out are told again, too.
  const isTaken = resumed === true && outcome.state !== 'skipped';
  countCopies(step.copies, count, outcome, isTaken);
  const number = focus.copyOf(path);
  if (number === undefined || number < first || number >= first + count) return;
  const focused = kept.at(childPath(path, `[${number}]`));
  focused.phase = 'ended';
  focused.outcome ??= outcome;
  focused.isTaken = isTaken;
}
