/** Variables as the steps of a run see them: each scope's own, then those further out, then the process's. */
import { expand } from '../plan/variables.ts';

/** One level of variables over the next one outward. */
export class Variables {
  readonly #own: Readonly<Record<string, string>>;
  readonly #outer: Variables | undefined;
  #flat: Readonly<Record<string, string>> | undefined;

  constructor(own: Readonly<Record<string, string>>, outer?: Variables) {
    this.#own = own;
    this.#outer = outer;
  }

  /** The nearest value of a name. */
  get(name: string): string | undefined {
    return Object.hasOwn(this.#own, name) ? this.#own[name] : this.#outer?.get(name);
  }

  /** All variables in one object, the inner ones winning. */
  all(): Readonly<Record<string, string>> {
    this.#flat ??= { ...this.#outer?.all(), ...this.#own };
    return this.#flat;
  }

  /**
   * A level with these values inside this one; `${X}` in a value means the X out here.
   * @throws {UnsetVariable} when a value names a variable that has none.
   */
  with(values: Readonly<Record<string, string>>): Variables {
    const own: Record<string, string> = {};
    let some = false;
    for (const [name, value] of Object.entries(values)) {
      own[name] = this.expand(value);
      some = true;
    }
    return some ? new Variables(own, this) : this;
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

/** A `${NAME}` met a name that nothing has set. */
export class UnsetVariable extends Error {
  constructor(name: string) {
    super(`the variable "${name}" has no value; set it in env, or give a default: \${${name}:-…}`);
  }
}
