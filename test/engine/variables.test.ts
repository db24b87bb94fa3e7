/** Laws of levels of variables: what is seen through them, however many there are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Origin, Variables } from '../../src/engine/variables.ts';

const origin: Origin = { type: 'process' };

/** All that `for … in` meets. */
function met(values: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const found: Record<string, string | undefined> = {};
  for (const name in values) found[name] = values[name];
  return found;
}

const many = (count: number, prefix = 'N') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, String(index)]));

describe('levels of variables', () => {
  it('show the innermost value of each name, one by one, all together, and to a command', () => {
    const level = fc.oneof(
      fc.dictionary(fc.constantFrom('A', 'B', 'C', 'N1', 'N70', 'toString'), fc.string(), {
        noNullPrototype: true,
      }),
      fc.integer({ min: 0, max: 300 }).map(count => many(count)),
      fc.integer({ min: 0, max: 90 }).map(count => many(count, 'M')),
    );
    fc.assert(
      fc.property(fc.array(level, { minLength: 1, maxLength: 12 }), fc.array(fc.boolean()), (levels, looks) => {
        let variables = new Variables(levels[0] ?? {}, origin);
        let expected: Record<string, string> = { ...levels[0] };
        for (const [index, values] of levels.entries()) {
          if (index > 0) variables = variables.with(values, origin);
          expected = { ...expected, ...values };
          if (looks[index]) variables.environment();
        }
        expect(variables.all()).toEqual(expected);
        expect(met(variables.environment())).toEqual(expected);
        for (const name of ['A', 'N1', 'N70', 'toString'])
          expect(variables.get(name)).toBe(Object.hasOwn(expected, name) ? expected[name] : undefined);
        const bytes = Object.entries(expected).reduce(
          (sum, [name, value]) => sum + Buffer.byteLength(`${name}=${value}`) + 1,
          0,
        );
        expect(variables.bytes).toBe(bytes);
      }),
    );
  });

  it('are shared by the commands in one place where there are very many, and each may change its own', () => {
    const group = new Variables(many(10_000), origin);
    const [one, other] = ['a', 'b'].map(step => group.with({ RUNJOBS_STEP: step }, origin).environment());
    expect(Object.keys(one ?? {})).toEqual(['RUNJOBS_STEP']);
    expect(Object.getPrototypeOf(one)).toBe(Object.getPrototypeOf(other));
    if (one !== undefined) one.N1 = 'changed';
    expect(other?.N1).toBe('1');
    expect(group.get('N1')).toBe('1');
  });

  it('may be as many as the steps of a long sequence that each save one', () => {
    let variables = new Variables(many(100), origin);
    for (let step = 0; step < 20_000; step += 1)
      variables = variables.saving({ [`S${step % 500}`]: String(step) }, '.', {});
    expect(variables.environment().S7).toBe('19507');
    expect(variables.bytes).toBeGreaterThan(0);
  });
});
