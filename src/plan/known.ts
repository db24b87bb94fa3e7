/** Which variables may have a value at a place of a plan, as far as that is known before it runs. */

/** Names of variables. */
export interface NameSet {
  has(name: string): boolean;
  keys(): Iterable<string>;
}

/** What a level knows besides its names. */
interface Further {
  /** All names that begin with one of them. */
  readonly prefixes?: readonly string[];
  /** What else is set here is not known: nothing is an error. */
  readonly isOpen?: boolean;
}

/** One level of names over the next one outward. A name set may grow while the level is in use. */
export class Known {
  /** Nothing that is named further in is an error. */
  readonly isOpen: boolean;
  readonly #names: NameSet;
  readonly #prefixes: readonly string[];
  readonly #outer: Known | undefined;

  constructor(names: NameSet, { prefixes = [], isOpen = false }: Further = {}, outer?: Known) {
    this.#names = names;
    this.#prefixes = prefixes;
    this.isOpen = isOpen || (outer?.isOpen ?? false);
    this.#outer = outer;
  }

  has(name: string): boolean {
    return this.hasInside(name, undefined);
  }

  /** Whether a level inside of `outside`, one further out, has the name. */
  hasInside(name: string, outside: Known | undefined): boolean {
    for (let level: Known | undefined = this; level !== undefined && level !== outside; level = level.#outer) {
      if (level.#names.has(name) || level.#prefixes.some(prefix => name.startsWith(prefix))) return true;
    }
    return false;
  }

  /** A level with these names inside this one. */
  with(names: NameSet, further?: Further): Known {
    return new Known(names, further, this);
  }

  /** All names, the inner ones first, but those of the outermost level. */
  own(): string[] {
    const names: string[] = [];
    for (let level: Known = this; level.#outer !== undefined; level = level.#outer) names.push(...level.#names.keys());
    return names;
  }
}

/** The keys of an object as names. */
export function namesOf(object: object): NameSet {
  return { has: name => Object.hasOwn(object, name), keys: () => Object.keys(object) };
}
