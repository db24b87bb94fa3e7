/** Makes one step of a step with `use` and of what it uses, where their modifiers leave no doubt which stands around which. */
import { type Inherited, OUTERMOST } from './build-command.ts';
import { ms } from './build-modifiers.ts';
import type { LockInput, PlanInput, StepInput } from './input.ts';
import type { PlanLock, Step, StepCommon, StepLock, Used, UsedLevel } from './plan.ts';
import type { PlanFile } from './plan-file.ts';
import type { UsedStep } from './plan-files.ts';
import { takenOf } from './used.ts';

/** Keys of the root of a plan that are none of its step. */
const OF_THE_ROOT = [
  '$schema',
  'pools',
  'slots',
  'lock',
  'inputs',
  'secrets',
  'define',
  'keep',
  'keepBytes',
  'maxLog',
  'schedule',
  'notify',
];

/** Names outside of what is used, each with that inside. */
type Taken = Readonly<Record<string, string>>;

/** The used step as it would stand in a list. */
export function stepOf({ step }: UsedStep): StepInput {
  if (typeof step === 'string') return { run: step };
  return Object.fromEntries(Object.entries(step).filter(([key]) => !OF_THE_ROOT.includes(key))) as StepInput;
}

/** What flows into what is used: all of it inside of one file; into another one only how commands are stopped. */
export function inheritedBy({ file, isElsewhere }: UsedStep, outer: Inherited, planFolder: string): Inherited {
  if (!isElsewhere) return outer;
  const { cwd: _cwd, launcher: _launcher, folder: _folder, http: _http, ...rest } = outer;
  const { folder } = file.origin;
  return { ...rest, shell: OUTERMOST.shell, ...(folder === planFolder ? {} : { folder }) };
}

/** The step inside of further levels, and of a lock. */
export function around(inner: Step, levels: readonly UsedLevel[], lock: StepLock | undefined): Step {
  const { used } = inner;
  const locks = [...(lock === undefined ? [] : [lock]), ...(used?.locks ?? [])];
  return {
    ...inner,
    used: {
      ...used,
      levels: [...levels, ...(used?.levels ?? [])],
      ...(locks.length === 0 ? {} : { locks }),
    },
  };
}

/**
 * Whether what is used must be a step of its own inside the one that uses it: both have modifiers, or that has one which
 * looks at variables, which are others out there.
 */
export function isNested(using: StepInput, inner: Step): boolean {
  if (using.if !== undefined || using.finally !== undefined) return true;
  const isWrapped =
    inner.type === 'forEach' ||
    inner.used?.locks !== undefined ||
    [inner.if, inner.finally, inner.every, inner.retry, inner.timeoutMs, inner.limits].some(one => one !== undefined);
  const wraps = [using.allowFailure, using.every, using.retry, using.timeout].some(one => one !== undefined);
  return wraps && (isWrapped || inner.allowFailure);
}

/** What is used in the place of the step that uses it: with the place, the names and the modifiers of that. */
export function merged(inner: Step, common: StepCommon, from: string, taken: Taken | undefined): Step {
  const { env: _env, envFiles: _envFiles, folder: _folder, allowFailure, background, rerun, ...place } = common;
  return {
    ...inner,
    ...place,
    allowFailure: allowFailure || inner.allowFailure,
    background,
    ...(rerun === undefined ? {} : { rerun }),
    used: handing(inner.used, taken, from),
  };
}

/** What is used as the one step, `plan`, inside of the step that uses it. */
export function nested(inner: Step, common: StepCommon, from: string, taken: Taken | undefined): Step {
  const { from: _, levels = [], ...used } = handing(inner.used, taken, from);
  const [{ inputs, given } = { inputs: {}, given: [] }, ...rest] = levels;
  // Its variables are those of the step around.
  const child = { ...inner, id: 'plan', used: { ...used, levels: [{ env: {}, inputs, given }, ...rest] } };
  return { type: 'steps', ...common, used: { from, levels: [] }, children: [child] };
}

function handing(used: Used = { levels: [] }, taken: Taken | undefined, from: string): Used {
  if (taken === undefined) return { ...used, from };
  return { ...used, from, save: used.save === undefined ? taken : takenOf(taken, used.save) };
}

/** The variables of a copy that stand around it. */
export function withCopyEnv(each: Step, env: Readonly<Record<string, string>>): Step {
  const [first, ...rest] = each.used?.levels ?? [];
  if (each.used === undefined || first === undefined) return { ...each, env };
  return { ...each, used: { ...each.used, levels: [{ ...first, env }, ...rest] } };
}

/** The lock of a used plan, where it has one. */
export function lockIn({ lock, name }: PlanInput, { origin }: PlanFile): StepLock | undefined {
  if (lock === undefined || lock === false) return undefined;
  return {
    ...lockOf(lock),
    plan: name ?? origin.name,
    ...(origin.file === undefined ? {} : { file: origin.file }),
  };
}

/** What a lock says. */
export function lockOf(lock: true | string | LockInput): PlanLock {
  if (lock === true) return { waitMs: 0 };
  if (typeof lock === 'string') return { name: lock, waitMs: 0 };
  const { name, wait = 0, held } = lock;
  return {
    ...(name === undefined ? {} : { name }),
    waitMs: wait === 'forever' ? wait : ms(wait),
    ...(held === 'skip' ? { held } : {}),
  };
}
