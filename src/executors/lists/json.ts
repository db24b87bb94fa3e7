/** `json`: the elements of an array; of an object each member besides. */
import type { ListItems } from '../../engine/executor.ts';
import { Offsets } from '../../plan/offsets.ts';
import { quoteText } from '../../plan/quote.ts';
import { BadList } from './bad-list.ts';
import { endOfValue, membersOf, skipSpace, textOf } from './json-scan.ts';
import { asName } from './names.ts';

/**
 * A string is its text, all else compact JSON, its numbers as they are written; of an object, each member is a variable
 * `name_member`. @param what how people are told of it. @throws {BadList}
 */
export function elementsOf(name: string, text: string, what: string): ListItems {
  const places = placesOf(text, name, what);
  return {
    count: places.length / 2,
    at(index) {
      const value = text.slice(places.at(index * 2), places.at(index * 2 + 1));
      const values: Record<string, string> = { [name]: textOf(value) };
      if (!value.startsWith('{')) return values;
      for (const [key, member] of membersOf(value)) values[`${name}_${asName(key)}`] = textOf(member);
      return values;
    },
  };
}

/** Where the elements begin and end. */
function placesOf(text: string, name: string, what: string): Offsets {
  const places = new Offsets();
  const begin = skipSpace(text, 0);
  if (text[begin] !== '[') throw new BadList(`${what} holds no JSON array; it ${beginning(text, begin)}`);
  let at = skipSpace(text, begin + 1);
  for (let isFirst = true; text[at] !== ']'; isFirst = false) {
    const number = places.length / 2 + 1;
    if (!isFirst) {
      if (text[at] !== ',') throw bad(text, at, what, `element ${number - 1} is followed by neither "," nor "]"`);
      at = skipSpace(text, at + 1);
    }
    const end = endOfValue(text, at);
    const element = parse(text, at, end, what, number);
    const both = isObject(element) ? sameNames(Object.keys(element)) : undefined;
    if (both !== undefined) {
      const members = both.map(quoteText).join(' and ');
      throw new BadList(`${what}: the members ${members} of element ${number} are both ${name}_${asName(both[0])}`);
    }
    places.add(at);
    places.add(end);
    at = skipSpace(text, end);
  }
  const rest = skipSpace(text, at + 1);
  if (rest < text.length) throw bad(text, rest, what, 'something follows the array');
  return places;
}

/** Two members that become one variable. */
function sameNames(keys: readonly string[]): readonly [string, string] | undefined {
  if (keys.every(key => asName(key) === key)) return undefined;
  const byName = new Map<string, string>();
  for (const key of keys) {
    const first = byName.get(asName(key));
    if (first !== undefined) return [first, key];
    byName.set(asName(key), key);
  }
  return undefined;
}

/** The value between two places. @throws {BadList} */
function parse(text: string, start: number, end: number, what: string, number: number): unknown {
  const value = text.slice(start, end);
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    throw bad(text, start, what, `element ${number} is no JSON`);
  }
  if (value.includes('\\u0000') && holdsNul(parsed))
    throw bad(text, start, what, `element ${number} holds a NUL, which no variable can`);
  return parsed;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  return value !== null && typeof value === 'object' && Object.values(value).some(holdsNul);
}

function beginning(text: string, index: number): string {
  return index >= text.length ? 'is empty' : `begins with ${JSON.stringify(text.slice(index, index + 20))}`;
}

function bad(text: string, index: number, what: string, words: string): BadList {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return new BadList(`${what} is no JSON: line ${line}: ${words}`);
}
