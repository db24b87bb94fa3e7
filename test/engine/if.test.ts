/** `if`: whether a step is started at all. */
import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../../src/executors/simulated.ts';
import type { Condition, RunStep } from '../../src/plan/plan.ts';
import { simulate } from '../support/simulate.ts';
import { any, gather, lastly, leaf, need, retry, steps } from '../support/steps.ts';

const test = (behaviour: Behaviour = {}): { if: Condition } => ({
  if: { type: 'test', command: leaf('', behaviour) as RunStep },
});
const equal = (values: Record<string, string[]>): { if: Condition } => ({ if: { type: 'equal', values } });

describe('if with a test', () => {
  it('starts the step when it exits with 0, and skips it with the exit code when not', async () => {
    const run = await simulate(steps('.', [leaf('1', {}, test()), leaf('2', {}, test({ exitCode: 3 })), leaf('3')]));
    expect(run.lines).toEqual([
      '0 . started',
      '0 1 started',
      '0 1 succeeded',
      '0 2 skipped',
      '0 3 started',
      '0 3 succeeded',
      '0 . succeeded',
    ]);
    expect(run.steps.get('2')).toEqual({ state: 'skipped', reason: { type: 'if', exitCode: 3 } });
    expect(run.exitCode).toBe(0);
  });

  it('that takes over ten seconds fails the step', async () => {
    const run = await simulate(leaf('.', {}, test({ durationMs: 60_000 })));
    expect(run.outcome).toEqual({
      state: 'failed',
      reason: { type: 'start', message: 'the test of "if" took over 10 s' },
    });
    expect(run).toMatchObject({ tookMs: 10_000, timersLeft: 0 });
    expect(run.events).toContainEqual(expect.objectContaining({ type: 'step.finished', durationMs: 10_000 }));
  });

  it('takes a slot, and gives it back', async () => {
    const run = await simulate(
      gather('.', [leaf('a', { durationMs: 10 }), leaf('b', { durationMs: 10 }, test({ durationMs: 5 }))]),
      { slots: 1 },
    );
    expect(run.lines.filter(line => line.includes('started'))).toEqual(['0 . started', '0 a started', '15 b started']);
    expect(run.tookMs).toBe(25);
  });

  it('is stopped with the step, which is skipped then', async () => {
    const run = await simulate(
      gather('.', [leaf('a', {}, test({ durationMs: 100 })), leaf('bad', { durationMs: 5, exitCode: 1 })]),
    );
    expect(run.steps.get('a')).toEqual({ state: 'skipped', reason: { type: 'sibling-failed', step: 'bad' } });
  });

  it('is asked once, before ticks and attempts, and not again by a resumed run', async () => {
    let tests = 0;
    const tree = steps('.', [
      leaf('1', {}, { ...test({ durationMs: 3 }), ...retry(2, { delayMs: 1 }) }),
      leaf('2', {}, test({ durationMs: 3, exitCode: 1 })),
    ]);
    const count = {
      behave: (context: { path: string }) => {
        if (context.path === '2') tests += 1;
        return { exitCode: context.path === '2' ? 1 : 0, durationMs: 3 };
      },
    };
    const { events } = await simulate(tree, count);
    expect(tests).toBe(1);
    const { lines } = await simulate(tree, { ...count, resume: events });
    expect(tests).toBe(1);
    expect(lines.filter(line => line.includes('started'))).toEqual([]);
  });

  it('runs no finally of a step that it skips, and skips what is inside', async () => {
    const run = await simulate(
      steps('.', [steps('1', [leaf('1')], { ...test({ exitCode: 1 }), ...lastly([leaf('1')]) })]),
    );
    expect(run.steps.get('1/1')).toEqual({ state: 'skipped', reason: { type: 'not-started', step: '1' } });
    expect(run.state('1/finally/1')).toBe('skipped');
    expect(run.exitCode).toBe(0);
  });

  it('that skips a step meets the need of another', async () => {
    const run = await simulate(
      gather('.', [leaf('a', {}, test({ exitCode: 1 })), leaf('b', {}, { needs: [need('a')] })]),
    );
    expect(run.state('b')).toBe('succeeded');
  });

  it('that skips a child of an any lets another win', async () => {
    const run = await simulate(any('.', [leaf('a', {}, test({ exitCode: 1 })), leaf('b', { durationMs: 5 })]));
    expect(run.state('b')).toBe('succeeded');
  });

  it('is judged before a background step starts', async () => {
    const run = await simulate(
      steps('.', [leaf('server', { durationMs: 999 }, { ...test({ exitCode: 1 }), background: true }), leaf('2')]),
    );
    expect(run.state('server')).toBe('skipped');
    expect(run.tookMs).toBe(0);
  });
});

it('a plan that is skipped by its own if has not failed', async () => {
  const run = await simulate(leaf('.', {}, test({ exitCode: 1 })));
  expect(run).toMatchObject({ exitCode: 0, outcome: { state: 'skipped' } });
});

describe('if with values', () => {
  const outcome = async (values: Record<string, string[]>, env: Record<string, string>) =>
    (await simulate(leaf('.', {}, equal(values)), { env })).outcome;

  it('starts the step when each variable has one of its values', async () => {
    expect(await outcome({ A: ['1'], B: ['x', 'y'] }, { A: '1', B: 'y' })).toMatchObject({ state: 'succeeded' });
    expect(await outcome({ A: ['1'], B: ['x', 'y'] }, { A: '1', B: 'z' })).toEqual({
      state: 'skipped',
      reason: { type: 'if', name: 'B' },
    });
  });

  it('takes a variable that is not set for an empty one', async () => {
    expect(await outcome({ A: [''] }, {})).toMatchObject({ state: 'succeeded' });
    expect(await outcome({ A: ['1'] }, {})).toMatchObject({ state: 'skipped' });
  });

  it('sees the env of the step, and in a finally how the body ended', async () => {
    const onFailure = leaf('undo', {}, equal({ RUNJOBS_OUTCOME: ['failed'] }));
    const run = await simulate(
      leaf('.', { exitCode: 1 }, { env: { A: '1' }, ...equal({ A: ['1'] }), ...lastly([onFailure]) }),
    );
    expect(run.state('finally/undo')).toBe('succeeded');
  });
});
