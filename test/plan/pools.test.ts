/** The rules of `pools`. */
import { expect, it } from 'vitest';
import { planFrom } from '../../src/plan/load.ts';
import { warningsOf } from './loading.ts';

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

it.each([
  [
    'steps',
    [
      { id: 'b', run: 'x', background: true, pools: 'db' },
      { run: 'y', pools: { db: 2 } },
    ],
    [1],
  ],
  [
    'steps',
    [
      { run: 'y', pools: { db: 2 } },
      { id: 'b', run: 'x', background: true, pools: 'db' },
    ],
    [],
  ],
  [
    'gather',
    [
      { id: 'b', run: 'x', background: true, pools: 'db' },
      { run: 'y', pools: { db: 2 } },
    ],
    [1],
  ],
  [
    'gather',
    [
      { run: 'y', pools: { db: 2 } },
      { id: 'b', run: 'x', background: true, pools: 'db' },
    ],
    [],
  ],
  [
    'steps',
    [
      { id: 'b', run: 'x', background: true, pools: ['db'] },
      { run: 'y', pools: 'db' },
    ],
    [],
  ],
  ['steps', [{ id: 'b', run: 'x', background: true, pools: { db: 2 } }, { run: 'y', pools: 'db' }, 'z'], [1]],
  [
    'steps',
    [
      { id: 'b', run: 'x', background: true, pools: { db: 2 } },
      { run: 'y', pools: 'api' },
    ],
    [],
  ],
  [
    'steps',
    [
      { id: 'b', run: 'x', background: true, every: '1m', pools: { db: 2 } },
      { run: 'y', pools: 'db' },
    ],
    [],
  ],
  [
    'steps',
    [
      { id: 'b', run: 'x', background: true, pools: { api: 2 } },
      { run: 'y', pools: { api: 2 } },
    ],
    [],
  ],
])('a sibling that needs more than a background step leaves is warned of: %s %j', async (key, list, warned) => {
  const warnings = await warningsOf(JSON.stringify({ pools: { db: 2, api: '2/min' }, [key]: list }));
  expect(warnings).toEqual(
    warned.map(index =>
      expect.stringContaining(
        `root.${key}[${index}].pools: "b" in the background holds of the pool "db" what this needs, until it ends; make the pool larger, or let the two stand in groups of their own`,
      ),
    ),
  );
});
