import { describe, expect, it } from 'vitest';
import { simulate } from '../support/simulate.ts';
import { gather, leaf, retry, steps } from '../support/steps.ts';

const lostOnce = [{ lost: true }, {}] as const;

describe('a step whose worker was lost', () => {
  it('has failed, and is not made once more: it may have run', async () => {
    const { outcome, exitCode } = await simulate(leaf('.', lostOnce));
    expect(outcome).toEqual({ state: 'failed', reason: { type: 'lost', message: 'lost' } });
    expect(exitCode).toBe(1);
  });

  it('is not made once more by a retry that does not name it', async () => {
    const { outcome, events } = await simulate(leaf('.', lostOnce, retry(3)));
    expect(outcome).toMatchObject({ reason: { type: 'lost' } });
    expect(events.filter(({ type }) => type === 'step.retrying')).toEqual([]);
  });

  it('is made once more where retry.on names it', async () => {
    const run = await simulate(leaf('.', lostOnce, { retry: { ...retry(1).retry, on: [{ type: 'lost' }] } }));
    expect(run.outcome.state).toBe('succeeded');
  });

  it('is made once more, at once, where it is idempotent, three times at most', async () => {
    const idempotent = { ...leaf('.', lostOnce), idempotent: true } as const;
    const run = await simulate(idempotent);
    expect(run.outcome.state).toBe('succeeded');
    expect(run.events.find(({ type }) => type === 'step.retrying')).toMatchObject({ attempt: 2, delayMs: 0 });
    const never = await simulate({ ...leaf('.', { lost: true }), idempotent: true } as typeof idempotent);
    expect(never.outcome).toMatchObject({ reason: { type: 'lost' } });
    expect(never.events.filter(({ type }) => type === 'attempt.finished')).toHaveLength(4);
  });

  it('is not made once more by a retry, either, where its own time was over: it may still run', async () => {
    const late = leaf('.', [{ durationMs: 9000, lost: true }, {}], { ...retry(1), timeoutMs: 1000 });
    const run = await simulate(late);
    expect(run).toMatchObject({ tookMs: 1000, outcome: { state: 'failed', reason: { type: 'lost' } } });
    expect(run.events.filter(({ type }) => type === 'step.retrying')).toEqual([]);
    // What is cancelled for another reason is cancelled.
    const { steps: ends } = await simulate(
      gather('.', [leaf('a', { durationMs: 9, exitCode: 1 }), leaf('b', { durationMs: 99, lost: true })]),
    );
    expect(ends.get('b')?.state).toBe('cancelled');
  });

  it('is made once more by the retry of a group around it', async () => {
    const run = await simulate(steps('.', [leaf('a', lostOnce)], retry(1)), {
      behave: (() => {
        let count = 0;
        return () => (++count === 1 ? { lost: true } : {});
      })(),
    });
    expect(run.outcome.state).toBe('succeeded');
  });
});

describe('the clock of a step that waits for a machine', () => {
  const late = leaf('.', { waitMs: 5000, durationMs: 900 }, { timeoutMs: 1000 });

  it('begins with its start', async () => {
    const run = await simulate(late, { startsLate: true });
    expect(run).toMatchObject({ outcome: { state: 'succeeded' }, tookMs: 5900, timersLeft: 0 });
  });

  it('runs out as any other', async () => {
    const run = await simulate(leaf('.', { waitMs: 5000, durationMs: 2000 }, { timeoutMs: 1000 }), {
      startsLate: true,
    });
    expect(run.outcome).toMatchObject({ state: 'failed', reason: { type: 'timeout', limitMs: 1000 } });
    expect(run).toMatchObject({ tookMs: 6000, timersLeft: 0 });
  });

  it('has its limit in the one for slots: no worker may be there', async () => {
    const limits = { queueMs: 3000 };
    const run = await simulate(leaf('.', { waitMs: 5000 }, { limits }), { startsLate: true });
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'timeout', limitMs: 3000, clock: 'worker' } });
    expect(run).toMatchObject({ tookMs: 3000, timersLeft: 0 });
    const taken = await simulate(leaf('.', { waitMs: 2000, durationMs: 9000 }, { limits }), { startsLate: true });
    expect(taken).toMatchObject({ outcome: { state: 'succeeded' }, tookMs: 11_000, timersLeft: 0 });
  });

  it('keeps no step beside it from starting', async () => {
    const run = await simulate(gather('.', [leaf('a', { waitMs: 5000 }), leaf('b', { durationMs: 100 })]), {
      startsLate: true,
    });
    expect(run.events.flatMap(event => (event.type === 'step.started' ? [[event.t, event.step]] : []))).toEqual([
      [0, '.'],
      [0, 'b'],
      [5000, 'a'],
    ]);
  });

  it('of the whole plan goes on while it waits', async () => {
    const run = await simulate(steps('.', [leaf('a', { waitMs: 5000 })], { timeoutMs: 3000 }), { startsLate: true });
    expect(run).toMatchObject({ exitCode: 124, tookMs: 3000, timersLeft: 0 });
  });
});
