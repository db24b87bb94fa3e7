import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import type { Outcome } from '../../src/events/outcome.ts';
import { usualTimes } from '../../src/journal/usual.ts';
import { forEach, gather, planOf, run } from '../reporters/stage.ts';
import { temporaryFolder } from '../support/cli.ts';

const PLAN = { ...planOf(gather('root', [run('a'), run('b')])), file: '/plans/tour.yaml' };
const OWN = '20261122-090000-00000000';
const ok: Outcome = { state: 'succeeded' };
const leftOut: Outcome = { state: 'skipped', reason: { type: 'left-out', by: '--only' } };

/** A state folder in which runs are kept, one a second. */
function state() {
  const folder = temporaryFolder();
  let count = 0;
  const add = (durationMs: number, steps: Record<string, number | Outcome>, more: Record<string, unknown> = {}) => {
    count += 1;
    const id = `20261122-08000${count}-00000000`;
    const at = join(folder, 'runs', id);
    mkdirSync(at, { recursive: true });
    const counts = { queued: 0, running: 0, waiting: 0, succeeded: 1, failed: 0, allowed: 0, cancelled: 0, skipped: 0 };
    const result = {
      ...{ v: 1, run: id, name: 'tour', plan: PLAN.file, startedAt: '2026-11-22T08:00:00.000Z', resumed: 0 },
      ...{ durationMs, counts, failures: [], outcome: ok, exitCode: 0, bytes: 1, ...more },
    };
    writeFileSync(join(at, 'result.json'), JSON.stringify(result));
    const events: RunEvent[] = Object.entries(steps).map(([step, is]) => ({
      ...(step.endsWith('…')
        ? { type: 'copies.finished', step: step.slice(0, -1), t: 1, first: 1, count: 2 }
        : { type: 'step.finished', step, t: 1, attempts: 1 }),
      ...(typeof is === 'number' ? { outcome: ok, durationMs: is } : { outcome: is, durationMs: 0 }),
    }));
    const begun: RunEvent = { type: 'run.started', v: 1, run: id, name: 'tour', at: '2026-11-22T08:00:00.000Z' };
    writeFileSync(join(at, 'journal.ndjson'), [begun, ...events].map(event => `${JSON.stringify(event)}\n`).join(''));
    return at;
  };
  return { add, usual: (plan = PLAN) => usualTimes(join(folder, 'runs', OWN), plan) };
}

describe('what a plan usually takes', () => {
  it('is the middle of its latest three runs that succeeded, of each step and of all', () => {
    const { add, usual } = state();
    add(90_000, { a: 90_000 });
    add(3000, { a: 1000, b: 2000 });
    add(9000, { a: 8000 });
    add(4000, { a: 3000, b: 4000 });
    expect(usual()).toEqual({
      totalMs: 4000,
      steps: new Map([
        ['a', 3000],
        ['b', 2000],
      ]),
    });
  });

  it('takes all copies of a forEach for one step', () => {
    const { add, usual } = state();
    add(1, { 'f[1]': 10, 'f[2]': 20, 'f[3]': 90 });
    expect(usual()?.steps).toEqual(new Map([['f[]', 20]]));
  });

  it('is not known from runs of other plans, that failed, or that were resumed', () => {
    const { add, usual } = state();
    add(1, { a: 1 }, { plan: '/plans/other.yaml' });
    add(1, { a: 1 }, { name: 'tour#build' });
    add(1, { a: 1 }, { outcome: { state: 'failed', reason: { type: 'exit' } }, exitCode: 1 });
    add(1, { a: 1 }, { resumed: 1 });
    expect(usual()).toBeUndefined();
    expect(usual({ ...PLAN, file: undefined as never })).toBeUndefined();
  });

  it('tells nothing of the whole where only a part of the plan ran, or runs', () => {
    const { add, usual } = state();
    add(1000, { a: 900, b: leftOut });
    expect(usual()).toEqual({ totalMs: 0, steps: new Map([['a', 900]]) });
    add(1000, { a: 900, 'b…': leftOut });
    expect(usual()?.totalMs).toBe(0);
    add(5000, { a: 900, b: 4000 });
    expect(usual()?.totalMs).toBe(5000);
    const part = planOf(gather('root', [run('a'), run('b', 'make b', { leftOut: '--only' })]));
    expect(usual({ ...part, file: PLAN.file })).toMatchObject({ totalMs: 0 });
    const copies = { ...forEach('b', run('')), chosen: { skip: [{ first: 2, count: 1 }] } };
    const some = planOf(gather('root', [run('a'), copies]));
    expect(usual({ ...some, file: PLAN.file })).toMatchObject({ totalMs: 0 });
  });

  it('is what can be read where a run is damaged or has gone', () => {
    const { add, usual } = state();
    add(1000, { a: 900 });
    rmSync(join(add(7000, {}), 'journal.ndjson'));
    expect(usual()).toBeUndefined();
  });
});
