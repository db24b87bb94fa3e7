/** What comes into a forEach from outside, and what its copies leave. */
import { describe, expect, it } from 'vitest';
import type { ListItems, ListStore, ListToRead } from '../../src/engine/executor.ts';
import type { RunEvent } from '../../src/events/event.ts';
import type { Items, List, Step } from '../../src/plan/plan.ts';
import { type SimulateOptions, simulate } from '../support/simulate.ts';
import { forEach, gather, leaf, sleep, steps } from '../support/steps.ts';

/** One JSON array for each variable, as the step `after` sees them. */
async function left(each: Step, values: readonly string[], options: SimulateOptions = {}) {
  let seen: Record<string, string> = {};
  const run = await simulate(steps('.', [forEach('test', values, each, { failFast: false }), leaf('after')]), {
    ...options,
    onExecute: ({ path, env }) => {
      if (path === 'after') seen = env;
    },
  });
  return { ...run, X: seen.X };
}

const savingValue: SimulateOptions['behave'] = ({ env, path }) => ({
  durationMs: path === 'test[1]' ? 50 : 10,
  ...(env.N === undefined || env.N === 'nothing' ? {} : { saves: { X: env.N } }),
});

const TOO_LONG =
  'the 3 values of "X" are over 96 KiB together; let each copy write a file of its own with "saveTo: FILE"';
const endOf = (events: readonly RunEvent[], path: string) =>
  events.flatMap(event => (event.type === 'step.finished' && event.step === path ? [event.outcome] : []))[0];

describe('what copies save', () => {
  it('is a JSON array outside, in the order of the list, with null for a copy that saved nothing', async () => {
    const { X } = await left(leaf(''), ['a', 'nothing', '"q" \n', ''], { behave: savingValue });
    expect(JSON.parse(X ?? '')).toEqual(['a', null, '"q" \n', '']);
  });

  it('is an empty array where there are no copies', async () => {
    const each = { ...leaf(''), save: { type: 'output', name: 'X' } } as Step;
    expect((await left(steps('', [each]), [])).X).toBe('[]');
  });

  it('is what the steps in a copy leave, too', async () => {
    const { X } = await left(steps('', [leaf('1'), leaf('2')]), ['a', 'b'], { behave: savingValue });
    expect(X).toBe('["a","b"]');
  });

  it('fails the forEach where it is over 96 KiB together', async () => {
    const large = 'x'.repeat(40 * 1024);
    const two = await left(leaf(''), ['1', '2'], { behave: () => ({ saves: { X: large } }) });
    expect(two.exitCode).toBe(0);
    const run = await left(leaf(''), ['1', '2', '3'], { behave: () => ({ saves: { X: large } }) });
    expect(run.steps.get('test')).toEqual({
      state: 'failed',
      reason: { type: 'save', message: TOO_LONG },
    });
  });

  const tooLarge: SimulateOptions['behave'] = ({ path }) => ({
    durationMs: Number(/\d+/.exec(path)) * 100,
    saves: { X: 'x'.repeat(33 * 1024) },
  });

  it('fails the forEach with the copy that makes it too much, and does to the others what any failure does', async () => {
    const root = (more: object) => steps('.', [forEach('test', 6, leaf(''), { limit: 3, ...more }), leaf('after')]);
    const states = async (more: object) => {
      const run = await simulate(root(more), { behave: tooLarge });
      expect(run.steps.get('test')).toMatchObject({ state: 'failed', reason: { type: 'save' } });
      expect(run.failures.map(({ step }) => step)).toEqual(['test']);
      expect(run.timersLeft).toBe(0);
      const last = run.events.flatMap(event => (event.type === 'copies.finished' ? [event] : []));
      return [
        ...Array.from({ length: 6 }, (_, index) => endOf(run.events, `test[${index + 1}]`)?.state),
        ...last.map(({ first, count, outcome }) => `${first}+${count} ${outcome.state}`),
      ];
    };
    const three = ['succeeded', 'succeeded', 'succeeded'];
    expect(await states({})).toEqual([...three, 'cancelled', 'cancelled', undefined, '6+1 skipped']);
    expect(await states({ failFast: 'soon' })).toEqual([...three, 'succeeded', 'succeeded', undefined, '6+1 skipped']);
    expect(await states({ failFast: false })).toEqual([...three, ...three]);
    const tolerant = { tolerate: { type: 'count', count: 1 } };
    expect(await states(tolerant)).toEqual([...three, 'cancelled', 'cancelled', undefined, '6+1 skipped']);
  });

  it('names the forEach as what the other copies were cancelled for', async () => {
    const run = await simulate(forEach('.', 4, leaf('')), { behave: tooLarge });
    const reason = { type: 'sibling-failed', step: '.' };
    expect(endOf(run.events, '[4]')).toEqual({ state: 'cancelled', reason });
    expect(run).toMatchObject({ exitCode: 1, outcome: { reason: { type: 'save' } } });
  });

  it('is measured as the JSON that it becomes, those that are still to come in their least length', async () => {
    const quotes: SimulateOptions['behave'] = () => ({ durationMs: 1, saves: { X: '"'.repeat(25 * 1024) } });
    const escaped = await simulate(forEach('.', 3, leaf(''), { limit: 1 }), { behave: quotes });
    expect(escaped.events.filter(({ type }) => type === 'step.finished')).toHaveLength(3);
    const long: SimulateOptions['behave'] = () => ({ durationMs: 1, saves: { X: 'x'.repeat(100) } });
    const many = await simulate(forEach('.', 32_740, leaf(''), { limit: 1 }), { behave: long });
    expect(many.events.filter(({ type }) => type === 'step.finished').length).toBeLessThan(5);
  });

  it('that is too much already in what a resumed run takes over lets no further copy run', async () => {
    const root = forEach('.', 5, leaf(''), { limit: 1 });
    const first = await simulate(root, { behave: tooLarge });
    const executed: string[] = [];
    const run = await simulate(root, {
      behave: tooLarge,
      resume: first.events.slice(0, -1),
      onExecute: ({ path }) => void executed.push(path),
    });
    expect(executed).toEqual([]);
    expect(run.outcome).toMatchObject({ state: 'failed', reason: { type: 'save' } });
  });

  it('does not hide a copy that had failed before it was too much', async () => {
    const run = await simulate(forEach('.', 5, leaf(''), { failFast: false }), {
      behave: context => (context.path === '[1]' ? { exitCode: 3 } : (tooLarge?.(context) ?? {})),
    });
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'child', step: '[1]' }, exitCode: 3 });
  });

  it('is whole again after a resumption', async () => {
    const root = steps('.', [forEach('test', ['a', 'b', 'c'], leaf(''), { limit: 1 }), leaf('after')]);
    const first = await simulate(root, { behave: savingValue });
    const cut = first.events.findIndex(event => event.type === 'step.started' && event.step === 'test[3]');
    let seen: string | undefined;
    const executed: string[] = [];
    await simulate(root, {
      behave: savingValue,
      resume: first.events.slice(0, cut + 1),
      onExecute({ path, env }) {
        executed.push(path);
        if (path === 'after') seen = env.X;
      },
    });
    expect(executed).toEqual(['test[3]', 'after']);
    expect(seen).toBe('["a","b","c"]');
  });
});

/** A source of lists that reads each text as lines, and a store in memory. */
function world() {
  const asked: string[] = [];
  const kept = new Map<string, readonly Readonly<Record<string, string>>[]>();
  const files = new Map<string, string>();
  const inMemory = (rows: readonly Readonly<Record<string, string>>[]): ListItems => ({
    count: rows.length,
    at: index => rows[index] ?? {},
  });
  const textOf = (list: ListToRead) => {
    if (list.type === 'glob') return list.pattern;
    if (list.from.type === 'file') return list.from.path;
    return list.from.type === 'text' ? list.from.text : 'made';
  };
  const lists: ListStore = {
    newFile(step) {
      files.set(`/made/${step}`, '');
      return `/made/${step}`;
    },
    discard: file => void files.delete(file),
    keep(step, items, holdsSecret) {
      const rows = Array.from({ length: items.count }, (_, index) => items.at(index));
      if (rows.some(row => Object.values(row).some(holdsSecret))) return undefined;
      kept.set(`lists/${step}`, rows);
      return `lists/${step}`;
    },
    async read(name) {
      const rows = kept.get(name);
      return rows === undefined ? { type: 'failed', message: 'it is gone' } : { type: 'read', items: inMemory(rows) };
    },
  };
  const readList: NonNullable<SimulateOptions['readList']> = async (name, list) => {
    asked.push(textOf(list));
    if (textOf(list) === 'bad') return { type: 'failed', message: 'it is bad' };
    return {
      type: 'read',
      items: inMemory(
        textOf(list)
          .split(' ')
          .map(value => ({ [name]: value })),
      ),
    };
  };
  return { asked, kept, files, lists, readList };
}

const one = (list: List): Items => ({ type: 'product', lists: [{ name: 'N', list }], exclude: [] });
const fromFile = (path: string) => one({ type: 'lines', from: { type: 'file', path } });
const itemsIn = (events: readonly RunEvent[]) =>
  events.flatMap(event => (event.type === 'step.started' && event.item !== undefined ? [event.item.N] : []));

describe('a list from outside', () => {
  it('is asked for with its variables replaced, kept, and its place is told', async () => {
    const { asked, kept, ...options } = world();
    const root = steps('.', [forEach('test', fromFile('${DIR} x'), leaf(''))], { env: { DIR: 'a' } });
    const run = await simulate(root, options);
    expect(asked).toEqual(['a x']);
    expect(itemsIn(run.events)).toEqual(['a', 'x']);
    expect(kept.get('lists/test')).toEqual([{ N: 'a' }, { N: 'x' }]);
    const started = run.events.find(event => event.type === 'step.started' && event.step === 'test');
    expect(started).toMatchObject({ items: 2, list: 'lists/test' });
  });

  it('is what a variable holds that an earlier step has saved', async () => {
    const { asked: _, kept: __, ...options } = world();
    const list = one({ type: 'lines', from: { type: 'variable', name: 'X' } });
    const root = steps('.', [leaf('find', { saves: { X: 'a b' } }), forEach('test', list, leaf(''))]);
    expect(itemsIn((await simulate(root, options)).events)).toEqual(['a', 'b']);
    const unset = await simulate(forEach('.', list, leaf('')), options);
    expect(unset.outcome).toMatchObject({ state: 'failed', reason: { type: 'start' } });
  });

  it('that cannot be read fails the step in words, before any copy', async () => {
    const run = await simulate(steps('.', [forEach('test', fromFile('bad'), leaf(''))]), world());
    expect(run.steps.get('test')).toEqual({
      state: 'failed',
      reason: { type: 'start', message: 'forEach.N: it is bad' },
    });
    expect(run.lines).toContain('0 test started');
  });

  it('is not read again by a resumed run, which goes on with the one it had begun with', async () => {
    const { asked, kept, ...options } = world();
    const root = forEach('.', fromFile('a b c'), leaf('', { durationMs: 10 }), { limit: 1 });
    const first = await simulate(root, options);
    const cut = first.events.findIndex(event => event.type === 'step.started' && event.step === '[2]');
    const journal = first.events.slice(0, cut + 1);
    const run = await simulate(root, { ...options, resume: journal });
    expect(asked).toEqual(['a b c']);
    expect(itemsIn(run.events)).toEqual(['b', 'c']);
    kept.clear();
    const lost = await simulate(root, { ...options, resume: journal });
    expect(lost.outcome).toMatchObject({ state: 'failed', reason: { type: 'start' } });
  });

  it.each<[string, Items]>([
    [
      'values',
      { type: 'product', lists: [{ name: 'N', list: { type: 'values', values: ['${K}', 'b', 'c'] } }], exclude: [] },
    ],
    ['rows', { type: 'rows', rows: [{ N: '${K}' }, { N: 'b' }, { N: 'c' }] }],
    [
      'exclude',
      {
        type: 'product',
        lists: [{ name: 'N', list: { type: 'values', values: ['x', 'y', 'b', 'c'] } }],
        exclude: [{ N: '${NOT}' }],
      },
    ],
  ])('is one, too, that names variables: a resumed run goes on with the values that they had: %s', async (_, items) => {
    const options = world();
    const rootWith = (env: Record<string, string>) =>
      steps('.', [forEach('test', items, leaf('', { durationMs: 10 }), { limit: 1 })], { env });
    const first = await simulate(rootWith({ K: 'x', NOT: 'y' }), options);
    expect(itemsIn(first.events)).toEqual(['x', 'b', 'c']);
    const cut = first.events.findIndex(event => event.type === 'step.started' && event.step === 'test[1]');
    const resume = first.events.slice(0, cut + 1);
    const run = await simulate(rootWith({ K: 'y', NOT: 'x' }), { ...options, resume });
    expect(itemsIn(run.events)).toEqual(['x', 'b', 'c']);
  });

  it('is not kept where the plan alone says what is in it', async () => {
    const { kept, ...options } = world();
    await simulate(forEach('.', ['a', '$b'], leaf('')), options);
    expect(kept.size).toBe(0);
  });

  it('that holds a secret is kept nowhere, and read again', async () => {
    const { asked, kept, ...rest } = world();
    const options = { ...rest, holdsSecret: (text: string) => text.includes('secret') };
    const root = forEach('.', fromFile('a secret'), leaf('', { durationMs: 10 }), { limit: 1 });
    const { events } = await simulate(root, options);
    expect(kept.size).toBe(0);
    const cut = events.findIndex(event => event.type === 'step.started' && event.step === '[2]');
    await simulate(root, { ...options, resume: events.slice(0, cut + 1) });
    expect(asked).toHaveLength(2);
  });
});

describe('a command that prints a list', () => {
  const command = leaf('', { durationMs: 100 }) as Extract<Step, { type: 'run' }>;
  const printing = (changes = {}) =>
    one({ type: 'lines', from: { type: 'command', command: { ...command, ...changes } } });

  it('runs as part of the step, into a file that is removed when it has been read', async () => {
    const { files, ...options } = world();
    const paths: string[] = [];
    const run = await simulate(steps('.', [forEach('test', printing(), leaf(''))]), {
      ...options,
      onExecute: ({ path }) => void paths.push(path),
    });
    expect(paths).toEqual(['test', 'test[1]']);
    expect(run.lines).toContain('100 test started');
    expect(files.size).toBe(0);
  });

  it('takes a slot, and gives it back', async () => {
    const root = gather('.', [leaf('first', { durationMs: 50 }), forEach('test', printing(), leaf(''))]);
    const run = await simulate(root, { ...world(), slots: 1 });
    expect(run.lines).toContain('0 test queued');
    expect(run.lines).toContain('150 test started');
    expect(run.exitCode).toBe(0);
  });

  it('does not keep the siblings of the step waiting', async () => {
    const root = gather('.', [forEach('test', printing(), leaf('')), sleep('next', 5)]);
    expect((await simulate(root, world())).lines).toContain('0 next started');
  });

  it('that fails fails the step with its exit code, and says for which list it was', async () => {
    const list = printing({ command: '{"exitCode":3}' });
    const run = await simulate(steps('.', [forEach('test', list, leaf(''))]), world());
    expect(run.steps.get('test')).toEqual({ state: 'failed', reason: { type: 'exit', list: 'N' }, exitCode: 3 });
    expect(run.failures.map(({ step }) => step)).toEqual(['test']);
  });

  it('is stopped with the step, which then was cancelled', async () => {
    const root = steps('.', [forEach('test', printing(), leaf(''))], { timeoutMs: 40 });
    const { files, ...options } = world();
    const run = await simulate(root, options);
    expect(run.steps.get('test')).toMatchObject({ state: 'cancelled', reason: { type: 'timeout', step: '.' } });
    expect(run.tookMs).toBe(40);
    expect(files.size).toBe(0);
  });
});
