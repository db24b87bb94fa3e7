import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { skipAbsentKeys } from '../../src/plan/schema-narrow.ts';

const shape = {
  run: z.optional(z.string()),
  limit: z.optional(z.int()),
  env: z.optional(z.record(z.string(), z.string())),
  name: z.optional(z.union([z.string(), z.array(z.string())])),
};

it('an object that is checked by the keys it has comes to the same findings as by all of them', () => {
  const [whole, narrow] = [z.strictObject(shape), z.strictObject(shape)];
  skipAbsentKeys(narrow, shape, undefined);
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.array(fc.string()),
    fc.dictionary(fc.string(), fc.string()),
  );
  const key = fc.constantFrom('run', 'limit', 'env', 'name', 'other', 'run,limit', '__proto__', 'constructor');
  const object = fc.array(fc.tuple(key, value), { maxLength: 5 }).map(entries => Object.fromEntries(entries));
  fc.assert(
    fc.property(fc.oneof(object, value), input => {
      const issues = (schema: z.ZodMiniType) => schema.safeParse(input).error?.issues ?? [];
      expect(issues(narrow)).toEqual(issues(whole));
    }),
    { numRuns: 2000 },
  );
});
