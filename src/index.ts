/** The library: what `import … from 'runjobs'` gives. */
import { resolve } from 'node:path';
import { givenProblems } from './engine/given-problems.ts';
import { interactiveAhead } from './engine/interactive.ts';
import type { RunResult } from './engine/run.ts';
import type { RunEvent } from './events/event.ts';
import { checkOptions } from './library-options.ts';
import { bodyProblems } from './plan/definitions.ts';
import { type Given, type GivenOptions, levelsOf, readGiven } from './plan/given.ts';
import type { PlanInput } from './plan/input.ts';
import { type LoadResult, loadPlan as load, loadObject } from './plan/load.ts';
import { needsTerminal } from './plan/needs-terminal.ts';
import type { Plan } from './plan/plan.ts';
import { formatProblems, type Problem } from './plan/problems.ts';
import { describeThrown } from './plan/quote.ts';
import {
  claimRootRun,
  DEFAULT_QUEUE_PREFIX,
  type KeyboardSignal,
  LockHeldError,
  type LockRootRunOptions,
  lockRootRun,
  openOwnTerminal,
  openRootRun,
  parseQueueAddress,
  QueueUnusable,
  secretsIn,
  terminalStreams,
} from './root-run.ts';

export { RunActiveError } from './engine/active-run.ts';
export type { RunResult } from './engine/run.ts';
export type * from './events/event.ts';
export type * from './events/outcome.ts';
export type { GivenOptions } from './plan/given.ts';
export type { PlanInput, StepInput } from './plan/input.ts';

export type { LoadResult } from './plan/load.ts';
export { definePlan } from './plan/load.ts';
export type * from './plan/plan.ts';
export type { Problem } from './plan/problems.ts';
export { LockHeldError, LockUnusableError, QueueUnusable } from './root-run.ts';

/** The job file, or the object in its place, is wrong: nothing was started. */
export class PlanError extends Error {
  /** Every problem, in the order of the file. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(formatProblems(problems));
    this.name = 'PlanError';
    this.problems = problems;
  }
}

/** What is given to a plan. */
export interface GivenToPlan extends GivenOptions {
  /** The environment, which commands inherit; what is undefined is not set. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** A queue whose workers carry out the steps that may leave the run: see "Many machines" in README.md. */
export interface QueueOptions {
  /** Such as `redis://127.0.0.1:6379` or `rediss://runjobs@host:6380/0?ca=ca.pem`, without a password. */
  readonly address: string;
  readonly password?: string | undefined;
  /** Shared with the workers: messages are signed. */
  readonly key?: string | undefined;
  /** What all keys begin with. Default: `{rj}`. */
  readonly prefix?: string | undefined;
  /** Lets `redis://` lead to another machine, in a network that you trust. Default: false. */
  readonly insecure?: boolean | undefined;
}

export interface RunOptions extends GivenToPlan {
  /** Aborting it cancels the run, which then still runs its `finally` steps. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Takes every event of the run, in order. While a promise that it returns is open, commands print no faster. What it
   * throws or rejects with ends its calls; the run goes on, and a `RunjobsWarning` of the process tells it, with the stack.
   */
  readonly onEvent?: ((event: RunEvent) => unknown) | undefined;
  /** In place of the plan's own `slots`. */
  readonly slots?: number | undefined;
  /** Default: all is done in this process and its children. Needs the packages bullmq and ioredis. */
  readonly queue?: QueueOptions | undefined;
  /**
   * Where logs are kept. Default: `.runjobs/` beside the plan, or in the current folder for an object; the user's state folder
   * where that cannot be written, which a `warning` tells.
   */
  readonly stateDir?: string | undefined;
}

/**
 * Reads and checks a job file, or the object in its place, without running it: what is wrong with it, or with what is given to
 * it, is in the result. That inputs have no value is no problem here.
 *
 * ```ts
 * const loaded = await loadPlan('plan.yaml');
 * if (loaded.type === 'rejected') for (const { line, message } of loaded.problems) console.error(line, message);
 * ```
 * Options that are for `run` alone are checked as well, so that the same may be given to both.
 * @throws {TypeError} for options that there are not, or of another kind.
 * @throws {Error} when the current folder is not there any more.
 */
export async function loadPlan(plan: string | PlanInput, options: GivenToPlan = {}): Promise<LoadResult> {
  checkOptions(options);
  return (await read(plan, options, { cwd: currentFolder(), isRun: false })).loaded;
}

/**
 * Runs a plan, given as a path or as an object, to its end; resolves with every step's outcome, also when steps fail.
 *
 * ```ts
 * const { outcome, exitCode, steps } = await run({ gather: ['npm run lint', 'npm test'] });
 * ```
 *
 * On cancel (`options.signal`) everything is stopped, `finally` steps run, and it resolves with the state `cancelled`;
 * aborted before its start, with `skipped`. Signals are the caller's: none is listened to, but
 * for those of the keyboard while an interactive step has the terminal.
 * @throws {TypeError} for options that there are not, or of another kind.
 * @throws {PlanError} when the plan is wrong, or has interactive steps and there is no terminal.
 * @throws {RunActiveError} while another run is active in this process, or in this worker thread of it.
 * @throws {LockHeldError} while another run holds the plan's `lock`, after the wait that the plan asks for; with `held: skip`
 * it resolves with the state `skipped` in its place.
 * @throws {LockUnusableError} when the lock cannot be kept.
 * @throws {QueueUnusable} when `options.queue` cannot be reached or used.
 * @throws {Error} when the current folder is not there any more, or the run's own cannot be made. Whatever is thrown, nothing was started.
 */
export async function run(plan: string | PlanInput, options: RunOptions = {}): Promise<RunResult> {
  checkOptions(options);
  const cwd = currentFolder();
  const claim = claimRootRun(typeof plan === 'string' ? plan : nameIn(plan));
  try {
    const { loaded, given } = await read(plan, options, { cwd, isRun: true });
    if (loaded.type === 'rejected') throw new PlanError(loaded.problems);
    const interactive = interactiveAhead(loaded.plan.root);
    const streams = terminalStreams();
    if (interactive.length > 0 && streams === undefined) {
      throw new PlanError([{ message: needsTerminal(interactive), path: '', file: '' }]);
    }
    claim.run.name = loaded.plan.name;
    const { signal, onEvent, slots = loaded.plan.slots, stateDir } = options;
    const queue = placeOf(options.queue);
    const { env } = given;
    const interrupt = (received: KeyboardSignal) => root.cancel({ type: 'interrupted', signal: received });
    const lock = await lockOrSkip(loaded.plan, { claim, env, signal });
    if (lock.type === 'skipped') return lock.result;
    const root = await openRootRun({
      plan: loaded.plan,
      overrides: options.slots === undefined ? {} : { slots },
      claim,
      lock: lock.lock,
      listeners: onEvent === undefined ? [] : [{ name: 'onEvent', report: event => promiseOf(onEvent(event)) }],
      onListenerFailure: warnOf,
      env,
      terminal: streams && openOwnTerminal(streams, interrupt),
      given: {
        levels: levelsOf(loaded.plan, given),
        kept: { set: given.set, envFiles: given.files.map(({ file }) => resolve(cwd, file)) },
      },
      queue,
      ...(stateDir === undefined ? {} : { stateDir: resolve(cwd, stateDir) }),
    });
    const cancel = () => root.cancel({ type: 'aborted' });
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    try {
      return await root.start();
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  } finally {
    claim.release();
  }
}

/** Where the caller stands when it calls: it may go elsewhere while the plan is read. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new Error('the current folder is not there any more; nothing was started', { cause });
  }
}

/** The plan, and what is given to it; relative paths start from `cwd`. */
async function read(
  plan: string | PlanInput,
  { env = process.env, ...options }: GivenToPlan,
  { cwd, isRun }: { readonly cwd: string; readonly isRun: boolean },
): Promise<{ readonly loaded: LoadResult; readonly given: Given }> {
  const { given, problems } = await readGiven(options, { cwd, env: withoutUndefined(env) });
  if (problems.length > 0) return { loaded: { type: 'rejected', problems }, given };
  const around = { given, secretsOf: secretsIn(given) };
  const loaded =
    typeof plan === 'string'
      ? await load(plan, { cwd, ...around })
      : await loadObject(plan, { folder: cwd, ...around });
  return { loaded: withInputs(loaded, given, isRun), given };
}

type Locking =
  | { readonly type: 'locked'; readonly lock: Awaited<ReturnType<typeof lockRootRun>> }
  | { readonly type: 'skipped'; readonly result: RunResult };

/** The plan's lock, or the end of a run that has nothing to do while another holds it. */
async function lockOrSkip(plan: Plan, options: LockRootRunOptions): Promise<Locking> {
  try {
    return { type: 'locked', lock: await lockRootRun(plan, options) };
  } catch (error) {
    if (!(error instanceof LockHeldError) || plan.lock?.held !== 'skip') throw error;
    const outcome = { state: 'skipped', reason: { type: 'locked', message: error.locked } } as const;
    return { type: 'skipped', result: { outcome, exitCode: 0, steps: new Map([['.', outcome]]), failures: [] } };
  }
}

/** What the plan calls itself, before it is known to be one. */
function nameIn(plan: unknown): string {
  try {
    const { name } = Object(plan);
    return typeof name === 'string' ? name : 'plan';
  } catch {
    return 'plan';
  }
}

function withoutUndefined(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The plan, unless an input has no value that it needs, or one that does not fit. */
function withInputs(loaded: LoadResult, given: Given, isRun: boolean): LoadResult {
  if (loaded.type === 'rejected') return loaded;
  const { ofInputs, ofSecrets } = givenProblems(loaded.plan, given, { isRun });
  const problems = [...(isRun ? bodyProblems(loaded.plan) : []), ...ofInputs, ...ofSecrets];
  return problems.length === 0 ? loaded : { type: 'rejected', problems };
}

function promiseOf(result: unknown): Promise<void> | undefined {
  const isThenable = typeof result === 'object' && result !== null && 'then' in result;
  return isThenable ? Promise.resolve(result as PromiseLike<void>) : undefined;
}

/** Told where Node tells what no caller waits for: the run has children to look after, and must not end of it. */
function warnOf(name: string, error: unknown): void {
  const detail = error instanceof Error ? error.stack : undefined;
  process.emitWarning(`${name} failed and is called no more: ${describeThrown(error)}`, {
    type: 'RunjobsWarning',
    ...(detail === undefined ? {} : { detail }),
  });
}

function placeOf(queue: QueueOptions | undefined) {
  if (queue === undefined) return undefined;
  const { address: text, prefix = DEFAULT_QUEUE_PREFIX, insecure = false, password, key } = queue;
  const address = parseQueueAddress(text, insecure);
  if ('fault' in address) throw new QueueUnusable(address.fault);
  return { address, prefix, password, key };
}
