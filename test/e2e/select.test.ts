/** `--only`, `--skip` and `--from` on the command line. */
import { expect, it } from 'vitest';
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

const printed = (stdout: unknown) =>
  [...String(stdout).matchAll(/^\[[^\]]*\] (\w+)$/gm)].map(([, word]) => word).sort();

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
