/** The rules of `every`. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCron } from '../../src/plan/cron.ts';
import { planFrom } from '../../src/plan/load.ts';

beforeAll(loadCron);

function problemsOf(every: unknown): string[] {
  const loaded = planFrom({ env: { PATTERN: '@daily' }, run: 'true', every }, { folder: '/' });
  return loaded.type === 'rejected' ? loaded.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

describe('every', () => {
  it.each([
    '30 2 * * *',
    '*/10 0-6,22 1,15 JAN-MAR mon',
    '0 0 29 2 *',
    '15 30 2 * * *',
    '@daily',
    '@hourly',
    '0 0 * * 7',
    '${PATTERN}',
  ])('takes the cron pattern %s', cron => {
    expect(problemsOf({ cron })).toEqual([]);
  });

  it.each([
    ['* * * *', 'root.every.cron: expected five fields (minute hour day month weekday), six with seconds first, got 4'],
    [
      '* * * * * * *',
      'root.every.cron: expected five fields (minute hour day month weekday), six with seconds first, got 7',
    ],
    ['61 * * * *', 'root.every.cron: Invalid value for minute: 61'],
    ['0 0 30 2 *', 'root.every.cron: no day is ever like "0 0 30 2 *"'],
    ['*/0 * * * *', 'root.every.cron: Syntax error, illegal stepping: 0'],
    ['@reboot', 'root.every.cron: "@reboot" is no time; start runjobs at the boot itself'],
  ])('refuses the cron pattern %s', (cron, problem) => {
    expect(problemsOf({ cron })).toEqual([problem]);
  });

  it('refuses a zone that there is not', () => {
    expect(problemsOf({ cron: '@daily', timezone: 'Europe/Vienne' })).toEqual([
      'root.every.timezone: no time zone is called "Europe/Vienne", did you mean "Europe/Vienna"?',
    ]);
  });

  it('has one timetable', () => {
    expect(problemsOf({ times: 1 })).toEqual(['root.every: no timetable: add interval or cron']);
    expect(problemsOf({ interval: 1, cron: '@daily' })).toEqual([
      'root.every.cron: two timetables: interval and cron; keep one of them',
    ]);
    expect(problemsOf({ interval: 1, timezone: 'UTC' })).toEqual([
      'root.every.timezone: timezone goes with cron; take it out',
    ]);
  });
});
