/** forEach with real files and processes. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planFile, printed, processesWith, runjobs, temporaryFolder, until } from '../support/cli.ts';
import { job } from '../support/jobs.ts';
import { noMounts, runjobsOnDisk } from '../support/mounted.ts';

/** What the copies printed, sorted: `test[1] hello`. */
const said = (stdout: string) =>
  stdout
    .split('\n')
    .flatMap(line => /^\[([a-z0-9/-]*(?:\[\d+\])?)\] (.*)$/.exec(line)?.slice(1, 3).join(' ') ?? [])
    .sort();

const start = (plan: string, ...args: string[]) =>
  runjobs([plan, '--reporter', 'plain', '--state-dir', join(dirname(plan), 'state'), ...args]);
const resume = (plan: string) =>
  runjobs(['resume', '--reporter', 'plain', '--state-dir', join(dirname(plan), 'state')]);

describe('the plans of jobs/', () => {
  it('for-each runs a copy for each value, file and row', async () => {
    const { exitCode, stdout } = await job('for-each.yaml');
    expect(exitCode, stdout).toBe(0);
    expect(said(stdout)).toEqual([
      'greet[1] hello, Ada',
      'greet[2] hello, Grace',
      'greet[3] hello, Edsger',
      'people[1] Ada writes notes, by hand',
      'people[2] Grace writes COBOL',
      'plans[1] gather.json is there',
      'plans[2] hello.json is there',
    ]);
  });

  it('matrix runs every combination but the excluded one', async () => {
    const { exitCode, stdout } = await job('matrix.yaml');
    expect(exitCode, stdout).toBe(0);
    expect(said(stdout)).toEqual([
      'build[1] building for linux with gcc',
      'build[2] building for macos with clang',
      'test[1] testing on node 20 with sqlite',
      'test[2] testing on node 24 with sqlite',
      'test[3] testing on node 24 with postgres',
    ]);
  });

  it('fan-out tolerates a tenth of its files', async () => {
    const { exitCode, stdout } = await job('fan-out.yaml');
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toContain('fail-fast.yaml fails on purpose');
    expect(stdout).toContain('looked at all files: succeeded');
  });
});

describe('forEach', () => {
  it('hands values over byte for byte', async () => {
    const values = ['', ' two  blanks ', '$HOME `x` "q" \'s\' \\', 'new\nline', '-e', '*', 'ü🎉'];
    const plan = planFile({ forEach: { V: values }, limit: 1, run: ['printenv', 'V'] });
    const state = join(dirname(plan), 'state');
    expect((await start(plan)).exitCode).toBe(0);
    const run = join(state, 'runs', readdirSync(join(state, 'runs'))[0] ?? '');
    const logs = join(run, 'logs', 'plan.copies', '1-1000');
    const printedValues = values.map((_, index) => readFileSync(join(logs, `${index + 1}.log`), 'utf8'));
    expect(printedValues).toEqual(values.map(value => `${value}\n`));
  });

  it('fails before any copy when its list cannot be read, and says why', async () => {
    const plan = planFile({ steps: [{ id: 'test', forEach: { L: { lines: 'none.txt' } }, run: 'echo never' }] });
    const { exitCode, stdout } = await start(plan);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('✖ test forEach.L: "none.txt" does not exist; paths start from the plan\'s folder');
    expect(stdout).not.toContain('never');
  });

  it('that was killed in the middle runs no copy again that had succeeded, and keeps its list', async () => {
    const folder = temporaryFolder();
    const file = (name: string) => join(folder, name);
    mkdirSync(file('in'));
    for (let number = 10; number < 30; number += 1) writeFileSync(file(`in/${number}`), '');
    const plan = file('plan.json');
    const script = [
      'echo "$F" >> begun',
      'if [ "$F" = in/17 ] && [ ! -e go ]; then echo reached; sleep 600; fi',
      'echo "$F" >> done',
    ].join('\n');
    const steps = [{ id: 'test', forEach: { F: { glob: 'in/*' } }, limit: 3, run: script }];
    writeFileSync(plan, JSON.stringify({ env: { MARK: folder }, steps }));
    const first = start(plan);
    await printed(first, '] reached');
    // The others go on until none is left.
    const linesOf = (name: string) =>
      existsSync(file(name)) ? readFileSync(file(name), 'utf8').split('\n').slice(0, -1).sort() : [];
    const state = join(folder, 'state', 'runs');
    const journal = () => readFileSync(join(state, readdirSync(state)[0] ?? '', 'journal.ndjson'), 'utf8');
    await until(() => journal().split('"type":"step.finished","step":"test[').length > 12);
    first.kill('SIGKILL');
    await first;
    await until(() => processesWith(`MARK=${folder}`).length === 0);
    const succeeded = new Set(
      journal()
        .split('\n')
        .flatMap(line => /"step\.finished","step":"test\[(\d+)\]".*"succeeded"/.exec(line)?.[1] ?? [])
        .map(number => `in/${Number(number) + 9}`),
    );
    const begunBefore = linesOf('begun');
    writeFileSync(file('go'), '');
    // What comes now is not in the list that the run had begun with.
    writeFileSync(file('in/05'), '');
    appendFileSync(file('in/99'), '');
    const { exitCode, stdout } = await resume(plan);
    expect(exitCode, String(stdout)).toBe(0);
    const twice = linesOf('begun').filter((path, index, all) => all[index - 1] === path);
    expect(twice.filter(path => succeeded.has(path))).toEqual([]);
    expect(succeeded.size).toBeGreaterThanOrEqual(11);
    expect(begunBefore.length).toBeGreaterThan(succeeded.size);
    expect([...new Set(linesOf('done'))]).toEqual(Array.from({ length: 20 }, (_, index) => `in/${index + 10}`));
  });

  it('of which one copy is stopped by hand goes on with the others', async () => {
    const steps = [{ id: 'test', forEach: { N: [1, 2] }, limit: 2, failFast: false, run: 'echo ready; sleep 600' }];
    const plan = planFile({ steps });
    const run = start(plan);
    await printed(run, '[test[2]] ready');
    const state = join(dirname(plan), 'state');
    const id = readdirSync(join(state, 'runs'))[0] ?? '';
    for (const step of ['test[2]', 'test[1]']) await runjobs(['stop', id, step, '--state-dir', state]);
    const { exitCode, stdout } = await run;
    expect(exitCode).toBe(1);
    expect(stdout).toContain('✖ test[2] (N=2) stopped by hand');
    expect(stdout).toContain('✖ test[1] (N=1) stopped by hand');
  });
});

describe('a list that a command prints', () => {
  it('may have more than a variable holds, is not shown, and leaves no file but the list', async () => {
    const list = { lines: { run: 'seq -f "a rather long line with the number %g" 1 4000; echo to stderr >&2' } };
    const plan = planFile({ steps: [{ id: 'test', forEach: { L: list }, limit: 64, sleep: 0 }] });
    const { exitCode, stdout } = await start(plan);
    expect(exitCode, String(stdout)).toBe(0);
    expect(stdout).toContain('[test] to stderr');
    expect(stdout).not.toContain('[test] a rather long line');
    const runs = join(dirname(plan), 'state', 'runs');
    const run = join(runs, readdirSync(runs)[0] ?? '');
    expect(readFileSync(join(run, 'logs', 'test.log'), 'utf8')).toBe('to stderr\n');
    const lists = join(run, 'lists');
    expect(readdirSync(lists)).toEqual(['test.ndjson']);
    expect(readFileSync(join(lists, 'test.ndjson'), 'utf8').split('\n')).toHaveLength(4001);
  });

  it('that fails fails the step with its exit code, and tells the list, the script and what it has said', async () => {
    const list = { lines: { run: 'echo one; echo no such table >&2; exit 3' } };
    const plan = planFile({ steps: [{ id: 'test', forEach: { L: list }, run: 'echo never' }] });
    const { exitCode, stdout } = await start(plan);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /\n\n✖ test forEach\.L: the list's command: exit 3 .*\n {2}\$ echo one; echo no such table >&2; exit 3\n {2}│ no such table\n/,
    );
    expect(stdout).not.toContain('never');
  });
});

it.skipIf(noMounts !== undefined)(
  'a list that a full disk has no place for is told in words, and leaves no part of it there',
  async () => {
    const disk = temporaryFolder();
    const told = async (list: unknown) => {
      const file = planFile({ id: 'fe', forEach: { L: list }, run: 'true' });
      return runjobsOnDisk(disk, { prepare: ':', args: [file, '--state-dir', disk, '--reporter', 'plain'] });
    };
    const lines = join(temporaryFolder(), 'lines');
    writeFileSync(lines, 'a line of the list\n'.repeat(30_000));
    const kept = await told({ lines });
    expect(kept).toMatchObject({
      exitCode: 74,
      stdout: expect.stringContaining('list of "." cannot be kept: the disk is full'),
    });
    expect(kept.left.filter(name => name.includes('/lists/'))).toEqual([]);
    const printed = await told({ lines: { run: `cat '${lines}'` } });
    expect(printed).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('✖ plan forEach.L: what its script prints cannot be kept: the disk is full'),
    });
  },
);
