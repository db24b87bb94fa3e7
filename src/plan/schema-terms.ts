/** The terms that the schema is written in: texts, counts, durations and the like, each with its message. */
import { z } from 'zod';
import { DURATION, DURATION_WORDS, parseDuration } from './duration.ts';
import { quote } from './quote.ts';

/** The message of every rule about one value: what was expected, and what stands there. */
export function expected(what: string) {
  return {
    error: ({ input }: { readonly input?: unknown }) =>
      input === undefined ? `missing; expected ${what}` : `expected ${what}, got ${quote(input)}`,
  };
}

/** A key that may be absent, and what an editor says about it. */
export function key<Schema extends z.ZodType>(schema: Schema, description: string) {
  return schema.optional().describe(description);
}

export function text(regex: RegExp, what: string) {
  return z.string(expected(what)).regex(regex, { ...expected(what), abort: true });
}

export function oneOf<const Schemas extends readonly z.ZodType[]>(what: string, schemas: Schemas) {
  return z.union(schemas, expected(what));
}

export function words<const Words extends readonly string[]>(list: Words, what: string) {
  return z.enum(list, expected(what));
}

export function wholeNumber(what: string, least: number, most = Number.MAX_SAFE_INTEGER) {
  return z.int(expected(what)).min(least, expected(what)).max(most, expected(what));
}

/** An array with at least one element. */
export function some<Schema extends z.ZodType>(element: Schema, what: string) {
  return z.array(element, expected(what)).min(1, expected(what));
}

function durationOf(spelling: RegExp, seconds: z.ZodNumber, what: string) {
  const isDuration = (written: string) => parseDuration(written) !== undefined;
  return oneOf(what, [text(spelling, what).refine(isDuration, expected(what)), seconds]);
}

const SOME_TIME_WORDS = `${DURATION_WORDS}, more than zero`;
export const NOT_BLANK = /^(?=\s*\S)[^\0]*$/;

const seconds = z.number().max(Number.MAX_SAFE_INTEGER / 1000, expected(DURATION_WORDS));
export const duration = durationOf(DURATION, seconds.min(0, expected(DURATION_WORDS)), DURATION_WORDS).meta({
  id: 'duration',
});
export const someTime = durationOf(
  new RegExp(`^(?=.*[1-9])${DURATION.source.slice(1)}`),
  seconds.gt(0, expected(SOME_TIME_WORDS)),
  SOME_TIME_WORDS,
).meta({ id: 'positiveDuration' });

export const flag = z.boolean(expected('true or false'));
export const anyText = z.string(expected('text'));
export const script = text(NOT_BLANK, 'a shell script, not blank');
export const argument = anyText.regex(/^[^\0]*$/, expected('text without a NUL character'));
export const scalar = oneOf('text, a number, true or false (nothing is "")', [argument, z.number(), z.boolean()]).meta({
  id: 'scalar',
});
export const further = wholeNumber('a count of further attempts, 0 or more', 0);
