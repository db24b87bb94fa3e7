import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDispatches, queueOfRun } from '../../../src/executors/queue/dispatches.ts';
import { openEarly } from '../../../src/executors/queue/early.ts';
import { entryOf, fieldsOf, type Told } from '../../../src/executors/queue/entry.ts';
import { openSequence } from '../../../src/executors/queue/sequence.ts';

const QUEUE = { address: 'redis://q', prefix: '{rj}' };

describe('the order of what a worker tells', () => {
  it('drops what comes twice and notices what is missing', () => {
    const order = openSequence();
    expect([1, 2, 2, 1, 3, 6, 5, 7].map(seq => order.take(seq))).toEqual([
      { type: 'next' },
      { type: 'next' },
      { type: 'repeated' },
      { type: 'repeated' },
      { type: 'next' },
      { type: 'gap', missing: 2 },
      { type: 'repeated' },
      { type: 'next' },
    ]);
  });

  it.each<Told>([
    { type: 'started', facts: { pid: 7, worker: 'w' } },
    { type: 'output', stream: 'err', bytes: Buffer.from([0, 255, 10]) },
    { type: 'ended', result: { outcome: { state: 'succeeded', exitCode: 0 }, saved: { A: 'ä' } } },
  ])('is written to the stream and read back: $type', told => {
    const fields = fieldsOf({ job: 'r.1', seq: 3, told }).map(field => Buffer.from(field as string));
    expect(entryOf(fields)).toEqual({ job: 'r.1', seq: 3, told });
  });

  it('knows what is none of its entries', () => {
    expect(entryOf([])).toBe(undefined);
    expect(entryOf(['j', 'r.1', 'q', '1', 't', '{'].map(text => Buffer.from(text)))).toBe(undefined);
  });

  it('keeps what is told of steps to which a resumed run has not come back yet, and the place to read on from', () => {
    const early = openEarly(['r.1', 'r.2']);
    const entry = (job: string, seq: number) => ({
      job,
      seq,
      told: { type: 'warning', message: String(seq) } as const,
    });
    expect(early.take(entry('r.3', 1), '0-0')).toBe(false);
    expect(early.take(entry('r.2', 1), '1-0')).toBe(true);
    expect(early.take(entry('r.1', 4), '2-0')).toBe(true);
    expect(early.position).toBe('1-0');
    expect(early.claim('r.2').map(({ seq }) => seq)).toEqual([1]);
    expect(early.position).toBe('2-0');
    expect(early.claim('r.1').map(({ seq }) => seq)).toEqual([4]);
    expect(early.position).toBe(undefined);
    expect(early.take(entry('r.1', 5), '3-0')).toBe(false);
  });
});

describe('what was given away', () => {
  const open = (folder: string) =>
    openDispatches(folder, {
      run: 'r',
      queue: QUEUE,
      durable: false,
      onFailure(error) {
        throw error;
      },
    });
  const temporary = () => {
    const folder = mkdtempSync(join(tmpdir(), 'runjobs-dispatches-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return folder;
  };

  it('is taken up by a resumed run, once, with its result where nobody had made use of it', () => {
    const folder = temporary();
    const first = open(folder);
    const [a, b, c] = ['a 1', 'b 1', 'c 1'].map(attempt => first.claim(attempt, 'gpu'));
    if (a === undefined || b === undefined || c === undefined) throw new Error('nothing was given away');
    expect([a, b, c].map(({ job }) => job)).toEqual(['r.1', 'r.2', 'r.3']);
    first.added(a);
    first.started(a.job, { worker: 'w', pid: 7 });
    first.added(b);
    first.ended(b.job, { outcome: { state: 'succeeded' } });
    first.done(c);
    first.moveTo('17-3');
    first.begin({ id: '18-0', path: 'a', size: 7 });
    first.close();
    expect(queueOfRun(folder)).toEqual(QUEUE);

    const second = open(folder);
    expect(second).toMatchObject({ position: '17-3', inDoubt: { id: '18-0', path: 'a', size: 7 } });
    second.moveTo('18-0');
    expect(second.claim('a 1', 'gpu')).toEqual({
      job: 'r.1',
      label: 'gpu',
      isResumed: true,
      isAdded: true,
      wasLeft: false,
      started: { worker: 'w', pid: 7 },
    });
    expect(second.unclaimed().map(({ job }) => job)).toEqual(['r.2']);
    expect(second.claim('b 1', 'gpu').result).toEqual({ outcome: { state: 'succeeded' } });
    expect(second.claim('c 1', 'gpu')).toMatchObject({ job: 'r.4', isResumed: false });
    // The same attempt of a group that is tried again is another one.
    expect(second.claim('a 1', 'gpu')).toMatchObject({ job: 'r.5', isResumed: false });
    second.close();
  });

  it('is taken up, too, where nobody had waited for its end', () => {
    const folder = temporary();
    const first = open(folder);
    const left = first.claim('a 1', 'gpu');
    first.left(left);
    first.over(left);
    first.done(left);
    first.close();

    const second = open(folder);
    const takenUp = second.claim('a 1', 'gpu');
    expect(takenUp).toMatchObject({ job: left.job, isResumed: true, wasLeft: true });
    second.ended(takenUp.job, { outcome: { state: 'failed', reason: { type: 'exit' }, exitCode: 3 } });
    second.over(takenUp);
    second.done(takenUp);
    second.close();

    // It has come to its end by then: what failed is done anew.
    const third = open(folder);
    expect(third.claim('a 1', 'gpu')).toMatchObject({ job: 'r.2', isResumed: false });
    third.close();
  });

  it('beside an attempt, as what asks whether it is ready, is taken up as what it was', () => {
    const folder = temporary();
    const first = open(folder);
    const server = first.claim('server 1', 'gpu');
    const asked = first.claim('server 1', 'gpu');
    first.over(asked);
    first.done(asked);
    const askedAgain = first.claim('server 1', 'gpu');
    // Over, but not yet in the journal, as its group is tried again.
    const quick = first.claim('quick 1', 'gpu');
    first.over(quick);
    const again = first.claim('quick 1', 'gpu');
    first.done(quick);
    first.close();

    const second = open(folder);
    expect(second.unclaimed()).toHaveLength(3);
    expect(second.claim('server 1', 'gpu')).toMatchObject({ job: server.job, isResumed: true });
    expect(second.claim('server 1', 'gpu')).toMatchObject({ job: askedAgain.job, isResumed: true });
    expect(second.claim('quick 1', 'gpu')).toMatchObject({ job: again.job, isResumed: true });
    second.close();
  });

  it('tells of its queue, also once all of it is done', () => {
    const folder = temporary();
    expect(queueOfRun(folder)).toBe(undefined);
    const dispatches = open(folder);
    dispatches.done(dispatches.claim('a 1', 'gpu'));
    dispatches.close();
    expect(queueOfRun(folder)).toEqual(QUEUE);
    const again = open(folder);
    expect(again.unclaimed()).toEqual([]);
    again.close();
  });

  it.each([
    ['empty', ''],
    ['without its queue', '{"given":1,"attempt":"a 1","label":"gpu"}\n'],
    ['of another shape', '{"queue":5}\n'],
  ])('is damaged where it is %s, though workers had told something', (_, text) => {
    const folder = temporary();
    const dispatches = open(folder);
    dispatches.claim('a 1', 'gpu');
    dispatches.moveTo('17-3');
    dispatches.close();
    writeFileSync(join(folder, 'queue.ndjson'), text);
    expect(() => queueOfRun(folder)).toThrow('queue.ndjson" is damaged');
    expect(() => open(folder)).toThrow('queue.ndjson" is damaged');
  });
});
