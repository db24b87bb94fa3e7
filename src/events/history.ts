/** The fold of events into all that is known of each step: for looking at one run at leisure. Holds every step but many copies. */
import { copiesAround, copyOf } from '../plan/paths.ts';
import { childPath, isAtOrBelow } from '../plan/plan.ts';
import { countCopies, createCopies, forgiveCopies } from './copies.ts';
import type { CopiesFinished, RunEvent, StepFinished, StepStarted } from './event.ts';
import { forgiven, forgivenessIn } from './forgiven.ts';
import type { Groups } from './groups.ts';
import { shortItem } from './item.ts';
import type { CancelReason, Forgiveness } from './outcome.ts';
import { createPathSet } from './path-set.ts';
import { attempted, createStep, finishStep, forget, type StepHistory } from './step-history.ts';

const WARNINGS_MAX = 100;
/** Copies of one forEach that have ended otherwise than failed and are still known: the latest. */
const LATEST_MAX = 20;
/** Copies that failed and are known: the first, whatever their forEach. */
const FAILED_MAX = 200;

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
export function createHistory(groups: Groups, { focus }: HistoryOptions = {}): History {
  const steps = new Map<string, StepHistory>();
  /** Their paths. */
  const known = createPathSet();
  const warnings: { readonly step?: string; readonly message: string }[] = [];
  const failed = new Set<string>();
  let cancelling: CancelReason | undefined;
  let t = 0;

  const at = (path: string) => {
    let step = steps.get(path);
    if (step === undefined) {
      step = createStep(path);
      steps.set(path, step);
      known.add(path);
    }
    return step;
  };

  const isInFocus = (path: string) =>
    focus !== undefined && (isAtOrBelow(path, focus) || copiesAround(focus).includes(path));

  const remove = (path: string) => {
    for (const gone of known.within(path)) {
      known.delete(gone);
      steps.delete(gone);
      failed.delete(gone);
    }
  };

  /** What was below a step that starts again is void. */
  const clear = (path: string) => {
    for (const inside of known.within(path)) {
      const step = steps.get(inside);
      if (inside === path || step === undefined) continue;
      if (copyOf(inside) !== undefined && !isInFocus(inside)) remove(inside);
      else forget(step);
    }
  };

  /** The run goes on: what was taken over is told again, but for copies, which are told as a count. */
  const resume = () => {
    for (const step of steps.values()) {
      const isGood = step.outcome?.state === 'succeeded';
      const isOfCopy = copiesAround(step.path).length > 0;
      if (isOfCopy && isGood && isInFocus(step.path)) step.isTaken = true;
      else if (copyOf(step.path) !== undefined && step.outcome?.state !== 'failed') remove(step.path);
      else forget(step);
    }
  };

  const start = (event: StepStarted) => {
    const step = at(event.step);
    if (groups.isGroup(event.step) && step.phase !== undefined) clear(event.step);
    step.phase = 'running';
    step.outcome = undefined;
    step.startedT = event.t;
    step.readyMs = undefined;
    step.name = event.name;
    step.pid = event.pid;
    step.worker = event.worker;
    step.isTaken = false;
    if (event.item !== undefined) step.item = isInFocus(event.step) ? event.item : shortItem(event.item);
    if (groups.isForEach(event.step)) step.copies = createCopies(event.items);
  };

  const endCopy = (forEach: StepHistory, { step: path, outcome, resumed }: StepFinished) => {
    forEach.copies ??= createCopies();
    countCopies(forEach.copies, 1, outcome, resumed === true);
    if (isInFocus(path)) return;
    if (outcome.state === 'failed' && failed.size < FAILED_MAX) {
      failed.add(path);
      return;
    }
    const { latest } = forEach.copies;
    latest.push(path);
    if (latest.length > LATEST_MAX) remove(latest.shift() ?? '');
  };

  const finish = (event: StepFinished) => {
    const copy = copyOf(event.step);
    finishStep(at(event.step), event);
    if (copy !== undefined) endCopy(at(copy.forEach), event);
    const why = groups.isGroup(event.step) ? forgivenessIn(event.step, event.outcome, groups) : undefined;
    if (why !== undefined) forgive(event.step, why);
  };

  /** What has failed below a group that has ended was none. */
  const forgive = (group: string, why: Forgiveness) => {
    const copies = steps.get(group)?.copies;
    if (copies !== undefined) forgiveCopies(copies, why);
    for (const path of known.rightBelow(group)) {
      const step = steps.get(path);
      // What has ended well has forgiven already.
      if (step?.outcome?.state === 'succeeded') continue;
      if (step?.outcome !== undefined) step.outcome = forgiven(step.outcome, why);
      forgive(path, why);
    }
  };

  const endCopies = ({ step: path, first, count, outcome, resumed }: CopiesFinished) => {
    const step = at(path);
    step.copies ??= createCopies();
    // Those that are left out are told again, too.
    const isTaken = resumed === true && outcome.state !== 'skipped';
    countCopies(step.copies, count, outcome, isTaken);
    const copy =
      focus === undefined
        ? undefined
        : copiesAround(focus)
            .map(copyOf)
            .find(one => one?.forEach === path);
    if (copy === undefined || copy.number < first || copy.number >= first + count) return;
    const focused = at(childPath(path, `[${copy.number}]`));
    focused.phase = 'ended';
    focused.outcome ??= outcome;
    focused.isTaken = isTaken;
  };

  const take = (event: RunEvent) => {
    if (event.type !== 'run.started') t = event.t;
    switch (event.type) {
      case 'run.started':
        resume();
        cancelling = undefined;
        t = 0;
        break;
      case 'step.queued':
        at(event.step).phase = 'queued';
        break;
      case 'step.started':
        start(event);
        break;
      case 'step.ready':
        at(event.step).readyMs = event.durationMs;
        break;
      case 'attempt.finished':
        attempted(at(event.step), event);
        break;
      case 'step.retrying':
      case 'tick.waiting':
        at(event.step).phase = 'waiting';
        break;
      case 'tick.finished':
        at(event.step).ticks += 1;
        if (event.outcome.state !== 'succeeded') at(event.step).badTicks += 1;
        break;
      case 'ticks.missed':
        at(event.step).missed += event.count;
        break;
      case 'step.finished':
        finish(event);
        break;
      case 'copies.finished':
        endCopies(event);
        break;
      case 'warning':
        warnings.push({ message: event.message, ...(event.step === undefined ? {} : { step: event.step }) });
        if (warnings.length > WARNINGS_MAX) warnings.shift();
        break;
      case 'run.cancelling':
        cancelling ??= event.reason;
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
    steps,
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
