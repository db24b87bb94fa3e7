/** What plain says of ticks. */
import { expect, it } from 'vitest';
import { failedTickLines } from '../../src/reporters/lines.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import { leaf, plan } from '../support/steps.ts';

const failing = {
  type: 'tick.finished',
  step: '.',
  t: 1,
  tick: 3,
  outcome: { state: 'failed', reason: { type: 'exit' }, exitCode: 7 },
} as const;
const beat = (more: object) =>
  indexSteps(plan(leaf('.', {}, { every: { intervalMs: 1000, overlap: 'skip', ...more } })));

it('a failed tick is told where the step may forgive it', () => {
  expect(failedTickLines(failing, beat({ failureThreshold: 2 }))).toEqual(['⚠ test tick 3: exit 7']);
  expect(failedTickLines(failing, beat({}))).toEqual([]);
  expect(failedTickLines(failing, beat({ failureThreshold: 2, until: 'success' }))).toEqual([]);
});
