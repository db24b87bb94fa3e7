/** Every phrase about how a step ended: one wording for all reporters. */
import type { Resumed } from '../events/event.ts';
import type {
  CancelReason,
  Failed,
  Failure,
  InterruptSignal,
  OtherClock,
  Outcome,
  SkipReason,
} from '../events/outcome.ts';
import type { Stopping } from '../events/tree.ts';
import { cutTo, widthOf } from './columns.ts';
import { formatLimit, formatRest } from './durations.ts';
import { cleanse } from './text.ts';

/** What exit codes mean by convention, 128 + n being signal n. */
const EXIT_CODES: Readonly<Record<number, string>> = {
  126: 'found but not executable',
  127: 'command not found',
  129: 'SIGHUP',
  130: 'SIGINT',
  131: 'SIGQUIT',
  134: 'SIGABRT, aborted',
  135: 'SIGBUS',
  136: 'SIGFPE, arithmetic error',
  137: 'SIGKILL, often out of memory',
  139: 'SIGSEGV, segmentation fault',
  141: 'SIGPIPE, nobody reads its output',
  143: 'SIGTERM',
};

/** Exit code and meaning of the signals that commands die of. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGHUP: '129',
  SIGINT: '130',
  SIGQUIT: '131',
  SIGABRT: '134, aborted',
  SIGBUS: '135',
  SIGFPE: '136, arithmetic error',
  SIGKILL: '137, often out of memory',
  SIGSEGV: '139, segmentation fault',
  SIGPIPE: '141, nobody reads its output',
  SIGTERM: '143',
};

/** Columns below which a command says nothing. */
const LEAST_COMMAND = 4;

const INTERRUPTS: Readonly<Record<InterruptSignal, string>> = {
  SIGINT: 'interrupted by Ctrl-C (SIGINT)',
  SIGTERM: 'told to end (SIGTERM)',
  SIGHUP: 'the terminal was closed (SIGHUP)',
  SIGQUIT: 'killed by Ctrl-\\ (SIGQUIT)',
};

/** `succeeded`, `exit 1`, `exit 1, tolerated`, `cancelled: "lint" failed`, `skipped: "build" failed before it`. */
export function outcomeWords(outcome: Outcome): string {
  switch (outcome.state) {
    case 'succeeded':
      return 'succeeded';
    case 'failed':
      return outcome.allowed ? `${failedWords(outcome)}, ${allowedWords(outcome)}` : failedWords(outcome);
    case 'cancelled':
      return `cancelled: ${cancelWords(outcome.reason)}`;
    case 'skipped':
      return `skipped: ${skipWords(outcome.reason)}`;
    default:
      return outcome satisfies never;
  }
}

/** Why it is no failure: `allowed`, `tolerated`, `lost the race`. */
function allowedWords({ forgiven }: Failed): string {
  switch (forgiven) {
    case 'tolerated':
      return 'tolerated';
    case 'lost':
      return 'lost the race';
    default:
      return 'allowed';
  }
}

/** Why a step failed: `exit 1`, `killed by SIGSEGV (139, segmentation fault)`, `timed out after 5s`. */
export function failedWords(outcome: Failed): string {
  return failureWords(outcome.reason, outcome);
}

/** Why an attempt failed, with the exit code or signal where they are known. */
export function failureWords(failure: Failure, how: { exitCode?: number; signal?: string } = {}): string {
  switch (failure.type) {
    case 'exit':
      return `${listWords(failure)}${exitWords(how.exitCode)}`;
    case 'signal':
      return `${listWords(failure)}${signalWords(how.signal)}`;
    case 'timeout':
      return timeoutWords(failure);
    case 'start':
    case 'http':
    case 'save':
    case 'lost':
      return oneLine(failure.message);
    case 'not-ready':
      return `${how.exitCode === undefined ? 'ended' : exitWords(how.exitCode)} before it was ready`;
    case 'stopped-by-user':
      return 'stopped by hand';
    case 'until':
      return failure.until === 'success' ? 'no tick succeeded' : 'no tick failed, and one had to';
    case 'child':
      return `${named(failure.step)} failed`;
    case 'finally':
      return failure.limitMs === undefined
        ? `${named(failure.step)} failed`
        : `${named(failure.step)} timed out after ${formatLimit(failure.limitMs)}`;
    case 'internal':
      return `a bug in runjobs: ${oneLine(failure.message)}`;
    default:
      return failure satisfies never;
  }
}

interface RanOut {
  readonly limitMs: number;
  readonly clock?: OtherClock;
  readonly probe?: string;
}

/** Which clock ran out, and how long it was. */
function timeoutWords({ limitMs, clock, probe }: RanOut): string {
  const limit = formatLimit(limitMs);
  switch (clock) {
    case undefined:
      return `timed out after ${limit}`;
    case 'total':
      return `timed out after ${limit} in all`;
    case 'quiet':
      return `timed out: no output for ${limit}`;
    case 'queue':
      return `timed out: no free slot or pool for ${limit}`;
    case 'worker':
      return `timed out: no worker took it in ${limit}`;
    case 'ready':
      return `not ready after ${limit}${probe === undefined ? '' : `: ${oneLine(probe)}`}`;
    default:
      return clock satisfies never;
  }
}

/** Why something was told to stop. */
export function cancelWords(reason: CancelReason): string {
  switch (reason.type) {
    case 'interrupted':
      return INTERRUPTS[reason.signal];
    case 'aborted':
      return 'aborted by the caller';
    case 'timeout':
      return `${named(reason.step)} ${reason.clock === 'ready' ? 'was ' : ''}${timeoutWords(reason)}`;
    case 'sibling-failed':
      return `${named(reason.step)} failed`;
    case 'stopped-by-user':
      return reason.step === '.' ? 'stopped by hand' : `${named(reason.step)} was stopped by hand`;
    case 'next-tick':
      return `the next tick of ${named(reason.step)} was due`;
    case 'lost':
      return `${named(reason.step)} succeeded first`;
    case 'group-ended':
      return reason.step === '.' ? 'everything else has ended' : `${named(reason.step)} has ended`;
    case 'unwritable':
      return oneLine(reason.message);
    case 'internal':
      return `a bug in runjobs: ${oneLine(reason.message)}`;
    default:
      return reason satisfies never;
  }
}

/**
 * Who keeps us waiting: `waiting for "npm test" (pid 4711), 3 s left; Ctrl-C again kills`, and after the grace that it is
 * killed. @param command what is waited for. @param leftMs of the grace. @param cancelling why the run is being stopped,
 * as long as nothing has asked twice. @param room columns for all of it: the command is cut, or left out, never the rest.
 */
export function waitingWords(
  { pid, signal }: Stopping,
  command: string,
  leftMs: number,
  cancelling: CancelReason | undefined,
  room = Number.POSITIVE_INFINITY,
): string {
  const whole = oneLine(command);
  const words = (shown: string) => {
    const who = shown === '' ? `pid ${pid}` : `"${shown}" (pid ${pid})`;
    if (signal === 'SIGKILL') return `${who} did not end in time: killed (SIGKILL)`;
    const left = `${formatRest(leftMs)} left${signal === 'stop.run' ? ' for "stop.run"' : ''}`;
    return `waiting for ${who}, ${left}${againWords(cancelling)}`;
  };
  const over = widthOf(words(whole)) - room;
  if (over <= 0) return words(whole);
  const shown = widthOf(whole) - over;
  return words(shown < LEAST_COMMAND ? '' : cutTo(whole, shown));
}

function againWords(cancelling: CancelReason | undefined): string {
  if (cancelling?.type !== 'interrupted') return '';
  return cancelling.signal === 'SIGINT' ? '; Ctrl-C again kills' : `; ${cancelling.signal} again kills`;
}

/** A test says no by 1; that it may be misspelt is to be seen. */
function testWords(exitCode: number): string {
  if (exitCode === 2) return 'exit 2 (by test, grep and sh an error)';
  const meaning = exitCode === 126 || exitCode === 127 ? ` (${EXIT_CODES[exitCode]})` : '';
  return `exit ${exitCode}${meaning}`;
}

/** A step as it is called in a sentence. */
function named(step: string): string {
  return step === '.' ? 'the plan' : `"${step}"`;
}

/** Why a step never started. */
export function skipWords(reason: SkipReason): string {
  switch (reason.type) {
    case 'earlier-failed':
      return `${named(reason.step)} failed before it`;
    case 'left-out':
      return `by ${reason.by}`;
    case 'locked':
      return oneLine(reason.message);
    case 'if':
      return 'name' in reason ? `if: "${reason.name}" has another value` : `if: ${testWords(reason.exitCode)}`;
    case 'need':
      return needWords(reason);
    case 'not-started':
      return `${named(reason.step)} never started`;
    default:
      return cancelWords(reason);
  }
}

/** `needs "test", which needs "build", which did not succeed`. */
function needWords({ steps, when }: Extract<SkipReason, { type: 'need' }>): string {
  const chain = steps.map(step => `"${step}"`);
  if (when === 'failed' && chain.length === 1) return `${chain[0]} did not fail`;
  return `needs ${chain.join(', which needs ')}, which did not ${when === 'failed' ? 'fail' : 'succeed'}`;
}

/** `run 20261122-081349-7f3a goes on: 3 steps are taken over`. */
export function resumedWords(run: string, { taken }: Resumed): string {
  const steps = taken === 1 ? '1 step is' : `${taken || 'no'} steps are`;
  return `run ${run} goes on: ${steps} taken over`;
}

/** The first line of a message, without control codes. */
export function oneLine(message: string): string {
  return cleanse(message.split('\n', 1)[0] ?? '');
}

/** `forEach.L: the list's command: `, before how that ended. */
function listWords({ list }: { readonly list?: string }): string {
  return list === undefined ? '' : `forEach.${list}: the list's command: `;
}

function exitWords(code: number | undefined): string {
  if (code === undefined) return 'failed';
  const meaning = EXIT_CODES[code];
  return meaning === undefined ? `exit ${code}` : `exit ${code} (${meaning})`;
}

function signalWords(signal: string | undefined): string {
  if (signal === undefined) return 'killed by a signal';
  const meaning = SIGNALS[signal];
  return meaning === undefined ? `killed by ${signal}` : `killed by ${signal} (${meaning})`;
}
