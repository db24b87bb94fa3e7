import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { createPast } from '../../src/events/past.ts';
import type { Step } from '../../src/plan/plan.ts';
import { changedSteps } from '../../src/plan/same.ts';
import { pastOf, type SimulateOptions, simulate } from '../support/simulate.ts';
import { any, forEach, lastly, leaf, steps } from '../support/steps.ts';
import { share } from '../support/trees.ts';
import { examples } from '../support/way.ts';

const LASTS = { durationMs: 100 };

/** The events up to, and with, the first that the predicate holds for. */
async function brokenOff(root: Step, holds: (event: RunEvent) => boolean, options: SimulateOptions = {}) {
  const { events } = await simulate(root, options);
  const index = events.findIndex(holds);
  if (index === -1) throw new Error('no such event');
  return events.slice(0, index + 1);
}

async function resumed(root: Step, journal: readonly RunEvent[], options: SimulateOptions = {}) {
  const executed: string[] = [];
  const run = await simulate(root, {
    ...options,
    resume: journal,
    onExecute: ({ path }) => void executed.push(path),
  });
  return { ...run, executed };
}

const started = (step: string) => (event: RunEvent) => event.type === 'step.started' && event.step === step;
const taken = (events: readonly RunEvent[]) =>
  events.flatMap(event => {
    if (event.type === 'copies.finished') return [`${event.step} ${event.first}+${event.count} ${event.outcome.state}`];
    return event.type === 'step.finished' && event.resumed ? [event.step] : [];
  });

describe('a forEach that is resumed', () => {
  it('starts no copy again that had succeeded, and tells those together', async () => {
    const root = steps('.', [forEach('test', 6, leaf('', LASTS), { limit: 2 })]);
    const run = await resumed(root, await brokenOff(root, started('test[6]')));
    expect(run.executed).toEqual(['test[5]', 'test[6]']);
    expect(taken(run.events)).toEqual(['test 1+4 succeeded']);
    expect(run.events[0]).toMatchObject({ resumed: { taken: 4 } });
    expect(run.outcome.state).toBe('succeeded');
  });

  it('tells copies together only where they follow each other', async () => {
    const root = forEach('.', 5, leaf(''), { limit: 5 });
    const behave: SimulateOptions['behave'] = ({ path }) => ({ durationMs: path === '[3]' ? 500 : 100 });
    const journal = await brokenOff(root, event => 'step' in event && event.step === '[5]' && event.t > 50, { behave });
    const ended = journal.flatMap(event => (event.type === 'step.finished' ? [event.step] : []));
    expect(ended).toEqual(['[1]', '[2]', '[4]']);
    const run = await resumed(root, journal);
    expect(taken(run.events)).toEqual(['. 1+2 succeeded', '. 4+1 succeeded']);
    expect(run.executed).toEqual(['[3]']);
  });

  it('goes on inside of a copy where it was broken off', async () => {
    const root = forEach('.', 3, steps('', [leaf('a', LASTS), leaf('b', LASTS)]), { limit: 1 });
    const run = await resumed(root, await brokenOff(root, started('[2]/b')));
    expect(run.executed).toEqual(['[2]/b', '[3]/a', '[3]/b']);
    expect(run.events[0]).toMatchObject({ resumed: { taken: 3 } });
  });

  it('tries failed copies again, and takes over those whose failure was allowed', async () => {
    const behave: SimulateOptions['behave'] = ({ env }) => ({ exitCode: Number(env.N ?? 0) });
    const values = ['0', '1', '0'];
    const failing = forEach('.', values, leaf(''), { failFast: false });
    const first = await simulate(failing, { behave });
    expect((await resumed(failing, first.events)).executed).toEqual(['[2]']);
    const forgiving = steps('.', [forEach('test', values, leaf('', {}, { allowFailure: true })), leaf('b')]);
    const run = await resumed(forgiving, await brokenOff(forgiving, started('b'), { behave }), { behave });
    expect(run.executed).toEqual(['b']);
    expect(run.failures).toMatchObject([{ step: 'test[2]', outcome: { allowed: true } }]);
  });

  it('that had succeeded is taken over with all its copies', async () => {
    const root = steps('.', [forEach('test', 3, steps('', [leaf('a')])), leaf('b', LASTS)]);
    const run = await resumed(root, await brokenOff(root, started('b')));
    expect(run.executed).toEqual(['b']);
    expect(taken(run.events)).toEqual(['test 1+3 succeeded', 'test']);
    expect(run.events[0]).toMatchObject({ resumed: { taken: 3 } });
  });

  it('that had succeeded is taken over with those of its copies that failed, which it tolerates, or were cancelled', async () => {
    const behave: SimulateOptions['behave'] = ({ path, env }) =>
      path.startsWith('race/slow') ? { durationMs: 900 } : { exitCode: Number(env.N ?? 0), durationMs: 100 };
    const tolerating = { tolerate: { type: 'count', count: 1 } } as const;
    const losing = forEach('slow', ['1', '9'], steps('', [leaf('x')]), { limit: 1 });
    const root = steps('.', [
      forEach('test', ['0', '1', '0'], steps('', [leaf('a'), leaf('b')]), tolerating),
      any('race', [losing, leaf('fast')]),
      leaf('last', LASTS),
    ]);
    const journal = await brokenOff(root, started('last'), { behave });
    const run = await resumed(root, journal, { behave });
    expect(run.executed).toEqual(['last']);
    const ends = (events: readonly RunEvent[]) =>
      events.flatMap(event => (event.type === 'step.finished' ? [`${event.step} ${event.outcome.state}`] : []));
    const isOfGood = (end: string) => /^test\[[13]\]/.test(end) || end.startsWith('last') || end.startsWith('. ');
    expect(
      ends(run.events)
        .filter(end => !isOfGood(end))
        .sort(),
    ).toEqual(
      ends(journal)
        .filter(end => !isOfGood(end))
        .sort(),
    );
    expect(run.failures.map(({ step }) => step)).toEqual(['test[2]/a']);
  });

  it('keeps what it knew through a second break-off', async () => {
    const root = forEach('.', 6, leaf('', LASTS), { limit: 1 });
    const first = await brokenOff(root, started('[3]'));
    const second = await simulate(root, { resume: first });
    const cut = second.events.findIndex(started('[5]'));
    const run = await resumed(root, [...first, ...second.events.slice(0, cut + 1)]);
    expect(run.executed).toEqual(['[5]', '[6]']);
  });

  it('starts all copies again in a fresh attempt or tick of a group around it', async () => {
    const root = steps('.', [
      steps('t', [forEach('test', 2, leaf(''), { limit: 1 }), leaf('b', LASTS)], {
        every: { intervalMs: 1000, times: 2, overlap: 'skip' },
      }),
    ]);
    const { events } = await simulate(root);
    const cut = events.findLastIndex(started('t/test[2]'));
    expect((await resumed(root, events.slice(0, cut + 1))).executed).toEqual(['t/test[2]', 't/b']);
    const before = events.findLastIndex(started('t'));
    expect((await resumed(root, events.slice(0, before + 1))).executed).toEqual(['t/test[1]', 't/test[2]', 't/b']);
  });

  it('runs its finally again where it is entered again', async () => {
    const root = steps('.', [forEach('test', 2, leaf('', LASTS), { limit: 1, ...lastly([leaf('tidy')]) })]);
    const run = await resumed(root, await brokenOff(root, started('test[2]')));
    expect(run.executed).toEqual(['test[2]', 'test/finally/tidy']);
  });

  it('starts what has rerun again in each copy, and nothing else', async () => {
    const each = steps('', [leaf('login', {}, { rerun: true }), leaf('work')]);
    const root = forEach('.', 3, each, { limit: 1 });
    const run = await resumed(root, await brokenOff(root, started('[3]/work')));
    expect(run.executed).toEqual(['[1]/login', '[2]/login', '[3]/login', '[3]/work']);
  });

  it('remembers copies that have succeeded as ranges of numbers', async () => {
    const root = forEach('.', 200, steps('', [leaf('a')]));
    const past = pastOf((await simulate(root)).events, root);
    expect([...(past.copies ?? [])]).toEqual([{ first: 1, count: 200 }]);
    expect(past.children.size).toBe(0);
  });

  it('broken off anywhere, any number of times, carries each copy out once', async () => {
    const root = steps('.', [
      forEach('one', 9, leaf(''), { limit: 3 }),
      forEach('two', 4, steps('', [leaf('a', LASTS), forEach('in', 3, leaf('', LASTS), { limit: 2 })])),
    ]);
    const behave: SimulateOptions['behave'] = ({ path }) => ({ durationMs: (path.length * 37) % 90 });
    const { events: whole } = await simulate(root, { behave });
    const all = whole.flatMap(event => (event.type === 'step.finished' ? [event.step] : []));
    const cuts = fc.array(share, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(cuts, async places => {
        const journal: RunEvent[] = [];
        const done = new Set<string>();
        let events = whole;
        for (const place of places) {
          const kept = events.slice(0, Math.floor(place * events.length));
          journal.push(...kept);
          for (const event of kept) if (event.type === 'step.finished' && isGood(event)) done.add(event.step);
          const run = await resumed(root, journal, { behave });
          expect(run.executed.filter(step => done.has(step))).toEqual([]);
          expect(run.outcome.state).toBe('succeeded');
          events = run.events;
        }
        expect(all.length).toBeGreaterThan(30);
      }),
      { numRuns: examples(150) },
    );
  });
});

const isGood = (event: RunEvent) => event.type === 'step.finished' && event.outcome.state === 'succeeded';

describe('a forEach of a changed plan', () => {
  const before = forEach('.', ['a', 'b', 'c'], leaf('', LASTS), { limit: 1 });

  const left = async (now: Step) => {
    const fold = createPast();
    for (const event of await brokenOff(before, started('[3]'))) fold.take(event);
    const changed = changedSteps(before, now);
    fold.forget(changed);
    return { changed, copies: [...(fold.root.copies ?? [])], children: [...fold.root.children.keys()] };
  };

  it('with another limit keeps what its copies had come to', async () => {
    const now = forEach('.', ['a', 'b', 'c'], leaf('', LASTS), { limit: 2 });
    expect(await left(now)).toEqual({ changed: ['.'], copies: [{ first: 1, count: 2 }], children: ['[3]'] });
  });

  it.each([
    ['items', forEach('.', ['a', 'x', 'c'], leaf('', LASTS), { limit: 1 })],
    ['copies', forEach('.', ['a', 'b', 'c'], leaf('', { durationMs: 1 }), { limit: 1 })],
  ])('with other %s starts all copies again', async (_, now) => {
    expect(await left(now)).toEqual({ changed: ['[]'], copies: [], children: [] });
  });
});
