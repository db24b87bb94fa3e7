/** `--only`, `--skip` and `--from` on the command line. */
import { readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { planFile, runjobs, temporaryFolder } from '../support/cli.ts';

const PLAN = {
  steps: [
    { id: 'install', run: 'echo install' },
    {
      id: 'check',
      gather: [
        { id: 'lint', run: 'echo lint' },
        { id: 'unit', run: 'test ! -e broken && echo unit' },
      ],
    },
    { id: 'deploy', run: 'echo deploy' },
  ],
};

const printed = (stdout: unknown) => [...String(stdout).matchAll(/^\[\S+\] (\w+)$/gm)].map(([, word]) => word).sort();

it.each([
  [['--only', 'check/unit'], ['unit']],
  [
    ['--only', '*/lint', '--only', 'deploy'],
    ['deploy', 'lint'],
  ],
  [
    ['--skip', 'check'],
    ['deploy', 'install'],
  ],
  [
    ['--from', 'check'],
    ['deploy', 'lint', 'unit'],
  ],
])('%j runs what it says', async (options, words) => {
  const { exitCode, stdout } = await runjobs([planFile(PLAN), ...options, '--state-dir', temporaryFolder()]);
  expect(exitCode).toBe(0);
  expect(printed(stdout)).toEqual(words);
});

it('a step that is left out says by what, and a path that there is not is told before anything starts', async () => {
  const state = temporaryFolder();
  const { stdout } = await runjobs([planFile(PLAN), '--only', 'install', '--state-dir', state]);
  expect(String(stdout)).toContain('deploy skipped: by --only');
  const { exitCode, stderr } = await runjobs([planFile(PLAN), '--only', 'check/unti', '--state-dir', state]);
  expect(exitCode).toBe(2);
  expect(String(stderr)).toContain('--only check/unti: no step has this path, did you mean "check/unit"?');
});

it.each([
  ['--skip **', '--skip **'],
  ['--skip .', '--skip .'],
  ['--skip check/lint --only check --skip check/unit', '--only check, --skip check/lint, --skip check/unit'],
  ['--from deploy --skip deploy', '--skip deploy, --from deploy'],
])('nothing is started by %s, which leaves nothing, and that is told', async (options, words) => {
  const state = temporaryFolder();
  const { exitCode, stdout, stderr } = await runjobs([planFile(PLAN), ...options.split(' '), '--state-dir', state]);
  expect([exitCode, stdout, stderr]).toEqual([
    2,
    '',
    `runjobs: ${words}: nothing is left to run; choose others, "runjobs check" shows the paths\n`,
  ]);
  expect(readdirSync(state)).toEqual([]);
});

it('a step that its own if leaves out is no such choice', async () => {
  const plan = planFile({ steps: [{ id: 'a', if: 'exit 1', run: 'true' }, 'true'] });
  expect((await runjobs([plan, '--only', 'a', '--state-dir', temporaryFolder()])).exitCode).toBe(0);
});

it('a resumed run leaves the same out', async () => {
  const state = temporaryFolder();
  const plan = planFile({
    steps: [
      { id: 'a', run: 'echo a' },
      { id: 'b', run: 'test -e "$GO" && echo b' },
      { id: 'c', run: 'echo c' },
    ],
  });
  const options = ['--state-dir', state];
  const first = await runjobs([plan, '--skip', 'c', ...options], { env: { GO: '/nowhere' } });
  expect(first.exitCode).toBe(1);
  const second = await runjobs(['resume', 'last', ...options], { env: { GO: '/' } });
  expect(second.exitCode).toBe(0);
  expect(printed(second.stdout)).toEqual(['b']);
});

describe('the copies of a forEach', () => {
  const COPIES = {
    steps: [
      {
        id: 'test',
        forEach: { N: ['a', 'b', 'c', 'd'] },
        steps: [
          { id: 'build', run: 'echo build$N' },
          { id: 'check', run: 'test ! -e "$GO" && echo check$N' },
        ],
      },
      { id: 'after', run: 'echo after' },
    ],
  };

  it.each([
    [
      ['--only', 'test[3]'],
      ['buildc', 'checkc'],
    ],
    [
      ['--only', 'test[2-3]/build'],
      ['buildb', 'buildc'],
    ],
    [
      ['--only', 'test[1]', '--only', 'test[2,4]', '--skip', 'test[]/build'],
      ['checka', 'checkb', 'checkd'],
    ],
    [
      ['--skip', 'test[1-3]'],
      ['after', 'buildd', 'checkd'],
    ],
  ])('are chosen by %j', async (options, words) => {
    const { exitCode, stdout } = await runjobs([planFile(COPIES), ...options, '--state-dir', temporaryFolder()], {
      env: { GO: '/nowhere' },
    });
    expect(exitCode).toBe(0);
    expect(printed(stdout)).toEqual(words);
  });

  it.each([
    [['--only', 'test[5]'], '--only test[5]: there are only 4 copies'],
    [['--skip', 'test[2-9]'], '--skip test[9]: there are only 4 copies'],
    [['--only', 'test[0]'], '--only test[0]: copies are numbered from 1'],
    [['--from', 'test[2]'], '--from test[2]: a run cannot start from some copies: write [] for all of them'],
  ])('are not started by %j, which is told', async (options, words) => {
    const state = temporaryFolder();
    const { exitCode, stdout, stderr } = await runjobs([planFile(COPIES), ...options, '--state-dir', state]);
    expect([exitCode, stdout, stderr]).toEqual([2, '', `runjobs: ${words}\n`]);
    expect(readdirSync(state)).toEqual([]);
  });

  it('that are chosen beyond a list from outside make the forEach fail', async () => {
    const plan = planFile({ forEach: { N: { lines: { run: 'seq 3' } } }, run: 'echo $N' });
    const { exitCode, stdout } = await runjobs([plan, '--only', '[4]', '--state-dir', temporaryFolder()]);
    expect(exitCode).toBe(1);
    expect(String(stdout)).toContain('forEach: --only names copy 4, but there are only 3 copies\n');
  });

  it('that are left out are told together, and a resumed run leaves them out again', async () => {
    const state = temporaryFolder();
    const plan = planFile(COPIES);
    const options = ['--state-dir', state];
    const chosen = ['--only', 'test[2-3]', '--skip', 'test[2]'];
    const first = await runjobs([plan, ...chosen, ...options], { env: { GO: '/' } });
    expect(first.exitCode).toBe(1);
    expect(String(first.stdout)).toContain('test: 2 copies skipped: by --only\n');
    expect(String(first.stdout)).toContain('test: 1 copy skipped: by --skip\n');
    expect(String(first.stdout)).toContain(`to run it again: runjobs ${plan} --only 'test[3]/check'\n`);
    const again = await runjobs(['resume', 'last', ...options], { env: { GO: '/nowhere' } });
    expect(again.exitCode).toBe(0);
    expect(printed(again.stdout)).toEqual(['checkc']);
    const shown = await runjobs(['show', 'last', ...options]);
    expect(String(shown.stdout)).toContain('… 1 of 4 copies succeeded, 3 skipped\n');
  });
});

it('a resumed run does not go on where the plan has lost what it was to run', async () => {
  const state = temporaryFolder();
  const options = ['--state-dir', state];
  const planOf = (id: string, values: readonly string[]) =>
    JSON.stringify({
      steps: [
        { id, forEach: { N: values }, run: 'test -e "$GO" && echo $N' },
        { id: 'after', run: 'echo after' },
      ],
    });
  const plan = planFile(planOf('test', ['a', 'b', 'c']));
  expect((await runjobs([plan, '--only', 'test[3]', ...options])).exitCode).toBe(1);
  for (const [changed, words] of [
    [planOf('tests', ['a', 'b', 'c']), '--only test[3]: no step has this path, did you mean "tests[]"?'],
    [planOf('test', ['a', 'b']), '--only test[3]: there are only 2 copies'],
  ] as const) {
    writeFileSync(plan, changed);
    const { exitCode, stdout, stderr } = await runjobs(['resume', 'last', '--force', ...options]);
    expect([exitCode, stdout, stderr]).toEqual([2, '', `runjobs: ${words}\n`]);
  }
  writeFileSync(plan, planOf('test', ['a', 'b', 'z']));
  const again = await runjobs(['resume', 'last', '--force', ...options], { env: { GO: '/' } });
  expect([again.exitCode, printed(again.stdout)]).toEqual([0, ['z']]);
});
