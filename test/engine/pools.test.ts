/** `pools`: places and rates that steps share. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pool } from '../../src/plan/plan.ts';
import { parsePool } from '../../src/plan/pools.ts';
import { simulate } from '../support/simulate.ts';
import { gather, lastly, leaf, retry } from '../support/steps.ts';
import { examples } from '../support/way.ts';

const size = (count: number): Pool => ({ type: 'size', size: count });
const rate = (count: number, perMs: number): Pool => ({ type: 'rate', count, perMs });
const starts = (lines: readonly string[]) => lines.filter(line => / started/.test(line) && !/ \. /.test(line));

describe('a pool', () => {
  it('holds so many steps at once, in the order they came', async () => {
    const taking = { pools: { db: 1 } };
    const run = await simulate(
      gather(
        '.',
        ['a', 'b', 'c'].map(id => leaf(id, { durationMs: 10 }, taking)),
      ),
      { pools: { db: size(2) } },
    );
    expect(starts(run.lines)).toEqual(['0 a started', '0 b started', '10 c started']);
    expect(run.events).toContainEqual({ type: 'step.queued', step: 'c', t: 0, for: 'pool', pool: 'db' });
  });

  it('lets nobody overtake one who wants more of it', async () => {
    const run = await simulate(
      gather('.', [
        leaf('a', { durationMs: 10 }, { pools: { db: 1 } }),
        leaf('big', { durationMs: 10 }, { pools: { db: 2 } }),
        leaf('small', { durationMs: 10 }, { pools: { db: 1 } }),
        leaf('other', { durationMs: 1 }),
      ]),
      { pools: { db: size(2) } },
    );
    expect(starts(run.lines)).toEqual(['0 a started', '0 other started', '10 big started', '20 small started']);
  });

  it('is taken together with the slot or not at all', async () => {
    const both = { pools: { db: 1 } };
    const run = await simulate(
      gather('.', [
        leaf('a', { durationMs: 10 }, both),
        leaf('b', { durationMs: 10 }, both),
        leaf('c', { durationMs: 5 }),
      ]),
      { slots: 2, pools: { db: size(1) } },
    );
    expect(starts(run.lines)).toEqual(['0 a started', '0 c started', '10 b started']);
  });

  it('is given back while a step waits for its next attempt', async () => {
    const run = await simulate(
      gather('.', [
        leaf('a', [{ exitCode: 1 }, {}], { pools: { db: 1 }, ...retry(1, { delayMs: 50 }) }),
        leaf('b', { durationMs: 10 }, { pools: { db: 1 } }),
      ]),
      { pools: { db: size(1) } },
    );
    expect(starts(run.lines)).toEqual(['0 a started', '0 b started', '50 a started attempt 2']);
  });

  it('is no matter of a finally', async () => {
    const cleanup = leaf('1', { durationMs: 5 }, { pools: { db: 1 } });
    const run = await simulate(
      gather('.', [leaf('a', {}, lastly([cleanup])), leaf('b', { durationMs: 50 }, { pools: { db: 1 } })]),
      { pools: { db: size(1) } },
    );
    expect(run.lines).toContain('0 a/finally/1 started');
  });

  it('that is a rate lets so many attempts start in any such time', async () => {
    const run = await simulate(
      gather(
        '.',
        ['a', 'b', 'c', 'd', 'e'].map(id => leaf(id, { durationMs: 1 }, { pools: { api: 1 } })),
      ),
      { pools: { api: rate(2, 1000) } },
    );
    expect(starts(run.lines)).toEqual([
      '0 a started',
      '0 b started',
      '1000 c started',
      '1000 d started',
      '2000 e started',
    ]);
    expect(run.timersLeft).toBe(0);
  });

  it('frees the way when one who waits for it gives up', async () => {
    const run = await simulate(
      gather(
        '.',
        [
          leaf('a', { durationMs: 100 }, { pools: { db: 1 } }),
          leaf('big', {}, { pools: { db: 2 }, limits: { queueMs: 10 } }),
          leaf('small', {}, { pools: { db: 1 } }),
        ],
        { failFast: false },
      ),
      { pools: { db: size(2) } },
    );
    expect(run.steps.get('big')).toMatchObject({ state: 'failed', reason: { type: 'timeout', clock: 'queue' } });
    expect(run.lines).toContain('10 small started');
  });

  it('is never exceeded, never leaked, and never blocks for good', async () => {
    const wants = fc.record({
      db: fc.option(fc.integer({ min: 1, max: 3 })),
      api: fc.option(fc.constant(1)),
      gpu: fc.option(fc.constant(1)),
    });
    const steps = fc.array(
      fc.record({ wants, durationMs: fc.integer({ min: 0, max: 30 }), exitCode: fc.constantFrom(0, 0, 0, 1) }),
      { maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), fc.boolean(), async (list, slots, failFast) => {
        const children = list.map(({ wants: wanted, durationMs, exitCode }, index) => {
          const pools = Object.fromEntries(Object.entries(wanted).filter(([, weight]) => weight !== null)) as Record<
            string,
            number
          >;
          return leaf(String(index + 1), { durationMs, exitCode }, Object.keys(pools).length === 0 ? {} : { pools });
        });
        const sizes = { db: 3, gpu: 1 };
        const run = await simulate(gather('.', children, { failFast }), {
          slots,
          pools: { db: size(3), gpu: size(1), api: rate(2, 50) },
        });
        const taken: Record<string, number> = { slot: 0, db: 0, gpu: 0 };
        const apiStarts: number[] = [];
        for (const event of run.events) {
          if (event.type !== 'step.started' && event.type !== 'attempt.finished') continue;
          if (event.step === '.') continue;
          const by = event.type === 'step.started' ? 1 : -1;
          const child = children[Number(event.step) - 1];
          const pools = child?.type === 'run' ? { ...child.pools } : {};
          taken.slot = (taken.slot ?? 0) + by;
          for (const name of ['db', 'gpu'] as const) taken[name] = (taken[name] ?? 0) + by * (pools[name] ?? 0);
          if (by === 1 && pools.api !== undefined) apiStarts.push(event.t);
          expect(taken.slot).toBeLessThanOrEqual(slots);
          expect(taken.db).toBeLessThanOrEqual(sizes.db);
          expect(taken.gpu).toBeLessThanOrEqual(sizes.gpu);
        }
        for (const [index, at] of apiStarts.entries())
          expect((apiStarts[index + 2] ?? Infinity) - at).toBeGreaterThanOrEqual(50);
        expect(taken).toEqual({ slot: 0, db: 0, gpu: 0 });
        expect(run.timersLeft).toBe(0);
        expect(children.every(({ id }) => run.steps.has(id))).toBe(true);
      }),
      { numRuns: examples(300) },
    );
  });
});

describe('the words of a pool', () => {
  it.each([
    [2, size(2)],
    ['10/min', rate(10, 60_000)],
    ['5/s', rate(5, 1000)],
    ['3/30s', rate(3, 30_000)],
    ['100/h', rate(100, 3_600_000)],
    ['1/d', rate(1, 86_400_000)],
    ['0/min', undefined],
    ['10/', undefined],
    ['10/0s', undefined],
    ['min', undefined],
  ])('%s is %o', (written, pool) => {
    expect(parsePool(written)).toEqual(pool);
  });
});
