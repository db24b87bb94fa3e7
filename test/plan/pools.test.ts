/** The rules of `pools`. */
import { expect, it } from 'vitest';
import { planFrom } from '../../src/plan/load.ts';

const problemsOf = (plan: unknown) => {
  const loaded = planFrom(plan, { folder: '/' });
  return loaded.type === 'rejected' ? loaded.problems.map(({ path, message }) => `${path}: ${message}`) : [];
};

it.each([
  [
    { pools: { db: 2 }, steps: [{ run: 'x', pools: 'dv' }] },
    'root.steps[0].pools: no pool is called "dv", did you mean "db"?',
  ],
  [
    { steps: [{ run: 'x', pools: ['db'] }] },
    'root.steps[0].pools[0]: no pool is called "db"; add it to pools at the root of the plan',
  ],
  [
    { pools: { db: 2 }, steps: [{ run: 'x', pools: { db: 3 } }] },
    'root.steps[0].pools.db: the pool "db" has 2, so nobody can take 3',
  ],
  [
    { pools: { db: '10/fortnight' }, run: 'x' },
    'root.pools.db: expected a count of places, or a rate such as "10/min", got "10/fortnight"',
  ],
  [{ pools: { db: 0 }, run: 'x' }, 'root.pools.db: expected a whole number, 1 or more, got 0'],
  [
    { pools: { db: 2 }, steps: [{ sleep: 1, pools: 'db' }] },
    'root.steps[0].pools: pools goes with run or http, not with sleep; take it out',
  ],
])('%j is refused', (plan, problem) => {
  expect(problemsOf(plan)).toEqual([problem]);
});
