import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/plan/plan.ts';
import { simulate } from '../support/simulate.ts';
import { forEach, gather, lastly, leaf, retry, sleep, steps } from '../support/steps.ts';

describe('timeout', () => {
  it('fails the step whose clock ran out, and cancels the steps below it', async () => {
    const run = await simulate(
      steps('.', [gather('g', [sleep('a', 'forever'), leaf('b', { durationMs: 9000 })])], { timeoutMs: 500 }),
    );
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'timeout', limitMs: 500 } });
    const below = { state: 'cancelled', reason: { type: 'timeout', step: '.', limitMs: 500 } };
    expect(['g', 'g/a', 'g/b'].map(path => run.steps.get(path))).toEqual([below, below, below]);
    expect(run).toMatchObject({ tookMs: 500, exitCode: 124, timersLeft: 0 });
  });

  it('of an inner step counts as a failure of that step only', async () => {
    const run = await simulate(
      gather('.', [sleep('slow', 'forever', { timeoutMs: 100 }), leaf('b', { durationMs: 500 })], { failFast: false }),
    );
    expect(run.steps.get('slow')).toMatchObject({ state: 'failed', reason: { type: 'timeout', limitMs: 100 } });
    expect(run.state('b')).toBe('succeeded');
    expect(run.exitCode).toBe(1);
  });

  it('that an outer step has used up is gone for the steps inside', async () => {
    const run = await simulate(
      steps('.', [sleep('first', 600), leaf('second', { durationMs: 900 }, { timeoutMs: 800 })], { timeoutMs: 1000 }),
    );
    expect(run.steps.get('second')).toEqual({
      state: 'cancelled',
      reason: { type: 'timeout', step: '.', limitMs: 1000 },
    });
    expect(run.tookMs).toBe(1000);
  });

  it('is the outer one where two run out in the same moment', async () => {
    const run = await simulate(steps('.', [sleep('in', 'forever', { timeoutMs: 100 })], { timeoutMs: 100 }));
    expect(run.outcome).toMatchObject({ reason: { type: 'timeout' } });
    expect(run.state('in')).toBe('cancelled');
  });

  it('does not touch a step that ends before it', async () => {
    const run = await simulate(leaf('.', { durationMs: 99 }, { timeoutMs: 100 }));
    expect(run).toMatchObject({ outcome: { state: 'succeeded' }, timersLeft: 0 });
  });

  it('counts from the start of the process, not from the wait for a slot', async () => {
    const run = await simulate(
      gather('.', [leaf('a', { durationMs: 1000 }), leaf('b', { durationMs: 90 }, { timeoutMs: 100 })]),
      { slots: 1 },
    );
    expect(run.state('b')).toBe('succeeded');
  });

  it('is each attempt’s own, and its running out is retried', async () => {
    const run = await simulate(
      leaf('.', [{ durationMs: 9000 }, { durationMs: 9000 }, { durationMs: 50 }], {
        timeoutMs: 100,
        ...retry(2, { delayMs: 10, factor: 1 }),
      }),
    );
    expect(run).toMatchObject({ outcome: { state: 'succeeded' }, tookMs: 270 });
  });

  it('waits for what it stopped, and stays the reason when that ends well', async () => {
    const run = await simulate(leaf('.', { durationMs: 9000, stopMs: 700 }, { timeoutMs: 100 }));
    expect(run).toMatchObject({ tookMs: 800, outcome: { state: 'failed', reason: { type: 'timeout' } } });
  });

  it('does not cut finally short', async () => {
    const run = await simulate(
      sleep('.', 'forever', { timeoutMs: 100, ...lastly([leaf('tidy', { durationMs: 5000 })]) }),
    );
    expect(run.state('finally/tidy')).toBe('succeeded');
    expect(run).toMatchObject({ tookMs: 5100, exitCode: 124 });
  });

  it('after a failure of the group does not hide that failure', async () => {
    const run = await simulate(
      gather('.', [leaf('bad', { exitCode: 5, durationMs: 10 }), leaf('b', { durationMs: 9000, stopMs: 500 })], {
        timeoutMs: 100,
      }),
    );
    expect(run.outcome).toMatchObject({ reason: { type: 'child', step: 'bad' }, exitCode: 5 });
  });

  describe('that runs out while something tidies up after a failure', () => {
    const seconds = (count: number) => ({ durationMs: count * 1000 });
    const bad = (modifiers: object = {}) => leaf('a', { durationMs: 300, exitCode: 2 }, modifiers);
    const tidying = leaf('b', seconds(5), lastly([leaf('1', seconds(2))]));
    const ofOneSecond = { timeoutMs: 1000, ...lastly([leaf('tell')]) };
    async function told(root: Step) {
      let seen: (string | undefined)[] = [];
      const run = await simulate(root, {
        onExecute({ path, env }) {
          if (path === 'finally/tell') seen = [env.RUNJOBS_FAILED_STEP, env.RUNJOBS_EXIT_CODE];
        },
      });
      expect(run.timersLeft).toBe(0);
      return [run.exitCode, ...seen, ...run.failures.map(({ step }) => step)];
    }

    it('does not hide that failure, however deep it is', async () => {
      const group = (id: string) => gather(id, [bad(), tidying]);
      expect(await told(gather('.', [bad(), tidying], ofOneSecond))).toEqual([1, 'a', '2', 'a']);
      expect(await told(steps('.', [group('g')], ofOneSecond))).toEqual([1, 'g/a', '2', 'g/a']);
      expect(await told(gather('.', [steps('s', [group('g')]), sleep('z', 'forever')], ofOneSecond))).toEqual([
        1,
        's/g/a',
        '2',
        's/g/a',
      ]);
      expect(await told(steps('.', [forEach('f', 1, steps('', [group('g')]))], ofOneSecond))).toEqual([
        1,
        'f[1]/g/a',
        '2',
        'f[1]/g/a',
      ]);
    });

    it('does not hide that of a step with a finally of its own', async () => {
      const own = bad(lastly([leaf('1', seconds(2))]));
      expect(await told(steps('.', [own], ofOneSecond))).toEqual([1, 'a', '2', 'a']);
      expect(await told(gather('.', [own, sleep('z', 'forever')], ofOneSecond))).toEqual([1, 'a', '2', 'a']);
    });

    it('does not hide that of the total of all attempts, nor that of a tick', async () => {
      const total = { limits: { totalMs: 1000 }, ...lastly([leaf('tell')]) };
      expect(await told(steps('.', [gather('g', [bad(), tidying])], total))).toEqual([1, 'g/a', '2', 'g/a']);
      const ticking = gather('g', [bad(), tidying], { every: { intervalMs: 9000, overlap: 'skip' } });
      expect(await told(steps('.', [ticking], ofOneSecond))).toEqual([1, 'g/a', '2', 'g/a']);
    });

    it('does not hide that of a step whose own clock ran out before, and that is still stopping', async () => {
      const slow = (modifiers: object) => leaf('a', { durationMs: 9000, stopMs: 2000 }, modifiers);
      const own = { timeoutMs: 300 };
      expect(await told(steps('.', [slow(own)], ofOneSecond))).toEqual([1, 'a', '', 'a']);
      expect(await told(steps('.', [steps('g', [slow({})], own)], ofOneSecond))).toEqual([1, 'g', '', 'g']);
      const total = { limits: { totalMs: 300 }, ...retry(3) };
      expect(await told(gather('.', [slow(total), sleep('z', 'forever')], ofOneSecond))).toEqual([1, 'a', '', 'a']);
      expect((await told(steps('.', [slow({ ...own, ...retry(1) })], ofOneSecond))).slice(0, 2)).toEqual([124, '.']);
    });

    it('is the reason where that failure was not the end: forgiven, tolerated, to be tried again, or let run on', async () => {
      const group = (more: object) => gather('g', [bad(), tidying], more);
      const timedOut = [124, '.', ''];
      expect((await told(steps('.', [group({ allowFailure: true })], ofOneSecond))).slice(0, 3)).toEqual(timedOut);
      expect((await told(steps('.', [group(retry(1))], ofOneSecond))).slice(0, 3)).toEqual(timedOut);
      const one = { tolerate: { type: 'count', count: 1 } } as const;
      expect((await told(steps('.', [group(one)], ofOneSecond))).slice(0, 3)).toEqual(timedOut);
      const goingOn = gather('.', [group({}), sleep('z', 'forever')], { failFast: false, ...ofOneSecond });
      expect((await told(goingOn)).slice(0, 3)).toEqual(timedOut);
      const tolerant = gather('.', [group({}), sleep('z', 'forever')], { ...one, ...ofOneSecond });
      expect((await told(tolerant)).slice(0, 3)).toEqual(timedOut);
      const last = steps('.', [group(retry(1, { on: [{ type: 'timeout' }] }))], ofOneSecond);
      expect(await told(last)).toEqual([1, 'g/a', '2', 'g/a']);
    });

    it('leaves a run interrupted that a signal ends meanwhile', async () => {
      const run = await simulate(steps('.', [gather('g', [bad(), tidying])]), {
        during: (started, clock) => clock.at(1000, () => started.cancel({ type: 'interrupted', signal: 'SIGINT' })),
      });
      expect(run.exitCode).toBe(130);
      expect(run.steps.get('g/b')).toMatchObject({ state: 'cancelled', reason: { type: 'sibling-failed' } });
    });
  });

  it('of a group that lets everything run is the reason, though a child had failed before', async () => {
    const run = await simulate(
      gather('.', [leaf('bad', { exitCode: 1 }), sleep('b', 'forever')], { failFast: false, timeoutMs: 1000 }),
    );
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'timeout', limitMs: 1000 } });
    expect(run.failures.map(({ step }) => step)).toEqual(['bad', '.']);
    expect(run.exitCode).toBe(124);
  });

  it('may be longer than any timer can be, and so may the time that a step has to end', async () => {
    const monthMs = 30 * 24 * 3_600_000;
    const run = await simulate(
      gather('.', [
        leaf('quick', { durationMs: 1000 }, { timeoutMs: monthMs }),
        leaf('long', { durationMs: 2 * monthMs }, { timeoutMs: monthMs }),
      ]),
    );
    expect(run.state('quick')).toBe('succeeded');
    expect(run.steps.get('long')).toEqual({ state: 'failed', reason: { type: 'timeout', limitMs: monthMs } });
    expect(run.tookMs).toBe(monthMs);
    const slow = leaf('.', { durationMs: 2 * monthMs, stopMs: 5000 });
    const patient = { ...slow, stop: { signal: 'SIGTERM', graceMs: monthMs } } as Step;
    const stopped = await simulate(patient, {
      during: (run, clock) => clock.at(10, () => run.cancel({ type: 'aborted' })),
    });
    expect(stopped).toMatchObject({ tookMs: 5010, outcome: { state: 'cancelled' } });
  });

  it('is forgiven like any failure', async () => {
    const run = await simulate(sleep('.', 'forever', { timeoutMs: 10, allowFailure: true }));
    expect(run).toMatchObject({ exitCode: 0, outcome: { state: 'failed', allowed: true } });
  });
});
