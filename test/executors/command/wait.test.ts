/** Laws of waiting: what was waited for is told, and nothing stays. */
import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { firstOf, pause } from '../../../src/executors/command/wait.ts';

const never = new Promise<never>(() => {});
const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

it('wakes all who wait for a signal, in the order they came, and leaves no listener', async () => {
  const { signal, ...control } = controlled();
  const order: number[] = [];
  const waits = [1, 2, 3].map(number => firstOf(never, { signals: [signal] }).then(() => order.push(number)));
  control.abort();
  await Promise.all(waits);
  expect(order).toEqual([1, 2, 3]);
  expect(listeners(signal)).toBe(0);
});

it('is one listener of a signal, however many wait', async () => {
  const { signal, abort } = controlled();
  const waits = Array.from({ length: 100 }, () => firstOf(never, { signals: [signal] }));
  expect(listeners(signal)).toBe(1);
  abort();
  expect(await Promise.all(waits)).toEqual(Array(100).fill('aborted'));
});

it('leaves those waiting who come after others have gone', async () => {
  const { signal, abort } = controlled();
  expect(await firstOf(Promise.resolve(), { signals: [signal] })).toBe('settled');
  expect(listeners(signal)).toBe(0);
  const second = firstOf(never, { signals: [signal] });
  const third = firstOf(Promise.resolve(), { signals: [signal] });
  expect(await third).toBe('settled');
  abort();
  expect(await second).toBe('aborted');
});

it('is woken by any of its signals, and waits for none of the others any more', async () => {
  const [one, other] = [controlled(), controlled()];
  const waited = firstOf(never, { signals: [one.signal, other.signal] });
  other.abort();
  expect(await waited).toBe('aborted');
  expect([listeners(one.signal), listeners(other.signal)]).toEqual([0, 0]);
});

it('does not wait for a signal that was aborted before', async () => {
  const { signal, abort } = controlled();
  abort();
  await pause(1e9, [signal]);
  expect(listeners(signal)).toBe(0);
});

function controlled() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
