/** Makes one step of a step with `use` and of what it uses, where their modifiers leave no doubt which stands around which. */
import { type Inherited, OUTERMOST } from './build-command.ts';
import { ms } from './build-modifiers.ts';
import type { LockInput, PlanInput, StepInput } from './input.ts';
import type { PlanLock, Step, StepCommon, Used } from './plan.ts';
import type { UsedStep } from './plan-files.ts';

/** Modifiers that stand around the body of a step, besides those that only its place decides. */
const AROUND = ['if', 'finally', 'allowFailure', 'every', 'retry', 'timeout'] as const;

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
] as const;

/**
 * Whether the used one must be a step of its own inside the other: both have modifiers, or one that looks at variables, which
 * are others out there.
 */
export function isNested(using: StepInput, used: UsedStep): boolean {
  if (using.if !== undefined || using.finally !== undefined) return true;
  const root = used.path.length === 0 ? (used.root as PlanInput) : undefined;
  const inner = stepOf(used);
  const isWrapped = AROUND.some(key => inner[key] !== undefined) || inner.forEach !== undefined;
  return AROUND.some(key => using[key] !== undefined) && (isWrapped || lockIn(root) !== undefined);
}

/** The used step as it would stand in a list. */
export function stepOf({ step }: UsedStep): StepInput {
  if (typeof step === 'string') return { run: step };
  const own = Object.entries(step).filter(([key]) => !OF_THE_ROOT.some(other => other === key));
  return Object.fromEntries(own) as StepInput;
}

/** The lock of a plan, where it has one. */
export function lockIn(plan: PlanInput | undefined): PlanInput['lock'] {
  return plan?.lock === false ? undefined : plan?.lock;
}

/** What flows into what is used: all of it inside of one file; into another one only how commands are stopped. */
export function inheritedBy({ file, isElsewhere }: UsedStep, outer: Inherited, planFolder: string): Inherited {
  if (!isElsewhere) return outer;
  const { cwd: _cwd, folder: _folder, ...rest } = outer;
  const { folder } = file.origin;
  return { ...rest, shell: OUTERMOST.shell, ...(folder === planFolder ? {} : { folder }) };
}

/**
 * The used step in the place of the one that uses it: with the place, the names and the modifiers of that.
 * @param common of the step that uses it.
 */
export function merged(inner: Step, common: StepCommon, used: Used): Step {
  const { env: _env, envFiles: _envFiles, folder: _folder, allowFailure, background, rerun, ...place } = common;
  return {
    ...inner,
    ...place,
    allowFailure: allowFailure || inner.allowFailure,
    background,
    ...(rerun === undefined ? {} : { rerun }),
    used,
  };
}

/** The variables of a copy that stand around it. */
export function withCopyEnv(each: Step, env: Readonly<Record<string, string>>): Step {
  const [first, ...rest] = each.used?.levels ?? [];
  if (each.used === undefined || first === undefined) return { ...each, env };
  return { ...each, used: { ...each.used, levels: [{ ...first, env }, ...rest] } };
}

/** What a lock says. */
export function lockOf(lock: true | string | LockInput): PlanLock {
  if (lock === true) return { waitMs: 0 };
  if (typeof lock === 'string') return { name: lock, waitMs: 0 };
  const { name, wait = 0 } = lock;
  return { ...(name === undefined ? {} : { name }), waitMs: wait === 'forever' ? wait : ms(wait) };
}
