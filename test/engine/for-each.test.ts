import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { type SimulateOptions, simulate } from '../support/simulate.ts';
import { forEach, gather, lastly, leaf, retry, sleep, steps } from '../support/steps.ts';
import { inAnyOrderThroughQueue } from '../support/way.ts';

const ENDED = { durationMs: 100 };

/** `first+count state` of copies that never started. */
const together = (events: readonly RunEvent[]) =>
  events.flatMap(event =>
    event.type === 'copies.finished' ? [`${event.first}+${event.count} ${event.outcome.state}`] : [],
  );
/** How each copy ended that had started. */
const ends = (events: readonly RunEvent[]) =>
  Object.fromEntries(
    events.flatMap(event =>
      event.type === 'step.finished' && event.step.endsWith(']') ? [[event.step, event.outcome.state]] : [],
    ),
  );
/** A leaf that behaves as its value says: `N` is its exit code. */
const byValue: SimulateOptions['behave'] = ({ env }) => ({ durationMs: 100, exitCode: Number(env.N ?? 0) });
describe('forEach', () => {
  it('runs a copy for each value, at once, and ends with the last of them', async () => {
    const run = await simulate(steps('.', [forEach('test', ['a', 'b', 'c'], leaf('', ENDED))]));
    expect(run.lines).toEqual([
      '0 . started',
      '0 test started',
      '0 test[1] started',
      '0 test[2] started',
      '0 test[3] started',
      '100 test[1] succeeded',
      '100 test[2] succeeded',
      '100 test[3] succeeded',
      '100 test succeeded',
      '100 . succeeded',
    ]);
    expect(run).toMatchObject({ exitCode: 0, timersLeft: 0 });
  });

  it('tells how many copies there are, and the values of each', async () => {
    const { events } = await simulate(forEach('.', ['a', 'b'], steps('', [leaf('x')])));
    const started = events.flatMap(event =>
      event.type === 'step.started' ? [{ step: event.step, item: event.item, items: event.items }] : [],
    );
    const expected = [
      { step: '.', items: 2, item: undefined },
      { step: '[1]', items: undefined, item: { N: 'a' } },
      { step: '[1]/x', items: undefined, item: undefined },
      { step: '[2]', items: undefined, item: { N: 'b' } },
      { step: '[2]/x', items: undefined, item: undefined },
    ];
    expect(inAnyOrderThroughQueue(started)).toEqual(inAnyOrderThroughQueue(expected));
  });

  it('of an empty list has no copies and succeeds', async () => {
    const run = await simulate(forEach('.', [], leaf('')));
    expect(run.lines).toEqual(['0 . started', '0 . succeeded']);
  });

  it('runs at most its limit at once, started in the order of the list', async () => {
    const run = await simulate(forEach('.', 7, leaf('', ENDED), { limit: 3 }));
    expect(run.lines.filter(line => line.endsWith('] started'))).toEqual([
      '0 [1] started',
      '0 [2] started',
      '0 [3] started',
      '100 [4] started',
      '100 [5] started',
      '100 [6] started',
      '200 [7] started',
    ]);
  });

  it('without a limit runs as many copies as the run says', async () => {
    expect((await simulate(forEach('.', 9, leaf('', ENDED)), { parallelism: 3 })).tookMs).toBe(300);
  });
});

describe('a failed copy', () => {
  it('cancels the others, and those that never started are told together', async () => {
    const values = ['0', '1', '0', '0', '0', '0'];
    const behave: SimulateOptions['behave'] = ({ env, path }) => ({
      durationMs: path === 'test[2]' ? 50 : 100,
      exitCode: Number(env.N),
    });
    const run = await simulate(forEach('.', [], leaf('')));
    expect(run.exitCode).toBe(0);
    const failed = await simulate(steps('.', [forEach('test', values, leaf(''), { limit: 3 })]), { behave });
    expect(ends(failed.events)).toEqual({ 'test[1]': 'cancelled', 'test[2]': 'failed', 'test[3]': 'cancelled' });
    expect(together(failed.events)).toEqual(['4+3 skipped']);
    expect(failed.events.find(({ type }) => type === 'copies.finished')).toMatchObject({
      step: 'test',
      outcome: { state: 'skipped', reason: { type: 'sibling-failed', step: 'test[2]' } },
    });
    expect(failed.steps.get('test')).toMatchObject({ state: 'failed', reason: { type: 'child', step: 'test[2]' } });
    expect(failed.failures.map(({ step }) => step)).toEqual(['test[2]']);
  });

  it('with failFast soon lets those that run come to their end, and none start', async () => {
    const run = await simulate(forEach('.', ['0', '1', '0', '0'], leaf(''), { limit: 2, failFast: 'soon' }), {
      behave: ({ env, path }) => ({ durationMs: path === '[1]' ? 300 : 100, exitCode: Number(env.N) }),
    });
    expect(ends(run.events)).toEqual({ '[1]': 'succeeded', '[2]': 'failed' });
    expect(together(run.events)).toEqual(['3+2 skipped']);
    expect(run).toMatchObject({ exitCode: 1, tookMs: 300, outcome: { reason: { type: 'child', step: '[2]' } } });
  });

  it('with failFast false changes nothing for the others, and all failures are told', async () => {
    const run = await simulate(forEach('.', ['3', '0', '4'], leaf(''), { failFast: false }), { behave: byValue });
    expect(ends(run.events)).toEqual({ '[1]': 'failed', '[2]': 'succeeded', '[3]': 'failed' });
    expect(run.failures.map(({ step }) => step)).toEqual(['[1]', '[3]']);
    expect(run.outcome).toMatchObject({ state: 'failed', exitCode: 3 });
  });

  it('that is tolerated fails nobody, and one more cancels the rest', async () => {
    const values = ['1', '0', '1', '0', '0'];
    const run = (count: number) =>
      simulate(forEach('.', values, leaf(''), { limit: 1, tolerate: { type: 'count', count } }), { behave: byValue });
    const good = await run(2);
    expect(good).toMatchObject({ exitCode: 0, outcome: { state: 'succeeded' } });
    expect(good.failures.map(({ step }) => step)).toEqual(['[1]', '[3]']);
    const bad = await run(1);
    expect(together(bad.events)).toEqual(['4+2 skipped']);
    expect(bad.outcome).toMatchObject({ state: 'failed', reason: { type: 'child', step: '[3]' } });
  });

  it('is tolerated up to a share of all copies, rounded down', async () => {
    const run = (failing: number, percent: number) =>
      simulate(
        forEach('.', [...Array(failing).fill('1'), ...Array(19 - failing).fill('0')], leaf(''), {
          tolerate: { type: 'percent', percent },
        }),
        { behave: byValue },
      );
    expect((await run(1, 10)).exitCode).toBe(0);
    expect((await run(2, 10)).exitCode).toBe(1);
    expect((await run(1, 5)).exitCode).toBe(1);
  });

  it('that is allowed does not count', async () => {
    const each = leaf('', {}, { allowFailure: true });
    const run = await simulate(forEach('.', ['1', '0', '1'], each, { limit: 1 }), { behave: byValue });
    expect(ends(run.events)).toEqual({ '[1]': 'failed', '[2]': 'succeeded', '[3]': 'failed' });
    expect(run).toMatchObject({ exitCode: 0, outcome: { state: 'succeeded' } });
  });

  it('is tried again by itself, as its retry says', async () => {
    const each = leaf('', [{ exitCode: 1 }, {}], retry(1));
    const run = await simulate(forEach('.', 2, each));
    expect(run.lines.filter(line => line.includes('attempt'))).toEqual([
      '1000 [1] started attempt 2',
      '1000 [2] started attempt 2',
    ]);
    expect(run.exitCode).toBe(0);
  });
});

describe('tolerate and failFast of a gather', () => {
  const children = [
    leaf('a', { exitCode: 1 }),
    leaf('b', { durationMs: 50 }),
    leaf('c', { exitCode: 1, durationMs: 9 }),
  ];

  it('let so many children fail', async () => {
    const tolerate = (count: number) => simulate(gather('.', children, { tolerate: { type: 'count', count } }));
    expect(await tolerate(2)).toMatchObject({ exitCode: 0 });
    const bad = await tolerate(1);
    expect(bad.state('b')).toBe('cancelled');
    expect(bad.outcome).toMatchObject({ reason: { type: 'child', step: 'c' } });
  });

  it('soon lets those that run come to their end', async () => {
    const run = await simulate(gather('.', [...children, leaf('d')], { limit: 3, failFast: 'soon' }));
    expect(['a', 'b', 'c', 'd'].map(run.state)).toEqual(['failed', 'succeeded', 'failed', 'skipped']);
  });

  it('never cover a step in the background', async () => {
    const server = leaf('server', { exitCode: 1, durationMs: 5 }, { background: true });
    const run = await simulate(gather('.', [server, leaf('b', ENDED)], { tolerate: { type: 'count', count: 5 } }));
    expect(run.state('b')).toBe('cancelled');
    expect(run.exitCode).toBe(1);
  });
});

describe('a forEach', () => {
  it('that is cancelled stops its copies and tells those that never started together', async () => {
    const run = await simulate(forEach('.', 10, leaf('', { durationMs: 100, stopMs: 5 }), { limit: 2 }), {
      during: (run, clock) => void clock.at(150, () => run.cancel({ type: 'interrupted', signal: 'SIGTERM' })),
    });
    expect(ends(run.events)).toEqual({
      '[1]': 'succeeded',
      '[2]': 'succeeded',
      '[3]': 'cancelled',
      '[4]': 'cancelled',
    });
    expect(together(run.events)).toEqual(['5+6 skipped']);
    expect(run.exitCode).toBe(143);
  });

  it('runs its finally once, after all copies', async () => {
    const run = await simulate(steps('.', [forEach('test', 3, leaf('', ENDED), lastly([leaf('tidy')]))]));
    expect(run.lines.filter(line => line.includes('tidy'))).toEqual([
      '100 test/finally/tidy started',
      '100 test/finally/tidy succeeded',
    ]);
  });

  it('in the background is stopped with its group', async () => {
    const servers = forEach('servers', 2, sleep('', 'forever'), { background: true });
    const run = await simulate(steps('.', [servers, leaf('work', ENDED)]));
    expect(run.state('servers')).toBe('succeeded');
    expect(ends(run.events)).toEqual({ 'servers[1]': 'cancelled', 'servers[2]': 'cancelled' });
    expect(run.exitCode).toBe(0);
  });

  it('inside of a forEach sees the values of both', async () => {
    const inner = forEach('', ['x', 'y'], leaf(''));
    const seen: string[] = [];
    const outer = forEach('.', { type: 'rows', rows: [{ M: 'a' }, { M: 'b' }] }, steps('', [{ ...inner, id: 'in' }]));
    await simulate(outer, { onExecute: ({ path, env }) => void seen.push(`${path} ${env.M}${env.N}`) });
    expect(seen.sort()).toEqual(['[1]/in[1] ax', '[1]/in[2] ay', '[2]/in[1] bx', '[2]/in[2] by']);
  });

  it('holds no slot itself', async () => {
    const run = await simulate(forEach('.', 2, steps('', [forEach('in', 2, leaf('', ENDED))])), { slots: 1 });
    expect(run).toMatchObject({ exitCode: 0, tookMs: 400 });
  });

  it('keeps nothing of a copy that has ended well', async () => {
    const run = await simulate(steps('.', [forEach('test', 50, steps('', [leaf('x')]))]));
    expect([...run.steps.keys()].sort()).toEqual(['.', 'test']);
  });

  it('of which one copy is stopped by hand goes on as after its failure', async () => {
    const run = await simulate(steps('.', [forEach('test', 3, leaf('', ENDED), { failFast: false })]), {
      during: (run, clock) => void clock.at(50, () => run.stop('test[2]')),
    });
    expect(ends(run.events)).toEqual({ 'test[1]': 'succeeded', 'test[2]': 'failed', 'test[3]': 'succeeded' });
    expect(run.failures).toMatchObject([{ step: 'test[2]', outcome: { reason: { type: 'stopped-by-user' } } }]);
  });

  it('that is stopped by hand stops all its copies', async () => {
    const run = await simulate(steps('.', [forEach('test', 3, leaf('', ENDED))]), {
      during: (run, clock) => void clock.at(50, () => run.stop('test')),
    });
    expect(Object.values(ends(run.events))).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(run.steps.get('test')).toMatchObject({ state: 'failed', reason: { type: 'stopped-by-user' } });
  });

  it('of which a value names a variable that has none fails before any copy', async () => {
    const run = await simulate(steps('.', [forEach('test', ['a', '${NONE}'], leaf(''))]));
    expect(run.steps.get('test')).toMatchObject({ state: 'failed', reason: { type: 'start' } });
    expect(run.lines.filter(line => line.includes('['))).toEqual([]);
  });

  it('tries all copies again, with the list read again, when a group around it is tried again', async () => {
    const around = steps('.', [forEach('test', 2, leaf('', [{}])), leaf('b', [{ exitCode: 1 }])], retry(1));
    const run = await simulate(around);
    expect(run.lines.filter(line => line.endsWith('test[1] started'))).toHaveLength(2);
  });
});

describe('the variables of a copy', () => {
  const seenBy = async (root: Parameters<typeof simulate>[0], name: string) => {
    const seen: (string | undefined)[] = [];
    await simulate(root, { env: { Z: 'process' }, onExecute: ({ env }) => void seen.push(env[name]) });
    return seen;
  };

  it('are its values, over those further out', async () => {
    const root = steps('.', [forEach('test', ['a', 'b'], leaf(''))], { env: { N: 'outer' } });
    expect(await seenBy(root, 'N')).toEqual(['a', 'b']);
  });

  it('may speak of its values in env', async () => {
    const each = leaf('', {}, { env: { Z: '${N}-${Z}' } });
    expect(await seenBy(forEach('.', ['a', 'b'], each), 'Z')).toEqual(['a-process', 'b-process']);
  });

  it('yield to the env of the step', async () => {
    expect(await seenBy(forEach('.', ['a', 'b'], leaf(''), { env: { N: 'env', Z: '<${Z}>' } }), 'N')).toEqual([
      'env',
      'env',
    ]);
    expect(await seenBy(forEach('.', ['a'], leaf(''), { env: { Z: '<${Z}>' } }), 'Z')).toEqual(['<process>']);
  });
});

describe('lists in a product', () => {
  const values = (name: string, ...list: string[]) => ({ name, list: { type: 'values' as const, values: list } });
  const itemsOf = async (items: Parameters<typeof forEach>[1]) => {
    const { events } = await simulate(forEach('.', items, leaf(''), { limit: 1 }));
    return events.flatMap(event =>
      event.type === 'step.started' && event.item !== undefined ? [Object.values(event.item).join('')] : [],
    );
  };

  it('make every combination, the last one turning fastest', async () => {
    const lists = [values('A', 'a', 'b'), values('B', '1', '2', '3')];
    expect(await itemsOf({ type: 'product', lists, exclude: [] })).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3']);
  });

  it('make none with an empty list', async () => {
    expect(await itemsOf({ type: 'product', lists: [values('A', 'a'), values('B')], exclude: [] })).toEqual([]);
  });

  it('leave out what agrees with an entry of exclude in all its names', async () => {
    const lists = [values('A', 'a', 'b'), values('B', '1', '2', '3')];
    const exclude = [{ A: 'a', B: '2' }, { B: '3' }, { A: 'a', C: 'x' }];
    expect(await itemsOf({ type: 'product', lists, exclude })).toEqual(['a1', 'b1', 'b2']);
  });
});
