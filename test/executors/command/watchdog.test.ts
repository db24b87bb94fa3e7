/** Laws of the watchdog while runjobs lives; test/e2e/orphans.test.ts has those of its death. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, lstatSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { marksIn } from '../../../src/executors/command/marks.ts';
import { environmentOf, scanProcesses, startOf } from '../../../src/executors/command/processes.ts';
import { openWatchdog, watchdogName, watchdogScript } from '../../../src/executors/command/watchdog.ts';
import { openRig } from './rig.ts';

const rig = openRig();
/** The watchdogs of this process that run, by what is in their command line. */
const watchdogs = async (run = '') =>
  [...((await scanProcesses())?.values() ?? [])].filter(
    ({ pid, parent }) =>
      parent === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`runjobs-watchdog\0${run}`),
  );

it('a watchdog that is dismissed goes at once, and touches nothing', async () => {
  const run = `dog-${process.pid}`;
  const child = spawn('sleep', ['60'], { env: { ...process.env, RUNJOBS_RUN_IDS: run } });
  const ended = once(child, 'exit');
  const watchdog = openWatchdog({ run, graceMs: 0 });
  expect(await watchdogs(run)).toHaveLength(1);
  await watchdog?.dismiss();
  expect(await watchdogs(run)).toEqual([]);
  child.kill('SIGUSR1');
  expect(await ended).toEqual([null, 'SIGUSR1']);
});

it('the first pipes of a run are made by its watchdog, which says where it could not', async () => {
  const around = mkdtempSync(join(tmpdir(), 'runjobs-dog-'));
  const folder = join(around, 'pipes');
  const run = `dog-pipes-${process.pid}`;
  const paths = ['0', '1'].map(name => join(folder, name));
  for (const made of ['made', 'not made']) {
    // The second time they are there already.
    const watchdog = openWatchdog({ run, graceMs: 0, pipes: { folder, paths } });
    expect(await watchdog?.pipesMade).toBe(made);
    expect(paths.map(path => lstatSync(path).isFIFO())).toEqual([true, true]);
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
    await watchdog?.dismiss();
  }
  rmSync(around, { recursive: true });
});

it('pipes that a watchdog makes when runjobs is killed go with the run, though nobody hears that they are made', async () => {
  const around = mkdtempSync(join(tmpdir(), 'runjobs-dog-'));
  const folder = join(around, 'pipes');
  const deaf = join(around, 'deaf');
  execFileSync('mkfifo', [deaf]);
  const reader = openSync(deaf, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(deaf, constants.O_WRONLY);
  closeSync(reader);
  const args = [`dog-deaf-${process.pid}`, String(startOf(process.pid)), '0', folder, join(folder, '0')];
  const child = spawn('/bin/sh', ['-c', watchdogScript, watchdogName, ...args], { stdio: ['pipe', writer, 'ignore'] });
  closeSync(writer);
  child.stdin?.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(readdirSync(around)).toEqual(['deaf']);
  rmSync(around, { recursive: true });
});

it('a run has one watchdog, which belongs to none and leads a session of its own', async () => {
  await Promise.all([rig().run('true'), rig().run('true')]);
  const [dog, ...more] = await watchdogs('rig-');
  expect(more).toEqual([]);
  expect(dog?.group).toBe(dog?.pid);
  expect(marksIn(environmentOf(dog?.pid ?? 0) ?? '')).toEqual({ runs: [], launches: [] });
});

it('a run goes on when its watchdog is lost, and ends as ever', async () => {
  await rig().run('true');
  for (const { pid } of await watchdogs('rig-')) process.kill(pid, 'SIGKILL');
  await expect.poll(() => watchdogs('rig-')).toEqual([]);
  expect((await rig().run('true')).result.state).toBe('succeeded');
  await rig().executor.close();
});
