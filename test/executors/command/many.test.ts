/** Laws of many commands: they share one executor, and leave nothing of themselves in it. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openChannels } from '../../../src/executors/command/channels.ts';
import { countedStop } from '../../support/counted-stop.ts';
import { makeGate, openRig } from './rig.ts';

const rig = openRig();

// Others make such folders in the machine's own at the same time.
beforeEach(() => vi.stubEnv('TMPDIR', rig().folder));
afterEach(() => vi.unstubAllEnvs());

describe('many commands', () => {
  it('run 200 at once, each with its own output', { timeout: 60_000 }, async () => {
    const gate = makeGate(rig().folder);
    const steps = Array.from({ length: 200 }, (_, index) =>
      rig().start(`echo up; : < "${gate}"; echo ${index}; echo err ${index} >&2`),
    );
    await Promise.all(steps.map(step => step.printed('up')));
    const writer = openSync(gate, constants.O_WRONLY);
    const outcomes = await Promise.all(steps.map(step => step.outcome));
    closeSync(writer);
    expect(outcomes.every(({ state }) => state === 'succeeded')).toBe(true);
    expect(steps.map(step => step.text())).toEqual(steps.map((_, index) => `up\n${index}\nerr ${index}\n`));
    expect(steps.flatMap(step => step.warnings)).toEqual([]);
  });

  it('stop together within one grace', { timeout: 60_000 }, async () => {
    const stop = { signal: 'SIGTERM', graceMs: 1000 } as const;
    const steps = Array.from({ length: 50 }, () => rig().start(`trap '' TERM; echo up; sleep 60`, { step: { stop } }));
    await Promise.all(steps.map(step => step.printed('up')));
    const from = performance.now();
    for (const step of steps) step.stop();
    await Promise.all(steps.map(step => step.outcome));
    // One after the other they would take 50 s.
    expect(performance.now() - from).toBeLessThan(30_000);
  });

  it('leave no listener on stops that they share, and cause no warning', async () => {
    const warn = vi.spyOn(process, 'emitWarning');
    const [stop, kill] = [countedStop(), countedStop()];
    const steps = Array.from({ length: 30 }, () => rig().start('echo x', { context: { stop, kill } }));
    await Promise.all(steps.map(step => step.outcome));
    expect([stop.listening(), kill.listening()]).toEqual([0, 0]);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('use the same few descriptors again and again, and leave none open after the executor is closed', async () => {
    const before = openDescriptors();
    for (let round = 0; round < 5; round += 1) await rig().run('echo x');
    const used = openDescriptors();
    for (let round = 0; round < 30; round += 1) await rig().run('echo x; sleep 60 &');
    for (let round = 0; round < 30; round += 1) await rig().run(['no-such-program']);
    expect(openDescriptors()).toBeLessThanOrEqual(used);
    await rig().executor.close();
    expect(openDescriptors()).toBe(before);
  });

  it('leave no timer and no process watched', async () => {
    const before = watched();
    await rig().run('echo x; sleep 60 &');
    expect(watched()).toBeLessThanOrEqual(before);
  });

  it('keep their pipes in a private folder that goes with the executor', async () => {
    const folders = () => readdirSync(tmpdir()).filter(name => name.startsWith('runjobs-'));
    const before = folders();
    await rig().run('echo x');
    const [made] = folders().filter(name => !before.includes(name));
    const folder = join(tmpdir(), made ?? '');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await rig().executor.close();
    expect(existsSync(folder)).toBe(false);
  });

  it('may be given up while the first pipes are still being made: nothing stays', async () => {
    const channels = openChannels(() => {});
    let open = () => {};
    const gate = new Promise<void>(resolve => {
      open = resolve;
    });
    let made = '';
    void channels.prepare(async ({ folder, paths: [path = ''] }) => {
      made = folder;
      mkdirSync(folder);
      await gate;
      writeFileSync(path, '');
      return true;
    });
    let isClosed = false;
    const closing = channels.close().then(() => {
      isClosed = true;
    });
    await new Promise(setImmediate);
    expect(isClosed).toBe(false);
    open();
    await closing;
    expect([made === '', existsSync(made)]).toEqual([false, false]);
  });

  it('do not mind that somebody has cleaned the temporary folder', async () => {
    const folders = () => readdirSync(tmpdir()).filter(name => name.startsWith('runjobs-'));
    const before = folders();
    const holder = rig().start('echo ready; sleep 60');
    await holder.printed('ready');
    for (const name of folders().filter(folder => !before.includes(folder)))
      rmSync(join(tmpdir(), name), { recursive: true });
    const { text, warnings } = await rig().run('echo x; echo y > /dev/stderr');
    expect([text(), warnings]).toEqual(['x\ny\n', []]);
    holder.stop();
    await holder.outcome;
  });

  it('go through two ordinary pipes, with one warning, where there is no mkfifo', async () => {
    const sh = execFileSync('sh', ['-c', 'command -v sh'], { encoding: 'utf8' }).trim();
    vi.stubEnv('PATH', join(rig().folder, 'nowhere'));
    const script = 'echo out; echo err >&2; [ -z "$LEAVE" ] || sleep 60 &';
    const env = { PATH: '/usr/bin:/bin' };
    const step = { shell: [sh, '-ec'] } as const;
    const first = await rig().run(script, { env, step });
    const second = await rig().run(script, { env: { ...env, LEAVE: '1' }, step });
    vi.unstubAllEnvs();
    expect(first.text().split('\n').toSorted()).toEqual(['', 'err', 'out']);
    expect(first.warnings[0]).toContain('Named pipes cannot be made');
    expect(second.warnings).toHaveLength(1);
    expect(second.warnings[0]).toContain('sleep 60');
  });
});

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

function watched(): number {
  return process.getActiveResourcesInfo().filter(name => name === 'Timeout' || name === 'ProcessWrap').length;
}
