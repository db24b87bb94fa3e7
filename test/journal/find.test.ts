import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findRun, runsIn, runsNearby } from '../../src/journal/find.ts';
import { createRunFolder } from '../../src/journal/runs.ts';
import { unfoundWords } from '../../src/reporters/finding.ts';
import { temporaryFolder } from '../support/cli.ts';

let home = '';
let userState = '';
beforeEach(() => {
  home = temporaryFolder();
  userState = join(temporaryFolder(), 'runjobs');
});

/** A run of a plan in this folder below home. */
function run(id: string, folder: string, facts: { at?: string; stateDir?: string } = {}): string {
  const planFolder = join(home, folder);
  mkdirSync(planFolder, { recursive: true });
  const { stateDir, at = '2026-11-22T08:13:49.120Z' } = facts;
  const { path } = createRunFolder(id, { planFolder, userState, ...(stateDir === undefined ? {} : { stateDir }) });
  const head = { type: 'run.started', v: 1, run: id, name: 'p', plan: join(planFolder, 'plan.yaml'), at };
  writeFileSync(join(path, 'journal.ndjson'), `${JSON.stringify(head)}\n`);
  return path;
}

const find = (name: string, cwd = '', stateDir?: string) =>
  findRun(name, { cwd: join(home, cwd), userState, ...(stateDir === undefined ? {} : { stateDir }) });

const A = '20261122-081349-aaaa1111';
const B = '20261122-081349-bbbb2222';
const C = '20261123-000000-cccc3333';

describe('a run', () => {
  it('is found by its id, by a beginning of it and by the path of its folder', () => {
    const folder = run(A, 'app');
    run(C, 'app');
    const found = { type: 'found', id: A, folder };
    expect(find(A, 'app')).toEqual(found);
    expect(find(A.toUpperCase(), 'app')).toEqual(found);
    expect(find('20261122', 'app')).toEqual(found);
    expect(find(folder, 'app')).toEqual(found);
    expect(find(`./.runjobs/runs/${A}/`, 'app')).toEqual(found);
    expect(find(`.runjobs/runs/${B}`, 'app')).toMatchObject({ type: 'none' });
  });

  it.each(['jobs', 'app/deep', 'app'])('is nearby when its plan lies in %s of the repository', folder => {
    mkdirSync(join(home, '.git'));
    mkdirSync(join(home, 'app/deep'), { recursive: true });
    run(A, folder);
    expect(find('last', 'app')).toMatchObject({ type: 'found', id: A });
  });

  it('of a project beside this one is not nearby, but its id finds it', () => {
    const folder = run(A, 'other');
    mkdirSync(join(home, 'app'));
    expect(find('last', 'app')).toMatchObject({ type: 'none', recent: [{ id: A }] });
    expect(find('20261122', 'app')).toEqual({ type: 'found', id: A, folder });
  });

  it('that is kept in the user’s own folder is nearby when its plan is', () => {
    run(A, 'app', { stateDir: userState });
    run(C, 'other', { stateDir: userState });
    expect(find('last', 'app')).toMatchObject({ type: 'found', id: A });
    expect(find('last', 'other')).toMatchObject({ type: 'found', id: C });
  });

  it('that is kept in a folder above this one, which somebody named, is nearby only when its plan is', () => {
    const stateDir = join(home, 'state');
    run(A, 'other', { stateDir });
    mkdirSync(join(home, 'app'));
    expect(find('last', 'app')).toMatchObject({ type: 'none' });
    run(B, 'app', { stateDir });
    expect(find('last', 'app')).toMatchObject({ type: 'found', id: B });
  });

  it('elsewhere does not count where a state folder is named', () => {
    run(A, 'app');
    expect(find(A, 'app', join(home, 'state'))).toMatchObject({ type: 'none', looked: [join(home, 'state')] });
  });
});

describe('a beginning that several runs have', () => {
  it('names none of them, and those nearby come first', () => {
    run(A, 'app');
    run(B, 'app');
    const finding = find('20261122', 'app');
    expect(finding).toMatchObject({ type: 'ambiguous', candidates: [{ id: B }, { id: A }] });
    if (finding.type !== 'ambiguous') throw new Error(finding.type);
    expect(unfoundWords('20261122', finding)).toContain(`2 runs begin with "20261122"`);
    run('20261122-999999-dddd4444', 'other');
    expect(find('20261122-9', 'app')).toMatchObject({ type: 'found', id: '20261122-999999-dddd4444' });
  });
});

describe('the last run', () => {
  it('is the one that started last, also within a second', () => {
    run(A, 'app', { at: '2026-11-22T08:13:49.500Z' });
    run(B, 'app', { at: '2026-11-22T08:13:49.400Z' });
    expect(find('last', 'app')).toMatchObject({ id: A });
    run(C, 'app');
    expect(find('last', 'app')).toMatchObject({ id: C });
  });
});

describe('a name that no run has', () => {
  it.each(['nightly', '', 'zz', '2026x', '..', '../..'])('is answered with the latest runs: %j', name => {
    run(A, 'app');
    const finding = find(name, 'app');
    if (finding.type !== 'none') throw new Error(finding.type);
    expect(finding.recent).toMatchObject([{ id: A }]);
    expect(unfoundWords(name, finding)).toContain(A);
  });

  it('is answered with where it was looked for when there is no run', () => {
    const finding = find('last');
    if (finding.type !== 'none') throw new Error(finding.type);
    expect(unfoundWords('last', finding)).toBe(`runjobs: there is no run; looked in "${userState}"\n`);
  });
});

it('what is no run’s folder is passed over', () => {
  run(A, 'app');
  const runs = join(home, 'app/.runjobs/runs');
  mkdirSync(join(runs, '.gone-1'));
  mkdirSync(join(runs, 'notes'));
  writeFileSync(join(runs, B), 'a file');
  symlinkSync(join(runs, A), join(runs, C));
  expect(runsIn(join(home, 'app/.runjobs')).map(({ id }) => id)).toEqual([A]);
  expect(runsNearby({ cwd: '/nowhere', userState: '/nowhere' })).toEqual([]);
});
