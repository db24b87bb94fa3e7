import { describe, expect, it } from 'vitest';
import { openRig, program } from './rig.ts';

const rig = openRig();
const stop = (graceMs: number, run?: string) => ({
  stop: { signal: 'SIGTERM', graceMs, ...(run === undefined ? {} : { run }) } as const,
});

describe('what does not end on its signal', () => {
  it('is named when a second has passed, and once more when it is killed', async () => {
    const step = rig().start([program('ignores-sigterm.sh')], { step: stop(1500) });
    await step.printed('ready');
    step.stop();
    await step.outcome;
    const [pid] = step.pids;
    expect(step.stops).toEqual([
      { pid, signal: 'SIGTERM', graceMs: 1500 },
      { pid, signal: 'SIGTERM', graceMs: expect.any(Number), waitedMs: expect.any(Number) },
      { pid, signal: 'SIGKILL', graceMs: 0, waitedMs: expect.any(Number) },
    ]);
    const [, late, killed] = step.stops;
    expect(late?.waitedMs).toBeGreaterThanOrEqual(990);
    expect((late?.graceMs ?? 0) + (late?.waitedMs ?? 0)).toBeGreaterThan(1450);
    expect(killed?.waitedMs).toBeGreaterThanOrEqual(1490);
  });

  it('is named in place of its leader that has ended', async () => {
    const step = rig().start([program('ends-on-sigterm-while-child-ignores.sh')], { step: stop(1500) });
    await step.printed('ready');
    step.stop();
    await step.outcome;
    const [, late, killed] = step.stops;
    expect(late).toMatchObject({ signal: 'SIGTERM', command: 'sleep 60' });
    expect(late?.pid).not.toBe(step.pids[0]);
    expect(killed).toMatchObject({ pid: late?.pid, signal: 'SIGKILL', command: 'sleep 60' });
  });

  it('is named though it has left the group', async () => {
    const told = `${rig().folder}/told`;
    const step = rig().start([program('child-in-own-session.sh'), told, 'ignores'], { step: stop(200) });
    await step.printed('ready');
    step.stop();
    await step.outcome;
    expect(step.stops).toHaveLength(2);
    expect(step.stops[1]).toMatchObject({ signal: 'SIGKILL', command: expect.stringContaining('sh -c') });
    expect(step.stops[1]?.pid).not.toBe(step.pids[0]);
  });

  it('is told about at each measure, the script of "stop.run" first', async () => {
    const step = rig().start([program('ignores-sigterm.sh')], { step: stop(300, 'true') });
    await step.printed('ready');
    step.stop();
    await step.outcome;
    expect(step.stops.map(({ signal, graceMs }) => [signal, graceMs])).toEqual([
      ['stop.run', 300],
      ['SIGTERM', 300],
      ['SIGKILL', 0],
    ]);
  });
});
