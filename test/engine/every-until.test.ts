/** `every`: what ends it, and what becomes of ticks that overlap. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import type { Every } from '../../src/plan/plan.ts';
import { simulate } from '../support/simulate.ts';
import { gather, leaf, sleep, steps } from '../support/steps.ts';

const startsOf = (events: readonly RunEvent[], step = '.') =>
  events
    .filter(event => event.type === 'step.started' && event.step === step)
    .map(event => ('t' in event ? event.t : -1));
const beat = (more: Partial<Every>) => ({ every: { intervalMs: 1000, overlap: 'skip', ...more } as Every });

/** A leaf that fails in these ticks. */
async function ticking(failing: (tick: number) => boolean, more: Partial<Every>, durationMs = 10) {
  let tick = 0;
  return simulate(leaf('.', { durationMs }, beat(more)), {
    behave() {
      tick += 1;
      return { durationMs, exitCode: failing(tick) ? 7 : 0 };
    },
  });
}

describe('until success', () => {
  it('ends with the first good tick; failed ones do not count', async () => {
    const run = await ticking(tick => tick < 4, { until: 'success' });
    expect(startsOf(run.events)).toEqual([0, 1000, 2000, 3000]);
    expect(run).toMatchObject({ exitCode: 0, outcome: { state: 'succeeded' }, failures: [] });
  });

  it('fails with the last failure when its ticks are used up', async () => {
    const run = await ticking(() => true, { until: 'success', times: 3 });
    expect(startsOf(run.events)).toEqual([0, 1000, 2000]);
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'exit' }, exitCode: 7 });
  });

  it('fails when its time is used up', async () => {
    const run = await ticking(() => true, { until: 'success', forMs: 2500 });
    expect(startsOf(run.events)).toEqual([0, 1000, 2000]);
    expect(run).toMatchObject({ exitCode: 1, tookMs: 2500 });
  });
});

describe('until failure', () => {
  it('ends well with the first failed tick', async () => {
    const run = await ticking(tick => tick === 3, { until: 'failure' });
    expect(startsOf(run.events)).toEqual([0, 1000, 2000]);
    expect(run).toMatchObject({ exitCode: 0, outcome: { state: 'succeeded' }, failures: [] });
  });

  it('fails when its ticks are used up', async () => {
    const run = await ticking(() => false, { until: 'failure', times: 2 });
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'until', until: 'failure' } });
  });
});

describe('failureThreshold', () => {
  it('fails the step with so many failed ticks in a row', async () => {
    const run = await ticking(tick => [1, 2, 4, 5, 6].includes(tick), { failureThreshold: 3 });
    expect(startsOf(run.events).length).toBe(6);
    expect(run.outcome).toMatchObject({ state: 'failed', exitCode: 7 });
    expect(run.failures.length).toBe(1);
  });

  it('forgives fewer, also at the end', async () => {
    const run = await ticking(tick => tick === 3, { failureThreshold: 2, times: 3 });
    expect(run.outcome.state).toBe('succeeded');
  });
});

describe('a tick that is due while one runs', () => {
  it('with queue starts when that has ended, one of them; the others are counted', async () => {
    const run = await ticking(() => false, { overlap: 'queue', times: 3 }, 2500);
    expect(startsOf(run.events)).toEqual([0, 2500, 5000]);
    const missed = run.events.flatMap(event => (event.type === 'ticks.missed' ? event.count : []));
    expect(missed).toEqual([1, 1]);
  });

  it('with cancel stops the running one, which is no failure', async () => {
    const run = await ticking(() => false, { overlap: 'cancel', times: 3 }, 1500);
    expect(startsOf(run.events)).toEqual([0, 1000, 2000]);
    const ticks = run.events.flatMap(event => (event.type === 'tick.finished' ? event.outcome : []));
    expect(ticks.map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(ticks[0]).toMatchObject({ reason: { type: 'next-tick', step: '.' } });
  });

  it('with cancel leaves one alone that ends before', async () => {
    const run = await ticking(() => false, { overlap: 'cancel', times: 2 }, 999);
    expect(run.outcome).toEqual({ state: 'succeeded', exitCode: 0 });
  });
});

describe('a first tick that is not at once', () => {
  it('comes after one interval', async () => {
    const run = await ticking(() => false, { immediate: false, times: 2 });
    expect(startsOf(run.events)).toEqual([1000, 2000]);
  });

  it('leaves all below it skipped when it never comes', async () => {
    const run = await simulate(
      gather('.', [steps('beat', [leaf('1')], beat({ immediate: false })), sleep('bad', 100, { timeoutMs: 50 })]),
    );
    const reason = { type: 'sibling-failed', step: 'bad' };
    expect(run.steps.get('beat')).toEqual({ state: 'skipped', reason });
    expect(run.steps.get('beat/1')).toEqual({ state: 'skipped', reason });
  });
});
