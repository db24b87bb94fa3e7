import { expect, it } from 'vitest';
import type { Release } from '../../src/engine/place.ts';
import { Slots } from '../../src/engine/slots.ts';

const never = { whenClosed: () => () => {} };

/** Slots whose hand-overs happen when the test says so. */
function create(size: number) {
  const later: (() => void)[] = [];
  const slots = new Slots(size, { soon: fn => void later.push(fn), now: () => 0, at: () => () => {} });
  return { slots, settle: () => later.splice(0).forEach(fn => void fn()) };
}

/** A waiter that can give up. */
function impatient(slots: Slots) {
  let wake = () => {};
  const gone = slots.lineUp().taken({
    whenClosed(fn) {
      wake = fn;
      return () => {};
    },
  });
  return { gone, giveUp: () => wake() };
}

it('never hands out more places than there are', () => {
  const { slots } = create(2);
  expect(slots.tryTake()).toBeTypeOf('function');
  expect(slots.tryTake()).toBeTypeOf('function');
  expect(slots.tryTake()).toBeUndefined();
  expect(slots.taken).toBe(2);
});

it('hands a freed place to the waiter that came first', async () => {
  const { slots, settle } = create(1);
  const release = slots.tryTake();
  const order: string[] = [];
  const first = slots
    .lineUp()
    .taken(never)
    .then(next => {
      order.push('first');
      next?.();
      settle();
    });
  const second = slots
    .lineUp()
    .taken(never)
    .then(() => order.push('second'));
  release?.();
  settle();
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second']);
  expect(slots.taken).toBe(1);
});

it('lets no newcomer steal a place between its release and its hand-over', async () => {
  const { slots, settle } = create(1);
  const release = slots.tryTake();
  const waiter = slots.lineUp().taken(never);
  release?.();
  expect(slots.tryTake()).toBeUndefined();
  settle();
  expect(await waiter).toBeTypeOf('function');
});

it('gives a place back once, however often it is released', () => {
  const { slots } = create(1);
  const release = slots.tryTake();
  release?.();
  release?.();
  expect(slots.taken).toBe(0);
  expect(slots.tryTake()).toBeTypeOf('function');
  release?.();
  expect(slots.taken).toBe(1);
});

it('passes over a waiter that gave up, and leaks nothing', async () => {
  const { slots, settle } = create(1);
  const release = slots.tryTake();
  const { gone, giveUp } = impatient(slots);
  const patient = slots.lineUp().taken(never);
  giveUp();
  expect(await gone).toBeUndefined();
  release?.();
  settle();
  const held = await patient;
  expect(held).toBeTypeOf('function');
  held?.();
  expect(slots.taken).toBe(0);
});

it('gives the place back when the only waiter left in the moment of the hand-over', async () => {
  const { slots, settle } = create(1);
  const release = slots.tryTake();
  const { gone, giveUp } = impatient(slots);
  release?.();
  giveUp();
  settle();
  expect(await gone).toBeUndefined();
  expect(slots.taken).toBe(0);
});

it('stays in order and flat through ten thousand waiters', async () => {
  const { slots, settle } = create(3);
  const held = [slots.tryTake(), slots.tryTake(), slots.tryTake()];
  const order: number[] = [];
  const waits: Promise<void>[] = [];
  const free: (Release | undefined)[] = held;
  for (let index = 0; index < 10_000; index += 1) {
    waits.push(
      slots
        .lineUp()
        .taken(never)
        .then(release => {
          order.push(index);
          free.push(release);
        }),
    );
  }
  while (order.length < 10_000) {
    for (const release of free.splice(0)) release?.();
    settle();
    await Promise.resolve();
    await Promise.resolve();
  }
  await Promise.all(waits);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(slots.taken).toBeLessThanOrEqual(3);
});
