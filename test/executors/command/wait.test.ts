/** Laws of waiting: what was waited for is told, and nothing stays. */
import { expect, it } from 'vitest';
import { firstOf, pause } from '../../../src/executors/command/wait.ts';
import { countedStop } from '../../support/counted-stop.ts';

const never = new Promise<never>(() => {});

it('wakes all who wait for a stop, in the order they came, and leaves no listener', async () => {
  const stop = countedStop();
  const order: number[] = [];
  const waits = [1, 2, 3].map(number => firstOf(never, { stops: [stop] }).then(() => order.push(number)));
  stop.cancel();
  await Promise.all(waits);
  expect(order).toEqual([1, 2, 3]);
  expect(stop.listening()).toBe(0);
});

it('leaves those waiting who come after others have gone', async () => {
  const stop = countedStop();
  expect(await firstOf(Promise.resolve(), { stops: [stop] })).toBe('settled');
  expect(stop.listening()).toBe(0);
  const second = firstOf(never, { stops: [stop] });
  const third = firstOf(Promise.resolve(), { stops: [stop] });
  expect(await third).toBe('settled');
  stop.cancel();
  expect(await second).toBe('stopped');
});

it('is woken by any of its stops, and waits for none of the others any more', async () => {
  const [one, other] = [countedStop(), countedStop()];
  const waited = firstOf(never, { stops: [one, other] });
  other.cancel();
  expect(await waited).toBe('stopped');
  expect([one.listening(), other.listening()]).toEqual([0, 0]);
});

it('does not wait for a stop that was given before', async () => {
  const stop = countedStop();
  stop.cancel();
  await pause(1e9, [stop]);
  expect(stop.listening()).toBe(0);
});
