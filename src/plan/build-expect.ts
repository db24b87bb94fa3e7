/** Makes what a plan says that an answer must be. */
import type { TextOf } from './build-data.ts';
import { ms } from './build-modifiers.ts';
import type { EventRule, HttpExpect, JsonRule, TextRule } from './http-expect.ts';
import type { EventInput, ExpectInput, JsonRuleInput, TextRuleInput } from './http-expect-input.ts';
import type { ScalarInput } from './input-terms.ts';
import type { Json } from './json-value.ts';
import type { Path } from './source.ts';

/** An `expect`, whose place is `path`. */
export function expectOf(input: ExpectInput, path: Path, textOf: TextOf): HttpExpect {
  const { status = '2xx', headers, body, json, under, sha256, event } = input;
  const headerOf = ([name, rule]: [string, ScalarInput | TextRuleInput]) =>
    [name.toLowerCase(), headerRule(rule, [...path, 'headers', name], textOf)] as const;
  return {
    status: [status].flat(),
    ...(headers === undefined ? {} : { headers: Object.entries(headers).map(headerOf) }),
    ...(body === undefined ? {} : { body: textRule(body) }),
    ...(json === undefined ? {} : { json: jsonRules(json) }),
    ...(under === undefined ? {} : { underMs: ms(under) }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(event === undefined ? {} : { event: eventRule(event) }),
  };
}

function jsonRules(json: NonNullable<ExpectInput['json']>): NonNullable<HttpExpect['json']> {
  return Object.entries(json).map(([at, rule]) => [at, jsonRule(rule)] as const);
}

function eventRule({ name, json, ...data }: EventInput): EventRule {
  const isAny = data.includes === undefined && data.matches === undefined;
  return {
    ...(name === undefined ? {} : { name }),
    ...(isAny ? {} : { data: textRule(data) }),
    ...(json === undefined ? {} : { json: jsonRules(json) }),
  };
}

function headerRule(rule: ScalarInput | TextRuleInput, path: Path, textOf: TextOf): TextRule {
  return typeof rule === 'object' ? textRule(rule) : { equals: textOf(rule, path) };
}

function textRule({ includes, matches }: TextRuleInput): TextRule {
  return {
    ...(includes === undefined ? {} : { includes: [includes].flat() }),
    ...(matches === undefined ? {} : { matches }),
  };
}

/** A value stands for one that is equal to it. */
function jsonRule(rule: Json | JsonRuleInput): JsonRule {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return { equals: rule as Json };
  const { includes, ...rest } = rule as JsonRuleInput;
  return { ...(rest as JsonRule), ...(includes === undefined ? {} : { includes: [includes].flat() }) };
}
