/** Laws of what tells work to stop. */
import { expect, it } from 'vitest';
import { StopSource } from '../../src/engine/stop.ts';

const first = { type: 'aborted' } as const;
const second = { type: 'interrupted', signal: 'SIGINT' } as const;

it('tells each who listens once, with the first reason, in the order they came', () => {
  const stop = new StopSource();
  const told: string[] = [];
  stop.whenCancelled(() => told.push(`one: ${stop.cancelled?.type}`));
  stop.whenCancelled(() => told.push(`other: ${stop.cancelled?.type}`));
  stop.cancel(first);
  stop.cancel(second);
  expect(told).toEqual(['one: aborted', 'other: aborted']);
  expect(stop.cancelled).toBe(first);
});

it('tells at once who comes late, and never who has left, not even one whom another takes out meanwhile', () => {
  const stop = new StopSource();
  const told: string[] = [];
  const forget = stop.whenCancelled(() => told.push('left'));
  forget();
  stop.whenCancelled(() => forgetNext());
  const forgetNext = stop.whenCancelled(() => told.push('taken out'));
  stop.cancel(first);
  stop.whenCancelled(() => told.push('late'));
  expect(told).toEqual(['late']);
});
