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
  #flat: Values | undefined;
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

  /** All variables in one object, the inner ones winning. Do not change it. */
  all(): Values {
    const levels: Variables[] = [];
    let from: Variables | undefined = this;
    for (; from !== undefined && from.#flat === undefined; from = from.#outer) levels.push(from);
    let flat = (from === undefined ? undefined : from.#flat) ?? {};
    if (levels.length === 0) return flat;
    flat = { ...flat };
    for (const level of levels.reverse()) Object.assign(flat, level.#values);
    this.#flat = flat;
    return flat;
  }

  /** Bytes that all variables take in the environment of a command. */
  get bytes(): number {
    if (this.#bytes === undefined) {
      let bytes = this.#outer?.bytes ?? 0;
      for (const [name, value] of Object.entries(this.#values)) {
        const hidden = this.#outer?.get(name);
        bytes += Buffer.byteLength(value);
        // `NAME=value` and a NUL.
        bytes += hidden === undefined ? name.length + 2 : -Buffer.byteLength(hidden);
      }
      this.#bytes = bytes;
    }
    return this.#bytes;
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
    const seen = Object.entries(saved).filter(([name]) => !Object.hasOwn(own, name));
    return this.with(Object.fromEntries(seen), { type: 'saved', step });
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

/** A text cannot be made final; the message says why. */
export class Unexpandable extends Error {}

/** A `${NAME}` met a name that nothing has set. */
export class UnsetVariable extends Unexpandable {
  constructor(name: string) {
    super(`the variable "${name}" has no value; set it in env, or give a default: \${${name}:-…}`);
  }
}
