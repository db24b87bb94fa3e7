/** A forEach of which the command line leaves copies out. */
import { describe, expect, it } from 'vitest';
import { missingAhead } from '../../src/engine/missing-copies.ts';
import { isNothingLeft } from '../../src/engine/nothing-left.ts';
import type { RunEvent } from '../../src/events/event.ts';
import type { ChosenCopies, ForEachStep, Items, Step } from '../../src/plan/plan.ts';
import { type SimulateOptions, simulate } from '../support/simulate.ts';
import { forEach, gather, lastly, leaf, need, retry, steps } from '../support/steps.ts';

const MILLION = 1_000_000;
const ENDED = { durationMs: 10 };
const FROM_OUTSIDE: Items = {
  type: 'product',
  lists: [{ name: 'N', list: { type: 'glob', pattern: '*' } }],
  exclude: [],
};

const only = (...numbers: number[]): ChosenCopies => ({ only: numbers.map(first => ({ first, count: 1 })) });

function choose(step: ForEachStep, chosen: ChosenCopies): ForEachStep {
  return { ...step, chosen };
}

/** `test 1+2 by --only`; what is told again has a `again` behind it. */
const leftOut = (events: readonly RunEvent[]) =>
  events.flatMap(event => {
    if (event.type !== 'copies.finished') return [];
    const { step, first, count, outcome, resumed } = event;
    const why = outcome.state === 'skipped' && outcome.reason.type === 'left-out' ? `by ${outcome.reason.by}` : '';
    return [`${step} ${first}+${count} ${why || outcome.state}${resumed ? ' again' : ''}`];
  });

/** Runs it, and tells which leaves were executed. */
async function executed(root: Step, options: SimulateOptions = {}) {
  const paths: string[] = [];
  const run = await simulate(root, { ...options, onExecute: ({ path }) => void paths.push(path) });
  return { ...run, paths };
}

describe('copies that the command line leaves out', () => {
  it('are skipped and told in ranges, whatever the limit', async () => {
    for (const limit of [1, 3, 9]) {
      const step = choose(forEach('test', 9, leaf('', ENDED), { limit }), {
        only: [
          { first: 3, count: 3 },
          { first: 8, count: 1 },
        ],
        skip: [{ first: 4, count: 1 }],
      });
      const run = await executed(steps('.', [step]));
      expect(run.paths).toEqual(['test[3]', 'test[5]', 'test[8]']);
      expect(leftOut(run.events)).toEqual([
        'test 1+2 by --only',
        'test 4+1 by --skip',
        'test 6+2 by --only',
        'test 9+1 by --only',
      ]);
      expect(run).toMatchObject({ exitCode: 0, timersLeft: 0 });
    }
  });

  it('cost nothing, however many they are', async () => {
    const looked = new Set<number>();
    const at = (index: number) => {
      looked.add(index);
      return { N: String(index + 1) };
    };
    const step = choose(forEach('test', FROM_OUTSIDE, leaf('', ENDED)), only(777_777));
    const run = await executed(steps('.', [step]), {
      readList: async () => ({ type: 'read', items: { count: MILLION, at } }),
    });
    expect(run.paths).toEqual(['test[777777]']);
    expect(leftOut(run.events)).toEqual(['test 1+777776 by --only', 'test 777778+222223 by --only']);
    expect(run.events.length).toBeLessThan(20);
    // The first one for the names of the variables.
    expect([...looked]).toEqual([0, 777_776]);
  });

  it('are left out, not victims, of a failure among the others', async () => {
    const chosen = { only: [{ first: 2, count: 5 }], skip: [{ first: 5, count: 1 }] };
    const step = choose(forEach('.', 8, leaf('', { exitCode: 1, durationMs: 5 }), { limit: 1 }), chosen);
    const run = await executed(step);
    expect(run.paths).toEqual(['[2]']);
    expect(leftOut(run.events)).toEqual([
      '. 1+1 by --only',
      '. 3+2 skipped',
      '. 5+1 by --skip',
      '. 6+1 skipped',
      '. 7+2 by --only',
    ]);
    expect(run.outcome).toMatchObject({ state: 'failed', reason: { type: 'child', step: '[2]' } });
  });

  it('save nothing: null stands for them in the list', async () => {
    const save = { save: { type: 'output', name: 'V' } } as object;
    const step = choose(forEach('make', 4, { ...leaf('', { saves: { V: 'v' } }), ...save } as Step), only(3));
    const seen: (string | undefined)[] = [];
    await simulate(steps('.', [step, leaf('use')]), {
      onExecute: ({ path, env }) => void (path === 'use' && seen.push(env.V)),
    });
    expect(seen).toEqual(['[null,null,"v",null]']);
  });

  it('meet those that need the forEach, and its finally runs once', async () => {
    const step = choose(forEach('test', 3, leaf(''), lastly([leaf('tidy')])), only(2));
    const after = leaf('after', {}, { needs: [need('test')] });
    expect((await executed(gather('.', [step, after]))).paths).toEqual(['test[2]', 'test/finally/tidy', 'after']);
    const none = choose(forEach('test', 3, leaf(''), lastly([leaf('tidy')])), { skip: [{ first: 1, count: 3 }] });
    const run = await executed(gather('.', [none, after]));
    expect(run.paths).toEqual(['test/finally/tidy', 'after']);
    expect(leftOut(run.events)).toEqual(['test 1+3 by --skip']);
  });

  it('count among all copies, of which tolerate takes its share', async () => {
    const failing = leaf('', { exitCode: 1 });
    const tolerate = { type: 'percent', percent: 25 } as const;
    const run = (...numbers: number[]) => simulate(choose(forEach('.', 4, failing, { tolerate }), only(...numbers)));
    expect((await run(3)).exitCode).toBe(0);
    expect((await run(2, 3)).exitCode).toBe(1);
  });

  it('are left out in each attempt and tick of what is around them', async () => {
    const step = choose(forEach('test', 3, leaf('', ENDED)), only(2));
    const again = await executed(steps('.', [step, leaf('bad', [{ exitCode: 1 }, {}])], retry(1)));
    expect(again.paths).toEqual(['test[2]', 'bad', 'test[2]', 'bad']);
    const every = { times: 2, intervalMs: 100, overlap: 'skip', failureThreshold: 1, immediate: true } as const;
    const ticking = steps('.', [step], { every } as object);
    const ticks = await executed(ticking);
    expect(ticks.paths).toEqual(['test[2]', 'test[2]']);
    for (const { events } of [again, ticks])
      expect(leftOut(events)).toEqual(Array(2).fill(['test 1+1 by --only', 'test 3+1 by --only']).flat());
  });

  it('may have ticks and attempts of their own beside them', async () => {
    const step = choose(forEach('.', 3, leaf('', [{ exitCode: 1 }, {}], retry(1))), only(2));
    expect((await executed(step)).paths).toEqual(['[2]', '[2]']);
  });
});

describe('a run that is resumed', () => {
  const resumed = async (root: Step, holds: (event: RunEvent) => boolean, options: SimulateOptions = {}) => {
    const { events } = await simulate(root, options);
    const journal = events.slice(0, events.findIndex(holds) + 1);
    return { journal, run: await executed(root, { ...options, resume: journal }) };
  };

  it('leaves the same copies out, and goes on with those that are chosen', async () => {
    const chosen = { only: [{ first: 3, count: 4 }], skip: [{ first: 5, count: 1 }] };
    const step = choose(forEach('test', 9, leaf('', ENDED), { limit: 1 }), chosen);
    const isSecond = (event: RunEvent) => event.type === 'step.started' && event.step === 'test[4]';
    const { run } = await resumed(steps('.', [step]), isSecond);
    expect(run.paths).toEqual(['test[4]', 'test[6]']);
    expect(leftOut(run.events)).toEqual([
      'test 1+2 by --only',
      'test 3+1 succeeded again',
      'test 5+1 by --skip',
      'test 7+3 by --only',
    ]);
  });

  it('tells those of a forEach that had ended once more, and counts none of them as taken over', async () => {
    const step = choose(forEach('test', FROM_OUTSIDE, leaf('', ENDED)), only(2, 5));
    const root = steps('.', [step, leaf('after', { durationMs: 50 })]);
    const isAfter = (event: RunEvent) => event.type === 'step.started' && event.step === 'after';
    const readList: SimulateOptions['readList'] = async () => ({
      type: 'read',
      items: { count: MILLION, at: index => ({ N: String(index) }) },
    });
    const { journal, run } = await resumed(root, isAfter, { readList });
    expect(run.paths).toEqual(['after']);
    const told = ['test 1+1 by --only again', 'test 3+2 by --only again', `test 6+${MILLION - 5} by --only again`];
    expect(leftOut(run.events)).toEqual(['test 2+1 succeeded again', 'test 5+1 succeeded again', ...told]);
    expect(run.events[0]).toMatchObject({ resumed: { taken: 2 } });
    const twice = await executed(root, { readList, resume: [...journal, ...run.events.slice(0, -3)] });
    expect(leftOut(twice.events)).toEqual(leftOut(run.events));
  });
});

describe('a copy that there is not', () => {
  it('fails the forEach before any copy starts, where its list comes from outside', async () => {
    const step = choose(forEach('test', FROM_OUTSIDE, leaf('')), { only: [{ first: 2, count: 6 }] });
    const run = await executed(steps('.', [step]), {
      readList: async () => ({ type: 'read', items: { count: 3, at: index => ({ N: String(index) }) } }),
    });
    expect(run.paths).toEqual([]);
    const message = 'forEach: --only names copy 7, but there are only 3 copies';
    expect(run.steps.get('test')).toEqual({ state: 'failed', reason: { type: 'start', message } });
    expect(leftOut(run.events)).toEqual([]);
  });

  const values = (name: string, ...list: string[]) => ({ name, list: { type: 'values' as const, values: list } });
  const product = (exclude: Record<string, string>[], ...lists: ReturnType<typeof values>[]): Items => {
    return { type: 'product', lists, exclude };
  };
  const LISTS = [values('A', 'a', 'b'), values('B', '1', '2')];

  it.each<[string, Items, string | undefined]>([
    ['values', product([], values('N', 'a', '${X}')), 'there are only 2 copies'],
    ['a product', product([], ...LISTS), undefined],
    ['a product with exclude', product([{ A: 'a', B: '2' }], ...LISTS), 'there are only 3 copies'],
    ['rows', { type: 'rows', rows: [{ A: '${X}' }] }, 'there is only 1 copy'],
    ['an empty list', product([], values('N')), 'there are no copies'],
    ['a list from outside', FROM_OUTSIDE, undefined],
    ['an exclude that names a variable', product([{ A: '${X}' }], ...LISTS), undefined],
  ])('is known before the start with %s, where the plan says how many there are', (_, items, words) => {
    const tree = (id: string, chosen: ChosenCopies) =>
      missingAhead(steps('.', [choose(forEach(id, items, leaf('')), chosen)]));
    expect(tree('test', only(4))).toBe(words && `--only test[4]: ${words}`);
    expect(tree('test', { skip: only(4).only ?? [] })).toBe(words && `--skip test[4]: ${words}`);
    expect(missingAhead(choose(forEach('.', items, leaf('')), only(4)))).toBe(words && `--only [4]: ${words}`);
  });
});

describe('what the command line leaves', () => {
  const skip = (...numbers: number[]): ChosenCopies => ({ skip: only(...numbers).only ?? [] });
  const twice: Items = { type: 'rows', rows: [{ A: '1' }, { A: '2' }] };
  const none: Items = { type: 'rows', rows: [] };
  const out = (step: Step): Step => ({ ...step, leftOut: '--skip' });

  it.each<[boolean, string, Step]>([
    [false, 'of a plan that is left whole', steps('.', [leaf('a'), out(leaf('b'))])],
    [true, 'where every step is left out', steps('.', [out(leaf('a')), gather('b', [out(leaf('c'))])])],
    [true, 'where the plan itself is', out(leaf('.'))],
    [true, 'where all copies are', choose(forEach('.', twice, leaf('')), skip(1, 2))],
    [false, 'where a copy stays', choose(forEach('.', twice, leaf('')), skip(1))],
    [
      true,
      'where the copies that are chosen are left out',
      choose(forEach('.', FROM_OUTSIDE, leaf('')), { ...only(3), ...skip(3) }),
    ],
    [false, 'where nobody knows how many copies there are', choose(forEach('.', FROM_OUTSIDE, leaf('')), skip(1, 2))],
    [true, 'where all that a copy does is', forEach('.', twice, steps('', [out(leaf('a'))]))],
    [false, 'of a list that is empty anyway', choose(forEach('.', none, leaf('')), skip())],
  ])('is nothing (%s) %s', (isNothing, _, root) => {
    expect(isNothingLeft(root)).toBe(isNothing);
  });

  it('is told of what it leaves out as the reason, whatever else would have kept that from its start', async () => {
    const reason = { type: 'left-out', by: '--skip' };
    const dag = gather('.', [leaf('a'), out(leaf('b')), out(leaf('c', {}, { needs: [need('b', 'failed')] }))]);
    const needing = await simulate(dag);
    for (const path of ['b', 'c']) expect(needing.steps.get(path)).toMatchObject({ reason });
    const list = steps('.', [leaf('a', { exitCode: 1 }), out(leaf('b')), out(steps('c', [out(leaf('d'))]))]);
    const failing = await simulate(list);
    for (const path of ['b', 'c', 'c/d']) expect(failing.steps.get(path)).toMatchObject({ reason });
  });
});
