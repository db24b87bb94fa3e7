import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import type { Every } from '../../src/plan/plan.ts';
import { again, broken, finished, started } from '../support/broken-off.ts';
import { type SimulateOptions, simulate } from '../support/simulate.ts';
import { forEach, lastly, leaf, steps } from '../support/steps.ts';

const every = (intervalMs: number, times?: number, more: Partial<Every> = {}) => ({
  every: { intervalMs, overlap: 'skip', ...(times === undefined ? {} : { times }), ...more } as Every,
});
const ended = (tick: number) => (event: RunEvent) => event.type === 'tick.finished' && event.tick === tick;
const ticksOf = (events: readonly RunEvent[], step = 't') =>
  events.flatMap(event => (event.type === 'step.started' && event.step === step ? [event.tick] : []));
/** Fails in each tick. */
const failing: SimulateOptions = { behave: ({ path }) => ({ exitCode: /^t(\/b)?$/.test(path) ? 7 : 0 }) };

describe('a step with ticks that is resumed', () => {
  it('starts no tick where more are recorded than there are, as in a journal with lines doubled', async () => {
    const root = leaf('.', {}, every(1000, 2));
    const { events } = await simulate(root);
    const ticks = events.filter(event => event.type === 'step.started' || event.type === 'tick.finished');
    const run = await again(root, [...ticks, ...ticks.map(event => ({ ...event, tick: 3 }))] as RunEvent[]);
    expect(run.executed).toEqual([]);
    expect(run.outcome.state).toBe('succeeded');
  });

  it('goes on with the tick that was broken off, and counts those that had ended', async () => {
    const root = steps('.', [leaf('t', { durationMs: 10 }, every(1000, 4))]);
    const run = await broken(root, started('t', { tick: 3 }));
    const ticks = run.events.flatMap(event =>
      event.type === 'step.started' && event.step === 't' ? [event.tick] : [],
    );
    expect(ticks).toEqual([3, 4]);
    expect(run.tookMs).toBe(1010);
  });

  it('goes on with the next tick, now, when it was broken off between two', async () => {
    const root = steps('.', [steps('t', [leaf('a', { durationMs: 10 })], every(1000, 4))]);
    const run = await broken(root, event => event.type === 'tick.finished' && event.tick === 2);
    const ticks = run.events.flatMap(event =>
      event.type === 'step.started' && event.step === 't' ? [event.tick] : [],
    );
    expect(ticks).toEqual([3, 4]);
    expect(run.executed).toEqual(['t/a', 't/a']);
  });

  it('takes over what had ended in the tick that was broken off, and nothing of an earlier one', async () => {
    const root = steps('.', [steps('t', [leaf('a'), leaf('b', { durationMs: 10 })], every(1000, 2))]);
    const first = await simulate(root);
    const index = first.events.findLastIndex(event => event.type === 'step.started' && event.step === 't/b');
    expect((await again(root, first.events.slice(0, index + 1))).executed).toEqual(['t/b']);
    const before = first.events.findLastIndex(event => event.type === 'step.started' && event.step === 't');
    expect((await again(root, first.events.slice(0, before + 1))).executed).toEqual(['t/a', 't/b']);
  });

  it('starts no tick more when all had ended', async () => {
    const root = steps('.', [leaf('t', {}, every(1000, 2)), leaf('b')]);
    const run = await broken(root, event => event.type === 'tick.finished' && event.tick === 2);
    expect(run.executed).toEqual(['b']);
  });

  it('goes on with the next tick where one had failed that was not its end', async () => {
    for (const until of [{ until: 'success' }, { failureThreshold: 9 }] as const) {
      const root = steps('.', [steps('t', [leaf('a'), leaf('b')], every(1000, 4, until))]);
      const run = await broken(root, ended(2), failing);
      expect(ticksOf(run.events)).toEqual([3, 4]);
    }
  });

  it('counts the failures in a row from before', async () => {
    const root = steps('.', [leaf('t', {}, every(1000, 9, { failureThreshold: 4 }))]);
    const first = await broken(root, ended(2), failing);
    expect(ticksOf(first.events)).toEqual([3, 4]);
    expect(first.outcome.state).toBe('failed');
    const during = await broken(root, started('t', { tick: 3 }), failing);
    expect(ticksOf(during.events)).toEqual([3, 4]);
  });

  it('is given as many failures again once they had made it fail', async () => {
    const root = steps('.', [leaf('t', {}, every(1000, 9, { failureThreshold: 2 }))]);
    const first = await simulate(root, failing);
    const second = await again(root, first.events, failing);
    expect(ticksOf(second.events)).toEqual([2, 3]);
    const behind = second.events.findIndex(ended(2));
    const third = await again(root, [...first.events, ...second.events.slice(0, behind + 1)], failing);
    expect(ticksOf(third.events)).toEqual([3]);
  });

  it('begins anew where all its ticks were in vain', async () => {
    const root = steps('.', [steps('t', [leaf('a'), leaf('tb')], every(1000, 2, { until: 'success' }))]);
    const fails: SimulateOptions = { behave: ({ path }) => ({ exitCode: path === 't/tb' ? 7 : 0 }) };
    const run = await broken(root, finished('t'), fails);
    expect(ticksOf(run.events)).toEqual([1, 2]);
    expect(run.executed).toEqual(['t/a', 't/tb', 't/a', 't/tb']);
  });

  it('starts none where the one that had failed was its good end, of which only the end was not recorded', async () => {
    const tidy = lastly([leaf('tidy')]);
    for (const more of [{ until: 'failure' }, { failureThreshold: 2 }] as const) {
      const root = steps('.', [leaf('t', {}, { ...every(1000, 1, more), ...tidy })]);
      const run = await broken(root, ended(1), failing);
      expect(run.executed).toEqual(['t/finally/tidy']);
      expect(run.state('t')).toBe('succeeded');
    }
  });

  it('enters its last tick again, where something in it has rerun, for that alone', async () => {
    const root = steps('.', [
      steps('t', [leaf('login', {}, { rerun: true }), leaf('work')], every(1000, 2)),
      leaf('b', { durationMs: 10 }),
    ]);
    const run = await broken(root, started('b'));
    expect(run.executed).toEqual(['t/login', 'b']);
    expect(ticksOf(run.events)).toEqual([2]);
  });

  it('tells again what had ended in the last tick, where only the end of the step was not recorded', async () => {
    const root = steps('.', [
      steps('t', [leaf('a'), forEach('f', 2, leaf(''))], { ...every(1000, 2), ...lastly([leaf('tidy')]) }),
    ]);
    const run = await broken(root, started('t/finally/tidy'));
    expect(run.executed).toEqual(['t/finally/tidy']);
    const told = run.events.flatMap(event => ('resumed' in event && 'step' in event ? [event.step] : []));
    expect(told).toEqual(['.', 't/a', 't/f', 't/f']);
  });

  it('goes on with the next tick where one was stopped for it', async () => {
    const root = steps('.', [leaf('t', { durationMs: 5000 }, every(1000, 3, { overlap: 'cancel' }))]);
    const run = await broken(root, ended(1));
    expect(ticksOf(run.events)).toEqual([2, 3]);
  });
});
