/** Laws of which interactive steps a run may come to. */
import { describe, expect, it } from 'vitest';
import { interactiveAhead } from '../../src/engine/interactive.ts';
import type { RunEvent } from '../../src/events/event.ts';
import { createPast } from '../../src/events/past.ts';
import type { Step } from '../../src/plan/plan.ts';
import { selectSteps } from '../../src/plan/select.ts';
import { simulate } from '../support/simulate.ts';
import { gather, lastly, leaf, retry, steps } from '../support/steps.ts';

const ask = (id: string, behaviour = {}, modifiers = {}): Step =>
  ({ ...leaf(id, behaviour, modifiers), interactive: true }) as Step;

const TREE = steps('.', [ask('a'), gather('g', [leaf('x')], lastly([ask('tidy')])), steps('s', [ask('b')])]);

describe('the interactive steps ahead', () => {
  it('are all of them, in declared order, those of a finally behind the body', () => {
    expect(interactiveAhead(TREE)).toEqual(['a', 'g/finally/tidy', 's/b']);
    expect(interactiveAhead(ask('.'))).toEqual(['.']);
    expect(interactiveAhead(gather('.', [leaf('x')]))).toEqual([]);
  });

  it.each<[object, string[]]>([
    [{ skip: ['a'] }, ['g/finally/tidy', 's/b']],
    [{ skip: ['g'] }, ['a', 's/b']],
    [{ only: ['s'] }, ['s/b']],
    [{ only: ['g/x'] }, ['g/finally/tidy']],
    [{ from: 's/b' }, ['s/b']],
  ])('are not those that %j leaves out', (selection, expected) => {
    const selected = selectSteps(TREE, selection);
    expect(selected.type === 'selected' && interactiveAhead(selected.root)).toEqual(expected);
  });

  /** Those ahead when a run of the tree is resumed that was broken off at the first such event. */
  async function aheadAfter(root: Step, type: RunEvent['type'], step: string): Promise<string[]> {
    const { events } = await simulate(root);
    const index = events.findIndex(event => event.type === type && 'step' in event && event.step === step);
    const past = createPast();
    for (const event of events.slice(0, index + 1)) past.take(event);
    return interactiveAhead(root, past.root);
  }

  it('are not those that a resumed run takes over, but those of a finally that runs again', async () => {
    const root = steps('.', [ask('a'), ask('b'), steps('g', [leaf('x')], lastly([ask('tidy')])), ask('c')]);
    expect(await aheadAfter(root, 'step.started', 'b')).toEqual(['b', 'g/finally/tidy', 'c']);
    expect(await aheadAfter(root, 'step.finished', 'g/x')).toEqual(['g/finally/tidy', 'c']);
    expect(await aheadAfter(root, 'step.finished', 'g')).toEqual(['c']);
  });

  it('are those with rerun though they had succeeded, and all in a fresh attempt or tick of their group', async () => {
    const again = steps('.', [ask('a', {}, { rerun: true }), leaf('b')]);
    expect(await aheadAfter(again, 'step.started', 'b')).toEqual(['a']);
    const retried = steps('.', [steps('g', [ask('a'), leaf('b', { exitCode: 1 })], retry(1))]);
    expect(await aheadAfter(retried, 'step.started', 'g/b')).toEqual([]);
    expect(await aheadAfter(retried, 'attempt.finished', 'g')).toEqual(['g/a']);
    const ticking = steps('.', [
      steps('t', [ask('a'), leaf('b')], { every: { intervalMs: 1000, times: 2, overlap: 'skip' } }),
    ]);
    expect(await aheadAfter(ticking, 'step.started', 't/b')).toEqual([]);
    expect(await aheadAfter(ticking, 'tick.finished', 't')).toEqual(['t/a']);
  });

  it('are not those whose attempt had succeeded, only their end was not recorded', async () => {
    expect(await aheadAfter(steps('.', [ask('a'), ask('b')]), 'attempt.finished', 'a')).toEqual(['b']);
  });
});
