/** One plain line for each thing that happens to a step. */
import type {
  CopiesFinished,
  StepFinished,
  StepReady,
  StepRetrying,
  StepStarted,
  StepStopping,
  TickFinished,
} from '../events/event.ts';
import type { Skipped } from '../events/outcome.ts';
import type { Progress } from '../events/progress.ts';
import type { ProgressNode } from '../events/tree.ts';
import type { ForEachStep, Step } from '../plan/plan.ts';
import { everyWords, formatDuration, formatLeft } from './durations.ts';
import { itemWords, labelIn } from './items.ts';
import { markAt } from './open-failures.ts';
import { glyphs } from './palette.ts';
import { commandWords, type Steps } from './steps.ts';
import { mark } from './summary.ts';
import { cleanse } from './text.ts';
import { failureWords, outcomeWords, skipWords, waitingWords } from './wording.ts';

const NAMED_MAX = 5;
/** More steps skipped in a row for one reason are told as a count. */
const SKIPS_MAX = 20;

/**
 * `❯ build: npm run build`, `❯ test[3] NODE=20: npm test`. Groups that are no copies are told when they end, later ticks
 * not at all.
 */
export function startedLines(
  { step: path, attempt, tick = 1, name, worker, item, items }: StepStarted,
  steps: Steps,
): string[] {
  const step = steps.at(path);
  if (step === undefined || tick > 1) return [];
  if (step.type === 'forEach' && items !== undefined) return [forEachLine(path, step, items, steps)];
  if (steps.isGroup(path) && item === undefined) return [];
  const label = item === undefined ? steps.label(path) : `${steps.label(path)} ${itemWords(item)}`;
  const waits = step.ready === undefined ? '' : 'waiting until ready';
  const where = worker === undefined ? '' : `, on ${cleanse(worker)}`;
  if (attempt > 1) {
    return [`${glyphs.started} ${label}: ${attemptWords(attempt, step)}${waits && ` (${waits})`}${where}`];
  }
  const how = step.background
    ? ` (background${waits && `, ${waits}`})`
    : step.every
      ? ` (${everyWords(step.every)})`
      : '';
  // The root goes by its name already.
  const what = name === undefined || path === '.' ? commandWords(step) : cleanse(name);
  return [`${glyphs.started} ${label}: ${what}${how}${where}`];
}

/** `❯ server: ready after 1.2 s`; not in later ticks. */
export function readyLines({ step, durationMs, tick = 1 }: StepReady, steps: Steps): string[] {
  return tick > 1 ? [] : [`${glyphs.started} ${steps.label(step)}: ready after ${formatDuration(durationMs)}`];
}

/** `❯ test: for each of 1000 items: npm test`. */
function forEachLine(path: string, { each }: ForEachStep, items: number, steps: Steps): string {
  const head = `${glyphs.started} ${steps.label(path)}:`;
  if (items === 0) return `${head} no items, nothing to do`;
  return `${head} for ${items === 1 ? 'the one item' : `each of ${items} items`}: ${commandWords(each)}`;
}

/** `✔ build 1.2 s`, `✖ build exit 1 (1.2 s)`, `⚠` where that may come to nothing. The root's end is the summary; good ends in later ticks are not told. */
export function finishedLines(event: StepFinished, progress: Progress, steps: Steps): string[] {
  const { step, outcome, durationMs, tick = 1 } = event;
  if (step === '.') return [];
  const node = progress.nodes.get(step);
  const copies = node === undefined ? '' : copiesWords(node);
  const took = formatDuration(durationMs);
  if (outcome.state !== 'succeeded') {
    const head = `${markAt(step, outcome, { progress, steps })} ${labelIn(progress, step, steps)}`;
    return [`${head} ${outcomeWords(outcome)} (${took}${copies === '' ? '' : `, ${copies}`})`];
  }
  return tick > 1 ? [] : [`${mark(outcome)} ${steps.label(step)} ${took}${copies === '' ? '' : ` (${copies})`}`];
}

/** `1000 copies`, `998 of 1000 copies ended, 2 failed`; nothing of what is no forEach. */
export function copiesWords({ items, copies: { ended, failed } }: ProgressNode): string {
  if (items === undefined) return '';
  const all = `${items} ${items === 1 ? 'copy' : 'copies'}`;
  return `${ended === items ? all : `${ended} of ${all} ended`}${failed > 0 ? `, ${failed} failed` : ''}`;
}

/** `↓ test: 37 copies skipped: "test[3]" failed`; what was taken over is told once for the whole run. */
export function copiesLines({ step, count, outcome, resumed }: CopiesFinished, steps: Steps): string[] {
  if (resumed) return [];
  return [
    `${mark(outcome)} ${steps.label(step)}: ${count} ${count === 1 ? 'copy' : 'copies'} ${outcomeWords(outcome)}`,
  ];
}

/** `⚠ beat tick 3: exit 1`: a failure that `failureThreshold` may forgive; failures before the end that `until` asks for are none. */
export function failedTickLines({ step: path, tick, outcome }: TickFinished, steps: Steps): string[] {
  const every = steps.at(path)?.every;
  if (outcome.state !== 'failed' || every?.until !== undefined || (every?.failureThreshold ?? 1) === 1) return [];
  return [`${glyphs.warning} ${steps.label(path)} tick ${tick}: ${outcomeWords(outcome)}`];
}

/** `⚠ fetch exit 7, attempt 2 of 4 in 3 s`. */
export function retryLine(event: StepRetrying, progress: Progress, steps: Steps): string {
  const { step: path, attempt, delayMs, failure } = event;
  const attempted = progress.nodes.get(path)?.attempted;
  const why = attempted === undefined ? failureWords(failure) : outcomeWords(attempted);
  const next = `${attemptWords(attempt, steps.at(path))} ${formatLeft(delayMs)}`;
  return `${glyphs.warning} ${labelIn(progress, path, steps)} ${why}, ${next}`;
}

/** `◼ test: waiting for "npm test" (pid 4711), 3 s left`: once per stop, and once when it is killed. */
export function waitingLines(event: StepStopping, progress: Progress, steps: Steps): string[] {
  const stopping = progress.nodes.get(event.step)?.stopping;
  const step = steps.at(event.step);
  if (stopping === undefined || !stopping.isLate || step === undefined) return [];
  const cancelling = progress.forced ? undefined : progress.cancelling;
  const words = waitingWords(stopping, event.command ?? commandWords(step), event.graceMs, cancelling);
  return [`${glyphs.cancelled} ${steps.label(event.step)}: ${words}`];
}

/** `attempt 2 of 4`; without an end where there is none, or where restarts by hand, which do not count, have passed it. */
export function attemptWords(attempt: number, step: Step | undefined): string {
  const times = step?.retry?.times;
  const isWithin = typeof times === 'number' && attempt <= times + 1;
  return isWithin ? `attempt ${attempt} of ${times + 1}` : `attempt ${attempt}`;
}

/** Whether others wait until it is ready. */
export function isUnready({ path, phase, attempted, readyMs }: ProgressNode, steps: Steps): boolean {
  return phase === 'running' && attempted === undefined && readyMs === undefined && steps.at(path)?.ready !== undefined;
}

/** `❯ still running: a (1m 00s), b (42.0 s)`, or nothing when nothing runs. */
export function stillRunning(progress: Progress, steps: Steps, t: number): string | undefined {
  const running = [...progress.nodes.values()].filter(({ group, phase }) => !group && phase === 'running');
  if (running.length === 0) return undefined;
  const named = running.slice(0, NAMED_MAX).map(node => {
    const { path, startedT = t } = node;
    const until = isUnready(node, steps) ? ', not ready yet' : '';
    return `${labelIn(progress, path, steps)} (${formatDuration(t - startedT)}${until})`;
  });
  const others = running.length > NAMED_MAX ? ` and ${running.length - NAMED_MAX} more` : '';
  return `${glyphs.started} still running: ${named.join(', ')}${others}`;
}

/** Steps skipped one after the other for the same reason, held back until it is known how many they are. */
export interface Skips {
  /** Takes one more; returns the lines about those before, when this one has another reason. */
  add(step: string, outcome: Skipped): string[];
  /** The lines about all of them. */
  end(): string[];
}

export function createSkips(steps: Steps): Skips {
  let reason = '';
  let count = 0;
  let first: string[] = [];
  const end = () => {
    const lines =
      count > SKIPS_MAX
        ? [`${glyphs.skipped} ${count} steps skipped: ${reason}`]
        : first.map(step => `${glyphs.skipped} ${steps.label(step)} skipped: ${reason}`);
    count = 0;
    first = [];
    return lines;
  };
  return {
    add(step, outcome) {
      const words = skipWords(outcome.reason);
      // What stands below a step that its own `if` leaves out goes without saying.
      if (outcome.reason.type === 'if' && reason === skipWords({ type: 'not-started', step })) {
        count = 0;
        first = [];
      }
      const before = words === reason ? [] : end();
      reason = words;
      count += 1;
      if (count <= SKIPS_MAX) first.push(step);
      return before;
    },
    end,
  };
}

/** Copies that the command line leaves out, held back until those that it does not have ended: told once for each option. */
export interface LeftOutCopies {
  add(event: CopiesFinished): void;
  /** The lines about those of one forEach, or of all. */
  end(step?: string): string[];
}

export function createLeftOutCopies(steps: Steps): LeftOutCopies {
  const held = new Map<string, Map<string | undefined, CopiesFinished>>();
  return {
    add(event) {
      const by = skippedBy(event);
      const ofStep = held.get(event.step) ?? new Map<string | undefined, CopiesFinished>();
      held.set(event.step, ofStep.set(by, { ...event, count: event.count + (ofStep.get(by)?.count ?? 0) }));
    },
    end(step) {
      const ended = step === undefined ? [...held] : [...held].filter(([path]) => path === step);
      for (const [path] of ended) held.delete(path);
      return ended.flatMap(([, ofStep]) => [...ofStep.values()].flatMap(event => copiesLines(event, steps)));
    },
  };
}

/** Whether the command line leaves them out, by the choice of its user. */
export function areLeftOut(event: CopiesFinished): boolean {
  return skippedBy(event) !== undefined;
}

function skippedBy({ outcome }: CopiesFinished): string | undefined {
  return outcome.state === 'skipped' && outcome.reason.type === 'left-out' ? outcome.reason.by : undefined;
}
