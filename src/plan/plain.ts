/** Copies a value that a program made into plain data: after it, no read meets a getter, a Proxy or a circle. */
import { NESTING_MAX, VALUES_MAX } from './depth.ts';
import { describeThrown, escapeUnsafe, quoteText, shorten } from './quote.ts';
import type { Finding } from './source.ts';

/** The copy, unless a finding prevents it. */
export interface Copied {
  readonly value: unknown;
  readonly findings: readonly Finding[];
}

/**
 * Reads every property once. Objects and arrays are copied, one that stands in several places once; everything else,
 * functions too, is left to the checks. Of what is nested too deep it copies enough to be refused. Never throws.
 */
export function copyPlain(root: unknown): Copied {
  const copying = new Copying();
  return { value: copying.copy(root), findings: copying.findings };
}

class Copying {
  readonly findings: Finding[] = [];
  /** The copy of each object; undefined while it is being made. */
  readonly #copies = new Map<object, unknown>();
  readonly #path: (string | number)[] = [];
  #left = VALUES_MAX;

  copy(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (this.#copies.has(value)) {
      return this.#copies.get(value) ?? this.#refuse('is what it is part of; write it out');
    }
    if (this.#path.length >= NESTING_MAX) return {};
    this.#copies.set(value, undefined);
    const copy = this.#reading(() => this.#container(value)) ?? {};
    this.#copies.set(value, copy);
    return copy;
  }

  #container(value: object): unknown {
    if (Array.isArray(value)) {
      if (!this.#takes(value.length)) return undefined;
      return Array.from({ length: value.length }, (_, index) => this.#member(index, () => value[index]));
    }
    const fault = classFault(value);
    if (fault !== undefined) return this.#refuse(fault);
    const keys = Reflect.ownKeys(value).filter(key => Object.getOwnPropertyDescriptor(value, key)?.enumerable);
    if (!this.#takes(keys.length)) return undefined;
    const members: [string, unknown][] = [];
    for (const key of keys) {
      if (typeof key === 'symbol') this.#refuse(`a symbol as key: ${quoteText(String(key))}; keys are texts`);
      else members.push([key, this.#member(key, () => value[key as keyof typeof value])]);
    }
    return Object.fromEntries(members);
  }

  #member(part: string | number, read: () => unknown): unknown {
    if (this.#left < 0) return undefined;
    this.#path.push(part);
    const copy = this.copy(this.#reading(read));
    this.#path.pop();
    return copy;
  }

  /** Whether so many values more are not too many, which is told once. */
  #takes(count: number): boolean {
    const wasEnough = this.#left < 0;
    this.#left -= count;
    if (this.#left >= 0) return true;
    if (!wasEnough) this.#refuse(`more than ${VALUES_MAX} values; split the plan`);
    return false;
  }

  /** What `read` returns; whatever a getter or a Proxy throws is a finding. */
  #reading(read: () => unknown): unknown {
    try {
      return read();
    } catch (thrown) {
      return this.#refuse(`reading it has thrown: ${describeThrown(thrown)}`);
    }
  }

  #refuse(message: string): undefined {
    this.findings.push({ message, path: [...this.#path], at: 'value' });
  }
}

/** What is wrong with an object that is neither a literal nor without a prototype: a Date, a Map, a Promise. */
function classFault(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  // The literals of another realm inherit from an Object of their own.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (isPlain) return undefined;
  const name: unknown = value.constructor?.name;
  const isNamed = typeof name === 'string' && name !== '' && name !== 'Object';
  const what = isNamed ? `of the class ${escapeUnsafe(shorten(name, 60))}` : 'that inherits from another';
  return `expected plain data, got an object ${what}`;
}
