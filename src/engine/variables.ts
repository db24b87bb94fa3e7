/** Variables as the steps of a run see them: levels, each over the next one outward, out to those of the process. */
import type { Origin } from '../events/origin.ts';
import { expand } from '../plan/variables.ts';

export type Values = Readonly<Record<string, string>>;

export type { Origin } from '../events/origin.ts';

/** One level of variables over the next one outward. Never changes. */
export class Variables {
  readonly #values: Values;
  readonly #origin: Origin;
  readonly #outer: Variables | undefined;
  #fold: Folded | undefined;
  #bytes: number | undefined;
  #isUnknown = false;

  constructor(values: Values, origin: Origin, outer?: Variables) {
    this.#values = values;
    this.#origin = origin;
    this.#outer = outer;
  }

  /**
   * An outermost level whose values nobody knows any more: each name stands for itself, as `${NAME}`. None of them is
   * among {@link Variables.all}.
   */
  static unknown(origin: Origin): Variables {
    const level = new Variables({}, origin);
    level.#isUnknown = true;
    return level;
  }

  /** The nearest value of a name. */
  get(name: string): string | undefined {
    return this.find(name)?.value;
  }

  /** The nearest value of a name, and where it comes from. */
  find(name: string): { readonly value: string; readonly origin: Origin } | undefined {
    for (let level: Variables | undefined = this; level !== undefined; level = level.#outer) {
      const value = Object.hasOwn(level.#values, name) ? level.#values[name] : undefined;
      if (value !== undefined) return { value, origin: level.#origin };
      if (level.#isUnknown) return { value: `\${${name}}`, origin: level.#origin };
    }
    return undefined;
  }

  /** All variables in one object, the inner ones winning. */
  all(): Values {
    const { base, over } = this.#folded();
    return { ...base, ...over };
  }

  /**
   * The same for a command, in an object that may be changed: where there are very many, most are inherited, so that
   * `for … in` meets all of them and `Object.keys` does not. Commands in one place share them, and none copies them.
   */
  environment(): Record<string, string> {
    const { base, count, over } = this.#folded();
    return count > FEW ? Object.assign(Object.create(base), over) : { ...base, ...over };
  }

  #folded(): Folded {
    const levels: Variables[] = [];
    let at: Variables | undefined = this;
    for (; at !== undefined && at.#fold === undefined; at = at.#outer) levels.push(at);
    let fold = (at === undefined ? undefined : at.#fold) ?? NONE;
    for (const level of levels.reverse()) {
      const over = Object.assign({}, fold.over, level.#values);
      const isLarge = Object.keys(over).length > Math.max(FEW, fold.count / 8);
      fold = isLarge ? whole(fold.base, over) : { ...fold, over };
      level.#fold = fold;
    }
    return fold;
  }

  /** Bytes that all variables take in the environment of a command. */
  get bytes(): number {
    const levels: Variables[] = [];
    let at: Variables | undefined = this;
    for (; at !== undefined && at.#bytes === undefined; at = at.#outer) levels.push(at);
    let bytes = (at === undefined ? undefined : at.#bytes) ?? 0;
    for (const level of levels.reverse()) {
      for (const [name, value] of Object.entries(level.#values)) {
        const hidden = level.#outer?.get(name);
        bytes += Buffer.byteLength(value);
        // `NAME=value` and a NUL.
        bytes += hidden === undefined ? name.length + 2 : -Buffer.byteLength(hidden);
      }
      level.#bytes = bytes;
    }
    return bytes;
  }

  /** A level with these values, as they are, inside this one; this one where there are none. */
  with(values: Values, origin: Origin): Variables {
    for (const _ in values) return new Variables(values, origin, this);
    return this;
  }

  /**
   * A level with these values inside this one; `${X}` in a value means the X out here.
   * @throws {UnsetVariable} when a value names a variable that has none.
   */
  expanding(values: Values, origin: Origin): Variables {
    const expanded: Record<string, string> = {};
    for (const [name, value] of Object.entries(values)) expanded[name] = this.expand(value);
    return this.with(expanded, origin);
  }

  /**
   * What a step inside the one at the path has saved: below the `env` of that step, over all that is further out.
   * @param own that `env`.
   */
  saving(saved: Values, step: string, own: Values): Variables {
    const seen = Object.fromEntries(Object.entries(saved).filter(([name]) => !Object.hasOwn(own, name)));
    const isSame = this.#origin.type === 'saved' && this.#origin.step === step && this.#outer !== undefined;
    // In a long sequence one level after the other would be kept for ever.
    if (isSame && Object.keys(seen).length > 0)
      return new Variables({ ...this.#values, ...seen }, this.#origin, this.#outer);
    return this.with(seen, { type: 'saved', step });
  }

  /**
   * The text with its `${NAME}`s replaced.
   * @throws {UnsetVariable} when a name has no value and no default.
   */
  expand(text: string): string {
    const expansion = expand(text, name => this.get(name));
    if (expansion.type === 'unset') throw new UnsetVariable(expansion.name);
    return expansion.text;
  }
}

/** The variables of a level and of those outward from it. */
interface Folded {
  /** Most of them, shared by many levels. */
  readonly base: Values;
  /** How many these are. */
  readonly count: number;
  /** The others, over them. */
  readonly over: Values;
}

const FEW = 64;
const NONE: Folded = { base: {}, count: 0, over: {} };

function whole(outer: Values, inner: Values): Folded {
  // Without a prototype: one less to search for each name that is inherited.
  const base = Object.assign(Object.create(null), outer, inner);
  return { base, count: Object.keys(base).length, over: {} };
}

/** A text cannot be made final; the message says why. */
export class Unexpandable extends Error {}

/** A `${NAME}` met a name that nothing has set. */
export class UnsetVariable extends Unexpandable {
  /** @param mayDefault it stands where a default can. */
  constructor(name: string, mayDefault = true) {
    const what = `the variable "${name}" has no value: no step that saves it has succeeded before, and nothing else sets it`;
    super(mayDefault ? `${what}; give a default: \${${name}:-…}` : what);
  }
}
