import { describe, expect, it } from 'vitest';
import { simulate } from '../support/simulate.ts';
import { gather, lastly, leaf, retry, sleep, steps } from '../support/steps.ts';

const tidy = lastly([leaf('one', { durationMs: 5 }), leaf('two', { durationMs: 5 })]);
const twice = (lines: readonly string[]) => lines.filter(line => /finally\/(one|two) started/.test(line));

describe('finally', () => {
  it('runs once, in order, after success', async () => {
    const run = await simulate(steps('.', [leaf('a', { durationMs: 10 })], tidy));
    expect(run.lines.slice(-5)).toEqual([
      '10 finally/one started',
      '15 finally/one succeeded',
      '15 finally/two started',
      '20 finally/two succeeded',
      '20 . succeeded',
    ]);
  });

  it('runs once after failure', async () => {
    const run = await simulate(steps('.', [leaf('a', { exitCode: 1 })], tidy));
    expect(twice(run.lines)).toHaveLength(2);
    expect(run.outcome).toMatchObject({ state: 'failed', reason: { type: 'child', step: 'a' } });
  });

  it('runs once after a timeout', async () => {
    const run = await simulate(steps('.', [sleep('a', 'forever')], { timeoutMs: 50, ...tidy }));
    expect(twice(run.lines)).toHaveLength(2);
    expect(run.exitCode).toBe(124);
  });

  it('runs once after an interruption, shielded from it', async () => {
    const run = await simulate(steps('.', [sleep('a', 'forever')], tidy), {
      during: (run, clock) => clock.at(50, () => run.cancel({ type: 'interrupted', signal: 'SIGINT' })),
    });
    expect(twice(run.lines)).toHaveLength(2);
    expect(run).toMatchObject({ exitCode: 130, tookMs: 60, outcome: { state: 'cancelled' } });
  });

  it('goes on when the interruption comes while it runs', async () => {
    const run = await simulate(
      leaf('.', {}, lastly([leaf('one', { durationMs: 50 }), leaf('two', { durationMs: 50 })])),
      {
        during: (run, clock) => clock.at(10, () => run.cancel({ type: 'interrupted', signal: 'SIGTERM' })),
      },
    );
    expect(['finally/one', 'finally/two'].map(run.state)).toEqual(['succeeded', 'succeeded']);
    expect(run).toMatchObject({ tookMs: 100, exitCode: 143 });
  });

  it('runs once after all attempts', async () => {
    const run = await simulate(leaf('.', [{ exitCode: 1 }], { ...retry(2), ...tidy }));
    expect(twice(run.lines)).toHaveLength(2);
  });

  it('does not run when the body never started', async () => {
    const run = await simulate(steps('.', [leaf('bad', { exitCode: 1 }), leaf('b', {}, tidy)]));
    expect(run.state('b/finally/one')).toBe('skipped');
    expect(twice(run.lines)).toHaveLength(0);
  });

  it('does not run for a step that was still waiting for its slot', async () => {
    const run = await simulate(gather('.', [leaf('bad', { exitCode: 1, durationMs: 5 }), leaf('b', {}, tidy)]), {
      slots: 1,
    });
    expect(run.state('b')).toBe('skipped');
    expect(run.steps.get('b/finally/one')).toEqual({ state: 'skipped', reason: { type: 'not-started', step: 'b' } });
  });

  it('runs all of its steps whatever becomes of each', async () => {
    const run = await simulate(
      leaf('.', {}, lastly([leaf('x', { exitCode: 1 }), leaf('y', { exitCode: 2 }), leaf('z')])),
    );
    expect(['finally/x', 'finally/y', 'finally/z'].map(run.state)).toEqual(['failed', 'failed', 'succeeded']);
    expect(run.failures.map(({ step }) => step)).toEqual(['finally/x', 'finally/y']);
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'finally', step: 'finally/x' } });
    expect(run.exitCode).toBe(1);
  });

  it('that fails never hides the first failure', async () => {
    const run = await simulate(steps('.', [leaf('a', { exitCode: 7 })], lastly([leaf('x', { exitCode: 1 })])));
    expect(run.outcome).toMatchObject({ reason: { type: 'child', step: 'a' }, exitCode: 7 });
    expect(run.failures.map(({ step }) => step)).toEqual(['a', 'finally/x']);
  });

  it('is cut off when its own time budget is used up, and that is a failure', async () => {
    const run = await simulate(leaf('.', {}, lastly([sleep('x', 'forever'), leaf('y')], 1000)));
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'finally', step: 'finally', limitMs: 1000 } });
    expect(run.state('finally/x')).toBe('cancelled');
    expect(run.state('finally/y')).toBe('skipped');
    expect(run.tookMs).toBe(1000);
    expect(run.failures).toHaveLength(1);
  });

  it('fails a step whose own failure was forgiven', async () => {
    const run = await simulate(
      leaf('.', { exitCode: 1 }, { allowFailure: true, ...lastly([leaf('x', { exitCode: 2 })]) }),
    );
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'finally', step: 'finally/x' } });
  });

  it('is told, but hides no forgiven failure', async () => {
    const run = await simulate(
      steps('.', [leaf('a', { exitCode: 3 }, { allowFailure: true, ...lastly([leaf('x', { exitCode: 7 })]) })]),
    );
    expect(run.failures.map(({ step, outcome }) => [step, outcome.exitCode, outcome.allowed])).toEqual([
      ['a', 3, true],
      ['a/finally/x', 7, undefined],
    ]);
    expect(run.events.find(event => event.type === 'step.finished' && event.step === 'a')).toMatchObject({
      outcome: { reason: { type: 'finally' } },
      body: { exitCode: 3, allowed: true },
    });
  });

  it('that is cut off after a failed body is told next to that failure', async () => {
    const run = await simulate(leaf('.', { exitCode: 3 }, lastly([sleep('x', 'forever')], 200)));
    expect(run.outcome).toMatchObject({ reason: { type: 'exit' }, exitCode: 3 });
    expect(run.failures.map(({ step, outcome }) => [step, outcome.reason.type])).toEqual([
      ['.', 'exit'],
      ['finally', 'timeout'],
    ]);
    expect(run.events.filter(event => event.type === 'warning')).toMatchObject([
      { step: '.', message: expect.stringContaining('200 ms') },
    ]);
  });

  it('comes after the failure of its step in the order of failures', async () => {
    const run = await simulate(steps('.', [leaf('w', { exitCode: 9 }, lastly([leaf('x', { exitCode: 4 })]))]));
    expect(run.failures.map(({ step }) => step)).toEqual(['w', 'w/finally/x']);
  });

  it('sees the variables of its step', async () => {
    const seen: (string | undefined)[] = [];
    await simulate(leaf('.', {}, { env: { A: '1' }, ...lastly([leaf('x')]) }), {
      onExecute: ({ env }) => void seen.push(env.A),
    });
    expect(seen).toEqual(['1', '1']);
  });

  it('takes no slot', async () => {
    const run = await simulate(
      gather('.', [leaf('a', {}, lastly([leaf('x', { durationMs: 100 })])), leaf('b', { durationMs: 100 })]),
      { slots: 1 },
    );
    expect(run.tookMs).toBe(100);
  });

  it('is cut by a kill, and does not start after one', async () => {
    const run = await simulate(steps('.', [leaf('a', { durationMs: 900, stopMs: 500 })], lastly([leaf('x')])), {
      during: (run, clock) => {
        clock.at(10, () => run.cancel({ type: 'interrupted', signal: 'SIGINT' }));
        clock.at(20, () => run.kill({ type: 'interrupted', signal: 'SIGINT' }));
      },
    });
    expect(run).toMatchObject({ tookMs: 20, exitCode: 130 });
    expect(run.state('finally/x')).toBe('skipped');
    const cut = await simulate(leaf('.', {}, lastly([leaf('x', { durationMs: 900, stopMs: 900 }), leaf('y')])), {
      during: (run, clock) => clock.at(20, () => run.kill({ type: 'interrupted', signal: 'SIGTERM' })),
    });
    expect(cut).toMatchObject({ tookMs: 20, exitCode: 143 });
    expect(cut.state('finally/x')).toBe('cancelled');
    expect(cut.state('finally/y')).toBe('skipped');
  });

  it.each([
    ['success', leaf('body'), { RUNJOBS_OUTCOME: 'succeeded', RUNJOBS_EXIT_CODE: '0', RUNJOBS_FAILED_STEP: '' }],
    [
      'failure',
      steps('body', [leaf('deep', { exitCode: 5 })]),
      { RUNJOBS_OUTCOME: 'failed', RUNJOBS_EXIT_CODE: '5', RUNJOBS_FAILED_STEP: 'body/deep' },
    ],
    [
      'a failed leaf',
      leaf('body', { exitCode: 6 }),
      { RUNJOBS_OUTCOME: 'failed', RUNJOBS_EXIT_CODE: '6', RUNJOBS_FAILED_STEP: 'body' },
    ],
    [
      'a command that a signal has killed',
      leaf('body', { signal: 'SIGKILL' }),
      { RUNJOBS_OUTCOME: 'failed', RUNJOBS_EXIT_CODE: '137', RUNJOBS_FAILED_STEP: 'body' },
    ],
    [
      'such a command, however deep it is',
      steps('body', [gather('g', [leaf('deep', { signal: 'SIGSEGV' })])]),
      { RUNJOBS_OUTCOME: 'failed', RUNJOBS_EXIT_CODE: '139', RUNJOBS_FAILED_STEP: 'body/g/deep' },
    ],
    [
      'timeout',
      sleep('body', 'forever', { timeoutMs: 5 }),
      { RUNJOBS_OUTCOME: 'failed', RUNJOBS_EXIT_CODE: '', RUNJOBS_FAILED_STEP: 'body' },
    ],
  ])('is told of %s', async (_, body, expected) => {
    const seen: Record<string, string>[] = [];
    await simulate(steps('.', [{ ...body, ...lastly([leaf('x')]) }]), {
      onExecute: ({ path, env }) => {
        if (path === 'body/finally/x') seen.push(env);
      },
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject(expected);
  });
});
