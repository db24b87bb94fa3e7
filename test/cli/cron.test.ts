/** Cron patterns as crontab and systemd write them. */
import { describe, expect, it } from 'vitest';
import { crontabOf, crontabTime } from '../../src/cli/cron/crontab.ts';
import { calendarTimes, systemdOf } from '../../src/cli/cron/systemd.ts';
import { cronTimes, loadCron, nextTimes } from '../../src/plan/cron.ts';

const start = { folder: '/x', command: ['/x/runjobs', '--quiet', '/x/plan.yaml'], path: '/bin' };
const job = (schedule: readonly { cron: string; timezone?: string }[], changes: object = {}) => ({
  label: 'plan',
  start: { ...start, ...changes },
  schedule,
});

describe('a crontab', () => {
  it.each([
    ['30 2 * * *', '30 2 * * *'],
    ['0 0 * * FRI-SUN', '0 0 * * 5-7'],
    ['0 0 1 * SAT-SUN,TUE', '0 0 1 * 6-7,2'],
    ['0 0 * * MON-SUN/2', '0 0 * * 1-7/2'],
    ['0 30 2 * * *', '30 2 * * *'],
    ['@daily', '0 0 * * *'],
    ['@weekly', '0 0 * * 0'],
    ['*/10 0-6,22 1,15 JAN-MAR *', '*/10 0-6,22 1,15 1-3 *'],
    ['0 8 * * mon-fri', '0 8 * * 1-5'],
    ['0 8-18/2 * * 7', '0 8-18/2 * * 7'],
    // Either day will do, also where the first character is a star.
    ['0 0 */2 * 1', '0 0 1-31/2 * 1'],
  ])('writes %s as %s', (pattern, text) => {
    expect(crontabTime(pattern)).toEqual({ text });
  });

  it.each([['30 0 2 * * *'], ['0 0 L * *'], ['0 0 * * 1#2'], ['0 0 15W * *'], ['3/5 * * * *']])(
    'has no %s',
    pattern => {
      expect(crontabTime(pattern)).toHaveProperty('wrong', expect.stringContaining('cannot stand in a crontab'));
    },
  );

  it('has a line for each time, quotes for sh, and no bare percent sign', () => {
    const strange = job([{ cron: '0 8 * * *' }, { cron: '0 9 * * *' }], {
      folder: "/it's 100%",
      command: ['/x/runjobs', '--quiet', "/it's 100%/plan.yaml"],
    });
    const line = `cd '/it'\\''s 100\\%' && PATH=/bin /x/runjobs --quiet '/it'\\''s 100\\%/plan.yaml'`;
    expect(crontabOf([strange], 'UTC')).toEqual({ text: `# plan\n0 8 * * * ${line}\n# plan\n0 9 * * * ${line}\n` });
  });

  it('sets CRON_TZ for other zones, after all lines of the own one', () => {
    const written = crontabOf(
      [
        job([
          { cron: '0 1 * * *', timezone: 'Asia/Tokyo' },
          { cron: '0 2 * * *' },
          { cron: '0 3 * * *', timezone: 'UTC' },
        ]),
      ],
      'UTC',
    );
    const lines = 'text' in written ? written.text.split('\n').filter(line => /^(CRON|\d)/.test(line)) : [];
    expect(lines.map(line => line.split(' cd ')[0])).toEqual([
      '0 2 * * *',
      '0 3 * * *',
      'CRON_TZ=Asia/Tokyo',
      '0 1 * * *',
    ]);
  });

  it('takes no line that is longer than the cron of Debian takes, and none with a line break', () => {
    expect(crontabOf([job([{ cron: '@daily' }], { path: `/${'x'.repeat(1000)}` })], 'UTC')).toHaveProperty('wrong');
    expect(crontabOf([job([{ cron: '@daily' }], { folder: '/a\nb' })], 'UTC')).toHaveProperty('wrong');
  });
});

describe('a timer of systemd', () => {
  it.each([
    ['30 2 * * *', ['*-*-* 02:30:00']],
    ['15 30 2 * * *', ['*-*-* 02:30:15']],
    ['*/10 * * * *', ['*-*-* *:00/10:00']],
    ['0 0 */2 * *', ['*-*-01/2 00:00:00']],
    ['5 0-6,22 1,15 JAN-MAR *', ['*-01..03-01,15 00..06,22:05:00']],
    ['0 8 * * MON-FRI', ['Mon,Tue,Wed,Thu,Fri *-*-* 08:00:00']],
    ['0 8 * * FRI-SUN', ['Sun,Fri,Sat *-*-* 08:00:00']],
    ['0 8 * * 7', ['Sun *-*-* 08:00:00']],
    ['0 8 * * */2', ['Sun,Tue,Thu,Sat *-*-* 08:00:00']],
    ['0 8 * * 0-7', ['*-*-* 08:00:00']],
    ['0 0 13 * 5', ['*-*-13 00:00:00', 'Fri *-*-* 00:00:00']],
  ])('writes %s as %j', (pattern, times) => {
    expect(calendarTimes(pattern)).toEqual(times);
  });

  it('has no last day of the month', () => {
    expect(calendarTimes('0 0 L * *')).toBeUndefined();
    expect(systemdOf([job([{ cron: '0 0 L * *' }])])).toHaveProperty('wrong');
  });

  it('has its zone, and a service in which nothing is expanded', () => {
    const written = systemdOf([
      job([{ cron: '@daily', timezone: 'Asia/Tokyo' }], { command: ['/x/runjobs', '--quiet', '/x/a "$b" 5%.yaml'] }),
    ]);
    expect(written).toHaveProperty('text', expect.stringContaining('OnCalendar=*-*-* 00:00:00 Asia/Tokyo\n'));
    expect(written).toHaveProperty(
      'text',
      expect.stringContaining('ExecStart="/x/runjobs" "--quiet" "/x/a \\"$$b\\" 5%%.yaml"\n'),
    );
  });
});

it('the weekdays of every range are those on which runjobs itself would start', async () => {
  await loadCron();
  const names = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', '0', '3', '6', '7'];
  const ranges = names.flatMap(from => names.flatMap(to => ['', '/2', '/3'].map(step => `${from}-${to}${step}`)));
  const patterns = ranges.map(range => `0 0 * * ${range}`).filter(pattern => 'after' in cronTimes(pattern, 'UTC'));
  expect(patterns.length).toBeGreaterThan(100);
  const short = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  for (const pattern of patterns) {
    const times = nextTimes({ cron: pattern, timezone: 'UTC' }, Date.UTC(2026, 0, 1), 14);
    const days = new Set(times.map(time => new Date(time).getUTCDay()));
    const written = days.size === 7 ? '' : `${short.filter((_, day) => days.has(day)).join(',')} `;
    expect([pattern, calendarTimes(pattern)]).toEqual([pattern, [`${written}*-*-* 00:00:00`]]);
    expect(crontabTime(pattern)).toHaveProperty('text');
    for (const [, from, to] of JSON.stringify(crontabTime(pattern)).matchAll(/(\d)-(\d)/g)) {
      expect(Number(from), pattern).toBeLessThanOrEqual(Number(to));
    }
  }
});
