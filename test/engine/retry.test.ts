import { describe, expect, it } from 'vitest';
import { retryDelay } from '../../src/engine/retrying.ts';
import { simulate } from '../support/simulate.ts';
import { gather, leaf, retry, steps } from '../support/steps.ts';

const settings = { times: 9, delayMs: 1000, factor: 2, maxDelayMs: 60_000, jitter: 'none' } as const;

describe('retry', () => {
  it('runs a failed step again until it succeeds', async () => {
    const run = await simulate(leaf('.', [{ exitCode: 1 }, { exitCode: 2 }, {}], retry(5)));
    expect(run.lines).toEqual([
      '0 . started',
      '0 . retrying in 1000',
      '1000 . started attempt 2',
      '1000 . retrying in 2000',
      '3000 . started attempt 3',
      '3000 . succeeded',
    ]);
    expect(run.events.at(-2)).toMatchObject({ type: 'step.finished', attempts: 3 });
  });

  it('gives up after the attempts it has, with the last failure', async () => {
    const run = await simulate(leaf('.', [{ exitCode: 1 }, { exitCode: 2 }], retry(1)));
    expect(run).toMatchObject({ outcome: { state: 'failed', exitCode: 2 }, tookMs: 1000 });
  });

  it('does not repeat what succeeded, nor what was cancelled', async () => {
    const run = await simulate(
      gather('.', [leaf('bad', { durationMs: 10, exitCode: 1 }), leaf('b', { durationMs: 50 }, retry(9))]),
    );
    expect(run.lines.filter(line => line.includes('b started'))).toHaveLength(1);
  });

  it('ends its wait at once when it is cancelled', async () => {
    const run = await simulate(
      gather('.', [
        leaf('b', { exitCode: 1 }, retry(9, { delayMs: 50_000 })),
        leaf('bad', { durationMs: 10, exitCode: 1 }),
      ]),
    );
    expect(run).toMatchObject({ tookMs: 10, timersLeft: 0 });
    expect(run.state('b')).toBe('cancelled');
  });

  it('gives its slot back while it waits', async () => {
    const run = await simulate(
      gather('.', [leaf('a', [{ exitCode: 1 }, {}], retry(1)), leaf('b', { durationMs: 500 })]),
      { slots: 1 },
    );
    expect(run.lines).toContain('0 b started');
    expect(run.tookMs).toBe(1000);
  });

  it('of a group runs the whole group in a fresh scope', async () => {
    const run = await simulate(
      steps('.', [leaf('a'), leaf('b', [{ exitCode: 1 }])], retry(2, { delayMs: 100, factor: 1 })),
    );
    expect(run.lines.filter(line => line.includes('a started'))).toEqual([
      '0 a started',
      '100 a started',
      '200 a started',
    ]);
    expect(run.outcome).toMatchObject({ state: 'failed', reason: { type: 'child', step: 'b' } });
  });

  it('of a group forgets the failures of the attempts before', async () => {
    const run = await simulate(
      gather('.', [steps('g', [leaf('b', { exitCode: 1 })], retry(1)), leaf('other', { exitCode: 2 })], {
        failFast: false,
      }),
    );
    expect(run.failures.map(({ step }) => step)).toEqual(['other', 'g/b']);
  });

  it('for ever goes on until it succeeds', async () => {
    const failing = Array.from({ length: 500 }, () => ({ exitCode: 1 }));
    const run = await simulate(leaf('.', [...failing, {}], retry(Number.POSITIVE_INFINITY)));
    expect(run.outcome.state).toBe('succeeded');
  });

  it('multiplies the delay up to its maximum', () => {
    expect([1, 2, 3, 7, 30].map(failed => retryDelay(settings, failed, () => 0))).toEqual([
      1000, 2000, 4000, 60_000, 60_000,
    ]);
  });

  it('with full jitter waits between nothing and the whole delay', () => {
    const jittered = { ...settings, jitter: 'full' } as const;
    expect([0, 0.25, 0.999].map(value => retryDelay(jittered, 2, () => value))).toEqual([0, 500, 1998]);
  });
});
