/** What is put before commands, in whole runs. */
import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { planFile, printed, processesWith, runjobs, temporaryFolder, until } from '../support/cli.ts';
import { stage } from '../support/crashes.ts';
import { job } from '../support/jobs.ts';

it('jobs/launcher.yaml puts its own before scripts and programs, another one, and none', async () => {
  const { exitCode, lines, stdout } = await job('launcher.yaml');
  expect(exitCode).toBe(0);
  // Of these tests, whose niceness the run inherits; there is none above 19.
  const own = getPriority();
  const lower = Math.min(own + 5, 19);
  expect(lines).toEqual([
    `[script] a script at ${lower}`,
    `[program] ${lower}`,
    `[own] at ${own}, as somebody`,
    `[none] ${own}`,
  ]);
  // What is seen of a command is the command.
  expect(stdout).toContain('❯ program: nice\n');
});

it('a launcher with what it has started is stopped, resumed and told of by the command of the step', async () => {
  const at = stage({
    launcher: ['env', `WHO=\${NAME}`, 'setsid', '-w'],
    steps: [
      {
        id: 'a',
        run: 'echo "$WHO" >> "$DONE"; [ -e "$GO" ] || { echo ready; sleep 60; exit 3; }',
        env: { NAME: 'somebody' },
      },
    ],
  });
  const first = at.start();
  await printed(first, '] ready');
  first.kill('SIGTERM');
  await first;
  await until(() => at.left().length === 0);
  at.go();
  expect((await at.resume()).exitCode).toBe(0);
  expect(at.done()).toEqual(['somebody', 'somebody']);
});

it('a failed command is reported as the user wrote it, and a missing launcher by its name', async () => {
  const plan = {
    launcher: ['env'],
    failFast: false,
    gather: [
      { id: 'bad', run: 'exit 4' },
      { id: 'lost', run: 'true', launcher: ['no-such-launcher'] },
    ],
  };
  const { stdout, exitCode } = await runjobs([planFile(plan), '--state-dir', temporaryFolder()]);
  expect(exitCode).toBe(1);
  expect(String(stdout)).toMatch(/✖ bad exit 4 .*\n {2}\$ exit 4\n/);
  expect(String(stdout)).toMatch(/✖ lost .*No such command "no-such-launcher", which "launcher" names: searched /);
  expect(processesWith('no-such-launcher')).toEqual([]);
});
