/** Makes the Plan of a file that has passed both checks: ids, defaults, and what flows down. */
import { commandIn, flowDown, type Inherited, OUTERMOST } from './build-command.ts';
import {
  type CommandOf,
  conditionOf,
  envFilesOf,
  inputsOf,
  itemsOf,
  keepingOf,
  namesSaved,
  needsOf,
  partEnv,
  type TextOf,
  textsOf,
  widthOf,
} from './build-data.ts';
import { requestOf } from './build-http.ts';
import { everyOf, ms, retryOf, timeoutOf } from './build-modifiers.ts';
import { idsFor } from './ids.ts';
import type { ListedStep, LockInput, PlanInput, SizeInput, StepInput } from './input.ts';
import type { FinallyBlock, Plan, PlanLock, Pool, Step, StepCommon } from './plan.ts';
import { parsePool } from './pools.ts';
import { parseSize } from './size.ts';
import type { Path, Source } from './source.ts';

/** What the file's place gives to its plan. */
export interface Origin {
  readonly name: string;
  readonly folder: string;
  readonly file?: string;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Builds the plan. The input has passed both passes: what they refuse is not looked at again. `source` tells how the
 * author wrote a number.
 */
export function buildPlan(input: PlanInput, origin: Origin, source?: Source): Plan {
  const builder = new Builder(source, input.secrets ?? []);
  const root = builder.step({ ...input, pools: undefined }, { id: '.', path: [], inherited: OUTERMOST });
  const { lock, maxLog } = input;
  return {
    ...origin,
    name: input.name ?? origin.name,
    slots: input.slots ?? 64,
    ...(lock === undefined || lock === false ? {} : { lock: lockOf(lock) }),
    keep: input.keep ?? 50,
    keepBytes: bytes(input.keepBytes ?? '1GiB'),
    ...(input.pools === undefined ? {} : { pools: rootPools(input.pools) }),
    ...(maxLog === undefined ? {} : { maxLog: bytes(maxLog) }),
    inputs: inputsOf(input.inputs, builder.textOf),
    secrets: input.secrets ?? [],
    root,
  };
}

/** Where a step or a list of steps stands. */
interface Place {
  readonly path: Path;
  readonly inherited: Inherited;
}

class Builder {
  readonly #source: Source | undefined;
  readonly #secrets: readonly string[];

  constructor(source: Source | undefined, secrets: readonly string[]) {
    this.#source = source;
    this.#secrets = secrets;
  }

  readonly textOf: TextOf = (scalar, path) =>
    typeof scalar === 'string' ? scalar : (this.#source?.written(path) ?? String(scalar));

  step(input: StepInput, position: Place & { readonly id: string }): Step {
    return input.forEach === undefined ? this.#single(input, position) : this.#forEach(input, input.forEach, position);
  }

  /** A forEach has the modifiers that are for all copies together; the step that it repeats has the others. */
  #forEach(
    input: StepInput,
    forEach: NonNullable<StepInput['forEach']>,
    position: Place & { readonly id: string },
  ): Step {
    const { path } = position;
    const inherited = flowDown(input, position.inherited);
    const items = itemsOf(forEach, [...path, 'forEach'], this.textOf, commandOf(inherited));
    const { every, retry, timeoutMs, limits, allowFailure, env, ...ofAll } = this.#common(input, {
      ...position,
      inherited,
    });
    const { outer, inner } = partEnv(env, items);
    const { id: _id, needs: _n, if: _i, background: _b, finally: _f, envFile: _e, name, ...ofEach } = input;
    const { name: named } = partEnv({ name: name ?? '' }, items).inner;
    const each = this.#single({ ...ofEach, name: named, env: undefined }, { ...position, id: '' });
    if (named !== undefined) delete (ofAll as Mutable<Partial<StepCommon>>).name;
    return {
      type: 'forEach',
      ...ofAll,
      env: outer,
      allowFailure: false,
      items,
      each: { ...each, env: inner },
      ...widthOf(input),
    };
  }

  #single(input: StepInput, position: Place & { readonly id: string }): Step {
    const { path } = position;
    const inherited = flowDown(input, position.inherited);
    const common = this.#common(input, { ...position, inherited });
    if (input.run !== undefined) return { type: 'run', ...common, ...keepingOf(input), ...commandIn(input, inherited) };
    if (input.http !== undefined) {
      const request = requestOf(input.http, [...path, 'http'], this.textOf);
      return { type: 'http', ...common, ...keepingOf(input), ...request };
    }
    if (input.steps !== undefined) {
      return { type: 'steps', ...common, children: this.#list(input.steps, { path: [...path, 'steps'], inherited }) };
    }
    if (input.gather !== undefined) {
      const children = this.#list(input.gather, { path: [...path, 'gather'], inherited });
      return { type: 'gather', ...common, children, ...widthOf(input) };
    }
    if (input.any !== undefined) {
      return { type: 'any', ...common, children: this.#list(input.any, { path: [...path, 'any'], inherited }) };
    }
    return { type: 'sleep', ...common, durationMs: input.sleep === 'forever' ? 'forever' : ms(input.sleep ?? 0) };
  }

  #list(list: readonly ListedStep[], { path, inherited }: Place): Step[] {
    const steps = list.map(step => (typeof step === 'string' ? { run: step } : step));
    const ids = idsFor(steps);
    return steps.map((step, index) => this.step(step, { id: ids[index] ?? '', path: [...path, index], inherited }));
  }

  #common(input: StepInput, { id, path, inherited }: Place & { readonly id: string }): StepCommon {
    const common: Mutable<StepCommon> = {
      id,
      env: input.env === undefined ? NO_TEXTS : textsOf(input.env, [...path, 'env'], this.textOf),
      background: input.background ?? false,
      allowFailure: input.allowFailure ?? false,
    };
    if (input.envFile !== undefined) common.envFiles = envFilesOf(input.envFile);
    if (input.if !== undefined) common.if = conditionOf(input.if, [...path, 'if'], this.textOf, commandOf(inherited));
    if (input.needs !== undefined) common.needs = needsOf(input.needs);
    if (input.name !== undefined) common.name = input.name;
    if (input.description !== undefined) common.description = input.description;
    if (input.finally !== undefined)
      common.finally = this.#finally(input.finally, { path: [...path, 'finally'], inherited });
    if (input.every !== undefined) common.every = everyOf(input.every);
    if (input.retry !== undefined) common.retry = retryOf(input.retry);
    if (input.timeout !== undefined) Object.assign(common, timeoutOf(input.timeout));
    if (input.rerun === true || namesSaved(input).some(name => this.#secrets.includes(name))) common.rerun = true;
    return common;
  }

  #finally(input: NonNullable<StepInput['finally']>, { path, inherited }: Place): FinallyBlock {
    if (!('steps' in input)) return { steps: this.#list(input, { path, inherited }), timeoutMs: 60_000 };
    const steps = this.#list(input.steps, { path: [...path, 'steps'], inherited });
    return { steps, timeoutMs: ms(input.timeout ?? 60) };
  }
}

/** Makes the command of a script that belongs to a step besides its body. */
function commandOf(inherited: Inherited): CommandOf {
  return script => ({ type: 'run', ...bare(''), ...commandIn({ run: script }, inherited) });
}

/** A step without any modifier. */
function bare(id: string): StepCommon {
  return { id, env: NO_TEXTS, background: false, allowFailure: false };
}

const NO_TEXTS: Readonly<Record<string, string>> = Object.freeze({});

/** The schema has refused what is no pool. */
function rootPools(pools: NonNullable<PlanInput['pools']>): Readonly<Record<string, Pool>> {
  return Object.fromEntries(
    Object.entries(pools as Record<string, number | string>).flatMap(([name, written]) => {
      const pool = parsePool(written);
      return pool === undefined ? [] : [[name, pool]];
    }),
  );
}

function lockOf(lock: true | string | LockInput): PlanLock {
  if (lock === true) return { waitMs: 0 };
  if (typeof lock === 'string') return { name: lock, waitMs: 0 };
  const { name, wait = 0 } = lock;
  return { ...(name === undefined ? {} : { name }), waitMs: wait === 'forever' ? wait : ms(wait) };
}

/** The schema has refused what is no size. */
function bytes(size: SizeInput): number {
  return parseSize(size) ?? 0;
}
