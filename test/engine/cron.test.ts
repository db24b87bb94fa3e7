/** `every` by the clock on the wall: summer time, clocks that are set, machines that sleep. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { VirtualClock } from '../../src/engine/virtual-clock.ts';
import type { RunEvent } from '../../src/events/event.ts';
import { loadCron } from '../../src/plan/cron.ts';
import { simulate } from '../support/simulate.ts';
import { gather, leaf, sleep } from '../support/steps.ts';

beforeAll(loadCron);

const HOUR = 3_600_000;
const cron = (pattern: string, timezone: string, more: object = {}) => ({
  every: { cron: pattern, timezone, overlap: 'skip' as const, ...more },
});
const startsOf = (events: readonly RunEvent[]) =>
  events.filter(event => event.type === 'step.started').map(event => ('t' in event ? event.t : -1));
const missedOf = (events: readonly RunEvent[]) =>
  events
    .filter(event => event.type === 'ticks.missed')
    .reduce((sum, event) => sum + ('count' in event ? event.count : 0), 0);

/** The times of day, UTC, at which ticks start. */
async function ticksFrom(from: string, pattern: string, zone: string, times: number) {
  const wall = new Date(from);
  const run = await simulate(leaf('.', { durationMs: 10 }, cron(pattern, zone, { times })), { wall });
  expect(run.exitCode).toBe(0);
  return startsOf(run.events).map(t => new Date(wall.getTime() + t).toISOString().slice(5, 16));
}

describe('a cron pattern', () => {
  it.each([
    ['Europe/Vienna', '2026-03-27T12:00Z', ['03-28T01:30', '03-29T01:00', '03-30T00:30']],
    ['Europe/Vienna', '2026-10-23T12:00Z', ['10-24T00:30', '10-25T00:30', '10-26T01:30']],
    ['America/New_York', '2026-03-07T12:00Z', ['03-08T07:00', '03-09T06:30', '03-10T06:30']],
    ['America/New_York', '2026-10-31T12:00Z', ['11-01T07:30', '11-02T07:30', '11-03T07:30']],
    ['Australia/Lord_Howe', '2026-10-02T18:00Z', ['10-03T15:30', '10-04T15:30', '10-05T15:30']],
    ['Australia/Lord_Howe', '2026-04-03T18:00Z', ['04-04T16:00', '04-05T16:00', '04-06T16:00']],
    ['UTC', '2026-03-28T12:00Z', ['03-29T02:30', '03-30T02:30', '03-31T02:30']],
  ])('daily at 02:30 starts once a day in %s, also on the days of change, from %s', async (zone, from, times) => {
    expect(await ticksFrom(from, '30 2 * * *', zone, 3)).toEqual(times);
  });

  it('daily at 01:30 starts once on the day that has that time twice', async () => {
    expect(await ticksFrom('2026-10-31T12:00Z', '30 1 * * *', 'America/New_York', 2)).toEqual([
      '11-01T05:30',
      '11-02T06:30',
    ]);
  });

  it.each([
    ['Europe/Vienna', '2026-03-29T00:10Z'],
    ['Europe/Vienna', '2026-10-24T23:10Z'],
    ['America/New_York', '2026-03-08T05:40Z'],
    ['America/New_York', '2026-11-01T04:40Z'],
    ['Australia/Lord_Howe', '2026-10-03T13:40Z'],
    ['Australia/Lord_Howe', '2026-04-04T13:40Z'],
    ['UTC', '2026-03-29T00:10Z'],
  ])('every half hour starts each real half hour in %s, from %s', async (zone, from) => {
    const times = await ticksFrom(from, '*/30 * * * *', zone, 10);
    const minutes = times.map(time => Date.parse(`2026-${time}Z`) / 60_000);
    expect(minutes.slice(1).map((minute, index) => minute - (minutes[index] ?? 0))).toEqual(Array(9).fill(30));
  });

  it('waits for its first time unless it is to start at once', async () => {
    const wall = new Date('2026-01-01T00:10:00Z');
    const later = await simulate(leaf('.', {}, cron('0 * * * *', 'UTC', { times: 1 })), { wall });
    expect(startsOf(later.events)).toEqual([50 * 60_000]);
    const atOnce = await simulate(leaf('.', {}, cron('0 * * * *', 'UTC', { times: 2, immediate: true })), { wall });
    expect(startsOf(atOnce.events)).toEqual([0, 50 * 60_000]);
  });

  it('lets its siblings start while it waits for its first time', async () => {
    const run = await simulate(
      gather('.', [leaf('beat', {}, cron('0 * * * *', 'UTC', { times: 1 })), leaf('other', { durationMs: 5 })]),
    );
    expect(run.lines).toContain('0 other started');
  });

  it('expands variables, and fails in words where that makes no pattern', async () => {
    const every = cron('${MINUTE} * * * *', 'UTC', { times: 1 });
    const good = await simulate(leaf('.', {}, every), { env: { MINUTE: '15' } });
    expect(startsOf(good.events)).toEqual([15 * 60_000]);
    const bad = await simulate(leaf('.', {}, every), { env: { MINUTE: '75' } });
    expect(bad.outcome).toMatchObject({ state: 'failed', reason: { type: 'start' } });
    expect(JSON.stringify(bad.outcome)).toContain('75 * * * *');
  });

  it('waits in looks of half a minute at most: no timer is longer', async () => {
    const armed: number[] = [];
    const run = await simulate(leaf('.', {}, cron('@daily', 'UTC', { times: 1 })), {
      during(_run, clock) {
        const { at } = clock;
        clock.at = (due, wake) => {
          armed.push(due - clock.now());
          return at(due, wake);
        };
      },
    });
    expect(run.exitCode).toBe(0);
    expect(Math.max(...armed)).toBeLessThanOrEqual(30_000);
    expect(armed.length).toBeLessThan(3000);
  });
});

describe('a clock that is set, or a machine that sleeps', () => {
  const hourly = (more: object = {}) => leaf('.', { durationMs: 10 }, cron('*/10 * * * *', 'UTC', more));
  const set = (shiftMs: number, atMs: number) => (_run: unknown, clock: VirtualClock) =>
    void clock.at(atMs, () => clock.setWall(shiftMs));

  it('starts one of the ticks that were slept through, and counts the others', async () => {
    const run = await simulate(hourly({ times: 3 }), { during: set(HOUR, 11 * 60_000) });
    // 00:10, then at 01:11, seen at the next look, and 01:20.
    const starts = startsOf(run.events);
    expect(starts.length).toBe(3);
    expect(starts[0]).toBe(10 * 60_000);
    expect((starts[1] ?? 0) - 11 * 60_000).toBeLessThanOrEqual(30_000);
    expect(starts[2]).toBe(20 * 60_000);
    expect(missedOf(run.events)).toBe(5);
  });

  it('with catchUp none starts none that is over a minute late, and counts it', async () => {
    const run = await simulate(hourly({ times: 2, catchUp: 'none' }), { during: set(HOUR + 120_000, 11 * 60_000) });
    expect(startsOf(run.events)).toEqual([10 * 60_000, 18 * 60_000]);
    expect(missedOf(run.events)).toBe(6);
  });

  it('repeats nothing when the clock is set back', async () => {
    const run = await simulate(hourly({ times: 3 }), { during: set(-HOUR, 11 * 60_000) });
    expect(startsOf(run.events)).toEqual([10, 80, 90].map(minutes => minutes * 60_000));
    expect(missedOf(run.events)).toBe(0);
  });

  it('does not keep intervals from their distances', async () => {
    const beat = leaf('.', {}, { every: { intervalMs: HOUR, times: 3, overlap: 'skip' } });
    const run = await simulate(beat, { during: set(5 * HOUR, 10) });
    expect(startsOf(run.events)).toEqual([0, HOUR, 2 * HOUR]);
  });
});

describe('jitter', () => {
  const ticks = async (host: string, id = 'a', more: object = { intervalMs: 60_000, jitterMs: 10_000 }) => {
    const beat = { every: { times: 3, overlap: 'skip' as const, ...more } };
    const run = await simulate(gather('.', [leaf(id, {}, beat as never), sleep('z', 1)]), { host });
    return startsOf(run.events.filter(event => 'step' in event && event.step === id));
  };

  it('is the same for a step on a host, and another on others', async () => {
    const one = await ticks('one');
    expect(await ticks('one')).toEqual(one);
    expect(await ticks('two')).not.toEqual(one);
    expect(await ticks('one', 'b')).not.toEqual(one);
    const [first = -1, second, third] = one;
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThan(10_000);
    expect([second, third]).toEqual([first + 60_000, first + 120_000]);
  });

  it('never reaches the next tick', async () => {
    for (const host of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const starts = await ticks(host, 'a', { intervalMs: 1000, jitterMs: HOUR });
      expect(starts[0]).toBeLessThan(1000);
      const byTheWall = await ticks(host, 'a', { cron: '* * * * *', timezone: 'UTC', jitterMs: HOUR });
      expect(byTheWall[0]).toBeLessThan(120_000);
      expect((byTheWall[1] ?? 0) - (byTheWall[0] ?? 0)).toBe(60_000);
    }
  });

  it('leaves out no tick that is still to start when the one before has ended', async () => {
    for (const host of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const starts = async (every: object) => {
        const beat = { every: { times: 3, overlap: 'skip' as const, jitterMs: HOUR, ...every } };
        const run = await simulate(leaf('.', { durationMs: 900 }, beat as never), { host });
        return startsOf(run.events);
      };
      for (const every of [{ intervalMs: 1000 }, { cron: '* * * * * *', timezone: 'UTC' }]) {
        const [first = -1, ...others] = await starts(every);
        // The clock on the wall has whole milliseconds.
        expect(others.map(start => Math.round((start - first) / 10) * 10)).toEqual([1000, 2000]);
      }
    }
  });
});
