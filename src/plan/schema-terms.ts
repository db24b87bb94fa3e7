/** The terms that the schema is written in: texts, counts, durations and the like, each with its message. */
import * as z from 'zod/mini';
import { DURATION, DURATION_WORDS, parseDuration } from './duration.ts';
import { quote } from './quote.ts';
import { parseSize, SIZE, SIZE_WORDS } from './size.ts';

/** Why a value is wrong, where what was expected does not say it. */
type Why = (input: unknown) => string | undefined;

/** The message of every rule about one value: what was expected, what stands there, and, where that says it not, `why` it is wrong. */
export function expected(what: string, why: Why = () => undefined) {
  return {
    error: ({ input }: { readonly input?: unknown }) => {
      if (input === undefined) return `missing; expected ${what}`;
      const nul = typeof input === 'string' && input.includes('\0') && !what.includes('NUL');
      const cause = nul ? 'holds a NUL character' : why(input);
      return `${cause === undefined ? '' : `${cause}; `}expected ${what}, got ${quote(input)}`;
    },
  };
}

/** Of a pattern that is none: the fault, for {@link expected}. */
export function noPattern(faultOf: (input: unknown) => string | undefined) {
  return (input: unknown) => {
    const fault = faultOf(input);
    return fault === undefined ? undefined : `no regular expression (${fault})`;
  };
}

/** A key that may be absent, and what an editor says about it. */
export function key<Schema extends z.ZodMiniType>(schema: Schema, description: string) {
  const optional = z.optional(schema);
  z.globalRegistry.add(optional, { description });
  return optional;
}

/** A key that must be there, and what an editor says about it. */
export function required<Schema extends z.ZodMiniType>(schema: Schema, description: string) {
  return schema.check(z.describe(description));
}

export function text(regex: RegExp, what: string) {
  return z.string(expected(what)).check(z.regex(regex, { ...expected(what), abort: true }));
}

/** One of several kinds of values; `why` as of {@link expected}. */
export function oneOf<const Schemas extends readonly z.ZodMiniType[]>(what: string, schemas: Schemas, why?: Why) {
  return z.union(schemas, expected(what, why));
}

export function words<const Words extends readonly string[]>(list: Words, what: string, why?: Why) {
  return z.enum(list, expected(what, why));
}

export function wholeNumber(what: string, least: number, most = Number.MAX_SAFE_INTEGER) {
  return z.int(expected(what)).check(z.gte(least, expected(what)), z.lte(most, expected(what)));
}

/** An array with at least one element. */
export function some<Schema extends z.ZodMiniType>(element: Schema, what: string) {
  return z.array(element, expected(what)).check(z.minLength(1, expected(what)));
}

const tooLong = () => 'longer than 104 249 991 days, the longest there is';

function durationOf(spelling: RegExp, seconds: z.ZodMiniNumber, what: string) {
  const isDuration = (written: string) => parseDuration(written) !== undefined;
  return oneOf(what, [text(spelling, what).check(z.refine(isDuration, expected(what, tooLong))), seconds]);
}

const SOME_TIME_WORDS = `${DURATION_WORDS}, more than zero`;
export const NOT_BLANK = /^(?=\s*\S)[^\0]*$/;

const seconds = z.number().check(z.lte(Number.MAX_SAFE_INTEGER / 1000, expected(DURATION_WORDS, tooLong)));
export const duration = durationOf(
  DURATION,
  seconds.check(z.gte(0, expected(DURATION_WORDS))),
  DURATION_WORDS,
).register(z.globalRegistry, { id: 'duration' });
export const someTime = durationOf(
  new RegExp(`^(?=.*[1-9])${DURATION.source.slice(1)}`),
  seconds.check(z.gt(0, expected(SOME_TIME_WORDS))),
  SOME_TIME_WORDS,
).register(z.globalRegistry, { id: 'positiveDuration' });

const isSize = (written: string | number) => parseSize(written) !== undefined;
export const size = oneOf(SIZE_WORDS, [
  text(SIZE, SIZE_WORDS).check(z.refine(isSize, expected(SIZE_WORDS))),
  wholeNumber(SIZE_WORDS, 0),
]).register(z.globalRegistry, { id: 'size' });

export const variableName = text(
  /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$/,
  'a variable name of letters, digits and "_"',
);
export const flag = z.boolean(expected('true or false'));
export const anyText = z.string(expected('text'));
export const script = text(NOT_BLANK, 'a shell script, not blank');
export const argument = anyText.check(z.regex(/^[^\0]*$/, expected('text without a NUL character')));
export const scalar = oneOf('text, a number, true or false (nothing is "")', [
  argument,
  z.number(),
  z.boolean(),
]).register(z.globalRegistry, { id: 'scalar' });
export const further = wholeNumber('a count of further attempts, 0 or more', 0);
