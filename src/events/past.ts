/** The pure fold of events into what a run that was broken off had come to: what a resumed run takes over. */
import { Ranges } from '../plan/ranges.ts';
import type { RunEvent, SavedFacts, StepFinished } from './event.ts';
import type { Outcome } from './outcome.ts';

/**
 * What was recorded of one step, in the last tick and attempt of everything around it. Earlier ticks and attempts of the
 * groups around it are void: what was below them is not in here.
 */
export interface Past {
  /** By id; the steps of a `finally` are below `finally`, the copies of a forEach are `[1]` and so on. */
  readonly children: ReadonlyMap<string, Past>;
  /** Of a forEach: the copies that succeeded and have saved nothing. They are not among the children. */
  readonly copies?: Ranges | undefined;
  /** Of a forEach: the copies that the command line left out. */
  readonly leftOut?: Ranges | undefined;
  /** Of a forEach: where its list is kept, below the run's folder. */
  readonly list?: string | undefined;
  /** Its final state. Absent while it ran. */
  readonly finished?: StepFinished | undefined;
  /** The last tick that was started, and how many were. */
  readonly tick?: number | undefined;
  readonly ticks: number;
  /** How that tick ended. */
  readonly tickOutcome?: Outcome | undefined;
  /** How many had failed in a row, up to the last that has ended. */
  readonly failedInARow: number;
  /** What the last tick that succeeded has saved. */
  readonly tickSaved?: SavedFacts | undefined;
  /** The last attempt that was started; 0: none. */
  readonly attempt: number;
  /** How that attempt ended. */
  readonly attemptOutcome?: Outcome | undefined;
  /** What a leaf step has saved in it. */
  readonly attemptSaved?: SavedFacts | undefined;
}

interface Mutable extends Past {
  children: Map<string, Mutable>;
  copies?: Ranges | undefined;
  leftOut?: Ranges | undefined;
  list?: string | undefined;
  finished?: StepFinished | undefined;
  tick?: number | undefined;
  ticks: number;
  tickOutcome?: Outcome | undefined;
  failedInARow: number;
  tickSaved?: SavedFacts | undefined;
  attempt: number;
  attemptOutcome?: Outcome | undefined;
  attemptSaved?: SavedFacts | undefined;
}

/** The past of a whole run; give it every event of the journal, in order. */
export interface PastFold {
  readonly root: Past;
  take(event: RunEvent): void;
  /** Steps that the plan has changed: what is known of them is void, and the groups around them have no end. */
  forget(paths: readonly string[]): void;
}

/** @param hasRerun whether a step in the copy at a path starts again in a resumed run: then all of the copy is kept. */
export function createPast(hasRerun: (path: string) => boolean = () => false): PastFold {
  const root = fresh();
  return { root, take: event => take(root, event, hasRerun), forget: paths => forget(root, paths) };
}

function take(root: Mutable, event: RunEvent, hasRerun: (path: string) => boolean): void {
  switch (event.type) {
    case 'step.started': {
      const node = at(root, event.step);
      if (event.resumed === undefined) {
        node.children.clear();
        node.copies = node.leftOut = undefined;
        const isFirst = event.attempt === 1 && (event.tick === undefined || event.tick === 1);
        if (isFirst) {
          node.ticks = node.failedInARow = 0;
          node.tickSaved = undefined;
        }
      }
      // One that had made the step fail is tried again: those before it are forgiven.
      if (node.tick === event.tick && node.tickOutcome?.state === 'failed') node.failedInARow = 0;
      if (node.tick !== event.tick || node.ticks === 0) node.ticks += 1;
      node.tick = event.tick;
      node.list = event.list;
      node.attempt = event.attempt;
      node.finished = undefined;
      node.tickOutcome = undefined;
      node.attemptOutcome = node.attemptSaved = undefined;
      return;
    }
    case 'attempt.finished': {
      const node = at(root, event.step);
      node.attempt = event.attempt;
      node.attemptOutcome = event.outcome;
      node.attemptSaved = event.saved;
      return;
    }
    case 'tick.finished': {
      const node = at(root, event.step);
      const { state } = event.outcome;
      node.tickOutcome = event.outcome;
      if (state === 'succeeded') node.tickSaved = event.saved;
      if (state !== 'cancelled') node.failedInARow = state === 'failed' ? node.failedInARow + 1 : 0;
      return;
    }
    case 'step.finished':
      finish(root, event, hasRerun);
      return;
    case 'copies.finished': {
      const node = at(root, event.step);
      const { outcome, first, count } = event;
      node.copies ??= new Ranges();
      if (outcome.state === 'succeeded') node.copies.add(first, count);
      else if (outcome.state === 'skipped' && outcome.reason.type === 'left-out') {
        node.leftOut ??= new Ranges();
        node.leftOut.add(first, count);
      }
      return;
    }
    case 'run.started':
      forget(root, event.resumed?.changed ?? []);
      return;
    case 'step.queued':
    case 'step.ready':
    case 'step.output':
    case 'step.progress':
    case 'step.retrying':
    case 'tick.waiting':
    case 'ticks.missed':
    case 'step.stopping':
    case 'workers.changed':
    case 'warning':
    case 'run.cancelling':
    case 'run.finished':
      return;
    default:
      // A journal of a later runjobs may hold kinds that are not known here.
      event satisfies never;
  }
}

function finish(root: Mutable, event: StepFinished, hasRerun: (path: string) => boolean): void {
  const { parent, number } = placeOf(event.step);
  const isForgettable = event.outcome.state === 'succeeded' && event.saved === undefined && !hasRerun(event.step);
  if (number === undefined || !isForgettable) {
    at(root, event.step).finished = event;
    return;
  }
  const forEach = at(root, parent);
  forEach.children.delete(`[${number}]`);
  forEach.copies ??= new Ranges();
  forEach.copies.add(number, 1);
}

/** Of a copy of a forEach, its number and the forEach it is of. */
function placeOf(path: string): { readonly parent: string; readonly number?: number } {
  const match = /^(.*)\[(\d+)\]$/.exec(path);
  return match === null ? { parent: path } : { parent: match[1] || '.', number: Number(match[2]) };
}

function forget(root: Mutable, paths: readonly string[]): void {
  for (const path of paths) {
    root.finished = undefined;
    let node: Mutable | undefined = root;
    for (const id of idsOf(path)) {
      if (id === '[]') forgetCopies(node);
      node = node?.children.get(id);
      if (node !== undefined) node.finished = undefined;
    }
    if (node === undefined) continue;
    node.ticks = node.failedInARow = 0;
    node.attempt = 0;
    node.tick = node.tickOutcome = node.tickSaved = node.attemptOutcome = undefined;
  }
}

function forgetCopies(forEach: Mutable | undefined): void {
  if (forEach === undefined) return;
  forEach.copies = forEach.leftOut = forEach.list = undefined;
  for (const id of forEach.children.keys()) if (id.startsWith('[')) forEach.children.delete(id);
}

/** The ids that a path is made of: `a/test[3]/b` of a, test, [3] and b. */
function idsOf(path: string): readonly string[] {
  return path === '.' ? [] : (path.match(/[^/[]+|\[\d*\]/g) ?? []);
}

/** Nothing is known of it. */
function fresh(): Mutable {
  return { children: new Map(), ticks: 0, failedInARow: 0, attempt: 0 };
}

/** The node of a path; made where there is none. */
function at(root: Mutable, path: string): Mutable {
  let node = root;
  for (const id of idsOf(path)) {
    let child = node.children.get(id);
    if (child === undefined) {
      if (id.startsWith('[')) node.copies?.delete(numberOf(id));
      child = fresh();
      node.children.set(id, child);
    }
    node = child;
  }
  return node;
}

function numberOf(id: string): number {
  return Number.parseInt(id.slice(1), 10);
}
