import { describe, expect, it } from 'vitest';
import { openRun } from '../../src/engine/run.ts';
import { createVirtualClock } from '../../src/engine/virtual-clock.ts';
import { simulate } from '../support/simulate.ts';
import { gather, leaf, plan, sleep, steps } from '../support/steps.ts';
import { inAnyOrderThroughQueue } from '../support/way.ts';

describe('a child of a gather that fails before it has started', () => {
  it('lets no other one start', async () => {
    const unset = leaf('a', {}, { env: { A: '${UNSET}' } });
    const run = await simulate(gather('.', [unset, leaf('b')]));
    expect(run.lines).toEqual(['0 . started', '0 a failed', '0 b skipped', '0 . failed']);
  });
});

describe('gather', () => {
  it('runs its children at once and ends with the last of them', async () => {
    const run = await simulate(
      gather('.', [leaf('a', { durationMs: 1000 }), leaf('b', { durationMs: 2000 }), leaf('c', { durationMs: 3000 })]),
    );
    expect(run.lines).toEqual([
      '0 . started',
      '0 a started',
      '0 b started',
      '0 c started',
      '1000 a succeeded',
      '2000 b succeeded',
      '3000 c succeeded',
      '3000 . succeeded',
    ]);
    expect(run).toMatchObject({ exitCode: 0, tookMs: 3000, timersLeft: 0 });
  });

  it('starts its children in declared order, however long each takes to get going', async () => {
    const clock = createVirtualClock();
    const begun: string[] = [];
    const run = openRun({
      plan: plan(
        gather('.', [
          leaf('a'),
          sleep('b', 0),
          steps('c', [gather('g', [leaf('d'), leaf('h')])]),
          leaf('e'),
          leaf('f'),
        ]),
        3,
      ),
      id: 'x',
      clock,
      publish(event) {
        if (event.type === 'step.started') begun.push(event.step);
        return undefined;
      },
      executor: {
        execute: (_, { started }) =>
          new Promise(resolve => {
            clock.at(clock.now() + 10, () => {
              started();
              resolve({ state: 'succeeded' });
            });
          }),
      },
    });
    await clock.runUntil(run.start());
    expect(begun).toEqual(['.', 'a', 'b', 'c', 'c/g', 'c/g/d', 'c/g/h', 'e', 'f']);
  });

  it('with no children succeeds', async () => {
    expect(await simulate(gather('.', []))).toMatchObject({ outcome: { state: 'succeeded' }, tookMs: 0 });
  });

  it('cancels the siblings of the first failure, waits for them, then fails', async () => {
    const run = await simulate(
      gather('.', [leaf('slow', { durationMs: 9000, stopMs: 400 }), leaf('bad', { durationMs: 100, exitCode: 7 })]),
    );
    expect(run.lines.slice(3)).toEqual(['100 bad failed', '500 slow cancelled', '500 . failed']);
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'child', step: 'bad' }, exitCode: 7 });
    expect(run.steps.get('slow')).toEqual({ state: 'cancelled', reason: { type: 'sibling-failed', step: 'bad' } });
    expect(run.exitCode).toBe(1);
  });

  it('never starts a queued child after the failure', async () => {
    const run = await simulate(
      gather('.', [leaf('bad', { exitCode: 1, durationMs: 5 }), leaf('b', { durationMs: 9 }), leaf('c')], { limit: 2 }),
    );
    expect(run.state('c')).toBe('skipped');
    expect(run.steps.get('c')).toMatchObject({ reason: { type: 'sibling-failed', step: 'bad' } });
    expect(run.lines).not.toContain('5 c started');
  });

  it('never starts a child that waits for a slot when the failure comes', async () => {
    const run = await simulate(gather('.', [leaf('bad', { exitCode: 1, durationMs: 5 }), leaf('b')]), { slots: 1 });
    const expected = ['0 . started', '0 bad started', '0 b queued', '5 bad failed', '5 b skipped', '5 . failed'];
    expect(inAnyOrderThroughQueue(run.lines)).toEqual(inAnyOrderThroughQueue(expected));
  });

  it('holds at most its limit at once, and starts the next when one has ended', async () => {
    const children = Array.from({ length: 7 }, (_, index) => leaf(`c${index}`, { durationMs: 100 }));
    const run = await simulate(gather('.', children, { limit: 3 }));
    expect(run.tookMs).toBe(300);
    expect(run.lines.filter(line => line.startsWith('0 c'))).toHaveLength(3);
  });

  it('with failFast false runs every child to its end and still fails', async () => {
    const run = await simulate(
      gather(
        '.',
        [
          leaf('bad', { exitCode: 3 }),
          leaf('good', { durationMs: 50 }),
          leaf('worse', { exitCode: 4, durationMs: 20 }),
        ],
        { failFast: false, limit: 1 },
      ),
    );
    expect(['bad', 'good', 'worse'].map(run.state)).toEqual(['failed', 'succeeded', 'failed']);
    expect(run.outcome).toMatchObject({ reason: { type: 'child', step: 'bad' }, exitCode: 3 });
    expect(run.failures.map(failure => failure.step)).toEqual(['bad', 'worse']);
  });

  it('reports two failures of the same moment, the first one first', async () => {
    const run = await simulate(
      gather('.', [leaf('a', { exitCode: 1, durationMs: 10 }), leaf('b', { exitCode: 2, durationMs: 10 })], {
        failFast: false,
      }),
    );
    expect(run.failures.map(({ step }) => step)).toEqual(['a', 'b']);
  });

  it('cancels whole subtrees, innermost first to end', async () => {
    const run = await simulate(
      gather('.', [
        steps('deep', [gather('g', [leaf('x', { durationMs: 9000, stopMs: 30 }), sleep('y', 'forever')]), leaf('z')]),
        leaf('bad', { durationMs: 10, exitCode: 1 }),
      ]),
    );
    expect(run.lines.filter(line => !line.includes('started'))).toEqual([
      '10 bad failed',
      '10 deep/g/y cancelled',
      '40 deep/g/x cancelled',
      '40 deep/g cancelled',
      '40 deep/z skipped',
      '40 deep cancelled',
      '40 . failed',
    ]);
  });

  it('does not let a forgiven failure cancel anybody', async () => {
    const run = await simulate(
      gather('.', [leaf('bad', { exitCode: 1 }, { allowFailure: true }), leaf('b', { durationMs: 5 })]),
    );
    expect(run.steps.get('bad')).toMatchObject({ state: 'failed', allowed: true });
    expect(run).toMatchObject({ exitCode: 0, outcome: { state: 'succeeded' } });
  });
});
