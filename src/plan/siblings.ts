/** Children of one gather and what they need of each other, as they stand in the file. */
import { idsFor, type Naming } from './ids.ts';
import { listed, quoteText } from './quote.ts';
import { isRaw, type Raw } from './raw.ts';
import type { SavedNames } from './saves.ts';
import type { Finding, Path } from './source.ts';
import { didYouMean } from './suggest.ts';

/** So many siblings are named where one is not found. */
const NAMED = 10;

/** One sibling that a child needs. */
interface RawNeed {
  readonly id: string;
  /** As it stands in the file; absent where there is only an id. */
  readonly when?: unknown;
  readonly path: Path;
}

/** A need with the sibling that it names. */
export interface FoundNeed extends RawNeed {
  readonly sibling: Raw;
}

/** Who needs whom. */
export class Siblings {
  readonly #list: readonly unknown[];
  readonly #path: Path;
  readonly #ids: readonly string[];
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #needs: readonly (readonly RawNeed[])[];
  /** The same by index, without those of itself and of what is none. */
  readonly #needed: readonly (readonly number[])[];
  #savers: Map<string, number[]> | undefined;

  /** @param path that of the list. */
  constructor(list: readonly unknown[], path: Path) {
    this.#list = list;
    this.#path = path;
    this.#ids = idsFor(list.map(namesOf));
    this.#indexes = new Map(this.#ids.map((id, index) => [id, index]));
    this.#needs = list.map((child, index) =>
      isRaw(child) && child.needs !== undefined ? needsIn(child.needs, [...path, index, 'needs']) : [],
    );
    this.#needed = this.#needs.map((needs, index) =>
      needs.flatMap(({ id }) => this.#indexes.get(id) ?? []).filter(need => need !== index),
    );
  }

  /** Whether the child sees what another one has saved under this name, because it needs it, or what that needs. */
  sees(child: number, name: string, savedBy: (index: number) => SavedNames): boolean {
    this.#savers ??= this.#collectSavers(savedBy);
    const savers = this.#savers.get(name);
    if (savers === undefined) return false;
    for (const index of this.#upstream(child)) if (savers.includes(index)) return true;
    return false;
  }

  /** The siblings that a child needs, and those that they need. */
  before(child: number): number[] {
    return [...this.#upstream(child)];
  }

  *#upstream(child: number): Iterable<number> {
    const met = new Set<number>();
    const waiting = [child];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      for (const need of this.#needed[index] ?? []) {
        if (met.has(need)) continue;
        met.add(need);
        waiting.push(need);
        yield need;
      }
    }
  }

  /** All needs that name another child, in the order of the file. */
  found(): FoundNeed[] {
    return this.#needs.flatMap((needs, index) =>
      needs.flatMap(need => {
        const other = this.#indexes.get(need.id);
        const child = other === undefined || other === index ? undefined : this.#list[other];
        const sibling = typeof child === 'string' ? { run: child } : child;
        return isRaw(sibling) ? [{ ...need, sibling }] : [];
      }),
    );
  }

  /** Needs of siblings that are none, of itself, twice, and circles. */
  findings(): Finding[] {
    const found: Finding[] = [];
    for (const [index, needs] of this.#needs.entries()) {
      const seen = new Set<string>();
      for (const { id, path } of needs) {
        const message = this.#fault(index, id, seen);
        if (message !== undefined) found.push({ message, path, at: 'value' });
        seen.add(id);
      }
    }
    return [...found, ...this.#circles()];
  }

  #fault(index: number, id: string, seen: ReadonlySet<string>): string | undefined {
    if (this.#ids[index] === id) return 'a step cannot wait for itself; take it out';
    if (seen.has(id)) return `${quoteText(id)} stands twice; keep one`;
    if (this.#indexes.has(id)) return undefined;
    const others = this.#ids.filter((_, at) => at !== index);
    const known = others.length > NAMED ? `${others.slice(0, NAMED).join(', ')}, …` : listed(others, 'and');
    const hint = others.length === 0 ? '; it has none' : `; there are ${known}`;
    return `no sibling has the id ${quoteText(id)}${didYouMean(id, others) || hint}`;
  }

  /** Each circle of needs once, at that need by which the first of its members takes part. */
  #circles(): Finding[] {
    const found: Finding[] = [];
    const done = new Set<number>();
    const position = new Map<number, number>();
    for (const start of this.#needs.keys()) {
      if (done.has(start)) continue;
      const trail: { readonly index: number; readonly rest: number[] }[] = [];
      const enter = (index: number) => {
        position.set(index, trail.length);
        trail.push({ index, rest: [...(this.#needed[index] ?? [])].reverse() });
      };
      enter(start);
      for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
        const next = top.rest.pop();
        if (next === undefined) {
          trail.pop();
          position.delete(top.index);
          done.add(top.index);
          continue;
        }
        const from = position.get(next);
        if (from !== undefined) found.push(this.#circle(trail.slice(from).map(({ index }) => index)));
        else if (!done.has(next)) enter(next);
      }
    }
    return found;
  }

  #circle(members: readonly number[]): Finding {
    const first = members.indexOf(members.reduce((least, index) => Math.min(least, index)));
    const turned = [...members.slice(first), ...members.slice(0, first)];
    const drawn = [...turned, turned[0] ?? 0].map(index => this.#ids[index]).join(' → ');
    const next = this.#ids[turned[1] ?? 0];
    const need = this.#needs[turned[0] ?? 0]?.find(({ id }) => id === next);
    return {
      message: `needs go in a circle: ${drawn}; take one of them out`,
      path: need?.path ?? this.#path,
      at: 'value',
    };
  }

  #collectSavers(savedBy: (index: number) => SavedNames): Map<string, number[]> {
    const savers = new Map<string, number[]>();
    for (const index of this.#list.keys()) {
      for (const name of savedBy(index).keys()) savers.set(name, [...(savers.get(name) ?? []), index]);
    }
    return savers;
  }
}

/** Whether any of the children needs another. */
export function hasNeeds(list: readonly unknown[]): boolean {
  return list.some(child => isRaw(child) && child.needs !== undefined);
}

function needsIn(needs: unknown, path: Path): RawNeed[] {
  const list = Array.isArray(needs) ? needs : [needs];
  return list.flatMap((need, index) => {
    const at = Array.isArray(needs) ? [...path, index] : path;
    if (typeof need === 'string') return [{ id: need, path: at }];
    return isRaw(need) && typeof need.id === 'string' ? [{ id: need.id, when: need.when, path: [...at, 'id'] }] : [];
  });
}

function namesOf(child: unknown): Naming {
  if (!isRaw(child)) return {};
  const { id, name, use } = child;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return { id: text(id), name: text(name), use: text(use) };
}
