import { expect, it, vi } from 'vitest';
import { realClock } from '../../src/engine/clock.ts';
import { createVirtualClock } from '../../src/engine/virtual-clock.ts';

it('the real clock waits in pieces of at most a minute, so that a wait over 2^31 ms does not fire at once', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const wake = vi.fn();
    const thirtyDays = 30 * 24 * 3_600_000;
    realClock.at(realClock.now() + thirtyDays, wake);
    vi.advanceTimersByTime(thirtyDays - 1);
    expect(wake).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2);
    expect(wake).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

it('the real clock never wakes before the time', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const wake = vi.fn();
    realClock.at(realClock.now() + 10.6, wake);
    vi.advanceTimersByTime(10);
    expect(wake).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2);
    expect(wake).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});

it('the real clock forgets a wait that was called off', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const wake = vi.fn();
    realClock.at(realClock.now() + 120_000, wake)();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(200_000);
    expect(wake).not.toHaveBeenCalled();
  } finally {
    vi.useRealTimers();
  }
});

it('the real clock calls what is due soon after the work at hand', async () => {
  const order: string[] = [];
  await new Promise<void>(resolve => {
    realClock.soon(() => {
      order.push('soon');
      resolve();
    });
    void Promise.resolve().then(() => order.push('microtask'));
  });
  expect(order).toEqual(['microtask', 'soon']);
  expect(realClock.wall()).toBeInstanceOf(Date);
});

it('the virtual clock wakes in the order of time, and of setting where times are equal', async () => {
  const clock = createVirtualClock();
  const order: string[] = [];
  clock.at(20, () => order.push(`c@${clock.now()}`));
  clock.at(10, () => order.push(`a@${clock.now()}`));
  clock.at(10, () => order.push(`b@${clock.now()}`));
  clock.at(15, () => order.push('called off'))();
  await clock.advance(19);
  expect(order).toEqual(['a@10', 'b@10']);
  await clock.advance(1);
  expect(order).toEqual(['a@10', 'b@10', 'c@20']);
  expect(clock.pending).toBe(0);
  expect(clock.wall().toISOString()).toBe('2026-01-01T00:00:00.020Z');
});

it('the virtual clock refuses to wait for what no timer can bring about', async () => {
  await expect(createVirtualClock().runUntil(new Promise(() => {}))).rejects.toThrow('no timer left');
});

it('the virtual clock keeps ten thousand timers in order', async () => {
  const clock = createVirtualClock();
  const seen: number[] = [];
  for (let index = 0; index < 10_000; index += 1) {
    const due = (index * 7919) % 10_007;
    clock.at(due, () => seen.push(due));
  }
  let ended = false;
  clock.at(20_000, () => {
    ended = true;
  });
  await clock.advance(20_000);
  expect(seen).toHaveLength(10_000);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(ended).toBe(true);
});
