/** A clock that jumps from timer to timer, so that a run of months takes no time: for tests and simulations. */
import type { Clock } from './clock.ts';

export interface VirtualClock extends Clock {
  /** Lets `ms` pass: everything due is called in order, each time after all work at hand has settled. */
  advance(ms: number): Promise<void>;
  /** Lets time pass until `done` settles; rejects when no timer is left that could bring its end. */
  runUntil<T>(done: Promise<T>): Promise<T>;
  /** Sets the clock on the wall forwards or back; `now()` does not notice. */
  setWall(byMs: number): void;
  /** Timers that are armed. */
  readonly pending: number;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  wake: (() => void) | undefined;
}

/**
 * Starts at zero milliseconds and at the given time of day. Timers due together wake in the order they were set.
 * @param settle resolves when all work at hand has settled; default: when nothing is left to do in this process.
 */
export function createVirtualClock(
  wallStart: Date = new Date('2026-01-01T00:00:00Z'),
  settle: () => Promise<void> = () => new Promise(resolve => setImmediate(resolve)),
): VirtualClock {
  const timers: Timer[] = [];
  let now = 0;
  let order = 0;
  let pending = 0;
  let wallShift = 0;

  /** The first armed timer that is due by `limit`, taken out of the heap. */
  const take = (limit: number): Timer | undefined => {
    for (;;) {
      const first = timers[0];
      if (first === undefined || first.due > limit) return undefined;
      pop(timers);
      if (first.wake !== undefined) return first;
    }
  };

  const fire = (timer: Timer) => {
    now = Math.max(now, timer.due);
    pending -= 1;
    const wake = timer.wake;
    timer.wake = undefined;
    wake?.();
  };

  const clock: VirtualClock = {
    now: () => now,
    wall: () => new Date(wallStart.getTime() + now + wallShift),
    setWall(byMs) {
      wallShift += byMs;
    },
    get pending() {
      return pending;
    },
    at(due, wake) {
      const timer: Timer = { due, order: order++, wake };
      push(timers, timer);
      pending += 1;
      return () => {
        if (timer.wake === undefined) return;
        timer.wake = undefined;
        pending -= 1;
      };
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let timer = take(end); timer !== undefined; timer = take(end)) {
        fire(timer);
        await settle();
      }
      now = end;
    },
    async runUntil(done) {
      let ended = false;
      const mark = () => {
        ended = true;
      };
      done.then(mark, mark);
      await settle();
      while (!ended) {
        const timer = take(Number.POSITIVE_INFINITY);
        if (timer === undefined) throw new Error('the clock has no timer left, but what was awaited has not ended');
        fire(timer);
        await settle();
      }
      return done;
    },
    soon: wake => void clock.at(now, wake),
  };
  return clock;
}

function before(a: Timer, b: Timer): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}

function push(heap: Timer[], timer: Timer): void {
  let index = heap.length;
  heap.push(timer);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || before(above, timer)) break;
    heap[index] = above;
    heap[parent] = timer;
    index = parent;
  }
}

function pop(heap: Timer[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    let least = heap[child];
    const right = heap[child + 1];
    if (least !== undefined && right !== undefined && before(right, least)) {
      least = right;
      child += 1;
    }
    if (least === undefined || before(last, least)) break;
    heap[index] = least;
    index = child;
  }
  heap[index] = last;
}
