/** What an answer must be, with the variables in its texts. */

import { escapeRegex } from '../plan/line-pattern.ts';
import { EXPECT_FLAGS } from '../plan/pattern.ts';
import type { EventRule, HttpExpect, Json, JsonRule, TextRule } from '../plan/plan.ts';
import { expand } from '../plan/variables.ts';
import { finalJson } from './final-json.ts';
import { Unexpandable, UnsetVariable, type Variables } from './variables.ts';

/** @throws {Unexpandable} when a name has no value and no default, or what it makes is no regular expression. */
export function finalExpect(expect: HttpExpect, variables: Variables): HttpExpect {
  const { headers, body, json, sha256, event } = expect;
  const text = (value: string) => variables.expand(value);
  const someText = (key: string, value: string) => notEmpty(key, text(value));
  const ofText = ({ equals, includes, matches }: TextRule): TextRule => ({
    ...(equals === undefined ? {} : { equals: text(equals) }),
    ...(includes === undefined ? {} : { includes: includes.map(one => someText('expect.includes', one)) }),
    ...(matches === undefined ? {} : { matches: finalPattern(matches, variables) }),
  });
  const ofJson = ({ equals, includes, matches, ...rest }: JsonRule): JsonRule => ({
    ...rest,
    ...(equals === undefined ? {} : { equals: finalJson(equals, variables) }),
    ...(includes === undefined ? {} : { includes: includes.map((one: Json) => finalJson(one, variables)) }),
    ...(matches === undefined ? {} : { matches: finalPattern(matches, variables) }),
  });
  const ofMember = ([pointer, rule]: readonly [string, JsonRule]) => [pointer, ofJson(rule)] as const;
  const ofEvent = ({ name, data, json: members }: EventRule): EventRule => ({
    ...(name === undefined ? {} : { name: someText('expect.event.name', name) }),
    ...(data === undefined ? {} : { data: ofText(data) }),
    ...(members === undefined ? {} : { json: members.map(ofMember) }),
  });
  return {
    ...expect,
    ...(headers === undefined ? {} : { headers: headers.map(([name, rule]) => [name, ofText(rule)] as const) }),
    ...(body === undefined ? {} : { body: ofText(body) }),
    ...(json === undefined ? {} : { json: json.map(ofMember) }),
    ...(sha256 === undefined ? {} : { sha256: finalDigest(text(sha256)) }),
    ...(event === undefined ? {} : { event: ofEvent(event) }),
  };
}

/** A value stands for itself in it, whatever it means to regular expressions. */
function finalPattern(pattern: string, variables: Variables): string {
  const expansion = expand(pattern, name => variables.get(name), escapeRegex);
  if (expansion.type === 'unset') throw new UnsetVariable(expansion.name);
  try {
    new RegExp(expansion.text, EXPECT_FLAGS);
  } catch (error) {
    throw new Unexpandable(`expect.matches: once its variables are in it, it is ${(error as Error).message}`);
  }
  return notEmpty('expect.matches', expansion.text);
}

/** What is empty is in every answer. */
function notEmpty(key: string, value: string): string {
  if (value === '') throw new Unexpandable(`${key}: once its variables are in it, it is empty`);
  return value;
}

function finalDigest(digest: string): string {
  const hex = digest.trim().toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) {
    throw new Unexpandable('expect.sha256: once its variables are in it, it is no SHA-256 of 64 hexadecimal digits');
  }
  return hex;
}
