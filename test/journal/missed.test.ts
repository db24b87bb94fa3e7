/** What a run is told of the times at which nobody has started its plan. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { missedNotice, missedWords } from '../../src/journal/missed.ts';
import { loadCron } from '../../src/plan/cron.ts';
import { temporaryFolder } from '../support/cli.ts';

beforeAll(loadCron);

const hourly = [{ cron: '0 * * * *', timezone: 'UTC' }];
const words = (since: string, now: string, schedule: Parameters<typeof missedWords>[0] = hourly) =>
  missedWords(schedule, { since: Date.parse(since), now: Date.parse(now) });

describe('the missed times', () => {
  it('are all since the last run but the one that this run answers to', () => {
    expect(words('2026-01-01T08:00:01Z', '2026-01-01T09:00:02Z')).toBeUndefined();
    expect(words('2026-01-01T08:00:01Z', '2026-01-01T10:00:02Z')).toBe(
      '1 time of the schedule was missed since Thu 2026-01-01 08:00:01: Thu 2026-01-01 09:00',
    );
    expect(words('2026-01-01T08:00:00Z', '2026-01-01T10:30:00Z')).toBe(
      '2 times of the schedule were missed since Thu 2026-01-01 08:00: Thu 2026-01-01 09:00 and Thu 2026-01-01 10:00',
    );
  });

  it('are none where the plan is started by hand between two of them', () => {
    expect(words('2026-01-01T08:00:00Z', '2026-01-01T08:30:00Z')).toBeUndefined();
  });

  it('are told up to three, and counted up to a thousand', () => {
    expect(words('2026-01-01T00:00:00Z', '2026-01-01T10:30:00Z')).toMatch(/^10 times .* 03:00 and 7 more$/);
    expect(words('2000-01-01T00:00:00Z', '2026-01-01T00:00:00Z')).toMatch(/^more than 1000 times .*, …$/);
  });

  it('are those of the clock in the zone where summer time ends', () => {
    const nightly = [{ cron: '30 2 * * *', timezone: 'Europe/Vienna' }];
    expect(words('2026-10-24T00:30:00Z', '2026-10-26T12:00:00Z', nightly)).toBe(
      '2 times of the schedule were missed since Sat 2026-10-24 02:30: Sun 2026-10-25 02:30 and Mon 2026-10-26 02:30',
    );
  });
});

describe('the last run', () => {
  const plan = { name: 'nightly', file: '/x/plan.yaml', schedule: hourly };
  const run = '20260101-100002-aaaa';

  /** A state folder with runs, by id and what their journals begin with. */
  function state(runs: Readonly<Record<string, object | string>>): string {
    const folder = join(temporaryFolder(), 'runs');
    for (const [id, head] of Object.entries(runs)) {
      mkdirSync(join(folder, id), { recursive: true });
      writeFileSync(join(folder, id, 'journal.ndjson'), typeof head === 'string' ? head : `${JSON.stringify(head)}\n`);
    }
    return join(folder, run);
  }

  const head = { type: 'run.started', plan: '/x/plan.yaml', name: 'nightly' };

  it('is the latest one of the same plan and name; those of others, damaged ones and later ones are passed over', async () => {
    const folder = state({
      '20260101-070000-aaaa': head,
      '20260101-080001-aaaa': head,
      '20260101-083000-aaaa': { ...head, plan: '/x/other.yaml' },
      '20260101-084000-aaaa': { ...head, name: 'nightly#build' },
      '20260101-085000-aaaa': '{',
      '20260101-110000-aaaa': head,
    });
    expect(await missedNotice(plan, { folder, run })).toMatch(/^1 time .* since Thu 2026-01-01 08:00:01: /);
  });

  it('may be of the same second, whichever id is the greater: it has told them', async () => {
    for (const other of ['20260101-100002-0000', '20260101-100002-ffff']) {
      const folder = state({ '20260101-070000-aaaa': head, [other]: head });
      expect(await missedNotice(plan, { folder, run })).toBeUndefined();
    }
  });

  it('may not be there: then nothing was missed', async () => {
    expect(await missedNotice(plan, { folder: state({}), run })).toBeUndefined();
    expect(await missedNotice({ ...plan, schedule: undefined } as never, { folder: state({}), run })).toBeUndefined();
  });
});
