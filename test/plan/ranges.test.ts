import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Ranges } from '../../src/plan/ranges.ts';

it('holds what a set would hold, in as few ranges as there are gaps', () => {
  const change = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), changes => {
      const ranges = new Ranges();
      const set = new Set<number>();
      for (const [isAdded, first, count] of changes) {
        if (isAdded) {
          ranges.add(first, count);
          for (let number = first; number < first + count; number += 1) set.add(number);
        } else {
          ranges.delete(first);
          set.delete(first);
        }
      }
      const numbers = [...ranges].flatMap(({ first, count }) =>
        Array.from({ length: count }, (_, index) => first + index),
      );
      expect(numbers).toEqual([...set].sort((one, other) => one - other));
      const gaps = numbers.filter((number, index) => index > 0 && number !== (numbers[index - 1] ?? 0) + 1).length;
      expect([...ranges].length).toBe(numbers.length === 0 ? 0 : gaps + 1);
      for (let number = 0; number < 50; number += 1) {
        expect(ranges.has(number)).toBe(set.has(number));
        const isOther = (other: number) => other > number && set.has(other) !== set.has(number);
        const end = Array.from({ length: 60 }, (_, other) => other).find(isOther) ?? Number.POSITIVE_INFINITY;
        expect(ranges.stretch(number)).toEqual({ isIn: set.has(number), end });
      }
    }),
    { numRuns: 500 },
  );
});

it('covers others whose numbers are all in it', () => {
  const numbers = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 12 });
  fc.assert(
    fc.property(numbers, numbers, (some, others) => {
      const [one, other] = [some, others].map(list => new Ranges(list.map(first => ({ first, count: 1 }))));
      expect(one?.covers(other ?? new Ranges())).toBe(others.every(number => some.includes(number)));
    }),
  );
});
