/** One run that is kept, in full: its head, its steps, its failures. What `runjobs show` shows. */
import type { FailureFact } from '../events/facts.ts';
import type { AttemptHistory, History, StepHistory } from '../events/history.ts';
import { childPath, childrenOf, type Plan, type Step } from '../plan/plan.ts';
import { formatDuration } from './durations.ts';
import { jsonLine } from './json-line.ts';
import { glyphs, type Palette } from './palette.ts';
import { ageWords, localTime, runFields, type ShownRun, stateMark, stateWords, tookMs } from './past-runs.ts';
import { commandWords } from './steps.ts';
import { countWords, mark } from './summary.ts';
import { cleanse } from './text.ts';
import { cancelWords, outcomeWords } from './wording.ts';

export interface PastOptions {
  readonly run: ShownRun;
  readonly history: History;
  /** As it was when the run began; absent where its copy is missing. */
  readonly plan: Plan | undefined;
  readonly palette: Palette;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The last lines of a step's log. */
  readonly tail: (path: string) => readonly string[];
  /** Where the log of a step lies, as people read it; undefined where it has none. */
  readonly logOf: (path: string) => string | undefined;
}

/** Failures that get a block of their own. */
const BLOCKS_MAX = 20;
const WARNINGS_MAX = 10;
const ATTEMPTS_MAX = 20;

/** The whole run, for people. */
export function runReport(options: PastOptions): string {
  const { history, run, palette } = options;
  const lines = headLines(options);
  const steps = run.hasGaps && history.steps.size === 0 ? [] : stepLines(options);
  if (steps.length > 0) lines.push('', ...steps);
  const warnings = history.warnings.slice(-WARNINGS_MAX);
  if (warnings.length > 0) lines.push('');
  for (const { step, message } of warnings) {
    const where = step === undefined ? '' : `${label(step, options)}: `;
    lines.push(`${palette.warn(glyphs.warning)} ${where}${flat(message)}`);
  }
  for (const failure of (run.facts?.failures ?? []).slice(0, BLOCKS_MAX))
    lines.push('', ...failureBlock(failure, options));
  const more = (run.facts?.failures.length ?? 0) - BLOCKS_MAX;
  if (more > 0) lines.push('', `… ${more} more failed`);
  return `${lines.join('\n')}\n`;
}

/** One step of it, for people. @param path one of {@link knownSteps}. */
export function stepReport(path: string, options: PastOptions): string {
  const { history, palette } = options;
  const step = stepsOf(options.plan).get(path);
  const past = history.steps.get(path);
  const lines = [stepLine(path, past, options)];
  if (step !== undefined) lines.push(...commandLines(step).map(line => `  ${palette.quiet('$')} ${line}`));
  const attempts = past?.attempts ?? [];
  const shown = attempts.slice(-ATTEMPTS_MAX);
  const left = (past?.ended ?? 0) - shown.length;
  if (left > 0) lines.push(`  … ${left} earlier attempts`);
  if (attempts.length > 1 || left > 0) for (const attempt of shown) lines.push(`  ${attemptWords(attempt, palette)}`);
  if (past !== undefined && past.ticks > 0) lines.push(`  ${tickWords(past)}`);
  if (past?.phase === 'running' && past.pid !== undefined) lines.push(`  process ${past.pid}`);
  const log = options.logOf(path);
  if (log !== undefined) lines.push(`  log: ${log}`, ...tailLines(path, options));
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

/** The paths of all steps of the run. */
export function knownSteps({ plan, history }: Pick<PastOptions, 'plan' | 'history'>): string[] {
  return [...new Set([...stepsOf(plan).keys(), ...history.steps.keys()])];
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
  const counts = countWords(facts.counts);
  const resumed = facts.resumed === 0 ? '' : `, resumed ${times(facts.resumed)}`;
  return [
    `${stateMark(run, palette)} ${name} ${stateWords(run)} ${took}${why}${counts === '' ? '' : `: ${counts}`}`,
    field('run', run.id),
    ...(facts.plan === undefined ? [] : [field('plan', cleanse(facts.plan))]),
    field('started', `${localTime(facts.startedAt)} (${ageWords(facts.startedAt, now)})${resumed}`),
    field('folder', cleanse(run.folder)),
    ...(run.trouble === undefined ? [] : [field('trouble', cleanse(run.trouble))]),
    ...(mayResume(run) ? [field('resume', `runjobs resume ${run.id}`)] : []),
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

/** Whether there is something left to do in it, and nothing that keeps it from being done. */
export function mayResume({ state, facts, trouble }: ShownRun): boolean {
  if (trouble !== undefined) return false;
  if (state === 'died') return true;
  const outcome = facts?.outcome;
  return state === 'ended' && outcome?.state !== 'succeeded' && !(outcome?.state === 'failed' && outcome.allowed);
}

function field(name: string, value: string): string {
  return `  ${name.padEnd(8)}${value}`;
}

/** The tree of steps: by the plan, else what the journal has met. */
function stepLines(options: PastOptions): string[] {
  const { plan, history } = options;
  const lines: string[] = [];
  const add = (path: string, depth: number) => {
    lines.push(`${'  '.repeat(depth)}${stepLine(path, history.steps.get(path), options, depth > 0)}`);
  };
  const below = (step: Step, path: string, depth: number) => {
    for (const child of childrenOf(step)) visit(child, childPath(path, child.id), depth);
    for (const child of step.finally?.steps ?? []) visit(child, childPath(childPath(path, 'finally'), child.id), depth);
  };
  const visit = (step: Step, path: string, depth: number) => {
    add(path, depth);
    below(step, path, depth + 1);
  };
  if (plan === undefined) for (const path of history.steps.keys()) add(path, 1);
  else {
    if (childrenOf(plan.root).length === 0) add('.', 1);
    below(plan.root, '.', 1);
  }
  return lines;
}

/** `✖ unit exit 1 (1.1 s, 2 attempts)`, `❯ build still running`, `· deploy not reached`. */
function stepLine(path: string, past: StepHistory | undefined, options: PastOptions, isShort = false): string {
  const { palette, run } = options;
  const step = stepsOf(options.plan).get(path);
  const shown = label(path, options);
  const id = step !== undefined && isShort ? shortened(path, step) : shown;
  const given = past?.name === undefined ? '' : ` ${palette.quiet(cleanse(past.name))}`;
  const head = (glyph: string) => `${glyph} ${palette.strong(id)}${given}`;
  if (past?.outcome !== undefined) {
    const { outcome } = past;
    const words = outcome.state === 'succeeded' ? '' : ` ${cleanse(outcomeWords(outcome))}`;
    return `${head(mark(outcome, palette))}${words} ${palette.quiet(factWords(past))}`.trimEnd();
  }
  switch (past?.phase) {
    case 'running':
      return `${head(palette.warn(glyphs.started))} ${run.state === 'running' ? 'is running' : 'was running'}`;
    case 'waiting':
      return `${head(palette.quiet(glyphs.waiting))} ${run.state === 'running' ? 'waits' : 'was waiting'}`;
    case 'queued':
      return `${head(palette.quiet(glyphs.waiting))} ${run.state === 'running' ? 'is queued' : 'was queued'}`;
    default:
      return `${head(palette.quiet('·'))} ${palette.quiet(run.hasGaps ? 'not known' : 'not reached')}`;
  }
}

/** In a tree the groups around it are seen: of `a/finally/1`, `finally/1`; with what it does where that is a number. */
function shortened(path: string, step: Step): string {
  const parts = path.split('/');
  const id = parts.at(-2) === 'finally' ? parts.slice(-2).join('/') : (parts.at(-1) ?? path);
  return /^(?:finally\/)?\d+$/.test(id) && childrenOf(step).length === 0 ? `${id}: ${commandWords(step)}` : id;
}

function factWords({ durationMs, ended, outcome, isTaken, ticks, missed }: StepHistory): string {
  if (outcome?.state === 'skipped') return '';
  const facts = [formatDuration(durationMs)];
  if (ticks > 0) facts.push(`${ticks} ${ticks === 1 ? 'tick' : 'ticks'}${missed > 0 ? `, ${missed} left out` : ''}`);
  else if (ended > 1) facts.push(`${ended} attempts`);
  if (isTaken) facts.push('taken over');
  return `(${facts.join(', ')})`;
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

function failureBlock(failure: FailureFact, options: PastOptions): string[] {
  const { palette } = options;
  const { step: path, outcome, durationMs, attempts } = failure;
  const facts = `(${formatDuration(durationMs)}${attempts > 1 ? `, ${attempts} attempts` : ''})`;
  const why = cleanse(outcomeWords(outcome));
  const step = stepsOf(options.plan).get(path);
  const log = options.logOf(path);
  return [
    `${mark(outcome, palette)} ${palette.strong(label(path, options))} ${why} ${palette.quiet(facts)}`,
    ...(step === undefined || childrenOf(step).length > 0 ? [] : [`  ${palette.quiet('$')} ${commandWords(step)}`]),
    ...tailLines(path, options),
    ...(log === undefined ? [] : [palette.quiet(`  log: ${log}`)]),
  ];
}

function tailLines(path: string, { tail, palette }: PastOptions): string[] {
  return tail(path).map(line => `  ${palette.quiet('│')} ${cleanse(line)}`.trimEnd());
}

/** All lines of a script; else what the step does in a few words. */
function commandLines(step: Step): string[] {
  if (step.type === 'run' && typeof step.command === 'string') return step.command.trimEnd().split('\n').map(cleanse);
  return [commandWords(step)];
}

function stepJson(path: string, { run, history, plan, logOf }: PastOptions): Readonly<Record<string, unknown>> {
  const past = history.steps.get(path);
  const step = stepsOf(plan).get(path);
  const log = logOf(path);
  return {
    step: path,
    state: past?.outcome?.state ?? past?.phase ?? (run.hasGaps ? 'unknown' : 'not-reached'),
    ...(step === undefined ? {} : { does: commandWords(step) }),
    ...(past?.outcome === undefined ? {} : { outcome: past.outcome, durationMs: past.durationMs }),
    attempts: past?.attempts ?? [],
    ...(past === undefined || past.ticks === 0
      ? {}
      : { ticks: past.ticks, badTicks: past.badTicks, missed: past.missed }),
    ...(past?.isTaken ? { resumed: true } : {}),
    ...(log === undefined ? {} : { log }),
  };
}

const indexed = new WeakMap<Plan, ReadonlyMap<string, Step>>();

function stepsOf(plan: Plan | undefined): ReadonlyMap<string, Step> {
  if (plan === undefined) return new Map();
  const known = indexed.get(plan);
  if (known !== undefined) return known;
  const steps = new Map<string, Step>();
  const add = (step: Step, path: string) => {
    steps.set(path, step);
    for (const child of childrenOf(step)) add(child, childPath(path, child.id));
    for (const child of step.finally?.steps ?? []) add(child, childPath(childPath(path, 'finally'), child.id));
  };
  add(plan.root, '.');
  indexed.set(plan, steps);
  return steps;
}

function label(path: string, { run, plan }: PastOptions): string {
  return path === '.' ? cleanse(run.facts?.name ?? plan?.name ?? '.') : cleanse(path);
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function flat(message: string): string {
  return cleanse(message.split('\n', 1)[0] ?? '');
}
