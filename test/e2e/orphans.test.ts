/** Whatever happens, no process of a run survives it. */
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { BIN, planFile, printed, processesWith, runjobs, temporaryFolder } from '../support/cli.ts';

const program = (name: string) => resolve('test/commands', name);
let counter = 0;

/** Starts a plan whose processes carry a marker, unless they clear their environment. */
function start(plan: object) {
  const marker = `runjobs-orphans-${process.pid}-${++counter}`;
  const child = runjobs([planFile({ env: { MARKER: marker }, ...plan }), '--state-dir', temporaryFolder()]);
  return { child, left: () => processesWith(`MARKER=${marker}`) };
}

it('a daemon ends with the group of steps that it was started in, and the run tells of it', async () => {
  const pid = join(temporaryFolder(), 'pid');
  const { child, left } = start({
    steps: [
      { steps: [`${program('daemonises.sh')} ${pid}`] },
      `[ -n "$(tr -d '\\0' < /proc/$(cat ${pid})/cmdline)" ] || echo it is gone`,
    ],
  });
  const { exitCode, stdout } = await child;
  expect(exitCode).toBe(0);
  expect(String(stdout)).toContain('[2] it is gone');
  expect(String(stdout)).toContain('left process');
  expect(left()).toEqual([]);
});

it('a daemon of a plan that is one command ends with the run', async () => {
  const { child, left } = start({ run: `${program('daemonises.sh')} ${join(temporaryFolder(), 'pid')}` });
  expect((await child).exitCode).toBe(0);
  expect(left()).toEqual([]);
});

it('a second signal ends what ignores the first in a session of its own, at once', async () => {
  const { child, left } = start({
    stop: { grace: '1m' },
    run: `${program('child-in-own-session.sh')} ${join(temporaryFolder(), 'told')} ignores`,
  });
  await printed(child, '] ready');
  child.kill('SIGINT');
  await printed(child, 'stopping everything');
  child.kill('SIGINT');
  await child;
  expect(left()).toEqual([]);
});

it('a runjobs inside a run is told to stop once, and tells its own steps', async () => {
  const told = join(temporaryFolder(), 'told');
  const inner = planFile({
    run: `${program('child-in-own-session.sh')} ${told} ends`,
    finally: ['echo tidied'],
  });
  const { child, left } = start({ run: `${process.execPath} ${BIN} ${inner} --state-dir ${temporaryFolder()}` });
  await printed(child, '] ready');
  child.kill('SIGINT');
  const { stdout } = await child;
  expect(String(stdout)).toContain('tidied');
  expect(String(stdout)).not.toContain('forced');
  expect(left()).toEqual([]);
});

it('a runjobs inside a run that does not stop in time is killed with all that it has started', async () => {
  const inner = planFile({
    stop: { grace: '1m' },
    gather: [
      `${program('child-in-own-session.sh')} ${join(temporaryFolder(), 'told')} ignores`,
      `${program('daemonises.sh')} ${join(temporaryFolder(), 'pid')}; trap "" TERM; echo ready too; sleep 60`,
    ],
  });
  const { child, left } = start({
    stop: { grace: '500ms' },
    run: `${process.execPath} ${BIN} ${inner} --state-dir ${temporaryFolder()}`,
  });
  await Promise.all([printed(child, '] ready\n'), printed(child, '] ready too\n')]);
  const from = performance.now();
  child.kill('SIGTERM');
  await child;
  expect(performance.now() - from).toBeLessThan(3_000);
  expect(left()).toEqual([]);
});
