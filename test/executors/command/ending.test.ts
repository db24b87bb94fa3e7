/** Laws of a command's end: by itself, told to stop, killed; nothing of its group outlives the step. */
import { describe, expect, it } from 'vitest';
import { StopSource } from '../../../src/engine/stop.ts';
import { openRig, program } from './rig.ts';

const rig = openRig();
const briefly = { signal: 'SIGTERM', graceMs: 200 } as const;

describe('a command that ends by itself', () => {
  it('has succeeded with a good exit code and failed with any other', async () => {
    expect((await rig().run('exit 0')).result).toEqual({ state: 'succeeded', exitCode: 0 });
    expect((await rig().run('exit 3')).result).toEqual({ state: 'failed', reason: { type: 'exit' }, exitCode: 3 });
    const step = { okExitCodes: [0, 3] };
    expect((await rig().run('exit 3', { step })).result).toEqual({ state: 'succeeded', exitCode: 3 });
  });

  it('fails at the first failing line of a script', async () => {
    const { result, text } = await rig().run('echo one\nfalse\necho two');
    expect(result).toMatchObject({ state: 'failed', exitCode: 1 });
    expect(text()).toBe('one\n');
  });

  it('names the signal that ended it', async () => {
    const { result, stops } = await rig().run('kill -KILL $$');
    expect(result).toEqual({ state: 'failed', reason: { type: 'signal' }, signal: 'SIGKILL' });
    expect(stops).toEqual([]);
  });

  it('does not wait for a leftover that holds its output: it is ended, with a warning that names it', async () => {
    const from = performance.now();
    const { result, text, warnings } = await rig().run([program('leaves-grandchild.sh')]);
    expect(performance.now() - from).toBeLessThan(15_000);
    expect(result).toEqual({ state: 'succeeded', exitCode: 0 });
    const pid = /left (\d+)/.exec(text())?.[1];
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`process ${pid} "sleep 60"`);
    expect(warnings[0]).toContain('RUNJOBS_RUN_IDS= RUNJOBS_STEP_MARK= setsid <command> >file 2>&1');
  });

  it('kills a leftover that ignores the signal, after the grace', async () => {
    const script = `sh -c 'trap "" TERM; : > ready; exec sleep 60' & until [ -e ready ]; do sleep 0.01; done`;
    const { result, warnings } = await rig().run(script, { step: { stop: briefly } });
    expect(result.state).toBe('succeeded');
    expect(warnings[0]).toContain('sleep 60');
  });

  it('waits a moment for a member that is just ending, and takes its output without a warning', async () => {
    const untilItsLeaderIsGone = 'while kill -0 $$; do :; done 2>/dev/null';
    const { text, warnings } = await rig().run(`(${untilItsLeaderIsGone}; echo late) & echo done`);
    expect([text(), warnings]).toEqual(['done\nlate\n', []]);
  });
});

describe('a command that is told to stop', () => {
  it('gets its signal once, and tells that it was sent', async () => {
    const step = rig().start('trap "echo polite; exit 7" TERM; echo ready; while :; do sleep 0.05; done');
    await step.printed('ready');
    step.stop();
    expect(await step.outcome).toEqual({ state: 'failed', reason: { type: 'exit' }, exitCode: 7 });
    expect(step.text().match(/polite/g)).toHaveLength(1);
    expect(step.stops).toEqual([{ pid: step.pids[0], signal: 'SIGTERM', graceMs: 10_000 }]);
  });

  it('is killed after the grace when it ignores the signal, which it got once', async () => {
    const step = rig().start([program('ignores-sigterm.sh')], { step: { stop: briefly } });
    await step.printed('ready');
    const from = performance.now();
    step.stop();
    expect(await step.outcome).toMatchObject({ reason: { type: 'signal' }, signal: 'SIGKILL' });
    expect(performance.now() - from).toBeGreaterThanOrEqual(195);
    // Some shells also tell of the sleep that they lost.
    expect(step.text().match(/ignored SIGTERM/g)).toHaveLength(1);
  });

  it('has not ended before its whole group has, whatever the leader does', async () => {
    const step = rig().start([program('ends-on-sigterm-while-child-ignores.sh')], { step: { stop: briefly } });
    await step.printed('ready');
    step.stop();
    expect(await step.outcome).toMatchObject({ exitCode: 0 });
    expect(step.text()).toContain('leader ends');
    expect(step.warnings).toEqual([]);
  });

  it('is ended with the signal that the step names', async () => {
    const stop = { signal: 'SIGINT', graceMs: 10_000 } as const;
    const step = rig().start('trap "echo interrupted; exit 0" INT; echo ready; while :; do sleep 0.05; done', {
      step: { stop },
    });
    await step.printed('ready');
    step.stop();
    await step.outcome;
    expect(step.text()).toContain('interrupted');
  });

  it('meets its signal even when it is suspended', async () => {
    const step = rig().start('trap "echo polite; exit 0" TERM; echo ready; kill -STOP $$; sleep 60');
    await step.printed('ready');
    step.stop();
    expect(await step.outcome).toMatchObject({ exitCode: 0 });
    expect(step.text()).toContain('polite');
  });

  it('is never started when that was said before', async () => {
    const stop = new StopSource();
    stop.cancel({ type: 'aborted' });
    const step = rig().start('echo never', { context: { stop } });
    expect(await step.outcome).toEqual({ state: 'cancelled', reason: { type: 'aborted' } });
    expect([step.pids, step.text()]).toEqual([[], '']);
  });

  it('is never started when that is said before there is a process', async () => {
    const step = rig().start('echo never');
    step.stop();
    expect(await step.outcome).toEqual({ state: 'cancelled', reason: { type: 'interrupted', signal: 'SIGINT' } });
    expect(step.pids).toEqual([]);
  });
});

describe('a command that is killed', () => {
  it('gets no grace', async () => {
    const step = rig().start([program('ignores-sigterm.sh')]);
    await step.printed('ready');
    step.kill();
    expect(await step.outcome).toMatchObject({ signal: 'SIGKILL' });
    expect(step.text()).toBe('ready\n');
    expect(step.stops).toEqual([{ pid: step.pids[0], signal: 'SIGKILL', graceMs: 0 }]);
  });

  it('loses what is left of its grace', async () => {
    const step = rig().start([program('ignores-sigterm.sh')]);
    await step.printed('ready');
    step.stop();
    await step.printed('ignored SIGTERM');
    step.kill();
    expect(await step.outcome).toMatchObject({ signal: 'SIGKILL' });
    expect(step.stops).toHaveLength(1);
  });

  it('takes its leftovers with it at once', async () => {
    const step = rig().start(
      `sh -c 'trap "echo ignored" TERM; : > ready; while :; do sleep 0.05; done' & until [ -e ready ]; do sleep 0.01; done`,
    );
    await step.printed('ignored');
    step.kill();
    expect(await step.outcome).toMatchObject({ state: 'succeeded' });
  });
});

describe('stop.run', () => {
  const command = ['node', program('ends-on-sigusr2.mjs')] as const;

  it('stops the command in place of the signal, with its output in the step', async () => {
    const stop = {
      signal: 'SIGTERM',
      graceMs: 10_000,
      run: 'echo "stopping $RUNJOBS_PID"; kill -USR2 $RUNJOBS_PID',
    } as const;
    const step = rig().start(command, { step: { stop } });
    await step.printed('ready');
    step.stop();
    expect(await step.outcome).toMatchObject({ exitCode: 0 });
    expect(step.text()).toBe(`ready\nstopping ${step.pids[0]}\ntold politely\n`);
    expect(step.warnings).toEqual([]);
    expect(step.stops).toEqual([{ pid: step.pids[0], signal: 'stop.run', graceMs: 10_000 }]);
  });

  it('that fails is followed by the signal', async () => {
    const stop = { signal: 'SIGUSR2', graceMs: 10_000, run: 'exit 4' } as const;
    const step = rig().start(command, { step: { stop } });
    await step.printed('ready');
    step.stop();
    await step.outcome;
    expect(step.text()).toBe('ready\ntold politely\n');
    expect(step.warnings).toEqual(['The script of "stop.run" ended with exit code 4: SIGUSR2 is sent instead.']);
  });

  it('that cannot be started is followed by the signal', async () => {
    const stop = { signal: 'SIGUSR2', graceMs: 10_000, run: 'true' } as const;
    const step = rig().start(command, { step: { stop, shell: ['no-such-shell'] } });
    await step.printed('ready');
    step.stop();
    await step.outcome;
    expect(step.text()).toBe('ready\ntold politely\n');
    expect(step.warnings[0]).toContain('No such command "no-such-shell"');
  });

  it('that does not end is killed at the grace, and the signal follows', async () => {
    const stop = { signal: 'SIGUSR2', graceMs: 200, run: 'sleep 60' } as const;
    const step = rig().start(command, { step: { stop } });
    await step.printed('ready');
    step.stop();
    await step.outcome;
    expect(step.text()).toBe('ready\ntold politely\n');
    expect(step.warnings[0]).toContain('did not end within the grace');
  });

  it('that does nothing is followed by the signal after the grace', async () => {
    const stop = { signal: 'SIGUSR2', graceMs: 200, run: 'true' } as const;
    const step = rig().start(command, { step: { stop } });
    await step.printed('ready');
    step.stop();
    await step.outcome;
    expect(step.text()).toBe('ready\ntold politely\n');
  });
});
