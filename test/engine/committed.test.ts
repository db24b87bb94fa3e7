/** Nothing is carried out before what led to it is kept. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import type { Probe, RunStep, Step } from '../../src/plan/plan.ts';
import { type SimulateOptions, simulate } from '../support/simulate.ts';
import { forEach, gather, lastly, leaf, ready, retry, steps } from '../support/steps.ts';

/** What a turn publishes is kept at its end. */
function openKeeping() {
  const published: RunEvent[] = [];
  let [kept, commits] = [0, 0];
  let keeping: Promise<void> | undefined;
  const options: SimulateOptions = {
    onEvent(event) {
      published.push(event);
      keeping ??= new Promise<void>(resolve => {
        setImmediate(() => {
          keeping = undefined;
          kept = published.length;
          commits += 1;
          resolve();
        });
      });
    },
    committed: () => keeping,
  };
  const unkeptEnds = () => published.slice(kept).filter(({ type }) => /finished|retrying/.test(type));
  return { options, unkeptEnds, commits: () => commits };
}

const command = leaf('', {}) as RunStep;
const probe: Probe = { type: 'run', command };
const TREES: Readonly<Record<string, Step>> = {
  'the next of a sequence': steps('.', [leaf('a'), leaf('b'), leaf('c')]),
  'the next of a gather': gather('.', [leaf('a'), leaf('b'), leaf('c'), leaf('d')], { limit: 2 }),
  'a copy of a forEach': forEach('.', 5, leaf(''), { limit: 2 }),
  'another attempt': leaf('.', [{ exitCode: 1 }, { exitCode: 1 }, {}], retry(2, { delayMs: 0 })),
  'another tick': leaf('.', {}, { every: { intervalMs: 0, times: 3, overlap: 'skip' } }),
  'a test of if': steps('.', [leaf('a'), leaf('b', {}, { if: { type: 'test', command } })]),
  'a finally': steps('.', [leaf('a'), leaf('b', { exitCode: 1 })], lastly([leaf('c')])),
  'what asks whether a step is ready': steps('.', [leaf('a'), leaf('b', { durationMs: 1e9 }, ready(probe)), leaf('c')]),
};

describe('nothing is carried out before what led to it is kept', () => {
  it.each(Object.keys(TREES))('%s', async name => {
    const { options, unkeptEnds, commits } = openKeeping();
    let carriedOut = 0;
    const run = await simulate(TREES[name] as Step, {
      ...options,
      onExecute() {
        carriedOut += 1;
        expect(unkeptEnds()).toEqual([]);
      },
    });
    expect(run.exitCode).toBe(name === 'a finally' ? 1 : 0);
    expect(carriedOut).toBeGreaterThan(2);
    expect(commits()).toBeGreaterThan(1);
  });

  it('nor at all where the run is stopped meanwhile', async () => {
    const { options } = openKeeping();
    let stop = () => {};
    const run = await simulate(leaf('.'), {
      ...options,
      during(started) {
        stop = () => started.cancel({ type: 'interrupted', signal: 'SIGINT' });
      },
      committed() {
        stop();
        return options.committed?.();
      },
      onExecute: () => expect.unreachable('it was stopped'),
    });
    expect(run.exitCode).toBe(130);
    expect(run.lines).toEqual(['0 . skipped']);
  });
});
