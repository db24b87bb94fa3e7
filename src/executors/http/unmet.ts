/** Rules for texts and for values inside of JSON: in words, which of them do not hold. */
import { holdsInexact } from '../../plan/exact-json.ts';
import type { Json } from '../../plan/json-value.ts';
import { EXPECT_FLAGS, isMatch, UNDECIDED } from '../../plan/pattern.ts';
import type { HttpExpect, TextRule } from '../../plan/plan.ts';
import { atPointer } from '../json-pointer.ts';
import { unmetJson } from './json-rules.ts';
import { parsedAt } from './json-value.ts';
import { quoted } from './shown.ts';

/** @param what how people are told of the text. @param isShown whether it is short enough to be quoted. */
export function unmetText(
  what: string,
  { equals, includes = [], matches }: TextRule,
  text: string,
  isShown = false,
): string[] {
  const is = isShown ? `is ${quoted(text)}, expected` : 'does not have';
  const found = includes.filter(part => !text.includes(part)).map(part => `${what} ${is} ${quoted(part)} in it`);
  if (equals !== undefined && text !== equals) found.push(`${what} is ${quoted(text)}, expected ${quoted(equals)}`);
  if (matches !== undefined) {
    const isMatching = isMatch(matches, EXPECT_FLAGS, text);
    const no = isShown ? `${is} what matches` : 'does not match';
    if (isMatching === false) found.push(`${what} ${no} ${quoted(matches)}`);
    if (isMatching === undefined) found.push(`whether ${what} matches ${quoted(matches)} ${UNDECIDED}`);
  }
  return found;
}

/** Rules by JSON pointers. @param json a text in which `jsonFault` finds no fault. */
export function unmetMembers(rules: NonNullable<HttpExpect['json']>, json: string): string[] {
  const document = JSON.parse(json) as Json;
  return rules.flatMap(([pointer, rule]) => {
    const what = pointer === '' ? 'the whole' : quoted(pointer);
    try {
      const value = parsedAt(document, pointer);
      // Where a whole number may stand for another one, what was written tells.
      const found = value !== undefined && holdsInexact(value) ? atPointer(json, pointer) : undefined;
      const written = found?.type === 'found' ? found.text : undefined;
      return unmetJson(rule, value, written).map(words => `${what} ${words}`);
    } catch (error) {
      // Comparing and showing go down level by level, on a stack that has an end.
      if (error instanceof RangeError) return [`${what} is too long, or nested too deeply, to be compared`];
      throw error;
    }
  });
}
