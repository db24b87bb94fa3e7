/** The `schedule` of a plan and of a definition: what may stand there, and which times it has. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCron, timesBetween } from '../../src/plan/cron.ts';
import { planFrom } from '../../src/plan/load.ts';

beforeAll(loadCron);

const load = (plan: object) => planFrom({ run: 'true', ...plan }, { folder: '/x', file: '/x/plan.yaml' });

function problemsOf(plan: object): string[] {
  const loaded = load(plan);
  return loaded.type === 'rejected' ? loaded.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

describe('a schedule', () => {
  it('is a pattern, one with its zone, or a list of both', () => {
    expect(load({ schedule: '30 2 * * *' })).toMatchObject({ plan: { schedule: [{ cron: '30 2 * * *' }] } });
    const zoned = { cron: '@daily', timezone: 'Europe/Vienna' };
    expect(load({ schedule: zoned })).toMatchObject({ plan: { schedule: [zoned] } });
    expect(load({ schedule: ['0 8 * * 1', zoned] })).toMatchObject({
      plan: { schedule: [{ cron: '0 8 * * 1' }, zoned] },
    });
  });

  it('of a definition is that of the definition', () => {
    const loaded = load({ define: { a: { run: 'true', schedule: '@daily' }, b: 'true' } });
    expect(loaded).toMatchObject({ plan: { definitions: { a: { schedule: [{ cron: '@daily' }] }, b: {} } } });
    expect(loaded).not.toHaveProperty('plan.schedule');
  });

  it('is checked where it stands', () => {
    expect(problemsOf({ schedule: '61 * * * *' })).toEqual([
      'root.schedule: "61" is no minute; expected 0 to 59, "*", a range such as 1-5, steps such as */5, or a list of them',
    ]);
    expect(problemsOf({ schedule: ['@daily', { cron: '0 0 30 2 *' }] })).toEqual([
      'root.schedule[1].cron: no day is ever like "0 0 30 2 *"',
    ]);
    expect(problemsOf({ schedule: { cron: '@daily', timezone: 'Europe/Vienne' } })).toEqual([
      'root.schedule.timezone: no time zone is called "Europe/Vienne", did you mean "Europe/Vienna"?',
    ]);
    expect(problemsOf({ define: { a: { run: 'true', schedule: '* * *' } } })).toEqual([
      'root.define.a.schedule: expected five fields (minute hour day month weekday), six with seconds first, got 3',
    ]);
    expect(problemsOf({ schedule: [{ cron: '@daily', zone: 'UTC' }] })).toEqual([
      'root.schedule[0].zone: unknown key, did you mean "timezone"?',
    ]);
    expect(problemsOf({ schedule: [] })).toHaveLength(1);
    expect(problemsOf({ schedule: 5 })).toHaveLength(1);
  });

  it('holds no variable', () => {
    const why = 'a schedule is read where nothing runs, so no variable is expanded in it; write it out';
    expect(problemsOf({ schedule: '${WHEN:-@daily}' })).toEqual([`root.schedule: ${why}`]);
    expect(problemsOf({ schedule: { cron: '@daily', timezone: '${ZONE:-UTC}' } })).toEqual([
      `root.schedule.timezone: ${why}`,
    ]);
  });

  it('stands at the root or on a definition, and not where nothing is to be started', () => {
    expect(problemsOf({ run: undefined, steps: [{ run: 'true', schedule: '@daily' }] })).toEqual([
      'root.steps[0].schedule: "schedule" stands at the root of the plan or of a definition; move it there',
    ]);
    expect(problemsOf({ run: undefined, define: { a: 'true' }, schedule: '@daily' })).toEqual([
      'root.schedule: nothing is to be started here but definitions; move schedule into one of them',
    ]);
  });
});

describe('the times of schedules between two moments', () => {
  const between = (schedule: Parameters<typeof timesBetween>[0], after: string, until: string, most = 100) =>
    timesBetween(schedule, { after: Date.parse(after), until: Date.parse(until), most }).map(time =>
      new Date(time).toISOString().slice(0, 16),
    );
  const nightly = { cron: '30 2 * * *', timezone: 'Europe/Vienna' };

  it('come once a day also where summer time begins and ends', () => {
    expect(between([nightly], '2026-03-27T12:00Z', '2026-03-30T12:00Z')).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
    expect(between([nightly], '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  it('are those of all patterns in order, each once, the first moment left out and the last one not', () => {
    const hourly = { cron: '0 * * * *', timezone: 'UTC' };
    const sixes = { cron: '0 */6 * * *', timezone: 'UTC' };
    expect(between([sixes, hourly], '2026-01-01T05:00Z', '2026-01-01T07:00Z')).toEqual([
      '2026-01-01T06:00',
      '2026-01-01T07:00',
    ]);
  });

  it('are so many at most', () => {
    expect(
      between([{ cron: '* * * * * *', timezone: 'UTC' }], '2000-01-01T00:00Z', '2026-01-01T00:00Z', 5),
    ).toHaveLength(5);
  });
});
