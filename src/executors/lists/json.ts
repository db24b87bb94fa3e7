/** `json`: the elements of an array; of an object each member besides. */
import type { ListItems } from '../../engine/executor.ts';
import { Offsets } from '../../plan/offsets.ts';
import { BadList } from './bad-list.ts';
import { endOfValue, membersOf, skipSpace, textOf } from './json-scan.ts';
import { asName } from './names.ts';

/**
 * A string is its text, all else compact JSON, its numbers as they are written; of an object, each member is a variable
 * `name_member`. @param what how people are told of it. @throws {BadList}
 */
export function elementsOf(name: string, text: string, what: string): ListItems {
  const places = placesOf(text, what);
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
function placesOf(text: string, what: string): Offsets {
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
    check(text, at, end, what, number);
    places.add(at);
    places.add(end);
    at = skipSpace(text, end);
  }
  const rest = skipSpace(text, at + 1);
  if (rest < text.length) throw bad(text, rest, what, 'something follows the array');
  return places;
}

function check(text: string, start: number, end: number, what: string, number: number): void {
  const value = text.slice(start, end);
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    throw bad(text, start, what, `element ${number} is no JSON`);
  }
  if (value.includes('\\u0000') && holdsNul(parsed))
    throw bad(text, start, what, `element ${number} holds a NUL, which no variable can`);
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
