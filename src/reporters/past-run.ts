/** One run that is kept, in full: its head, its steps, its failures. What `runjobs show` shows. */
import { hasDone, isWell } from '../events/progress.ts';
import type { AttemptHistory, StepHistory } from '../events/step-history.ts';
import type { Step } from '../plan/plan.ts';
import { resumeWords } from './again.ts';
import { formatDuration } from './durations.ts';
import { valueWords } from './items.ts';
import { jsonLine } from './json-line.ts';
import { knownSteps } from './known-steps.ts';
import { glyphs, type Palette } from './palette.ts';
import { pastDigest, progressOf } from './past-digest.ts';
import { label, type PastOptions, stepAt } from './past-options.ts';
import {
  ageWords,
  localTime,
  runFields,
  type ShownRun,
  stateMark,
  stateWords,
  tookMs,
  warningWords,
} from './past-runs.ts';
import { isGroup, linesBelow, stepLine, stepLines } from './past-steps.ts';
import { commandWords } from './steps.ts';
import { countWords, mark } from './summary.ts';
import { cleanse } from './text.ts';
import { cancelWords, outcomeWords } from './wording.ts';

const WARNINGS_MAX = 10;
const ATTEMPTS_MAX = 20;
const VALUE_COLUMNS = 200;

/** The whole run, for people. */
export function runReport(options: PastOptions): string {
  const { history, run } = options;
  const lines = headLines(options);
  const steps = run.hasGaps && history.steps.size === 0 ? [] : stepLines(options);
  if (steps.length > 0) lines.push('', ...steps);
  lines.push(...warningLines(options), ...pastDigest(options));
  return `${lines.join('\n')}\n`;
}

/** One step of it, for people. @param path of a step that the run has, see `known-steps.ts`. */
export function stepReport(path: string, options: PastOptions): string {
  const { history, palette } = options;
  const step = stepAt(path, options);
  const past = history.steps.get(path);
  const lines = [stepLine(path, options)];
  for (const [name, value] of Object.entries(past?.item ?? {}))
    lines.push(`  ${name}=${valueWords(value, VALUE_COLUMNS)}`);
  if (step !== undefined) lines.push(...commandLines(step).map(line => `  ${palette.quiet('$')} ${line}`));
  const attempts = past?.attempts ?? [];
  const shown = attempts.slice(-ATTEMPTS_MAX);
  const left = (past?.ended ?? 0) - shown.length;
  if (left > 0) lines.push(`  … ${left} earlier attempts`);
  if (attempts.length > 1 || left > 0) for (const attempt of shown) lines.push(`  ${attemptWords(attempt, palette)}`);
  if (past !== undefined && past.ticks > 0) lines.push(`  ${tickWords(past)}`);
  if (past?.phase === 'running' && past.pid !== undefined)
    lines.push(`  process ${past.pid}${past.worker === undefined ? '' : ` of worker ${cleanse(past.worker)}`}`);
  const log = options.logOf(path);
  if (log !== undefined) lines.push(`  log: ${log}`, ...tailLines(path, options));
  if (step !== undefined && isGroup(step)) lines.push(...linesBelow(path, options));
  return `${lines.join('\n')}\n`;
}

/** One line of JSON: the run with all its steps, or one step. */
export function pastJson(options: PastOptions, path?: string): string {
  const { run } = options;
  const json = (step: string) => stepJson(step, options);
  return path === undefined
    ? jsonLine({ ...runFields(run), steps: knownSteps(options).map(json) })
    : jsonLine({ run: run.id, ...json(path) });
}

/** The latest ones, after a count of the others. */
function warningLines(options: PastOptions): string[] {
  const { history, run, palette } = options;
  const shown = history.warnings.slice(-WARNINGS_MAX);
  const earlier = Math.max(run.facts?.warnings ?? 0, history.warnings.length) - shown.length;
  if (shown.length === 0) return [];
  const lines = shown.map(({ step, message }) => {
    const where = step === undefined ? '' : `${label(step, options)}: `;
    return `${palette.warn(glyphs.warning)} ${where}${flat(message)}`;
  });
  return ['', ...(earlier > 0 ? [`… ${earlier} earlier ${earlier === 1 ? 'warning' : 'warnings'}`] : []), ...lines];
}

function headLines(options: PastOptions): string[] {
  const { run, palette, now } = options;
  const { facts } = run;
  const name = palette.strong(facts === undefined ? run.id : cleanse(facts.name));
  if (facts === undefined)
    return [`${stateMark(run, palette)} ${name}: ${stateWords(run)}`, field('folder', run.folder)];
  const took = tookWords(run, now);
  const { cancelling } = options.history;
  const why = cancelling === undefined ? '' : `, ${cleanse(cancelWords(cancelling))}`;
  const counts = [countWords(facts.counts), warningWords(facts)].filter(words => words !== '').join(', ');
  const resumed = facts.resumed === 0 ? '' : `, resumed ${times(facts.resumed)}`;
  return [
    `${stateMark(run, palette)} ${name} ${stateWords(run)} ${took}${why}${counts === '' ? '' : `: ${counts}`}`,
    field('run', run.id),
    ...(facts.plan === undefined ? [] : [field('plan', cleanse(facts.plan))]),
    field('started', `${localTime(facts.startedAt)} (${ageWords(facts.startedAt, now)})${resumed}`),
    field('folder', cleanse(run.folder)),
    ...(run.trouble === undefined ? [] : [field('trouble', cleanse(run.trouble))]),
    ...(mayResume(options) ? [field('resume', (options.again?.resume ?? resumeWords)(run.id))] : []),
    ...(run.state === 'running' ? [field('stop', `runjobs stop ${run.id}`)] : []),
  ];
}

/** `in 2.2 s`, `after 2.2 s`, `for 2.2 s`; of a run that died, what is known. */
function tookWords(run: ShownRun, now: number): string {
  const took = formatDuration(tookMs(run, now));
  if (run.state === 'running') return `for ${took}`;
  if (run.state === 'died') return `(last heard of ${took} after its start)`;
  return run.facts?.outcome?.state === 'succeeded' ? `in ${took}` : `after ${took}`;
}

/**
 * Whether there is something left to do in it, and nothing that keeps it from being done. One of which nothing is done is
 * better started anew; but where it died, resuming also ends what it has left behind.
 */
function mayResume(options: PastOptions): boolean {
  const { state, trouble } = options.run;
  if (trouble !== undefined) return false;
  if (state === 'died') return true;
  const progress = state === 'ended' ? progressOf(options) : undefined;
  return progress !== undefined && !isWell(progress) && hasDone(progress);
}

function field(name: string, value: string): string {
  return `  ${name.padEnd(8)}${value}`;
}

function attemptWords({ attempt, tick, outcome, durationMs }: AttemptHistory, palette: Palette): string {
  const which = tick === undefined ? `attempt ${attempt}` : `tick ${tick}, attempt ${attempt}`;
  const code = outcome.state === 'succeeded' && outcome.exitCode !== undefined ? `, exit ${outcome.exitCode}` : '';
  return `${mark(outcome, palette)} ${which}: ${cleanse(outcomeWords(outcome))}${code} ${palette.quiet(`(${formatDuration(durationMs)})`)}`;
}

function tickWords({ ticks, badTicks, missed }: StepHistory): string {
  const bad = badTicks > 0 ? `, ${badTicks} of them not well` : '';
  return `${ticks} ${ticks === 1 ? 'tick' : 'ticks'} ended${bad}${missed > 0 ? `, ${missed} left out` : ''}`;
}

function tailLines(path: string, { tail, palette }: PastOptions): string[] {
  return tail(path).map(line => `  ${palette.quiet('│')} ${cleanse(line)}`.trimEnd());
}

/** All lines of a script; else what the step does in a few words. */
function commandLines(step: Step): string[] {
  if (step.type === 'run' && typeof step.command === 'string') return step.command.trimEnd().split('\n').map(cleanse);
  return [commandWords(step)];
}

function stepJson(path: string, options: PastOptions): Readonly<Record<string, unknown>> {
  const { run, history, logOf } = options;
  const past = history.steps.get(path);
  const step = stepAt(path, options);
  const log = logOf(path);
  return {
    step: path,
    ...(past?.item === undefined ? {} : { item: past.item }),
    state: past?.outcome?.state ?? past?.phase ?? (run.hasGaps ? 'unknown' : 'not-reached'),
    ...(step === undefined ? {} : { does: commandWords(step) }),
    ...(past?.outcome === undefined ? {} : { outcome: past.outcome, durationMs: past.durationMs }),
    ...(past?.readyMs === undefined ? {} : { readyMs: past.readyMs }),
    attempts: past?.attempts ?? [],
    ...(past?.copies === undefined
      ? {}
      : { items: past.copies.items, copies: past.copies.counts, takenOver: past.copies.taken }),
    ...(past === undefined || past.ticks === 0
      ? {}
      : { ticks: past.ticks, badTicks: past.badTicks, missed: past.missed }),
    ...(past?.isTaken ? { resumed: true } : {}),
    ...(log === undefined ? {} : { log }),
  };
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function flat(message: string): string {
  return cleanse(message.split('\n', 1)[0] ?? '');
}
