/** The variables that a step of a past run has seen, by the same levels that a run puts one over the other. */
import type { Outcome } from '../events/outcome.ts';
import type { Past } from '../events/past.ts';
import { createSecrets, type Secrets } from '../events/secrets.ts';
import { childPath, childrenOf, type ForEachStep, isAtOrBelow, isLeaf, type Plan, type Step } from '../plan/plan.ts';
import { takenOf } from '../plan/used.ts';
import type { Sources } from './executor.ts';
import { factsOf } from './finally.ts';
import { copiesOf, withItem } from './for-each.ts';
import { inner } from './inner.ts';
import { builtInsOf } from './leaf.ts';
import { Needs } from './needs.ts';
import { learn, secretValues } from './secret-values.ts';
import { type Origin, type Values, Variables } from './variables.ts';

export interface LookOptions {
  readonly plan: Plan;
  /** What the run had come to. */
  readonly past: Past;
  /** Variables that the caller had given, the outermost level first. */
  readonly given: readonly { readonly values: Values; readonly origin: Origin }[];
  /** What runjobs told each command of itself. */
  readonly builtIns: Values;
  /** The values of the copy of a forEach at a path; undefined where it has not started. */
  readonly itemOf: (copy: string) => Values | undefined;
  /** Files of variables are read again, as they are now. */
  readonly sources?: Sources;
}

/** What a step sees. */
export interface Sight {
  /** Those of the process are not known: where a value needs one, `${NAME}` stands for it. */
  readonly variables: Variables;
  /** In words: why some of them are missing here. */
  readonly troubles: readonly string[];
  /** The secrets that are among them: mask with it what is shown. */
  readonly secrets: Secrets;
}

/** What stands for a value that was saved and, because it held a secret, not kept. */
const LOST = '***';

/** What the step at a path sees; undefined where the plan has no such step. */
export async function variablesOf(
  path: string,
  { plan, past, given, ...look }: LookOptions,
): Promise<Sight | undefined> {
  const outermost = given
    .reduce((outer, { values, origin }) => outer.with(values, origin), Variables.unknown({ type: 'process' }))
    .with(look.builtIns, { type: 'runjobs' });
  const walk = new Walk(path, look, plan.secrets);
  const variables = await walk.into({ step: plan.root, path: '.', past, tick: undefined }, outermost);
  if (variables === undefined) return undefined;
  learn(walk.reading, secretValues(plan.secrets, variables));
  return { variables, troubles: walk.troubles, secrets: walk.reading.secrets };
}

/** A step on the way, and what is known of it. */
interface Station {
  readonly step: Step;
  readonly path: string;
  readonly past: Past | undefined;
  /** Of the nearest `every` around it. */
  readonly tick: number | undefined;
}

class Walk {
  readonly troubles: string[] = [];
  /** As a run has it, which learns the secrets on its way. */
  readonly reading: Parameters<typeof inner>[0];
  readonly #target: string;
  readonly #look: Pick<LookOptions, 'builtIns' | 'itemOf'>;

  constructor(
    target: string,
    { sources, ...look }: Pick<LookOptions, 'builtIns' | 'itemOf' | 'sources'>,
    secrets: readonly string[],
  ) {
    this.#target = target;
    this.#look = look;
    this.reading = { sources, secretNames: secrets, secrets: createSecrets() };
  }

  async into(at: Station, outer: Variables): Promise<Variables | undefined> {
    const { step, path, past } = at;
    const entered = await inner(this.reading, step, path, outer);
    const isKnown = !('state' in entered);
    if (!isKnown && 'message' in entered.reason) this.troubles.push(`${path}: ${entered.reason.message}`);
    const variables = isKnown ? entered : outer;
    const ticking = step.every === undefined ? at : { ...at, tick: past?.tick };
    if (path === this.#target) return this.#withBuiltIns(ticking, variables);
    return (await this.#intoFinally(at, variables)) ?? this.#intoChild(ticking, variables);
  }

  #withBuiltIns({ step, path, past, tick }: Station, variables: Variables): Variables {
    if (!isLeaf(step)) return variables;
    const facts = { path, attempt: past?.attempt || 1, tick };
    return variables.with(builtInsOf(facts, this.#look.builtIns), { type: 'runjobs' });
  }

  async #intoChild(group: Station, variables: Variables): Promise<Variables | undefined> {
    if (group.step.type === 'forEach') return this.#intoCopy(group, group.step, variables);
    for (const child of childrenOf(group.step)) {
      const at = below(group, child);
      if (!isAtOrBelow(this.#target, at.path)) continue;
      const seen = seenSiblings(group.step, child).map(sibling => below(group, sibling));
      return this.into(
        at,
        seen.reduce((outer, sibling) => saving(outer, sibling, group.step.env), variables),
      );
    }
    return undefined;
  }

  async #intoCopy(group: Station, step: ForEachStep, variables: Variables): Promise<Variables | undefined> {
    const [, number] = /^\[(\d+)\]/.exec(this.#target.slice(group.path === '.' ? 0 : group.path.length)) ?? [];
    const copy = number === undefined ? undefined : below(group, copiesOf(step)(number));
    const item = copy && this.#look.itemOf(copy.path);
    return copy && item && this.into(copy, withItem(variables, item, step, group.path));
  }

  async #intoFinally(at: Station, variables: Variables): Promise<Variables | undefined> {
    const block = childPath(at.path, 'finally');
    const steps = at.step.finally?.steps ?? [];
    const group = { path: block, past: at.past?.children.get('finally'), tick: at.tick };
    const outcome = outcomeIn(at.past);
    let outer = saving(variables, at, at.step.env, savedInside(at));
    if (outcome !== undefined) outer = outer.with(factsOf(outcome, at.path), { type: 'runjobs' });
    for (const step of steps) {
      const child = below(group, step);
      if (isAtOrBelow(this.#target, child.path)) return this.into(child, outer);
      outer = saving(outer, child, {});
    }
    return undefined;
  }
}

function below({ path, past, tick }: Omit<Station, 'step'>, step: Step): Station {
  return { step, path: childPath(path, step.id), past: past?.children.get(step.id), tick };
}

/** The siblings whose saved variables a child sees, the later ones over the earlier. */
function seenSiblings(group: Step, child: Step): readonly Step[] {
  switch (group.type) {
    case 'steps':
      return awaited(group.children.slice(0, group.children.indexOf(child)));
    case 'gather':
      return child.needs === undefined ? [] : awaited(new Needs(group.children, '.').before(child));
    case 'any':
    case 'forEach':
    case 'run':
    case 'http':
    case 'sleep':
      return [];
    default:
      return group satisfies never;
  }
}

/** The variables over which what a step has saved is put, each with the step that has saved it. */
function saving(outer: Variables, at: Station, own: Values, saved = savedIn(at)): Variables {
  return Object.entries(saved).reduce(
    (variables, [name, value]) => variables.saving({ [name]: value ?? LOST }, saverOf(at, name), own),
    outer,
  );
}

type Saved = NonNullable<Past['tickSaved']>;

/** What a step has saved so far. */
function savedIn(at: Station): Saved {
  const taken = at.step.used?.save;
  if (taken === undefined) return savedInside(at);
  return at.past?.finished?.saved ?? takenOf(taken, savedInside(at));
}

/** What its own `finally` sees of that: where it uses a plan, what was saved in there. */
function savedInside(at: Station): Saved {
  const { step, past } = at;
  if (past === undefined) return {};
  const ofAttempt = step.every === undefined ? past.attemptSaved : past.tickSaved;
  const own = step.used?.save === undefined ? (past.finished?.saved ?? ofAttempt) : ofAttempt;
  if (own !== undefined || step.type === 'any') return own ?? {};
  if (past.finished !== undefined && step.used?.save === undefined) return {};
  return Object.assign({}, ...foreground(step).map(child => savedIn(below(at, child))));
}

/** The step that has saved a variable: of those inside, the last one that has. */
function saverOf(at: Station, name: string): string {
  const value = savedIn(at)[name];
  const savers = foreground(at.step).map(child => below(at, child));
  const saver = savers.findLast(child => Object.hasOwn(savedIn(child), name) && savedIn(child)[name] === value);
  return saver === undefined ? at.path : saverOf(saver, name);
}

function foreground(step: Step): readonly Step[] {
  return awaited(childrenOf(step));
}

/** Background steps leave nothing to those that follow. */
function awaited(steps: readonly Step[]): readonly Step[] {
  return steps.filter(({ background }) => !background);
}

/** What the body of a step has come to. */
function outcomeIn(past: Past | undefined): Outcome | undefined {
  return past?.finished?.body ?? past?.finished?.outcome ?? past?.tickOutcome ?? past?.attemptOutcome;
}
