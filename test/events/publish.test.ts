import { describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { createPublisher, type Listener, type OutputWish } from '../../src/events/publish.ts';

const started: RunEvent = { type: 'step.started', step: 'a', t: 5, attempt: 1 };
const output: RunEvent = { type: 'step.output', step: 'a', t: 6, stream: 'out', text: 'hi' };
const received: RunEvent = { type: 'step.progress', step: 'a', t: 7, bytes: 5, rate: 1 };
const finished: RunEvent = { type: 'run.finished', t: 9, outcome: { state: 'succeeded' }, exitCode: 0 };

const listener = (
  name: string,
  report: Listener['report'] = () => undefined,
  more: { wantsOutput?: OutputWish; showsLater?: boolean } = {},
) => ({
  name,
  report: vi.fn(report),
  ...more,
});
const publisher = (reporters: Listener[], record?: (event: RunEvent) => void) => {
  const onReporterFailure = vi.fn();
  const commit = vi.fn();
  const options = { reporters, onReporterFailure, ...(record && { recording: { record, commit } }) };
  return { ...createPublisher(options), commit, onReporterFailure };
};
const types = ({ report }: { report: { mock: { calls: unknown[][] } } }) =>
  report.mock.calls.map(([event]) => (event as RunEvent).type);

it('what is told often, and soon void, is no event of the journal', () => {
  const recorded: RunEvent[] = [];
  const [one, other] = [listener('one'), listener('other', () => undefined, { wantsOutput: false })];
  const { publish } = publisher([one, other], event => void recorded.push(event));
  for (const event of [output, received, started]) void publish(event);
  expect(recorded).toEqual([started]);
  expect(types(one)).toEqual(['step.output', 'step.progress', 'step.started']);
  expect(types(other)).toEqual(['step.started']);
});

describe('publishing an event', () => {
  it('records it before any reporter has it', () => {
    const order: string[] = [];
    const one = listener('one', () => void order.push('one'));
    const two = listener('two', () => void order.push('two'));
    void publisher([one, two], () => void order.push('record')).publish(started);
    expect(order).toEqual(['record', 'one', 'two']);
  });

  it('leaves output out of the record', () => {
    const record = vi.fn();
    const { publish } = publisher([listener('one')], record);
    void publish(output);
    expect(record).not.toHaveBeenCalled();
  });

  it('has it kept before anybody shows it', () => {
    const one = listener('one', () => void expect(commit).toHaveBeenCalledOnce());
    const two = listener('two', undefined, { showsLater: true });
    const { publish, commit } = publisher([two, one], () => {});
    void publish(started);
    expect(one.report).toHaveBeenCalledOnce();
    expect(one.report).toHaveReturned();
  });

  it('does not have it kept at once where all show it later, but for the end of the run', () => {
    const { publish, commit } = publisher([listener('one', undefined, { showsLater: true })], () => {});
    void publish(started);
    expect(commit).not.toHaveBeenCalled();
    void publish(finished);
    expect(commit).toHaveBeenCalledOnce();
  });

  it('has the end of an attempt kept with what follows', () => {
    const { publish, commit } = publisher([listener('one')], () => {});
    void publish({
      type: 'attempt.finished',
      step: 'a',
      t: 8,
      attempt: 1,
      outcome: { state: 'succeeded' },
      durationMs: 1,
    });
    expect(commit).not.toHaveBeenCalled();
    void publish(finished);
    expect(commit).toHaveBeenCalledOnce();
  });

  it('returns nothing to wait for when nobody is busy', () => {
    expect(publisher([listener('one'), listener('two')]).publish(output)).toBeUndefined();
    expect(publisher([]).publish(output)).toBeUndefined();
  });

  it('waits for every busy reporter', async () => {
    const release: (() => void)[] = [];
    const busy = () => new Promise<void>(resolve => release.push(resolve));
    const { publish } = publisher([listener('one', busy), listener('two'), listener('three', busy)]);
    const done = vi.fn();
    const welcome = publish(output)?.then(done);
    release[1]?.();
    await Promise.resolve();
    expect(done).not.toHaveBeenCalled();
    release[0]?.();
    await welcome;
    expect(done).toHaveBeenCalledOnce();
  });

  it('gives output only to those who want it', () => {
    const deaf = listener('deaf', undefined, { wantsOutput: false });
    const { publish } = publisher([deaf]);
    void publish(output);
    void publish(started);
    expect(types(deaf)).toEqual(['step.started']);
  });

  it('says when all that anybody wants is how the output ended', () => {
    const frugal = listener('frugal', undefined, { wantsOutput: 'ends' });
    const deaf = listener('deaf', undefined, { wantsOutput: false });
    expect(publisher([deaf, frugal]).outputWanted).toBe('ends');
    expect(publisher([frugal, listener('one')]).outputWanted).toBe(true);
  });

  it('says whether anybody wants output', () => {
    const deaf = listener('deaf', undefined, { wantsOutput: false });
    expect(publisher([deaf]).outputWanted).toBe(false);
    expect(publisher([]).outputWanted).toBe(false);
    expect(publisher([deaf, listener('one', undefined, { wantsOutput: true })]).outputWanted).toBe(true);
    expect(publisher([listener('one')]).outputWanted).toBe(true);
  });
});

describe('a reporter that fails', () => {
  const throwing = () => listener('bad', () => Promise.reject(new Error('rejects')));
  const broken = () =>
    listener('bad', () => {
      throw new Error('throws');
    });

  it.each([
    ['throws', broken],
    ['rejects', throwing],
  ])('is off from then on, and the others are told once: %s', async (message, make) => {
    const bad = make();
    const good = listener('good');
    const { publish, onReporterFailure } = publisher([bad, good]);
    await publish(started);
    await publish(output);
    expect(bad.report).toHaveBeenCalledOnce();
    expect(onReporterFailure).toHaveBeenCalledExactlyOnceWith('bad', new Error(message));
    expect(types(good)).toEqual(['step.started', 'warning', 'step.output']);
    expect(good.report.mock.calls[1]?.[0]).toMatchObject({ t: 5, message: expect.stringContaining(message) });
  });

  it('is told to the journal as well', () => {
    const record = vi.fn();
    void publisher([broken()], record).publish(started);
    expect(record.mock.calls.map(([event]) => event.type)).toEqual(['step.started', 'warning']);
  });

  it('is told only once when it fails several times before it is known', async () => {
    const bad = throwing();
    const { publish, onReporterFailure } = publisher([bad, listener('good')]);
    await Promise.all([publish(started), publish(output)]);
    expect(onReporterFailure).toHaveBeenCalledOnce();
  });

  it('adds nothing to a run that has finished', () => {
    const good = listener('good');
    const { publish, onReporterFailure } = publisher([broken(), good]);
    void publish(finished);
    expect(types(good)).toEqual(['run.finished']);
    expect(onReporterFailure).toHaveBeenCalledOnce();
  });

  it('may fail at the first event, with anything', () => {
    const bad = listener('bad', () => {
      throw 'a string';
    });
    const good = listener('good');
    void publisher([bad, good]).publish({ type: 'run.started', v: 1, run: 'r', name: 'n', at: '' });
    expect(good.report.mock.calls[1]?.[0]).toMatchObject({ t: 0, message: expect.stringContaining('a string') });
  });

  it('does not stop the others when all of them fail', () => {
    const { publish, onReporterFailure, outputWanted } = publisher([broken(), broken()]);
    expect(publish(started)).toBeUndefined();
    expect(onReporterFailure).toHaveBeenCalledTimes(2);
    expect(outputWanted).toBe(true);
  });
});
