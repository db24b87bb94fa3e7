/** The rules of `every`. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCron } from '../../src/plan/cron.ts';
import { planFrom } from '../../src/plan/load.ts';

beforeAll(loadCron);

const MINUTE = 'expected 0 to 59, "*", a range such as 1-5, steps such as */5, or a list of them';

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
    ['61 * * * *', `root.every.cron: "61" is no minute; ${MINUTE}`],
    ['0 0 30 2 *', 'root.every.cron: no day is ever like "0 0 30 2 *"'],
    ['*/0 * * * *', `root.every.cron: "*/0" is no minute; ${MINUTE}`],
    ['H * * * *', `root.every.cron: "H" is no minute; ${MINUTE}`],
    ['0 H * * * *', `root.every.cron: "H" is no minute; ${MINUTE}`],
    [
      '0 0 * * FOO',
      'root.every.cron: "FOO" is no weekday; expected 0 to 7 or SUN to SAT, "*", a range such as 1-5, steps such as */5, or a list of them',
    ],
    [
      '@every 5m',
      'root.every.cron: "@every" is no time of the clock; write a pattern such as "*/5 * * * *", or an interval: {"every": "5m"} on a step',
    ],
    [
      '@dayly',
      'root.every.cron: no nickname is "@dayly", did you mean "@daily"?; expected @hourly, @daily, @weekly, @monthly, @yearly, or a pattern',
    ],
    ['@reboot', 'root.every.cron: "@reboot" is no time; start runjobs at the boot itself'],
  ])('refuses the cron pattern %s', (cron, problem) => {
    expect(problemsOf({ cron })).toEqual([problem]);
  });

  it.each(['*/5 * * * *', '@hourly', '0 */5 * * * *'])(
    'says how the pattern %s is written in the place of an interval',
    cron => {
      const [problem = ''] = problemsOf(cron);
      expect(problem).toMatch(/^root.every: expected a duration such as /);
      expect(problem.endsWith(`; a time of the clock is written {"cron": "${cron}"}`)).toBe(true);
    },
  );

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
