/** Where only the end of output is asked for: it is told of attempts that did not end well, and of no others. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../support/simulate.ts';
import { leaf, steps } from '../support/steps.ts';

async function told(behaviour: object | readonly object[], more: object = {}) {
  const step = { ...leaf('a', behaviour), ...more };
  const { events } = await simulate(steps('.', [step]), { tellOutput: 'ends' });
  return events.flatMap(event => {
    if (event.type === 'step.output') return [event.text];
    return event.type === 'attempt.finished' && event.step === 'a' ? [event.outcome.state] : [];
  });
}

describe('the end of what was printed', () => {
  it('is told before the end of an attempt that failed, both streams in their order', async () => {
    const failing = { output: 'out\n', errors: 'err\n', prints: [1, 2], durationMs: 5, exitCode: 1 };
    expect(await told(failing)).toEqual(['out\nerr\n..', 'failed']);
  });

  it('is told of each failed attempt by itself', async () => {
    const attempts = [
      { output: 'one', exitCode: 1 },
      { output: 'two', exitCode: 0 },
    ];
    const retry = { times: 1, delayMs: 0, factor: 1, maxDelayMs: 0, jitter: 'none' };
    expect(await told(attempts, { retry })).toEqual(['one', 'failed', 'succeeded']);
  });

  it('is told of an attempt that ran out of time', async () => {
    expect(await told({ output: 'slow', durationMs: 50 }, { timeoutMs: 10 })).toEqual(['slow', 'failed']);
  });

  it('is no more than 40 KiB and what came with it', async () => {
    const [text = ''] = await told({ output: `${'x'.repeat(100_000)}end`, exitCode: 1 });
    expect(text).toHaveLength(40 * 1024);
    expect(text.endsWith('xend')).toBe(true);
  });

  it('is not told where all went well, nor where nothing was printed', async () => {
    expect(await told({ output: 'fine' })).toEqual(['succeeded']);
    expect(await told({ exitCode: 1 })).toEqual(['failed']);
  });
});
