import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { thisHolder } from '../../src/journal/holder.ts';
import { describeHolder, LockHeldError, lockFolderName, lockPlan } from '../../src/journal/plan-lock.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { planFile, temporaryFolder } from '../support/cli.ts';
import { leaf, plan } from '../support/steps.ts';

const nameOf = (name: string) => lockFolderName({ name, waitMs: 0 }, undefined);
const lockOf = (file: string) => lockFolderName({ waitMs: 0 }, file);

describe('the folder of a lock', () => {
  it('is the same for a plan and a link to it, and another for a plan of the same name elsewhere', () => {
    const file = planFile({ run: 'true' });
    const link = join(temporaryFolder(), 'link.json');
    symlinkSync(file, link);
    expect(lockOf(link)).toBe(lockOf(file));
    expect(lockOf(planFile({ run: 'true' }))).not.toBe(lockOf(file));
  });

  it('is safe and unique, whatever the name', () => {
    const names = ['deploy', 'Deploy', '..', 'a/b', 'a b', 'a\u0000', '😀', 'x'.repeat(200), `${'x'.repeat(199)}y`];
    const folders = names.map(nameOf);
    expect(new Set(folders).size).toBe(names.length);
    for (const folder of folders) expect(folder).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*-[0-9a-f]{16}$/);
    expect(nameOf('deploy')).toMatch(/^deploy-/);
  });
});

describe('what is said of a holder', () => {
  const holder = thisHolder({ run: '20261122-081349-7f3a', name: 'backup', plan: '/x/plan.yaml' });
  const since = (seconds: number) =>
    describeHolder({ ...holder, at: new Date(Date.now() - seconds * 1000).toISOString() }).replace(/.* for /, '');

  it('is its run, process, plan and age', () => {
    expect(describeHolder(holder)).toBe(
      `run 20261122-081349-7f3a (pid ${process.pid}, plan /x/plan.yaml) has held it for 0s`,
    );
    expect([since(42), since(192), since(7500), since(100 * 3600), since(-60)]).toEqual([
      '42s',
      '3m 12s',
      '2h 5m',
      '4d 4h',
      '0s',
    ]);
  });

  it('has the word container, when its process id is none of ours', () => {
    expect(describeHolder({ ...holder, pid: 1, pidNamespace: 'pid:[1]' })).toContain(
      '(pid 1 in another container, plan',
    );
  });

  it('has its machine, when that is another, and never what could move a cursor', () => {
    const { plan: _, ...nameless } = { ...holder, host: 'web-2', name: 'a\u001b[2Jb', at: 'never' };
    expect(describeHolder(nameless)).toBe(
      `run 20261122-081349-7f3a (pid ${process.pid} on web-2, plan "a\\u001b[2Jb") has held it for 0s`,
    );
  });
});

describe('a plan’s lock', () => {
  const locked = (waitMs: number | 'forever'): Plan => ({ ...plan(leaf('.')), lock: { name: 'deploy', waitMs } });

  it.each([
    [20, '20ms'],
    [1250, '1.25s'],
    [90_000, '1m 30s'],
  ])('that is waited for %i ms at most says %s', async (waitMs, said) => {
    const userState = temporaryFolder();
    const first = await lockPlan(locked(0), { run: 'first', userState });
    const abort = new AbortController();
    const words: string[] = [];
    const onWait = (text: string) => {
      words.push(text);
      abort.abort();
    };
    await lockPlan(locked(waitMs), { run: 'second', userState, signal: abort.signal, onWait });
    expect(words).toEqual([expect.stringContaining(`; waiting for it, ${said} at most`)]);
    first?.release();
  });

  it('is held once in this process, too, and is waited for until the wait is aborted', async () => {
    const userState = temporaryFolder();
    expect(await lockPlan(plan(leaf('.')), { run: 'none', userState })).toBeUndefined();
    const first = await lockPlan(locked(0), { run: 'first', userState });
    const error = await lockPlan(locked(0), { run: 'second', userState }).catch(caught => caught);
    expect(error).toBeInstanceOf(LockHeldError);
    expect(error).toMatchObject({ holder: { run: 'first', pid: process.pid } });
    expect(error.message).toMatch(
      /^"deploy" is locked: run first .*; nothing was started\. Stop it with "runjobs stop first"/,
    );
    const late = await lockPlan(locked(20), { run: 'second', userState }).catch(caught => caught);
    expect(late.message).toMatch(
      /; waited 20ms, nothing was started\. Stop it with "runjobs stop first", or wait longer, in lock\.wait\.$/,
    );
    const abort = new AbortController();
    const words: string[] = [];
    const waiting = lockPlan(locked('forever'), {
      run: 'third',
      userState,
      signal: abort.signal,
      onWait(text) {
        words.push(text);
        abort.abort();
      },
    });
    expect(await waiting).toBeUndefined();
    expect(words).toEqual([expect.stringMatching(/; waiting for it$/)]);
    first?.release();
    (await lockPlan(locked(0), { run: 'fourth', userState }))?.release();
  });
});
