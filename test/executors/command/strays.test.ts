/** Laws of what leaves its group: it is found by its marks and its parents, and ended with its step or group. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StopSource } from '../../../src/engine/stop.ts';
import { commandOf } from '../../../src/executors/command/processes.ts';
import { openRig, program } from './rig.ts';

const rig = openRig();
const briefly = { signal: 'SIGTERM', graceMs: 300 } as const;
const file = (name: string) => join(rig().folder, name);
const read = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '');
const pidIn = (name: string) => Number(read(name));
const isAlive = (pid: number) => commandOf(pid) !== undefined && !/^\d+ \(.*\) Z/.test(statOf(pid));
const statOf = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return '';
  }
};
/** A shell command that starts another in a session of its own and waits until that has written its process id. */
const inOwnSession = (name: string, prefix = '') =>
  `${prefix} setsid sh -c 'echo $$ > ${name}; exec sleep 60' & until [ -s ${name} ]; do sleep 0.01; done`;
/** So long that a test which waits for it fails. */
const patient = { signal: 'SIGTERM', graceMs: 60_000 } as const;
const sweeping = (warnings: [string, string][] = []) => ({
  kill: new StopSource(),
  warn: (message: string, step: string) => void warnings.push([step, message]),
});

describe('a command that is told to stop', () => {
  it('takes with it a child in a session of its own, which gets the signal once and in the same grace', async () => {
    const step = rig().start([program('child-in-own-session.sh'), file('told'), 'ends'], { step: { stop: patient } });
    await step.printed('ready');
    const from = performance.now();
    step.stop();
    await step.outcome;
    expect(performance.now() - from).toBeLessThan(15_000);
    expect(read('told')).toBe('told\n');
    expect(step.warnings).toEqual([]);
  });

  it('has not ended before such a child has, which is killed at the end of the grace where it ignores the signal', async () => {
    const step = rig().start([program('child-in-own-session.sh'), file('told'), 'ignores'], {
      step: { stop: briefly },
    });
    await step.printed('ready');
    const from = performance.now();
    step.stop();
    expect(await step.outcome).toMatchObject({ signal: 'SIGTERM' });
    const tookMs = performance.now() - from;
    expect(tookMs).toBeGreaterThanOrEqual(295);
    expect(tookMs).toBeLessThan(briefly.graceMs + 1_000);
    expect(read('told')).toBe('told\n');
  });

  it('takes daemons with it, whose parents have long gone', async () => {
    const step = rig().start(`${program('daemonises.sh')} pid; echo ready; sleep 60`);
    await step.printed('ready');
    expect(isAlive(pidIn('pid'))).toBe(true);
    step.stop();
    await step.outcome;
    expect(isAlive(pidIn('pid'))).toBe(false);
  });

  it('takes with it what it started without marks', async () => {
    const step = rig().start(`${inOwnSession('pid', 'env -i PATH="$PATH"')}; echo ready; sleep 60`);
    await step.printed('ready');
    step.stop();
    await step.outcome;
    expect(isAlive(pidIn('pid'))).toBe(false);
  });

  it('takes everything with it after stop.run too', async () => {
    const stop = { signal: 'SIGTERM', graceMs: 10_000, run: 'kill -KILL $RUNJOBS_PID' } as const;
    const step = rig().start([program('child-in-own-session.sh'), file('told'), 'ends'], { step: { stop } });
    await step.printed('ready');
    step.stop();
    await step.outcome;
    expect(read('told')).toBe('told\n');
  });

  it('leaves alone what was cleared of its marks on purpose, and what belongs to another run', async () => {
    const kept = inOwnSession('kept', 'RUNJOBS_RUN_IDS= RUNJOBS_STEP_MARK=');
    const other = inOwnSession('other', 'RUNJOBS_RUN_IDS=other RUNJOBS_STEP_MARK=other:1');
    const step = rig().start(`${kept}; ${other}; echo ready; sleep 60`);
    await step.printed('ready');
    step.stop();
    await step.outcome;
    await rig().executor.sweep('.', sweeping());
    const pids = [pidIn('kept'), pidIn('other')];
    expect(pids.map(isAlive)).toEqual([true, true]);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  });

  it('leaves the processes of other steps alone', async () => {
    const other = rig().start(`${inOwnSession('pid')}; echo ready; sleep 60`);
    await other.printed('ready');
    const step = rig().start('echo ready; sleep 60');
    await step.printed('ready');
    step.stop();
    await step.outcome;
    expect(isAlive(pidIn('pid'))).toBe(true);
    other.stop();
    await other.outcome;
  });
});

describe('a command that is killed', () => {
  it('takes everything with it at once, whatever its session', async () => {
    const step = rig().start([program('child-in-own-session.sh'), file('told'), 'ignores']);
    await step.printed('ready');
    step.kill();
    await step.outcome;
    expect(read('told')).toBe('');
  });

  it('takes with it what has left its group and was in its grace', async () => {
    const step = rig().start([program('child-in-own-session.sh'), file('told'), 'ignores'], {
      step: { stop: patient },
    });
    await step.printed('ready');
    const from = performance.now();
    step.stop();
    await expect.poll(() => read('told')).toBe('told\n');
    step.kill();
    await step.outcome;
    expect(performance.now() - from).toBeLessThan(15_000);
  });
});

describe('what a command leaves behind', () => {
  it('is named and ended with the rest of its group, in whatever session it is', async () => {
    const { warnings } = await rig().run(`${program('daemonises.sh')} pid; sleep 61 &`);
    expect(warnings[0]).toMatch(
      /left processes \d+ "sleep 6\d", \d+ "sleep 6\d" running, which are being ended now\. Wait for them in/,
    );
    expect(isAlive(pidIn('pid'))).toBe(false);
  });

  it('outside of its group lives until its own group of steps ends, which warns of it by name', async () => {
    const context = { path: 'group/daemon' };
    const { warnings: own } = await rig().run([program('daemonises.sh'), 'pid'], { context });
    const warnings: [string, string][] = [];
    await rig().executor.sweep('other', sweeping(warnings));
    expect([own, warnings, isAlive(pidIn('pid'))]).toEqual([[], [], true]);
    await rig().executor.sweep('group', sweeping(warnings));
    expect(warnings).toEqual([['group/daemon', expect.stringContaining(`process ${pidIn('pid')} "sleep 60" running`)]]);
    expect(warnings[0]?.[1]).toContain('RUNJOBS_RUN_IDS= RUNJOBS_STEP_MARK= setsid <command> >file 2>&1');
    expect(isAlive(pidIn('pid'))).toBe(false);
  });

  it('is ended once when groups end together, while steps that run are left alone', async () => {
    const running = rig().start(`${inOwnSession('running')}; echo ready; sleep 60`, { context: { path: 'a/2' } });
    await running.printed('ready');
    await rig().run([program('daemonises.sh'), 'left'], { context: { path: 'a/1' } });
    const warnings: [string, string][] = [];
    const context = sweeping(warnings);
    await Promise.all([rig().executor.sweep('a', context), rig().executor.sweep('b', context)]);
    expect(warnings).toHaveLength(1);
    expect([isAlive(pidIn('left')), isAlive(pidIn('running'))]).toEqual([false, true]);
    running.stop();
    await running.outcome;
  });

  it('is killed where no grace is left, without a word', async () => {
    await rig().run(
      `setsid sh -c 'trap "" TERM; echo $$ > pid; exec sleep 60' > /dev/null 2>&1 & until [ -s pid ]; do sleep 0.01; done`,
    );
    const warnings: [string, string][] = [];
    const kill = new StopSource();
    kill.cancel({ type: 'aborted' });
    await rig().executor.sweep('.', { ...sweeping(warnings), kill });
    expect([warnings, isAlive(pidIn('pid'))]).toEqual([[], false]);
  });

  it('is ended at the end of the run even if a thousand commands have run since', { timeout: 60_000 }, async () => {
    await rig().run([program('daemonises.sh'), 'pid'], { context: { path: 'a/daemon' } });
    for (let round = 0; round < 21; round += 1) {
      await Promise.all(Array.from({ length: 50 }, () => rig().run(['true'], { context: { path: 'b/short' } })));
    }
    const warnings: [string, string][] = [];
    await rig().executor.sweep('.', sweeping(warnings));
    expect(warnings).toEqual([['a/daemon', expect.stringContaining('sleep 60')]]);
  });
});
