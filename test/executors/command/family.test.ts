/** Laws of whose a process is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { membersAmong } from '../../../src/executors/command/family.ts';
import { marksFor, marksIn } from '../../../src/executors/command/marks.ts';
import { type Process, scanProcesses, signalProcess } from '../../../src/executors/command/processes.ts';

const marked = (run: string, launch = 1) => ({ runs: run.split(' '), launches: [`${run.split(' ')[0]}:${launch}`] });
const process_ = (pid: number, parent: number, startedAt = pid): Process => ({ pid, parent, group: pid, startedAt });

function members(
  processes: readonly Process[],
  marks: Record<number, ReturnType<typeof marked>>,
  rest: { known?: readonly Process[]; group?: number; since?: number } = {},
) {
  const table = new Map(processes.map(process => [process.pid, process]));
  const search = {
    run: 'r',
    mark: 'r:1',
    known: [],
    group: undefined,
    marks: (pid: number) => marks[pid],
    since: 0,
    ...rest,
  };
  return membersAmong(table, search).map(({ pid, isNested }) => (isNested ? `${pid} nested` : String(pid)));
}

describe('the family of a step', () => {
  it('is who carries its mark, and all of their descendants', () => {
    const table = [process_(10, 1), process_(11, 10), process_(12, 11), process_(20, 1)];
    expect(members(table, { 10: marked('r'), 20: marked('r', 2) })).toEqual(['10', '11', '12']);
  });

  it('knows again who was seen before, and the children they have got since', () => {
    const known = [process_(11, 10)];
    expect(members([process_(11, 1, 11), process_(15, 11)], {}, { known })).toEqual(['11', '15']);
  });

  it('is not who has got the id of a member that has ended', () => {
    const known = [process_(11, 10)];
    expect(members([process_(11, 1, 99), process_(100, 11)], {}, { known })).toEqual([]);
  });

  it('is not the child of somebody who has got the id of its parent', () => {
    expect(members([process_(10, 1, 50), process_(11, 10, 40)], { 10: marked('r') })).toEqual(['10']);
  });

  it('is not who belongs to another run or was cleared of marks, nor their descendants', () => {
    const table = [process_(10, 1), process_(11, 10), process_(12, 11), process_(13, 10)];
    const none = { runs: [], launches: [] };
    expect(members(table, { 10: marked('r'), 11: marked('other'), 13: none })).toEqual(['10']);
    expect(members(table.slice(1), { 11: none }, { known: table.slice(0, 2) })).toEqual([]);
  });

  it('is nobody older than its leader', () => {
    expect(members([process_(10, 1), process_(11, 1)], { 10: marked('r'), 11: marked('r') }, { since: 11 })).toEqual([
      '11',
    ]);
  });

  it('costs no more looks at marks for each step, however many processes of others there are', () => {
    const count = 100;
    const table = new Map(Array.from({ length: count }, (_, index) => [index + 10, process_(index + 10, 1)]));
    let looks = 0;
    const marks = (pid: number) => {
      looks += 1;
      return marked('r', pid);
    };
    for (const pid of table.keys()) {
      const found = membersAmong(table, { run: 'r', mark: `r:${pid}`, known: [], group: pid, marks, since: 0 });
      expect(found.map(member => member.pid)).toEqual([pid]);
    }
    expect(looks).toBeLessThanOrEqual(3 * count);
  });

  it('reads no marks of those that are older than all who look', () => {
    const read: number[] = [];
    const marks = (pid: number) => {
      read.push(pid);
      return pid === 30 ? marked('r') : undefined;
    };
    const table = new Map([10, 20, 30, 40].map(pid => [pid, process_(pid, 1)]));
    const search = { run: 'r', mark: 'r:1', known: [], group: undefined, marks };
    expect(membersAmong(table, { ...search, since: 30 }).map(({ pid }) => pid)).toEqual([30]);
    expect([...new Set(read)].sort()).toEqual([30, 40]);
    expect(membersAmong(table, { ...search, since: 15 }).map(({ pid }) => pid)).toEqual([30]);
    expect([...new Set(read)].sort()).toEqual([20, 30, 40]);
  });

  it('tells those of a runjobs inside apart', () => {
    const table = [process_(10, 1), process_(11, 10), process_(12, 11)];
    expect(members(table, { 10: marked('r'), 11: marked('r inner') })).toEqual(['10', '11 nested', '12 nested']);
  });
});

describe('marks', () => {
  it('are read from an environment, cleared ones too', () => {
    const text = '\0A=RUNJOBS_RUN_IDS=x\0RUNJOBS_RUN_IDS=a b\0RUNJOBS_STEP_MARK=a:1 b:12\0';
    expect(marksIn(text)).toEqual({ runs: ['a', 'b'], launches: ['a:1', 'b:12'] });
    expect(marksIn('\0RUNJOBS_RUN_IDS=\0RUNJOBS_STEP_MARK=\0')).toEqual({ runs: [], launches: [] });
    expect([marksIn('\0A=1\0'), marksIn('\0\0')]).toEqual([undefined, 'blank']);
  });

  it('are added to those of the run outside, and only to those that belong there', () => {
    const outer = { RUNJOBS_RUN_IDS: 'a', RUNJOBS_STEP_MARK: 'x:9 a:3' };
    expect(marksFor('b', 1, outer)).toEqual({ RUNJOBS_RUN_IDS: 'a b', RUNJOBS_STEP_MARK: 'a:3 b:1' });
  });
});

describe('a signal', () => {
  it('reaches only the process that it is meant for', async () => {
    const child = spawn('sleep', ['60']);
    const ended = once(child, 'exit');
    const seen = (await scanProcesses())?.get(child.pid ?? 0);
    if (seen === undefined) throw new Error('the scan has missed a process');
    expect(signalProcess({ ...seen, startedAt: seen.startedAt + 1 }, 'SIGKILL')).toBe('gone');
    expect(signalProcess(seen, 'SIGTERM')).toBe('sent');
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(signalProcess(seen, 'SIGKILL')).toBe('gone');
  });

  it.each([-1, 0, 1, process.pid])('is never sent to %i', pid => {
    expect(() => signalProcess({ pid, parent: 0, group: 0, startedAt: 0 }, 'SIGTERM')).toThrow(RangeError);
  });
});
