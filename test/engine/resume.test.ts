import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { createPast } from '../../src/events/past.ts';
import type { Step } from '../../src/plan/plan.ts';
import { changedSteps } from '../../src/plan/same.ts';
import { again, broken, finished, started, upTo } from '../support/broken-off.ts';
import { type SimulateOptions, type Simulation, simulate } from '../support/simulate.ts';
import { gather, lastly, leaf, retry, sleep, steps } from '../support/steps.ts';
import { foreground, paths, share, tree } from '../support/trees.ts';
import { examples } from '../support/way.ts';

describe('a resumed run', () => {
  it('takes over what had succeeded, and starts what had not ended', async () => {
    const root = steps('.', [leaf('a', { durationMs: 5 }), leaf('b', { durationMs: 5 }), leaf('c')]);
    const run = await broken(root, started('b'));
    expect(run.executed).toEqual(['b', 'c']);
    expect(run.outcome).toEqual({ state: 'succeeded' });
    expect(run.state('a')).toBe('succeeded');
    expect(run.events[0]).toMatchObject({ type: 'run.started', resumed: { count: 1, taken: 1 } });
  });

  it('tells again how what it takes over had ended, in declared order, before what is above it', async () => {
    const root = steps('.', [
      gather('g', [leaf('a', { durationMs: 9 }), leaf('b')], lastly([leaf('tidy')])),
      leaf('c'),
    ]);
    const run = await broken(root, started('c'));
    const told = run.events.flatMap(event => (event.type === 'step.finished' && event.resumed ? [event.step] : []));
    expect(told).toEqual(['g/a', 'g/b', 'g/finally/1', 'g'].map(path => path.replace('1', 'tidy')));
    expect(run.executed).toEqual(['c']);
  });

  it('starts a failed step again from its first attempt', async () => {
    const root = steps('.', [leaf('a'), leaf('b', [{ exitCode: 1 }, { exitCode: 1 }], retry(1)), leaf('c')]);
    const run = await broken(root, event => event.type === 'run.finished');
    expect(run.executed).toEqual(['b', 'b#2']);
    expect(run.outcome.state).toBe('failed');
  });

  it('does not start a step again whose failure was allowed, and tells it', async () => {
    const root = steps('.', [leaf('a', { exitCode: 3 }, { allowFailure: true }), leaf('b')]);
    const run = await broken(root, started('b'));
    expect(run.executed).toEqual(['b']);
    expect(run.failures).toMatchObject([{ step: 'a', outcome: { exitCode: 3, allowed: true } }]);
    expect(run.outcome.state).toBe('succeeded');
  });

  it('goes on in the attempt that was broken off', async () => {
    const flaky = leaf('a', [{ exitCode: 1 }, { durationMs: 10, exitCode: 1 }, {}], retry(2));
    const root = steps('.', [flaky]);
    expect((await broken(root, started('a', { attempt: 2 }))).executed).toEqual(['a#2', 'a#3']);
  });

  it('counts the attempts of its earlier parts', async () => {
    const attemptsOf = ({ events }: Simulation, step: string) =>
      events.flatMap(event => (event.type === 'step.finished' && event.step === step ? event.attempts : []));
    const root = steps('.', [leaf('a', [{ exitCode: 1 }, { exitCode: 1 }, { exitCode: 1 }, {}], retry(5))]);
    expect(attemptsOf(await broken(root, started('a', { attempt: 2 })), 'a')).toEqual([4]);
    const inWait = await broken(root, event => event.type === 'step.retrying' && event.attempt === 3);
    expect(attemptsOf(inWait, 'a')).toEqual([4]);
    const atEnd = await broken(root, event => event.type === 'attempt.finished' && event.attempt === 4);
    expect(attemptsOf(atEnd, 'a')).toEqual([4]);
  });

  it('goes on with the next attempt when it was broken off in the wait for it', async () => {
    const root = steps('.', [leaf('a', [{ exitCode: 1 }, {}], retry(1))]);
    const run = await broken(root, event => event.type === 'step.retrying');
    expect(run.executed).toEqual(['a#2']);
    expect(run.tookMs).toBe(0);
  });

  it('takes nothing over from an earlier attempt of a group', async () => {
    const root = steps('g', [leaf('a'), leaf('b', [{ exitCode: 1 }, {}])], { ...retry(1) });
    const whole = steps('.', [{ ...root, children: [leaf('a'), leaf('b', { exitCode: 1 })] } as Step]);
    const run = await broken(whole, event => event.type === 'step.retrying');
    expect(run.executed).toEqual(['g/a', 'g/b']);
  });

  it('takes over what had succeeded in the attempt of a group that was broken off', async () => {
    const whole = steps('.', [steps('g', [leaf('a'), leaf('b', { exitCode: 1 })], retry(1))]);
    const first = await simulate(whole);
    const second = first.events.findLastIndex(started('g/b'));
    expect((await again(whole, first.events.slice(0, second + 1))).executed).toEqual(['g/b']);
  });

  it('runs the finally of a group again that it enters again', async () => {
    const root = steps('.', [steps('g', [leaf('a'), leaf('b', { durationMs: 5 })], lastly([leaf('x'), leaf('y')]))]);
    expect((await broken(root, started('g/b'))).executed).toEqual(['g/b', 'g/finally/x', 'g/finally/y']);
    expect((await broken(root, started('g/finally/y'))).executed).toEqual(['g/finally/x', 'g/finally/y']);
  });

  it('runs the finally of a leaf whose body had succeeded', async () => {
    const root = steps('.', [leaf('a', {}, lastly([leaf('x', { durationMs: 5 })]))]);
    const run = await broken(root, started('a/finally/x'));
    expect(run.executed).toEqual(['a/finally/x']);
    expect(run.state('a')).toBe('succeeded');
  });

  it('runs a finally again that was cut by a second signal, though the body had succeeded', async () => {
    const root = steps('.', [leaf('a', {}, lastly([leaf('x', { durationMs: 50 }), leaf('y')])), leaf('b')]);
    const reason = { type: 'interrupted', signal: 'SIGINT' } as const;
    const first = await simulate(root, { during: (run, clock) => void clock.at(10, () => run.kill(reason)) });
    expect(first.steps.get('a')).toEqual({ state: 'cancelled', reason });
    const run = await again(root, first.events);
    expect(run.executed).toEqual(['a/finally/x', 'a/finally/y', 'b']);
    expect(run.outcome.state).toBe('succeeded');
  });

  it('starts background steps again', async () => {
    const root = steps('.', [
      leaf('server', { durationMs: 1e9 }, { background: true }),
      leaf('a'),
      leaf('b', { durationMs: 9 }),
    ]);
    const run = await broken(root, started('b'));
    expect(run.executed).toEqual(['server', 'b']);
    expect(run.outcome.state).toBe('succeeded');
  });

  it('starts steps with rerun again, also in a group that had succeeded', async () => {
    const root = steps('.', [
      steps('setup', [leaf('login', {}, { rerun: true }), leaf('fetch')]),
      leaf('b', { durationMs: 9 }),
    ]);
    expect((await broken(root, started('b'))).executed).toEqual(['setup/login', 'b']);
  });

  it('keeps what had succeeded although it is interrupted before it comes there again', async () => {
    const root = steps('.', [leaf('a', {}, { rerun: true }), leaf('b'), leaf('c', { durationMs: 9 })]);
    const first = await simulate(root);
    const journal = upTo(first, started('c'));
    const second = await again(root, journal, {
      during: run => run.cancel({ type: 'interrupted', signal: 'SIGINT' }),
    });
    expect(second.executed).toEqual([]);
    expect((await again(root, [...journal, ...second.events])).executed).toEqual(['a', 'c']);
  });

  it('of a run that had succeeded starts nothing', async () => {
    const root = steps('.', [leaf('a'), gather('g', [leaf('b'), sleep('c', 5)])]);
    const run = await broken(root, finished('.'));
    expect(run.executed).toEqual([]);
    expect(run.outcome.state).toBe('succeeded');
    expect(run.tookMs).toBe(0);
  });

  it('starts deadlines afresh', async () => {
    const root = steps('.', [leaf('a', { durationMs: 80 }), leaf('b', { durationMs: 80 })], { timeoutMs: 100 });
    const run = await broken(root, started('b'));
    expect(run.outcome.state).toBe('succeeded');
  });

  it('that had been interrupted starts what was cancelled or skipped', async () => {
    const root = steps('.', [leaf('a'), leaf('b', { durationMs: 50 }), leaf('c')]);
    const first = await simulate(root, {
      during: (run, clock) => void clock.at(10, () => run.cancel({ type: 'aborted' })),
    });
    expect(first.state('c')).toBe('skipped');
    expect((await again(root, first.events)).executed).toEqual(['b', 'c']);
  });
});

describe('broken off anywhere, any number of times, and resumed', () => {
  /** Steps that may be carried out more than once by design. */
  const mayRepeat = (root: Step) =>
    new Set(
      paths(root, '.').flatMap(([path, step, { repeated, slotless }]) =>
        repeated || slotless || step.every !== undefined || step.retry !== undefined ? [path] : [],
      ),
    );

  it('no step that was recorded as succeeded is carried out again, and the run ends as it would have', async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.array(share, { minLength: 1, maxLength: 3 }), async (generated, cuts) => {
        const root = { ...foreground(generated), id: '.' };
        const repeats = mayRepeat(root);
        const whole = await simulate(root, { during: stopAfterAMinute });
        const journal: RunEvent[] = [];
        let events = whole.events;
        for (const cut of cuts) {
          journal.push(...events.slice(0, Math.floor(cut * events.length)));
          const succeeded = new Set(
            journal.flatMap(event =>
              event.type === 'step.finished' && event.outcome.state === 'succeeded' ? [event.step] : [],
            ),
          );
          const next = await again(root, journal, { during: stopAfterAMinute });
          expect(next.executed.filter(path => !repeats.has(path) && succeeded.has(path))).toEqual([]);
          events = next.events;
        }
        // Where clocks, ticks and attempts start afresh the end may be another one.
        const isPlain = paths(root, '.').every(
          ([, { timeoutMs, every: ticks, retry: attempts, background, type }]) =>
            timeoutMs === undefined && ticks === undefined && attempts === undefined && !background && type !== 'sleep',
        );
        const last = events.at(-1);
        if (isPlain && last?.type === 'run.finished') expect(last.outcome.state).toBe(whole.outcome.state);
      }),
      { numRuns: examples(300) },
    );
  });
});

/** Sleeps without end and servers alone would go on for ever. */
const stopAfterAMinute: NonNullable<SimulateOptions['during']> = (run, clock) =>
  void clock.at(60_000, () => run.cancel({ type: 'aborted' }));

describe('of a changed plan', () => {
  const before = steps('.', [leaf('a'), steps('g', [leaf('b'), leaf('c')]), leaf('d', { durationMs: 5 })]);

  /** The past that is left for the changed plan, broken off in d. */
  const left = async (now: Step) => {
    const fold = createPast();
    for (const event of upTo(await simulate(before), started('d'))) fold.take(event);
    fold.forget(changedSteps(before, now));
    return fold.root;
  };

  it('only steps that stand where they stood, with the same keys, are taken over', async () => {
    const g = steps('g', [leaf('b', { output: 'new' }), leaf('c')]);
    const past = await left(steps('.', [leaf('a'), g, leaf('d', { durationMs: 5 })]));
    expect(past.children.get('a')?.finished).toBeDefined();
    expect(past.children.get('g')?.finished).toBeUndefined();
    expect(past.children.get('g')?.children.get('b')).toMatchObject({ attempt: 0, finished: undefined });
    expect(past.children.get('g')?.children.get('c')?.finished).toBeDefined();
  });

  it.each([
    ['one step more', [leaf('b'), leaf('c'), leaf('new')]],
    ['one step less', [leaf('c')]],
  ])('a group that has %s is entered again', async (_, children) => {
    const past = await left(steps('.', [leaf('a'), steps('g', children), leaf('d', { durationMs: 5 })]));
    expect(past.children.get('g')?.finished).toBeUndefined();
    expect(past.children.get('g')?.children.get('c')?.finished).toBeDefined();
  });

  it('a later resumption of the run does not know the changed steps either', async () => {
    const now = steps('.', [leaf('a', { output: 'new' }), steps('g', [leaf('b'), leaf('c')]), leaf('d')]);
    const journal = upTo(await simulate(before), started('d'));
    const changed = changedSteps(before, now);
    const second: RunEvent = {
      type: 'run.started',
      v: 1,
      run: 'r',
      name: 'n',
      at: '',
      resumed: { count: 1, taken: 2, changed },
    };
    expect((await again(now, [...journal, second])).executed).toEqual(['a', 'd']);
  });

  it('the steps that changed are named, those that came and went included', () => {
    const now = steps('.', [
      leaf('a', { exitCode: 1 }),
      steps('g', [leaf('c')], { timeoutMs: 5 }),
      leaf('d', { durationMs: 5 }),
      leaf('e'),
    ]);
    expect(changedSteps(before, now)).toEqual(['a', 'g', 'g/b', 'e']);
  });

  it('what only people read is no change', () => {
    expect(changedSteps(leaf('a', {}, { name: 'old', description: 'x' }), leaf('a', {}, { name: 'new' }))).toEqual([]);
  });
});

describe('a step that is stopped by hand', () => {
  it('has failed for that reason, its retries are not used, its finally runs', async () => {
    const root = gather('.', [
      leaf('a', { durationMs: 100 }, { ...retry(3), ...lastly([leaf('x')]) }),
      leaf('b', { durationMs: 50 }),
    ]);
    let answer: unknown;
    const run = await simulate(root, {
      during: (active, clock) =>
        void clock.at(10, () => {
          answer = active.stop('a');
        }),
    });
    expect(answer).toMatchObject({ type: 'stopping' });
    expect(run.steps.get('a')).toEqual({ state: 'failed', reason: { type: 'stopped-by-user' } });
    expect(run.state('a/finally/x')).toBe('succeeded');
    expect(run.steps.get('b')).toEqual({ state: 'cancelled', reason: { type: 'sibling-failed', step: 'a' } });
    expect(run.exitCode).toBe(1);
  });

  it.each([
    ['waits for its slot', leaf('a'), 1],
    ['waits for its next attempt', leaf('a', { exitCode: 1 }, retry(3, { delayMs: 1e6 })), 2],
    ['waits for its next tick', leaf('a', {}, { every: { intervalMs: 1e6, times: 3, overlap: 'skip' } }), 2],
    ['is a sleep', sleep('a', 'forever'), 2],
    ['is a group', steps('a', [leaf('b', { durationMs: 1e6 })]), 2],
  ])('while it %s has failed for that reason', async (_, step, slots) => {
    const root = gather('.', [leaf('other', { durationMs: 500 }), step], { failFast: false });
    const run = await simulate(root, { slots, during: (active, clock) => void clock.at(10, () => active.stop('a')) });
    expect(run.steps.get('a')).toEqual({ state: 'failed', reason: { type: 'stopped-by-user' } });
    expect(run.state('other')).toBe('succeeded');
    expect(run.tookMs).toBe(500);
  });

  it('tells what is below it why it was cancelled', async () => {
    const root = steps('.', [steps('a', [leaf('b', { durationMs: 1e6 })], { allowFailure: true }), leaf('c')]);
    const run = await simulate(root, { during: (active, clock) => void clock.at(10, () => active.stop('a')) });
    expect(run.steps.get('a/b')).toEqual({ state: 'cancelled', reason: { type: 'stopped-by-user', step: 'a' } });
    expect(run.state('c')).toBe('succeeded');
    expect(run.exitCode).toBe(0);
  });

  it('that does not run is refused, and what runs is named', async () => {
    let answer: unknown;
    await simulate(steps('.', [leaf('a', { durationMs: 50 }, lastly([leaf('x')])), leaf('b')]), {
      during: (active, clock) =>
        void clock.at(10, () => {
          answer = active.stop('b');
        }),
    });
    expect(answer).toEqual({ type: 'not-running', running: ['.', 'a'] });
  });

  it('which is the plan itself ends the run with 1, after its finally', async () => {
    const root = steps('.', [leaf('a', { durationMs: 100 })], lastly([leaf('x')]));
    let ended: Promise<unknown> | undefined;
    const run = await simulate(root, {
      during: (active, clock) =>
        void clock.at(10, () => {
          const stopping = active.stop('.');
          if (stopping.type === 'stopping') ended = stopping.ended;
        }),
    });
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'stopped-by-user' } });
    expect(await ended).toEqual(run.outcome);
    expect(run.state('finally/x')).toBe('succeeded');
    expect(run.exitCode).toBe(1);
  });
});
