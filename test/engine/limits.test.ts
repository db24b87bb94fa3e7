/** `timeout` with its four clocks, and `retry.on`. */
import { describe, expect, it } from 'vitest';
import { isRetried } from '../../src/engine/retrying.ts';
import type { Retry } from '../../src/plan/plan.ts';
import { parseRetryOn } from '../../src/plan/retry.ts';
import { simulate } from '../support/simulate.ts';
import { gather, leaf, retry, steps } from '../support/steps.ts';

describe('timeout.total', () => {
  it('counts all attempts and the waits between them, and is not retried', async () => {
    const run = await simulate(
      leaf(
        '.',
        { durationMs: 100, exitCode: 1 },
        { ...retry(9, { delayMs: 50, factor: 1 }), limits: { totalMs: 400 } },
      ),
    );
    expect(run.lines.filter(line => line.includes('started')).length).toBe(3);
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'timeout', limitMs: 400, clock: 'total' } });
    expect(run).toMatchObject({ tookMs: 400, exitCode: 124, timersLeft: 0 });
  });

  it('that runs out in the wait between attempts fails the step', async () => {
    const run = await simulate(
      steps('.', [leaf('1', { exitCode: 1 }, { ...retry(9, { delayMs: 500 }), limits: { totalMs: 400 } })]),
    );
    expect(run.steps.get('1')).toEqual({ state: 'failed', reason: { type: 'timeout', limitMs: 400, clock: 'total' } });
  });

  it('counts the wait for a slot', async () => {
    const run = await simulate(
      gather('.', [leaf('a', { durationMs: 1000 }), leaf('b', {}, { limits: { totalMs: 300 }, allowFailure: true })]),
      { slots: 1 },
    );
    expect(run.steps.get('b')).toMatchObject({ state: 'failed', reason: { type: 'timeout', clock: 'total' } });
    expect(run.steps.get('a')?.state).toBe('succeeded');
  });

  it('is each tick’s own', async () => {
    const beat = { every: { intervalMs: 1000, times: 3, overlap: 'skip' as const }, limits: { totalMs: 700 } };
    const run = await simulate(leaf('.', { durationMs: 600 }, beat));
    expect(run).toMatchObject({ exitCode: 0, timersLeft: 0 });
  });
});

describe('timeout.quiet', () => {
  const quiet = { limits: { quietMs: 100 } };

  it('stops a step that prints nothing for so long, and may be retried', async () => {
    const run = await simulate(leaf('.', [{ durationMs: 500 }, {}], { ...quiet, ...retry(1, { delayMs: 10 }) }));
    expect(run.lines).toEqual(['0 . started', '100 . retrying in 10', '110 . started attempt 2', '110 . succeeded']);
  });

  it('leaves one alone that goes on printing', async () => {
    const run = await simulate(leaf('.', { durationMs: 330, prints: [90, 180, 250, 310] }, quiet));
    expect(run).toMatchObject({ exitCode: 0, timersLeft: 0 });
  });

  it('counts from the last output', async () => {
    const run = await simulate(leaf('.', { durationMs: 900, prints: [50] }, quiet));
    expect(run.tookMs).toBe(150);
    expect(run.outcome).toMatchObject({ reason: { type: 'timeout', limitMs: 100, clock: 'quiet' } });
  });
});

describe('timeout.queue', () => {
  it('fails a step that waits so long for its slot, which goes to the next one then', async () => {
    const run = await simulate(
      gather(
        '.',
        [leaf('a', { durationMs: 1000 }), leaf('b', {}, { limits: { queueMs: 300 } }), leaf('c', { durationMs: 10 })],
        { failFast: false },
      ),
      { slots: 1 },
    );
    expect(run.steps.get('b')).toEqual({ state: 'failed', reason: { type: 'timeout', limitMs: 300, clock: 'queue' } });
    expect(run.lines).toContain('1000 c started');
    expect(run.timersLeft).toBe(0);
  });
});

describe('retry.on', () => {
  const on = (...kinds: (number | string)[]) => kinds.map(kind => parseRetryOn(kind)).flatMap(one => one ?? []);
  const settings: Retry = { times: 5, delayMs: 10, factor: 1, maxDelayMs: 1000, jitter: 'none' };

  it('tries the named exit codes again, and no other', async () => {
    const run = await simulate(
      leaf('.', [{ exitCode: 75 }, { exitCode: 75 }, { exitCode: 2 }, {}], { retry: { ...settings, on: on(75) } }),
    );
    expect(run.outcome).toMatchObject({ state: 'failed', exitCode: 2 });
    expect(run.lines.filter(line => line.includes('started')).length).toBe(3);
  });

  it('tries again what printed so to standard error', async () => {
    const retrying = { retry: { ...settings, on: on('stderr:/could not (lock|reach)/i') } };
    const run = await simulate(
      leaf('.', [{ exitCode: 1, errors: 'E: Could not lock\n' }, { exitCode: 1, errors: 'E: other\n' }, {}], retrying),
    );
    expect(run.lines.filter(line => line.includes('started')).length).toBe(2);
    expect(run.outcome.state).toBe('failed');
  });

  it('waits as long as the server asks, beyond the delay and its limit', async () => {
    const run = await simulate(
      leaf('.', [{ http: { status: 429, retryAfterMs: 5000 } }, {}], { retry: { ...settings, on: on('http:429') } }),
    );
    expect(run).toMatchObject({ tookMs: 5000, exitCode: 0 });
  });

  it('does not wait for what cannot be waited for in the total', async () => {
    const run = await simulate(
      leaf('.', [{ http: { status: 429, retryAfterMs: 5000 } }, {}], { retry: settings, limits: { totalMs: 1000 } }),
    );
    expect(run).toMatchObject({ tookMs: 0, outcome: { state: 'failed', status: 429 } });
    expect(run.events).toContainEqual(
      expect.objectContaining({ type: 'warning', message: 'it is not tried again: the server asks to wait 5 s' }),
    );
  });

  it.each([
    ['an hour is waited for', 3_600_000, {}, 3_600_000],
    ['more than an hour is not', 3_600_001, {}, 0],
    [
      'more is, where the plan allows such delays',
      7_200_000,
      { retry: { ...settings, maxDelayMs: 7_200_000 } },
      7_200_000,
    ],
    ['more is, where the total leaves time for it', 7_200_000, { limits: { totalMs: 9_000_000 } }, 7_200_000],
  ])('waits for a server in reason: %s', async (_, retryAfterMs, more, tookMs) => {
    const run = await simulate(leaf('.', [{ http: { status: 429, retryAfterMs } }, {}], { retry: settings, ...more }));
    expect(run).toMatchObject({ tookMs, outcome: { state: tookMs === 0 ? 'failed' : 'succeeded' } });
  });

  it('tries a group again after a signal in it that on names', async () => {
    const starts = async (code: number) => {
      const killed = steps('.', [leaf('deep', { signal: 'SIGKILL' })], {
        retry: { ...settings, times: 1, on: on(code) },
      });
      return (await simulate(killed)).lines.filter(line => line.endsWith('deep started')).length;
    };
    expect(await starts(137)).toBe(2);
    expect(await starts(143)).toBe(1);
  });

  it.each([
    [75, { reason: { type: 'exit' }, exitCode: 75 }, true],
    [137, { reason: { type: 'signal' }, signal: 'SIGKILL' }, true],
    [143, { reason: { type: 'timeout', limitMs: 1 }, signal: 'SIGTERM' }, false],
    ['start', { reason: { type: 'start', message: '' } }, true],
    ['start', { reason: { type: 'exit' }, exitCode: 127 }, false],
    ['timeout', { reason: { type: 'timeout', limitMs: 1, clock: 'quiet' } }, true],
    ['timeout', { reason: { type: 'exit' }, exitCode: 1 }, false],
    ['http:5xx', { reason: { type: 'http', message: '' }, status: 503 }, true],
    ['http:5xx', { reason: { type: 'http', message: '' } }, false],
    ['http:404', { reason: { type: 'http', message: '' }, status: 404 }, true],
    ['network', { reason: { type: 'http', message: '' } }, true],
    ['network', { reason: { type: 'http', message: '' }, status: 500 }, false],
    ['network', { reason: { type: 'start', message: '' } }, false],
  ] as const)('%s fits %o: %s', (kind, failure, fits) => {
    expect(isRetried({ ...settings, on: on(kind) }, { state: 'failed', ...failure } as never, '')).toBe(fits);
  });
});
