import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeptRun } from '../../src/journal/find.ts';
import { prune, removeRun } from '../../src/journal/prune.ts';
import { temporaryFolder } from '../support/cli.ts';

interface Made {
  readonly bytes?: number;
  readonly plan?: string;
  /** It has no result, and its files take this. */
  readonly dead?: boolean;
}

const idOf = (index: number) => `20261122-${String(100000 + index)}-abcdabcd`;

/** A state folder with these runs, the oldest first. */
function state(...made: readonly Made[]): KeptRun[] {
  const folder = temporaryFolder();
  return made.map(({ bytes = 100, plan = '/p/plan.yaml', dead = false }, index) => {
    const id = idOf(index);
    const run = { id, folder: join(folder, 'runs', id) };
    mkdirSync(run.folder, { recursive: true });
    const about = { v: 1, run: id, name: 'plan', plan };
    const head = `${JSON.stringify({ type: 'run.started', ...about, at: '2026-11-22T10:00:00.000Z' })}\n`;
    writeFileSync(join(run.folder, 'journal.ndjson'), dead ? head.padEnd(bytes) : head);
    const end = {
      startedAt: '',
      durationMs: 1,
      exitCode: 0,
      outcome: { state: 'succeeded' },
      counts: {},
      failures: [],
    };
    if (!dead) writeFileSync(join(run.folder, 'result.json'), JSON.stringify({ ...about, ...end, bytes }));
    return run;
  });
}

const nobody = async () => false;
const only = (...runs: readonly (KeptRun | undefined)[]) => {
  const ids = new Set(runs.map(run => run?.id));
  return async (folder: string) => ids.has(basename(folder));
};

function last(runs: readonly KeptRun[]): KeptRun {
  const run = runs.at(-1);
  if (run === undefined) throw new Error('there is none');
  return run;
}

/** What is left, as places in the list. */
const left = (runs: readonly KeptRun[]) => runs.flatMap(({ folder }, index) => (existsSync(folder) ? [index] : []));

describe('pruning', () => {
  it('removes the oldest runs beyond keep, and says what it has freed', async () => {
    const runs = state({ bytes: 1 }, { bytes: 20 }, { bytes: 300 }, {});
    const removed = await prune(last(runs), { keep: 2, keepBytes: 1e9 }, nobody);
    expect(left(runs)).toEqual([2, 3]);
    expect(removed).toEqual({ runs: [runs[0], runs[1]], bytes: 21 });
    expect(readdirSync(join(last(runs).folder, '..'))).toEqual([idOf(2), idOf(3)]);
  });

  it('removes the oldest runs beyond keepBytes, and never the one that has just ended', async () => {
    const runs = state({}, {}, {}, {});
    await prune(last(runs), { keep: 50, keepBytes: 250 }, nobody);
    expect(left(runs)).toEqual([2, 3]);
    await prune(last(runs), { keep: 50, keepBytes: 0 }, nobody);
    expect(left(runs)).toEqual([3]);
  });

  it('removes the one that has just ended as well with keep 0', async () => {
    const runs = state({}, {});
    expect((await prune(last(runs), { keep: 0, keepBytes: 1e9 }, nobody)).runs).toEqual(runs);
    expect(left(runs)).toEqual([]);
  });

  it('leaves the runs of other plans, and does not count them', async () => {
    const runs = state({ plan: '/other' }, {}, { plan: '/other' }, {}, {});
    await prune(last(runs), { keep: 2, keepBytes: 250 }, nobody);
    expect(left(runs)).toEqual([0, 2, 3, 4]);
  });

  it('counts a run that died by what it takes on disk', async () => {
    const runs = state({ dead: true, bytes: 5000 }, { dead: true, bytes: 400 }, {});
    await prune(last(runs), { keep: 50, keepBytes: 5000 }, nobody);
    expect(left(runs)).toEqual([1, 2]);
  });

  it('removes what a crash has left of an earlier removal', async () => {
    const runs = state({});
    mkdirSync(join(last(runs).folder, '../.gone-x/logs'), { recursive: true });
    await prune(last(runs), { keep: 2, keepBytes: 1e9 }, nobody);
    expect(readdirSync(join(last(runs).folder, '..'))).toEqual([idOf(0)]);
  });

  it('leaves a run that comes to life while it is removed', async () => {
    const [run] = state({ dead: true });
    if (run === undefined) throw new Error('there is none');
    const looks = [false, true];
    expect(await removeRun(run, async () => looks.shift() ?? false)).toBe(false);
    expect(readdirSync(run.folder)).toEqual(['journal.ndjson']);
  });

  it('of two at once removes each run once and fails in none', async () => {
    const runs = state(...Array.from({ length: 30 }, () => ({})));
    const both = await Promise.all([1, 2, 3].map(() => prune(last(runs), { keep: 3, keepBytes: 1e9 }, nobody)));
    expect(left(runs)).toEqual([27, 28, 29]);
    const removed = both.flatMap(each => each.runs.map(({ id }) => id));
    expect(removed.length).toBe(27);
    expect(new Set(removed).size).toBe(27);
  });

  it('never removes a run that is alive, and keeps to its limits otherwise', async () => {
    const run = fc.record({ bytes: fc.integer({ min: 200, max: 999 }), dead: fc.boolean(), lives: fc.boolean() });
    const limits = fc.record({ keep: fc.integer({ min: 0, max: 6 }), keepBytes: fc.integer({ min: 0, max: 4000 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(run, { maxLength: 8 }), limits, async (made, keep) => {
        const runs = state(...made, { bytes: 300 });
        const living = runs.filter((_, index) => made[index]?.lives);
        await prune(last(runs), keep, only(...living));
        const stays = left(runs);
        for (const each of living) expect(existsSync(each.folder)).toBe(true);
        expect(stays.includes(made.length)).toBe(keep.keep > 0);
        const ended = stays.filter(index => index < made.length && !made[index]?.lives);
        const bytes = ended.reduce((sum, index) => sum + (made[index]?.bytes ?? 0), 300);
        if (ended.length > 0) expect(bytes).toBeLessThanOrEqual(keep.keepBytes);
        expect(ended.length).toBeLessThanOrEqual(Math.max(0, keep.keep - 1));
      }),
      { numRuns: 150 },
    );
  });
});
