/** `any`: the first success wins. */
import { describe, expect, it } from 'vitest';
import { again, started, upTo } from '../support/broken-off.ts';
import { type SimulateOptions, simulate } from '../support/simulate.ts';
import { any, gather, lastly, leaf, retry, steps } from '../support/steps.ts';

describe('any', () => {
  it('succeeds with the first child that does, and cancels the others', async () => {
    const {
      outcome,
      steps: ended,
      tookMs,
    } = await simulate(any('.', [leaf('slow', { durationMs: 50, stopMs: 5 }), leaf('fast', { durationMs: 10 })]));
    expect(outcome).toEqual({ state: 'succeeded' });
    expect(ended.get('slow')).toMatchObject({ state: 'cancelled', reason: { type: 'lost', step: 'fast' } });
    expect(tookMs).toBe(15);
  });

  it('skips children that have not started by then', async () => {
    const { steps: ended } = await simulate(
      any('.', [leaf('a'), leaf('b', { durationMs: 10 }), leaf('c', { durationMs: 10 })]),
      {
        slots: 1,
      },
    );
    expect(ended.get('a')?.state).toBe('succeeded');
    for (const step of ['b', 'c'])
      expect(ended.get(step)).toEqual({ state: 'skipped', reason: { type: 'lost', step: 'a' } });
  });

  it('goes on after a failure, and fails when all have failed, with the first one', async () => {
    const { outcome, failures } = await simulate(
      any('.', [leaf('a', { durationMs: 20, exitCode: 2 }), leaf('b', { durationMs: 10, exitCode: 3 })]),
    );
    expect(outcome).toEqual({ state: 'failed', reason: { type: 'child', step: 'b' }, exitCode: 3 });
    expect(failures.map(({ step }) => step)).toEqual(['b', 'a']);
  });

  it('succeeds in spite of failures before', async () => {
    const { exitCode, state } = await simulate(any('.', [leaf('a', { exitCode: 2 }), leaf('b', { durationMs: 10 })]));
    expect(exitCode).toBe(0);
    expect(state('a')).toBe('failed');
  });

  it('takes a failure that is allowed for no success', async () => {
    const { state } = await simulate(
      any('.', [leaf('a', { exitCode: 2 }, { allowFailure: true }), leaf('b', { durationMs: 10 })]),
    );
    expect(state('b')).toBe('succeeded');
  });

  it('is tried again as a whole', async () => {
    const { lines } = await simulate(
      any('.', [leaf('a', [{ exitCode: 1 }, {}]), leaf('b', { exitCode: 1 })], retry(1)),
    );
    expect(lines.filter(line => line.includes('a started')).length).toBe(2);
  });

  it('lets the finally of those that lost run to its end', async () => {
    const { lines } = await simulate(
      any('.', [
        leaf('slow', { durationMs: 50 }, lastly([leaf('cleanup', { durationMs: 7 })])),
        leaf('fast', { durationMs: 10 }),
      ]),
    );
    expect(lines).toContain('17 slow/finally/cleanup succeeded');
  });

  it('is cancelled with what is around it', async () => {
    const { outcome } = await simulate(any('.', [leaf('a', { durationMs: 50 })]), {
      during: (run, clock) => void clock.at(5, () => run.cancel({ type: 'aborted' })),
    });
    expect(outcome).toEqual({ state: 'cancelled', reason: { type: 'aborted' } });
  });

  it('has not failed where it is cut off while a child may still win, whatever had failed before', async () => {
    const cutOff: SimulateOptions = { during: (run, clock) => void clock.at(5, () => run.cancel({ type: 'aborted' })) };
    const cancelled = { state: 'cancelled', reason: { type: 'aborted' } };
    const failed = leaf('a', { exitCode: 2 });
    const running = await simulate(any('.', [failed, leaf('b', { durationMs: 50 })]), cutOff);
    expect(running.outcome).toEqual(cancelled);
    expect([running.state('a'), running.state('b')]).toEqual(['failed', 'cancelled']);
    const other = leaf('busy', { durationMs: 50 });
    const queued = await simulate(gather('.', [other, any('any', [failed, leaf('b')])]), { ...cutOff, slots: 1 });
    expect(queued.state('any/b')).toBe('skipped');
    expect(queued.steps.get('any')).toEqual(cancelled);
    const tidyingUp = leaf('b', { exitCode: 3 }, lastly([leaf('tidy', { durationMs: 9 })]));
    const decided = await simulate(any('.', [failed, tidyingUp]), cutOff);
    expect(decided.outcome).toMatchObject({ state: 'failed', exitCode: 2 });
  });

  it('with no children has succeeded', async () => {
    expect((await simulate(any('.', []))).outcome).toEqual({ state: 'succeeded' });
  });

  it('takes its winner over when the run is resumed', async () => {
    const tree = steps('.', [
      any('1', [leaf('a', { durationMs: 20 }), leaf('b', { durationMs: 10 })]),
      leaf('2', { durationMs: 5 }),
    ]);
    const { events } = await simulate(tree);
    for (const last of ['1/b', '1']) {
      const end = events.findIndex(event => event.type === 'step.finished' && event.step === last);
      const { lines, state } = await simulate(tree, { resume: events.slice(0, end + 1) });
      expect(lines.filter(line => / (1\/[ab]|2) started/.test(line))).toEqual(['0 2 started']);
      expect(state('1/b')).toBe('succeeded');
      expect(state('1')).toBe('succeeded');
    }
  });

  it('enters its winner again for what has rerun in it, and starts no other', async () => {
    const login = leaf('login', {}, { rerun: true });
    const tree = steps('.', [
      any('1', [leaf('a', { durationMs: 90 }), steps('b', [login, leaf('work')])]),
      leaf('2', { durationMs: 5 }),
    ]);
    const journal = upTo(await simulate(tree), started('2'));
    const run = await again(tree, journal);
    expect(run.executed).toEqual(['1/b/login', '2']);
    expect(run.state('1/a')).toBe('skipped');
    const failed = await again(tree, journal, { behave: ({ path }) => ({ exitCode: path === '1/b/login' ? 1 : 0 }) });
    expect(failed.executed).toEqual(['1/b/login', '1/a', '2']);
    expect(failed.outcome.state).toBe('succeeded');
  });
});
