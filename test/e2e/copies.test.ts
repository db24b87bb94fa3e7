/** Copies of a forEach, as the command line tells of them: while they run, afterwards, one of them and all. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planFile, printed, runjobs } from '../support/cli.ts';
import { noTerminal, openTerminal } from '../support/terminal.ts';

/** Runs the plan beside its own state folder; `last` is the run. */
async function ran(plan: unknown) {
  const path = planFile(plan);
  const stateDir = join(dirname(path), 'state');
  const cli = (...args: string[]) => runjobs([...args, '--state-dir', stateDir], { cwd: dirname(path) });
  const first = await cli(path);
  return { cli, first, path, stateDir };
}

const linesOf = (text: unknown) => String(text).trimEnd().split('\n');

describe('a forEach with very many copies', () => {
  it('is shown with those that failed and a line for the rest; one copy by its path', async () => {
    const values = Array.from({ length: 60 }, (_, n) => n + 1);
    const run = 'if test $N = 7; then echo seven; exit 3; fi; if test $N = 9; then echo nine; fi';
    const { cli, first } = await ran({
      name: 'many',
      steps: [{ id: 'test', forEach: { N: values }, run, failFast: false }],
    });
    expect(first.exitCode).toBe(1);
    const told = linesOf(first.stdout);
    expect(told[0]).toMatch(/^❯ test: for each of 60 items: if test/);
    expect(told).toContain('[test[9]] nine');
    expect(told.filter(line => / of 60 copies ended/.test(line))).toHaveLength(9);
    expect(told.filter(line => line.startsWith('✖ test[7] (N=7) exit 3'))).toHaveLength(2);
    expect(told.some(line => line.includes('test[8]'))).toBe(false);

    const shown = linesOf((await cli('show', 'last')).stdout);
    expect(shown.filter(line => /^ {4}/.test(line)).map(line => line.replace(/ \(\d.*/, ''))).toEqual([
      '    ✖ [7] N=7 exit 3',
      '    … 59 of 60 copies succeeded, 1 failed',
    ]);
    const one = linesOf((await cli('show', 'last', 'test[9]')).stdout);
    expect(one.slice(0, 3).map(line => line.replace(/ \(\d.*/, ''))).toEqual(['✔ test[9] N=9', '  N=9', `  $ ${run}`]);
    expect(one.find(line => line.startsWith('  log: '))).toContain(join('logs', 'test.copies', '1-1000', '9.log'));

    const none = await cli('show', 'last', 'test[61]');
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain('has no step "test[61]": "test" has 60 copies');
    expect((await cli('logs', 'last', 'test[9]')).stdout).toBe('nine\n');
    expect((await cli('logs', 'last', 'test')).stdout).toBe('[test[7]] seven\n[test[9]] nine\n');
    expect((await cli('logs', 'last', 'test', '-f')).stdout).toBe('[test[7]] seven\n[test[9]] nine\n');
  });

  it('goes on where it was: what is taken over is counted, and a copy still known by its path', async () => {
    const values = Array.from({ length: 30 }, (_, n) => `v${n + 1}`);
    const { cli, path } = await ran({
      forEach: { N: values },
      steps: [
        { id: 'a', run: 'echo $N' },
        { id: 'b', run: 'test $N != v20 || test -e ready' },
      ],
      failFast: false,
    });
    writeFileSync(join(dirname(path), 'ready'), '');
    const again = await cli('resume', 'last');
    expect(again.exitCode).toBe(0);
    const shown = linesOf((await cli('show', 'last')).stdout);
    expect(shown).toContain('  … 30 of 30 copies succeeded, 29 taken over');
    expect((await cli('show', 'last', '[12]')).stdout).toMatch(/^✔ \[12\] N=v12 \(.*taken over\)\n {2}N=v12\n/);
    expect((await cli('logs', 'last', '[12]')).stdout).toBe('[[12]/a] v12\n');
    expect(linesOf((await cli('logs', 'last', '.')).stdout)).toEqual(
      values.map((value, n) => `[[${n + 1}]/a] ${value}`),
    );
  });
});

it('one copy is stopped by its path, and who writes a wrong one is told those that run', {
  timeout: 60_000,
}, async () => {
  const path = planFile({
    id: 'x',
    steps: [{ id: 'test', forEach: { N: ['a', 'b'] }, run: 'echo up; touch "$N"; sleep 60', failFast: false }],
  });
  const stateDir = join(dirname(path), 'state');
  const going = runjobs([path, '--state-dir', stateDir]);
  await printed(going, '[test[2]] up');
  await expect.poll(() => existsSync(join(dirname(path), 'a')), { timeout: 20_000 }).toBe(true);
  const wrong = await runjobs(['stop', 'last', 'test[9999]', '--state-dir', stateDir]);
  expect(wrong.exitCode).toBe(1);
  expect(wrong.stderr).toMatch(/no step "test\[9999\]" is running; running are: test\[1\], test\[2\]/);
  for (const copy of ['test[1]', 'test[2]']) {
    expect((await runjobs(['stop', 'last', copy, '--state-dir', stateDir])).exitCode).toBe(0);
  }
  const ended = await going;
  expect(ended.exitCode).toBe(1);
  expect(ended.stdout).toContain('✖ test[1] (N=a) stopped by hand');
});

describe.skipIf(noTerminal !== undefined)('the live view of copies', () => {
  it('fits its terminal, counts them, and names their values', { timeout: 60_000 }, async () => {
    const gate = planFile('', 'gate');
    const values = Array.from({ length: 40 }, (_, n) => `日本語🌙 ${n + 1}\nsecond`);
    const run = `until test -s ${gate}; do sleep 0.1; done`;
    const plan = planFile({ name: 'tour', steps: [{ id: 'test', forEach: { N: values }, run, limit: 20 }] });
    const command = `${process.execPath} bin/runjobs.cjs ${plan} --state-dir ${join(dirname(plan), 'state')}`;
    const screen = openTerminal(command, 60, 12);
    await screen.shows('[1] N="日本語🌙 1⏎second"');
    await screen.shows('0/40 done · 20 running');
    const lines = await screen.lines();
    expect(lines[1]).toMatch(/^ {2}❯ test \d.* 0\/40$/);
    expect(lines.filter(line => line !== '').length).toBeLessThanOrEqual(12);
    writeFileSync(gate, 'open');
    expect(await screen.ended).toBe(0);
    expect(readFileSync(gate, 'utf8')).toBe('open');
    expect(await screen.lines()).toEqual(
      expect.arrayContaining([expect.stringMatching(/✔ tour succeeded in .*: 40 succeeded/)]),
    );
  });
});
