/** What the copies of a forEach have saved, as it is seen outside: of each variable a JSON array, in the order of the items. */
import { childrenOf, isLeaf, type Step } from '../plan/plan.ts';
import { namesSaved } from '../plan/saved-names.ts';
import type { Values } from './variables.ts';

/** What one variable may hold, as everywhere. */
const LONGEST_BYTES = 96 * 1024;
/** What is least added to a list. */
const SHORTEST = ',""';

export type Lists =
  | { readonly type: 'lists'; readonly values: Values | undefined }
  /** One is longer than a variable may be. */
  | { readonly type: 'too long'; readonly message: string };

/** Bounded: a list that has become too long, or is sure to, is kept no longer. */
export class SavedLists {
  /** Whether that is so of one. */
  isTooLong = false;
  readonly #count: number;
  /** By name, the values by the numbers of the copies; `undefined`: too long. */
  readonly #values = new Map<string, Map<number, string> | undefined>();
  readonly #bytes = new Map<string, number>();

  constructor({ each }: { readonly each: Step }, count: number) {
    this.#count = count;
    for (const name of savedBy(each)) this.#values.set(name, new Map());
  }

  /** What a copy has saved. */
  add(number: number, saved: Values): void {
    for (const [name, value] of Object.entries(saved)) {
      if (!this.#values.has(name)) this.#values.set(name, new Map());
      const values = this.#values.get(name);
      if (values === undefined) continue;
      const bytes = (this.#bytes.get(name) ?? 0) + bytesOf(JSON.stringify(value)) + 1;
      this.#bytes.set(name, bytes);
      values.set(number, value);
      if (bytes + (this.#count - values.size) * SHORTEST.length + 1 <= LONGEST_BYTES) continue;
      this.#values.set(name, undefined);
      this.isTooLong = true;
    }
  }

  /** The lists by now; `null` stands for a copy that has saved nothing. */
  lists(): Lists {
    if (this.#values.size === 0) return { type: 'lists', values: undefined };
    const lists: Record<string, string> = {};
    for (const [name, values] of this.#values) {
      const least = this.#count * ',null'.length;
      const list = values === undefined || least > LONGEST_BYTES * 2 ? undefined : this.#listOf(values);
      if (list === undefined || bytesOf(list) > LONGEST_BYTES) {
        const values = `the ${this.#count} values of "${name}" are over 96 KiB together`;
        return {
          type: 'too long',
          message: `${values}; let each copy write a file of its own with "saveTo: FILE"`,
        };
      }
      lists[name] = list;
    }
    return { type: 'lists', values: lists };
  }

  #listOf(values: ReadonlyMap<number, string>): string {
    return JSON.stringify(Array.from({ length: this.#count }, (_, index) => values.get(index + 1) ?? null));
  }
}

const encoder = new TextEncoder();

function bytesOf(value: string): number {
  return encoder.encode(value).length;
}

/** The names of the variables that a step leaves to those that follow it. */
function savedBy(step: Step): readonly string[] {
  if (step.background) return [];
  if (isLeaf(step)) return namesSaved(step.save);
  if (step.type === 'forEach') return savedBy(step.each);
  return childrenOf(step).flatMap(savedBy);
}
