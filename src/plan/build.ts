/** Makes the steps of a file that has passed both checks: ids, defaults, and what flows down. */
import { commandIn, flowDown, type Inherited, OUTERMOST, remoteIn, scriptIn } from './build-command.ts';
import {
  type CommandOf,
  conditionOf,
  envFilesOf,
  inputsOf,
  itemsOf,
  keepingOf,
  namesOfItems,
  namesSaved,
  namesTaken,
  needsOf,
  partEnv,
  type TextOf,
  textsOf,
  widthOf,
} from './build-data.ts';
import { defaultsOf, requestOf } from './build-http.ts';
import { everyOf, ms, retryOf, timeoutOf } from './build-modifiers.ts';
import { readyOf } from './build-ready.ts';
import { around, inheritedBy, isNested, lockIn, merged, nested, stepOf, withCopyEnv } from './build-use.ts';
import { idsFor } from './ids.ts';
import type { DefinedInput, ListedStep, PlanInput, StepInput } from './input.ts';
import type { FinallyBlock, Input, Step, StepCommon, UsedLevel } from './plan.ts';
import type { PlanFile } from './plan-file.ts';
import type { PlanFiles, UsedStep } from './plan-files.ts';
import type { Path } from './source.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Where a step or a list of steps stands. */
interface Place {
  readonly path: Path;
  readonly inherited: Inherited;
}

/** What is built, and from where. */
interface Material {
  readonly files: PlanFiles;
  /** The one whose steps are built. */
  readonly file: PlanFile;
  /** Names of all files. */
  readonly secrets: readonly string[];
}

/** Makes the steps of one file; those of a file that they use are made by another one. */
export class Builder {
  readonly #material: Material;

  constructor(material: Material) {
    this.#material = material;
  }

  readonly textOf: TextOf = (scalar, path) =>
    typeof scalar === 'string' ? scalar : (this.#material.file.source?.written(path) ?? String(scalar));

  /** What is run: the plan of this file, or a definition with the root's variables around it. */
  entry(entry: UsedStep): Step {
    const input = stepOf(entry);
    const { root, path } = entry;
    if (path.length === 0) return this.step(input, { id: '.', path, inherited: OUTERMOST });
    const inherited = this.#flowDown(root as StepInput, { path: [], inherited: OUTERMOST });
    const built = this.step(input, { id: '.', path, inherited });
    return { ...built, used: { levels: [this.#rootLevel(root as PlanInput)] } };
  }

  /** The declared inputs: those of the plan, where it is another one, and over them those of the definition. */
  inputsOf({ root, step, path, isElsewhere }: UsedStep): Readonly<Record<string, Input>> {
    const ofRoot = isElsewhere ? inputsOf((root as PlanInput).inputs, [], this.textOf) : {};
    const isDefinition = typeof step !== 'string' && step !== root;
    return isDefinition ? { ...ofRoot, ...inputsOf((step as DefinedInput).inputs, path, this.textOf) } : ofRoot;
  }

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
    const inherited = this.#flowDown(input, position);
    const items = itemsOf(forEach, [...path, 'forEach'], this.textOf, commandOf(inherited));
    const { every, retry, timeoutMs, limits, allowFailure, env, ...ofAll } = this.#common(input, {
      ...position,
      inherited,
    });
    const { outer, inner } = partEnv(env, items);
    const { id: _id, needs: _n, if: _i, background: _b, finally: _f, envFile: _e, name, ...ofEach } = input;
    const { name: named } = partEnv({ name: name ?? '' }, items).inner;
    const given = namesOfItems(items);
    const isGiven = (variable: string) =>
      Object.hasOwn(env, variable) || given.names.has(variable) || given.prefixes.some(one => variable.startsWith(one));
    const each = this.#single({ ...ofEach, name: named, env: undefined }, { ...position, id: '', isGiven });
    if (named !== undefined) delete (ofAll as Mutable<Partial<StepCommon>>).name;
    return {
      type: 'forEach',
      ...ofAll,
      env: outer,
      allowFailure: false,
      items,
      each: withCopyEnv(each, inner),
      ...widthOf(input),
    };
  }

  /** @param position with what a forEach around gives to the inputs of what is used. */
  #single(
    input: StepInput,
    position: Place & { readonly id: string; readonly isGiven?: (name: string) => boolean },
  ): Step {
    const { path } = position;
    const inherited = this.#flowDown(input, position);
    const common = this.#common(input, { ...position, inherited });
    if (input.run !== undefined) return { type: 'run', ...common, ...keepingOf(input), ...commandIn(input, inherited) };
    if (input.http !== undefined) {
      const request = requestOf(input.http, [...path, 'http'], this.textOf, inherited.http);
      return { type: 'http', ...common, ...keepingOf(input), ...remoteIn(input, inherited), ...request };
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
    if (input.use !== undefined) {
      const { isGiven = name => Object.hasOwn(common.env, name) } = position;
      return this.#use(input, input.use, { common, inherited, isGiven });
    }
    return { type: 'sleep', ...common, durationMs: input.sleep === 'forever' ? 'forever' : ms(input.sleep ?? 0) };
  }

  /** A step that uses another: one step where only one of both has modifiers, else that one inside of it, as `plan`. */
  #use(
    input: StepInput,
    use: string,
    { common, inherited, isGiven }: { common: StepCommon; inherited: Inherited; isGiven: (name: string) => boolean },
  ): Step {
    const { files, file } = this.#material;
    const resolved = files.resolve(use, file);
    if (resolved.type !== 'used') throw new Error(`"${use}" was not found when the plan was built`);
    const { used } = resolved;
    const builder = new Builder({ ...this.#material, file: used.file });
    const inside = inheritedBy(used, inherited, files.main.origin.folder);
    const level: UsedLevel = {
      env: common.env,
      ...(common.envFiles === undefined ? {} : { envFiles: common.envFiles }),
      ...(common.folder === undefined ? {} : { folder: common.folder }),
      ...builder.#declared(used, isGiven),
    };
    const inner = builder.#used(used, { path: used.path, inherited: inside, id: common.id }, level);
    const taken = input.save === undefined ? undefined : namesTaken(input.save);
    return isNested(input, inner) ? nested(inner, common, use, taken) : merged(inner, common, use, taken);
  }

  /** What is used, inside of this level; a definition of another file has the root's variables around it, too. */
  #used(used: UsedStep, place: Place & { readonly id: string }, level: UsedLevel): Step {
    const { root, path, isElsewhere, file } = used;
    const plan = root as PlanInput;
    const isForeign = isElsewhere && path.length > 0;
    const { inherited: outer } = place;
    const inherited = isForeign ? this.#flowDown(plan as StepInput, { path: [], inherited: outer }) : outer;
    const inner = this.step(stepOf(used), { ...place, inherited });
    const lock = path.length === 0 ? lockIn(plan, file) : undefined;
    const levels = isForeign ? [level, this.#rootLevel(plan, inherited.folder)] : [level];
    return around(inner, levels, lock);
  }

  #declared(used: UsedStep, isGiven: (name: string) => boolean): Pick<UsedLevel, 'inputs' | 'given'> {
    const inputs = this.inputsOf(used);
    return { inputs, given: Object.keys(inputs).filter(isGiven) };
  }

  /** The variables of a root around one of its definitions. */
  #rootLevel({ env, envFile }: PlanInput, folder?: string): UsedLevel {
    return {
      env: env === undefined ? NO_TEXTS : textsOf(env, ['env'], this.textOf),
      ...(envFile === undefined ? {} : { envFiles: envFilesOf(envFile) }),
      ...(folder === undefined ? {} : { folder }),
      rootOf: this.#material.file.shown,
      inputs: {},
      given: [],
    };
  }

  #flowDown(input: StepInput, { path, inherited }: Place): Inherited {
    const down = flowDown(input, inherited);
    if (input.httpDefaults === undefined) return down;
    return { ...down, http: defaultsOf(input.httpDefaults, [...path, 'httpDefaults'], this.textOf, down.http) };
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
    if (inherited.folder !== undefined) common.folder = inherited.folder;
    if (input.envFile !== undefined) common.envFiles = envFilesOf(input.envFile);
    if (input.if !== undefined) common.if = conditionOf(input.if, [...path, 'if'], this.textOf, commandOf(inherited));
    if (input.needs !== undefined) common.needs = needsOf(input.needs);
    if (input.name !== undefined) common.name = input.name;
    if (input.description !== undefined) common.description = input.description;
    if (input.finally !== undefined)
      common.finally = this.#finally(input.finally, { path: [...path, 'finally'], inherited });
    if (input.ready !== undefined) {
      const at = [...path, 'ready', 'http'];
      common.ready = readyOf(input.ready, commandOf(inherited), http => ({
        type: 'http',
        ...bare(''),
        ...requestOf(http, at, this.textOf, inherited.http),
      }));
    }
    if (input.every !== undefined) common.every = everyOf(input.every);
    if (input.retry !== undefined) common.retry = retryOf(input.retry);
    if (input.timeout !== undefined) Object.assign(common, timeoutOf(input.timeout));
    if (input.rerun === true || namesSaved(input).some(name => this.#material.secrets.includes(name)))
      common.rerun = true;
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
  const folder = inherited.folder === undefined ? {} : { folder: inherited.folder };
  return script => ({ type: 'run', ...bare(''), ...folder, ...scriptIn(script, inherited) });
}

/** A step without any modifier. */
function bare(id: string): StepCommon {
  return { id, env: NO_TEXTS, background: false, allowFailure: false };
}

const NO_TEXTS: Readonly<Record<string, string>> = Object.freeze({});
