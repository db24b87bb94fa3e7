/** Rules for values of JSON: whether they hold, and in words what is there instead. */
import { isDeepStrictEqual } from 'node:util';
import { parseExactly } from '../../plan/exact-json.ts';
import { EXPECT_FLAGS, isMatch, UNDECIDED } from '../../plan/pattern.ts';
import type { Bounds, Json, JsonRule } from '../../plan/plan.ts';
import { clipped, shown } from './shown.ts';

/**
 * What the value is instead of what it must be, once for each rule that does not hold.
 * @param value `undefined`: there is none. @param written how it is written, where it has numbers that are too large to be
 * kept exactly: each is compared as a text of its digits.
 */
export function unmetJson(rule: JsonRule, value: Json | undefined, written?: string): string[] {
  const { exists, equals, type, matches, includes = [], length } = rule;
  if (value === undefined) return exists === false ? [] : ['is missing'];
  const found: string[] = [];
  const exact = written === undefined ? value : parseExactly(written);
  const seen = written === undefined ? shown(value) : clipped(written);
  if (exists === false) return [`is ${seen}, and must not be there`];
  const is = (expected: string) => `is ${seen}, expected ${expected}`;
  if (equals !== undefined && !isSame(exact, equals)) found.push(is(shown(equals)));
  if (type !== undefined && typeOf(value) !== type) found.push(is(TYPE_WORDS[type]));
  found.push(...outOfBounds(rule, typeof value === 'number' ? value : undefined).map(is));
  if (matches !== undefined) {
    const isMatching = typeof value === 'string' && isMatch(matches, EXPECT_FLAGS, value);
    if (isMatching === false) found.push(is(`a text that matches ${shown(matches)}`));
    if (isMatching === undefined) found.push(`is ${seen}, and whether it matches ${shown(matches)} ${UNDECIDED}`);
  }
  for (const part of includes) if (!holds(exact, part)) found.push(is(`${shown(part)} in it`));
  if (length !== undefined) found.push(...unmetLength(length, value));
  return found;
}

const TYPE_WORDS: Readonly<Record<NonNullable<JsonRule['type']>, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
  null: 'null',
};

function typeOf(value: Json): JsonRule['type'] {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as 'string' | 'number' | 'boolean' | 'object';
}

/** The bounds that a number, or what is none, is not in. */
function outOfBounds({ gt, gte, lt, lte }: Bounds, value: number | undefined): string[] {
  const found: string[] = [];
  const ofNumber = value ?? Number.NaN;
  if (gt !== undefined && !(ofNumber > gt)) found.push(`more than ${gt}`);
  if (gte !== undefined && !(ofNumber >= gte)) found.push(`${gte} or more`);
  if (lt !== undefined && !(ofNumber < lt)) found.push(`less than ${lt}`);
  if (lte !== undefined && !(ofNumber <= lte)) found.push(`${lte} or less`);
  return found;
}

function isSame(one: Json, other: Json): boolean {
  return isDeepStrictEqual(one, other) || isDeepStrictEqual(plain(one), plain(other));
}

/** Without the sign of a zero, which JSON can write and JavaScript tells apart. */
function plain(value: Json): unknown {
  return JSON.parse(JSON.stringify(value));
}

function holds(value: Json, part: Json): boolean {
  if (typeof value === 'string') return typeof part === 'string' && value.includes(part);
  return Array.isArray(value) && value.some(element => isSame(element, part));
}

function unmetLength(expected: number | Bounds, value: Json): string[] {
  const length = lengthOf(value);
  if (length === undefined) return [`is ${shown(value)}, and has no length`];
  if (typeof expected === 'object')
    return outOfBounds(expected, length).map(words => `has length ${length}, expected ${words}`);
  return length === expected ? [] : [`has length ${length}, expected ${expected}`];
}

function lengthOf(value: Json): number | undefined {
  if (typeof value === 'string') return [...value].length;
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : undefined;
}
