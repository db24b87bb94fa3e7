/** The pure fold of events into what is worth showing: counts of everything, details of what runs or has failed. */
import type { RunEvent, StepFinished, StepStarted, StepStopping } from './event.ts';
import type { CancelReason, Failed, Outcome } from './outcome.ts';
import { append, createTail, lastLine, lastLines } from './tail.ts';
import type { Stopping } from './tree.ts';
import { addNode, count, createNode, dropBelow, dropNode, nearest, type Phase, type ProgressNode } from './tree.ts';

/** Steps that ended well and are still in the tree; older ones are in the counts only. */
const RECENT_MAX = 100;
/** Failed steps in the tree, and failures with their last lines. */
const FAILED_MAX = 200;
const TAIL_LINES = 20;

/** Where a run stands. Bounded by what runs and what has failed, whatever the size of the plan. Do not change it. */
export interface Progress {
  name: string;
  /** The run's folder, as `run.started` told it. */
  folder: string | undefined;
  /** Milliseconds since the run's start at the last event. */
  t: number;
  /** The step `.`; its counts are the whole run's. */
  readonly root: ProgressNode;
  /** Every step in the tree, by path. */
  readonly nodes: Map<string, ProgressNode>;
  /** Waiting for their first start, and in no tree. */
  readonly queued: Set<string>;
  /** Ended well and still in the tree, oldest first. */
  readonly recent: Set<ProgressNode>;
  /** Failed by themselves, not through a step inside; allowed failures too. See {@link failuresOf} for their order. */
  readonly failures: Map<string, FailedStep>;
  /** Attempts that have failed so far. */
  failedAttempts: number;
  /** Why the whole run was told to stop. */
  cancelling: CancelReason | undefined;
  /** Told to stop at once. */
  forced: boolean;
  outcome: Outcome | undefined;
  readonly isGroup: (path: string) => boolean;
}

export interface FailedStep {
  readonly step: string;
  readonly outcome: Failed;
  readonly durationMs: number;
  readonly attempts: number;
  /** When it happened among the failures: a step's own failure is older than those of its `finally`. */
  readonly order: number;
  /** Path of its log below the run's folder. */
  readonly log?: string;
  /** Its last 20 lines, as it printed them; empty where there are very many failures. */
  readonly tail: readonly string[];
}

/** @param isGroup whether the step at a path has children of its own; only the others are counted. */
export function createProgress(isGroup: (path: string) => boolean): Progress {
  const root = createNode('.', undefined, true);
  return {
    name: '',
    folder: undefined,
    t: 0,
    root,
    nodes: new Map([['.', root]]),
    queued: new Set(),
    recent: new Set(),
    failures: new Map(),
    failedAttempts: 0,
    cancelling: undefined,
    forced: false,
    outcome: undefined,
    isGroup,
  };
}

/** Takes one event in. Costs the same however large the plan is and however much a step prints. */
export function fold(progress: Progress, event: RunEvent): void {
  if (event.type !== 'run.started') progress.t = event.t;
  switch (event.type) {
    case 'run.started':
      progress.name = event.name;
      progress.folder = event.folder;
      break;
    case 'step.queued':
      queue(progress, event.step);
      break;
    case 'step.started':
      start(progress, event);
      break;
    case 'step.output':
      print(progress.nodes.get(event.step), event.text);
      break;
    case 'step.retrying': {
      const node = enter(progress, event.step);
      node.retry = { attempt: event.attempt, dueT: event.t + event.delayMs };
      turn(node, 'waiting');
      break;
    }
    case 'tick.waiting': {
      const node = enter(progress, event.step);
      node.nextTick = { tick: event.tick, dueT: event.t + event.delayMs };
      turn(node, 'waiting');
      break;
    }
    case 'tick.finished':
      enter(progress, event.step).ticks += 1;
      break;
    case 'ticks.missed':
      enter(progress, event.step).missed += event.count;
      break;
    case 'step.stopping':
      enter(progress, event.step).stopping = stoppingOf(event);
      break;
    case 'step.finished':
      finish(progress, event);
      break;
    case 'run.cancelling':
      progress.cancelling ??= event.reason;
      progress.forced ||= event.forced === true;
      break;
    case 'run.finished':
      progress.outcome = event.outcome;
      break;
    case 'attempt.finished':
      attempted(enter(progress, event.step), event.outcome, progress);
      break;
    case 'copies.finished':
      count(enter(progress, event.step), event.outcome.state, event.count);
      break;
    case 'warning':
      break;
    default:
      event satisfies never;
  }
}

/** The failures in the order they happened. */
export function failuresOf({ failures }: Progress): FailedStep[] {
  return [...failures.values()].sort((one, other) => one.order - other.order);
}

/** Leaf steps that have ended, whatever their state. */
export function ended({ succeeded, failed, allowed, cancelled, skipped }: ProgressNode['counts']): number {
  return succeeded + failed + allowed + cancelled + skipped;
}

function queue(progress: Progress, path: string): void {
  if (progress.nodes.has(path)) turn(enter(progress, path), 'queued');
  else {
    progress.queued.add(path);
    count(nearest(progress.nodes, path), 'queued', 1);
  }
}

function start(progress: Progress, { step: path, t, tick, attempt, name }: StepStarted): void {
  const node = enter(progress, path);
  node.name = name;
  if (node.startedT !== undefined) again(progress, node);
  else node.startedT = t;
  node.attempt = attempt;
  node.tick = tick;
  node.retry = undefined;
  node.nextTick = undefined;
  node.stopping = undefined;
  node.failedOrder = undefined;
  turn(node, 'running');
}

/** The node at a path, made when the step is met for the first time. */
function enter(progress: Progress, path: string): ProgressNode {
  const known = progress.nodes.get(path);
  if (known !== undefined) {
    if (path === '.') known.group = progress.isGroup(path);
    return known;
  }
  if (progress.queued.delete(path)) count(nearest(progress.nodes, path), 'queued', -1);
  return addNode(progress.nodes, path, progress.isGroup(path));
}

/** A step starts again: another attempt or tick of its own, or of a group around it. What was below it is void. */
function again(progress: Progress, node: ProgressNode): void {
  dropBelow(progress.nodes, node, dropped => progress.recent.delete(dropped));
  progress.recent.delete(node);
  const below = node.path === '.' ? '' : `${node.path}/`;
  for (const step of progress.failures.keys()) {
    if (step === node.path || step.startsWith(below)) progress.failures.delete(step);
  }
  node.outcome = undefined;
  if (node.tail !== undefined) node.last = lastLine(node.tail);
  node.tail = undefined;
}

function print(node: ProgressNode | undefined, text: string): void {
  if (node === undefined) return;
  node.tail ??= createTail();
  append(node.tail, text);
}

function finish(progress: Progress, event: StepFinished): void {
  const { step: path, outcome } = event;
  const phase = outcome.state === 'failed' && outcome.allowed ? 'allowed' : outcome.state;
  if (!progress.nodes.has(path) && phase === 'skipped' && progress.isGroup(path)) return;
  const node = enter(progress, path);
  turn(node, phase);
  node.outcome = outcome;
  node.durationMs = event.durationMs;
  node.stopping = undefined;
  if (node.tail !== undefined) node.last = lastLine(node.tail);
  for (const each of [event.body, outcome]) {
    if (each?.state !== 'failed' || isPassedOn(each)) continue;
    remember(progress, node, event, each);
    break;
  }
  if (outcome.state === 'failed') {
    if (progress.failures.size > FAILED_MAX && node.children.size === 0) dropNode(progress.nodes, node);
  } else settle(progress, node);
  node.tail = undefined;
}

function attempted(node: ProgressNode, outcome: Outcome, progress: Progress): void {
  node.attempted = outcome;
  if (outcome.state !== 'failed') return;
  progress.failedAttempts += 1;
  node.failedOrder = progress.failedAttempts;
}

/** Whether the failure is that of a step inside, which is told by itself. */
function isPassedOn({ reason }: Failed): boolean {
  return reason.type === 'child' || (reason.type === 'finally' && reason.limitMs === undefined);
}

function remember(progress: Progress, node: ProgressNode, event: StepFinished, outcome: Failed): void {
  const { step, durationMs, attempts, log } = event;
  const roomy = node.tail !== undefined && progress.failures.size < FAILED_MAX;
  const tail = roomy && node.tail !== undefined ? lastLines(node.tail, TAIL_LINES) : [];
  const order = node.failedOrder ?? progress.failedAttempts + 0.5;
  progress.failures.set(step, {
    step,
    outcome,
    durationMs,
    attempts,
    order,
    tail,
    ...(log === undefined ? {} : { log }),
  });
}

/** A good end: what is below is folded into the counts, and so is the step itself once newer ones have ended. */
function settle(progress: Progress, node: ProgressNode): void {
  const isOver = (below: ProgressNode): boolean => progress.recent.has(below);
  if (node.outcome?.state === 'succeeded' && node.path !== '.') {
    for (const child of [...node.children.values()].filter(isOver)) forget(progress, child);
  }
  if (node.children.size > 0 || node.path === '.') return;
  progress.recent.add(node);
  const [oldest] = progress.recent;
  if (progress.recent.size > RECENT_MAX && oldest !== undefined) forget(progress, oldest);
}

function forget(progress: Progress, node: ProgressNode): void {
  progress.recent.delete(node);
  dropNode(progress.nodes, node);
}

/** Moves a step from one count to another. Groups are in none. */
function turn(node: ProgressNode, phase: Phase): void {
  if (!node.group) {
    if (node.phase !== undefined) count(node.parent ?? node, node.phase, -1);
    count(node.parent ?? node, phase, 1);
  }
  node.phase = phase;
}

function stoppingOf({ t, pid, signal, graceMs, waitedMs, command }: StepStopping): Stopping {
  const offender = command === undefined ? {} : { command };
  return { pid, signal, killT: t + graceMs, isLate: waitedMs !== undefined, ...offender };
}
