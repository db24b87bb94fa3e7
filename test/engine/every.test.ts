import { describe, expect, it } from 'vitest';
import { openRun } from '../../src/engine/run.ts';
import { createVirtualClock } from '../../src/engine/virtual-clock.ts';
import type { RunEvent } from '../../src/events/event.ts';
import { createSimulatedExecutor } from '../../src/executors/simulated.ts';
import { simulate } from '../support/simulate.ts';
import { gather, lastly, leaf, plan, retry, sleep, steps } from '../support/steps.ts';

const every = (intervalMs: number, more: { times?: number; forMs?: number } = {}) => ({
  every: { intervalMs, overlap: 'skip' as const, ...more },
});
const startsOf = (events: readonly RunEvent[], step: string) =>
  events
    .filter(event => event.type === 'step.started' && event.step === step)
    .map(event => ('t' in event ? event.t : -1));

describe('every', () => {
  it('of a group forgets the failures of the ticks before', async () => {
    const run = await simulate(
      gather('.', [
        leaf('other', { exitCode: 2 }, { allowFailure: true }),
        steps('beat', [leaf('x', { exitCode: 1 }, { allowFailure: true })], every(1000, { times: 5 })),
      ]),
    );
    expect(run.failures.map(({ step }) => step)).toEqual(['other', 'beat/x']);
  });

  it('starts tick k at t0 + k · interval for ten minutes, without drift', async () => {
    const run = await simulate(leaf('.', { durationMs: 137 }, every(1000, { times: 600 })));
    expect(startsOf(run.events, '.')).toEqual(Array.from({ length: 600 }, (_, tick) => tick * 1000));
    expect(run.outcome.state).toBe('succeeded');
    expect(run.tookMs).toBe(599_137);
  });

  it('leaves out and counts the ticks that come due while one runs, and keeps the anchor', async () => {
    const run = await simulate(leaf('.', { durationMs: 2500 }, every(1000, { times: 3 })));
    expect(run.lines.filter(line => /started|missed/.test(line))).toEqual([
      '0 . started',
      '2500 . missed 2',
      '3000 . started',
      '5500 . missed 2',
      '6000 . started',
    ]);
  });

  it('misses no tick that comes due in the moment the last one ends', async () => {
    const run = await simulate(leaf('.', { durationMs: 1000 }, every(1000, { times: 3 })));
    expect(startsOf(run.events, '.')).toEqual([0, 1000, 2000]);
    expect(run.lines.join()).not.toContain('missed');
  });

  it('starts no tick once its time has passed, and lets the running one end', async () => {
    const run = await simulate(leaf('.', { durationMs: 700 }, every(1000, { forMs: 2500 })));
    expect(startsOf(run.events, '.')).toEqual([0, 1000, 2000]);
    expect(run).toMatchObject({ tookMs: 2700, exitCode: 0 });
  });

  it('lasts as long as its time says when the last tick ends before', async () => {
    const run = await simulate(leaf('.', {}, every(1000, { forMs: 3000 })));
    expect(startsOf(run.events, '.')).toEqual([0, 1000, 2000]);
    expect(run.tookMs).toBe(3000);
  });

  it('starts none in the moment in which its time passes, also where the clock goes on while it is looked at', async () => {
    const virtual = createVirtualClock();
    let looks = 0;
    const now = () => {
      looks += 1;
      return virtual.now() + looks / 1e4;
    };
    const clock = { ...virtual, now };
    const starts: number[] = [];
    const run = openRun({
      plan: plan(leaf('.', {}, every(100, { forMs: 500 }))),
      id: 'x',
      clock,
      publish(event) {
        if (event.type === 'step.started') starts.push(event.t);
        return undefined;
      },
      executor: createSimulatedExecutor(clock, () => ({})),
    });
    await virtual.runUntil(run.start());
    expect(starts).toEqual([0, 100, 200, 300, 400]);
  });

  it('fails with its first failed tick, after the retries of that tick', async () => {
    const run = await simulate(leaf('.', [{}, { exitCode: 2 }], { ...every(5000), ...retry(1) }), {
      during: (run, clock) => clock.at(60_000, () => run.cancel({ type: 'aborted' })),
    });
    expect(run.outcome.state).toBe('cancelled');
    const failing = await simulate(leaf('.', { exitCode: 2 }, { ...every(5000), ...retry(1) }));
    expect(failing.lines).toEqual(['0 . started', '0 . retrying in 1000', '1000 . started attempt 2', '1000 . failed']);
  });

  it('without an end goes on until its scope ends, and is cancelled with it', async () => {
    const run = await simulate(
      gather('.', [leaf('beat', {}, every(1000)), leaf('bad', { durationMs: 3500, exitCode: 1 })]),
    );
    expect(startsOf(run.events, 'beat')).toEqual([0, 1000, 2000, 3000]);
    expect(run.steps.get('beat')).toEqual({ state: 'cancelled', reason: { type: 'sibling-failed', step: 'bad' } });
    expect(run).toMatchObject({ tookMs: 3500, timersLeft: 0 });
  });

  it('gives each tick a fresh scope with its number, seen by the steps inside', async () => {
    const run = await simulate(steps('.', [leaf('a'), leaf('b', { durationMs: 10 })], every(100, { times: 2 })));
    const ticks = run.events.filter(event => event.type === 'step.started').map(event => [event.step, event.tick]);
    expect(ticks).toEqual([
      ['.', 1],
      ['a', 1],
      ['b', 1],
      ['.', 2],
      ['a', 2],
      ['b', 2],
    ]);
  });

  it('holds no slot while it waits for its next tick', async () => {
    const run = await simulate(
      gather('.', [leaf('beat', {}, every(1000, { times: 3 })), leaf('long', { durationMs: 900 })]),
      { slots: 1 },
    );
    expect(startsOf(run.events, 'long')).toEqual([0]);
    expect(run.tookMs).toBe(2000);
  });

  it('runs finally once, after the last tick', async () => {
    const run = await simulate(leaf('.', {}, { ...every(1000, { times: 3 }), ...lastly([leaf('end')]) }));
    expect(startsOf(run.events, 'finally/end')).toEqual([2000]);
  });

  it('waits thirty days for a tick without spinning', async () => {
    const month = 30 * 24 * 3_600_000;
    const run = await simulate(leaf('.', {}, every(month, { times: 2 })));
    expect(startsOf(run.events, '.')).toEqual([0, month]);
  });

  it('tells when the next tick is due', async () => {
    const run = await simulate(leaf('.', { durationMs: 300 }, every(1000, { times: 2 })));
    expect(run.events.find(event => event.type === 'tick.waiting')).toMatchObject({ tick: 2, delayMs: 700 });
    expect(run.events.filter(event => event.type === 'tick.finished')).toHaveLength(2);
  });

  it('ends cancelled when a tick is stopped by others', async () => {
    const run = await simulate(sleep('.', 'forever', every(1000)), {
      during: (run, clock) => clock.at(10, () => run.cancel({ type: 'interrupted', signal: 'SIGINT' })),
    });
    expect(run).toMatchObject({ exitCode: 130, outcome: { state: 'cancelled' } });
  });
});
