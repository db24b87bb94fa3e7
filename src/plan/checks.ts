/** The second pass over a plan: rules between keys and between steps, on values whose types may still be wrong. */
import { BODIES, type Body, bodiesOf, GOES_WITH } from './bodies.ts';
import { commandFindings } from './command-checks.ts';
import { inputNameFindings, rootFindings, stepFindings } from './data-checks.ts';
import { everyFindings, everyWarnings } from './every-checks.ts';
import { foreignTest } from './foreign-tests.ts';
import { defaultsFindings, httpFindings, retryWarnings } from './http-checks.ts';
import { idOf, KEPT_IDS } from './ids.ts';
import { inputWarnings } from './inputs.ts';
import { interactiveFindings } from './interactive-checks.ts';
import { keptNameFindings } from './kept-name.ts';
import { limitFindings } from './limit-checks.ts';
import { needWarnings } from './need-checks.ts';
import { notifyFindings } from './notify-checks.ts';
import { heldPoolFindings, poolFindings } from './pool-checks.ts';
import { formatPath } from './problems.ts';
import { listed, quoteText } from './quote.ts';
import { isRaw, type ListKey, listsOf, type Raw, rootsOf } from './raw.ts';
import { readyFindings } from './ready-checks.ts';
import { DEFINITION_NAME } from './reference.ts';
import { scheduleFindings } from './schedule-checks.ts';
import { KEYS } from './schema-keys.ts';
import { envWarnings, programWarnings, scriptWarnings } from './script-checks.ts';
import { hasNeeds } from './siblings.ts';
import type { Finding, Path } from './source.ts';
import { suggest } from './suggest.ts';
import { isCommand } from './unknown-key.ts';

/** What the second pass found. */
export interface Checked {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

const WRAP = 'wrap it in steps: {"forEach": …, "steps": [{"gather": …}]}';

const FOREIGN_TESTS = {
  outcome:
    'a test is a script for a shell, to which this says no; what is to follow a failure, or any end, stands in "finally", where {"RUNJOBS_OUTCOME": "failed"} asks for one',
  names:
    'an object has names of variables and the values they must have; write {"NAME": "value"}, or a test of the shell as a text',
  no: 'a test is a script for a shell, to which this says no; write it as one, or give values: {"NAME": "value"}',
  yes: 'a test is a script for a shell, in which this sets a variable and says yes, whatever the value is; compare with test "$NAME" = value, or give values: {"NAME": "value"}',
};

const KEY_RULES = Object.entries(GOES_WITH);

/** What a step has from its ancestors. */
interface Scope {
  readonly path: Path;
  readonly shell: unknown;
  readonly hasBase: boolean;
  /** The kind of list in which the step stands. */
  readonly list: ListKey | 'root';
}

/** Checks the whole plan. Values of a wrong type are passed over: the first pass has told of them. */
export function checkPlan(root: unknown): Checked {
  const checks = new Checks(isRaw(root) ? root : {});
  if (isRaw(root)) {
    if (root.background === true) {
      checks.error('the plan itself cannot be background; set it on a step of a group', ['background'], 'key');
    }
    checks.errors.push(...rootFindings(root), ...interactiveFindings(root));
    checks.errors.push(...scheduleFindings(root.schedule, ['schedule']));
    checks.errors.push(...notifyFindings(root.notify));
    checks.warnings.push(...inputWarnings(root));
    if (root.schedule !== undefined && hasOnlyDefinitions(root)) {
      checks.error(
        'nothing is to be started here but definitions; move schedule into one of them',
        ['schedule'],
        'key',
      );
    }
    checks.step(root, { path: [], shell: 'sh', hasBase: false, list: 'root' });
    checks.definitions(root);
  }
  return checks;
}

class Checks implements Checked {
  readonly errors: Finding[] = [];
  readonly warnings: Finding[] = [];
  readonly #pools: Raw;
  readonly #define: unknown;
  readonly #inputs: unknown;

  constructor({ pools, define, inputs }: Raw) {
    this.#pools = isRaw(pools) ? pools : {};
    this.#define = define;
    this.#inputs = inputs;
  }

  error(message: string, path: Path, at: 'key' | 'value'): void {
    this.errors.push({ message, path, at });
  }

  definitions(root: Raw): void {
    const shell = root.shell ?? 'sh';
    const hasBase = rootsOf(root).some(({ step }) => isRaw(step) && hasBaseInside(step));
    for (const { step, path, name } of rootsOf(root)) {
      if (name === undefined) continue;
      if (!DEFINITION_NAME.test(name)) {
        const meant = idOf(name) === undefined ? '' : `; write ${quoteText(idOf(name) ?? '')}`;
        this.error(`expected a name of a-z, 0-9, "_" and "-", got ${quoteText(name)}${meant}`, path, 'key');
      }
      if (typeof step === 'string') this.#script(step, path, shell);
      if (!isRaw(step)) continue;
      this.errors.push(
        ...inputNameFindings(step.inputs, [...path, 'inputs']),
        ...scheduleFindings(step.schedule, [...path, 'schedule']),
      );
      this.step(step, { path, shell, hasBase, list: 'root' });
    }
  }

  step(step: Raw, { path, shell: inherited, hasBase: hasOuter, list: standsIn }: Scope): void {
    const bodies = bodiesOf(step);
    this.#oneBody(step, bodies, path);
    this.#keysGoWithBody(step, bodies, path);
    const shell = step.shell ?? inherited;
    if (step.run !== undefined) this.#command(step, { path, shell });
    const says = typeof shell === 'string' ? foreignTest(step.if) : undefined;
    if (says !== undefined) this.#warn(FOREIGN_TESTS[says], [...path, 'if'], 'value');
    if (step.env !== undefined) {
      this.errors.push(...keptNameFindings(step.env, [...path, 'env'], 'variable'));
      this.warnings.push(...envWarnings(step.env, [...path, 'env'], this.#inputs));
    }
    if (step.every !== undefined) {
      const at = [...path, 'every'];
      this.errors.push(...everyFindings(step.every, at));
      this.warnings.push(...everyWarnings(step.every, at));
    }
    this.errors.push(...limitFindings(step, path));
    this.errors.push(...commandFindings(step, path));
    if (path.length > 0 && step.pools !== undefined) {
      this.errors.push(...poolFindings(step.pools, [...path, 'pools'], this.#pools));
    }
    const hasBase = hasOuter || (isRaw(step.httpDefaults) && step.httpDefaults.baseUrl !== undefined);
    if (step.httpDefaults !== undefined) {
      this.errors.push(...defaultsFindings(step.httpDefaults, [...path, 'httpDefaults']));
    }
    if (step.http !== undefined) {
      const { errors, warnings } = httpFindings(step.http, [...path, 'http'], hasBase);
      this.errors.push(...errors);
      this.warnings.push(...warnings, ...retryWarnings(step, path));
    }
    const ready = readyFindings(step, path, { list: standsIn, hasBase });
    this.errors.push(...ready.errors, ...stepFindings(step, path, standsIn));
    this.warnings.push(...ready.warnings);
    for (const { key, list, path: at } of listsOf(step, path)) {
      if (key === 'gather' && hasNeeds(list)) this.warnings.push(...needWarnings(step, list, at, this.#define));
      this.#list(list, { path: at, shell, hasBase, list: key });
    }
  }

  #list(steps: readonly unknown[], { path, ...inside }: Scope): void {
    const ids = new Map<string, number>();
    if (inside.list !== 'finally') {
      this.warnings.push(...heldPoolFindings(steps, path, this.#pools));
    }
    for (const [index, step] of steps.entries()) {
      const at = [...path, index];
      if (typeof step === 'string') this.#script(step, at, inside.shell);
      if (!isRaw(step)) continue;
      if (typeof step.id === 'string') this.#id(step.id, at, ids);
      this.step(step, { path: at, ...inside });
    }
  }

  #id(id: string, path: Path, ids: Map<string, number>): void {
    const first = ids.get(id);
    const at = [...path, 'id'];
    if (KEPT_IDS.includes(id)) {
      this.error(`the id ${quoteText(id)} is kept for the steps of a ${id}; choose another`, at, 'value');
      return;
    }
    if (first === undefined) {
      ids.set(id, Number(path.at(-1)));
      return;
    }
    const other = formatPath([...path.slice(0, -1), first]);
    this.error(`the id ${quoteText(id)} is taken by ${other}; ids are unique among siblings`, at, 'value');
  }

  #oneBody(step: Raw, bodies: readonly Body[], path: Path): void {
    const [first, second] = bodies;
    if (first === undefined && !(path.length === 0 && hasOnlyDefinitions(step)) && !hasMistypedBody(step)) {
      this.error(`no body: add one of ${BODIES.join(', ')}`, path, 'value');
    }
    if (second === undefined) return;
    const count = bodies.length === 2 ? 'two' : String(bodies.length);
    this.error(`${count} bodies: ${listed(bodies, 'and')}; keep one of them`, [...path, second], 'key');
  }

  #keysGoWithBody(step: Raw, bodies: readonly Body[], path: Path): void {
    const [body] = bodies;
    if (body === undefined || bodies.length > 1) return;
    for (const [key, fitting] of KEY_RULES) {
      // At the root they say what there is.
      if (key === 'pools' && path.length === 0) continue;
      // Why it goes with background only is told with its other rules.
      if (key === 'ready') continue;
      if (step[key] === undefined || fitting.some(one => step[one] !== undefined)) continue;
      if (key === 'forEach') this.error(`forEach repeats no gather; ${WRAP}`, [...path, key], 'key');
      else
        this.error(`${key} goes with ${listed(fitting, 'or')}, not with ${body}; take it out`, [...path, key], 'key');
    }
  }

  #command(step: Raw, { path, shell }: Pick<Scope, 'path' | 'shell'>): void {
    const at = [...path, 'run'];
    if (typeof step.run === 'string') this.#script(step.run, at, shell);
    if (!Array.isArray(step.run)) return;
    if (step.run[0] === '') {
      this.error('the program is an empty text; the first element names it', [...at, 0], 'value');
    }
    this.warnings.push(...programWarnings(step.run, at));
    if (step.shell !== undefined) {
      this.#warn('shell has no effect: an array runs without a shell', [...path, 'shell'], 'key');
    }
  }

  #script(script: string, path: Path, shell: unknown): void {
    this.warnings.push(...scriptWarnings(script, path, shell, this.#define));
  }

  #warn(message: string, path: Path, at: 'key' | 'value'): void {
    this.warnings.push({ message, path, at });
  }
}

/** Whether requests somewhere inside the step may have a `baseUrl`. */
function hasBaseInside(step: Raw): boolean {
  if (isRaw(step.httpDefaults) && step.httpDefaults.baseUrl !== undefined) return true;
  return listsOf(step, []).some(({ list }) => list.some(child => isRaw(child) && hasBaseInside(child)));
}

/** Whether the first pass has asked "did you mean" about a body, or found a command or an id that became a key. */
function hasMistypedBody(step: Raw): boolean {
  return Object.keys(step).some(
    (key, _, { length }) =>
      !KEYS.root.includes(key) &&
      (isCommand(key) || suggest(key, BODIES) !== undefined || (isRaw(step[key]) && length === 1)),
  );
}

function hasOnlyDefinitions(root: Raw): boolean {
  return isRaw(root.define) && Object.keys(root.define).length > 0 && bodiesOf(root).length === 0;
}
