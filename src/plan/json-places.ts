/** Where the values of a JSON text stand, and which keys stand twice. */
import { NESTING_MAX } from './depth.ts';
import { ENOUGH, visitJson } from './json-visit.ts';
import type { Path, Spot } from './source.ts';

export interface JsonPlaces {
  /** The places of all values, as far as they are not nested too deep. */
  readonly root: Spot | undefined;
  readonly duplicates: readonly Duplicate[];
}

export interface Duplicate {
  readonly path: Path;
  readonly offset: number;
  readonly first: number;
}

/** Visits the whole text, which is valid JSON. */
export function placesOf(text: string): JsonPlaces {
  const duplicates: Duplicate[] = [];
  /** The members of each object and array that is open. */
  const open: Map<string | number, Spot>[] = [];
  let root: Spot | undefined;
  let key: { readonly name: string; readonly offset: number } | undefined;

  const add = (spot: Spot) => {
    const members = open.at(-1);
    members?.set(key?.name ?? members.size, key ? { key: key.offset, ...spot } : spot);
    key = undefined;
    root ??= spot;
  };
  const begin = (offset: number) => {
    const children = new Map<string | number, Spot>();
    add({ value: offset, children });
    if (open.push(children) > NESTING_MAX) throw ENOUGH;
  };
  const end = () => open.pop();

  visitJson(text, {
    onObjectBegin: begin,
    onArrayBegin: begin,
    onObjectEnd: end,
    onArrayEnd: end,
    onObjectProperty(name, offset, _length, _line, _column, path) {
      const first = open.at(-1)?.get(name)?.key;
      if (first !== undefined) duplicates.push({ path: [...path(), name], offset, first });
      key = { name, offset };
    },
    onLiteralValue(_value, offset, length) {
      add({ value: offset, written: text.slice(offset, offset + length) });
    },
  });
  return { root, duplicates };
}
