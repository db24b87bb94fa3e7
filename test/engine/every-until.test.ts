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

const missedOf = (events: readonly RunEvent[]) =>
  events.flatMap(event => (event.type === 'ticks.missed' ? event.count : []));
const ticksOf = (events: readonly RunEvent[]) =>
  events.flatMap(event => (event.type === 'tick.finished' ? [[event.tick, event.outcome.state]] : []));

/** A leaf that fails in these ticks. */
async function ticking(failing: (tick: number) => boolean, more: Partial<Every>, durationMs = 10, stopMs = 0) {
  let tick = 0;
  return simulate(leaf('.', { durationMs }, beat(more)), {
    behave() {
      tick += 1;
      return { durationMs, stopMs, exitCode: failing(tick) ? 7 : 0 };
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
    expect(missedOf(run.events)).toEqual([1, 1]);
  });

  it('with cancel stops the running one, which is no failure; the last of all runs to its end', async () => {
    const run = await ticking(() => false, { overlap: 'cancel', times: 3 }, 1500);
    expect(startsOf(run.events)).toEqual([0, 1000, 2000]);
    const ticks = run.events.flatMap(event => (event.type === 'tick.finished' ? event.outcome : []));
    expect(ticks.map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'succeeded']);
    expect(ticks[0]).toMatchObject({ reason: { type: 'next-tick', step: '.' } });
    expect(run).toMatchObject({ tookMs: 3500, timersLeft: 0 });
  });

  it('with cancel starts as soon as the one that it stopped has ended, and is not left out for that', async () => {
    const run = await ticking(() => false, { overlap: 'cancel', times: 4 }, 2500, 25);
    expect(startsOf(run.events)).toEqual([0, 1025, 2025, 3025]);
    expect(missedOf(run.events)).toEqual([]);
    expect(ticksOf(run.events)).toEqual([1, 2, 3, 4].map(tick => [tick, tick < 4 ? 'cancelled' : 'succeeded']));
  });

  it('with cancel is left out where a later one is due before the stopped one has ended', async () => {
    const run = await ticking(() => false, { overlap: 'cancel', times: 2 }, 10_000, 2500);
    expect(startsOf(run.events)).toEqual([0, 3500]);
    expect(missedOf(run.events)).toEqual([2]);
    const exact = await ticking(() => false, { overlap: 'cancel', times: 2 }, 10_000, 2000);
    expect(startsOf(exact.events)).toEqual([0, 3000]);
    expect(ticksOf(exact.events)).toEqual([
      [1, 'cancelled'],
      [4, 'succeeded'],
    ]);
  });

  it('with cancel leaves one alone that ends before', async () => {
    const run = await ticking(() => false, { overlap: 'cancel', times: 2 }, 999);
    expect(run.outcome).toEqual({ state: 'succeeded', exitCode: 0 });
  });

  it('with cancel stops nothing where it does not start any more', async () => {
    const run = await ticking(() => false, { overlap: 'cancel', forMs: 2000 }, 5000);
    expect(ticksOf(run.events)).toEqual([
      [1, 'cancelled'],
      [2, 'succeeded'],
    ]);
    const closed = await simulate(
      gather('.', [leaf('a', { durationMs: 2500 }, beat({ overlap: 'cancel' })), leaf('bad', { exitCode: 1 })], {
        failFast: 'soon',
      }),
    );
    expect(ticksOf(closed.events)).toEqual([[1, 'succeeded']]);
  });

  it('with cancel and jitter stops the running one when it starts itself, not before', async () => {
    for (const host of ['a', 'b', 'c', 'd']) {
      const every = beat({ overlap: 'cancel', times: 3, jitterMs: 1000 });
      const run = await simulate(leaf('.', { durationMs: 5000, stopMs: 25 }, every), { host });
      const [first = -1, second = -1, third] = startsOf(run.events);
      const stopped = run.events.flatMap(event => (event.type === 'tick.finished' ? event.t : []));
      expect([second, third]).toEqual([first + 1025, first + 2025]);
      expect(stopped).toEqual([first + 1025, first + 2025, first + 7025]);
    }
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
