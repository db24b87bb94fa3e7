/** The way of leaf steps to what carries them out: straight, or, where the laws are to hold through a queue, by way of that. */
import type { Executor } from '../../src/engine/executor.ts';
import { createVirtualClock, type VirtualClock } from '../../src/engine/virtual-clock.ts';
import type { RunEvent } from '../../src/events/event.ts';
import { createSecrets, type Secrets } from '../../src/events/secrets.ts';

/** Whether the laws are to hold through a queue. */
export const isThroughQueue = process.env.RUNJOBS_THROUGH === 'queue';

/** So many examples of a law that is tried with many; through a queue each takes far longer. */
export function examples(count: number): number {
  return isThroughQueue ? Math.ceil(count / 8) : count;
}

/**
 * What happened, where nobody promises in which order: through a queue a step starts a little later than those that stay
 * with the root, though in the same millisecond. @param lines each begins with its time.
 */
export function inAnyOrderThroughQueue<T>(lines: readonly T[]): readonly T[] {
  return isThroughQueue
    ? [...lines].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
    : lines;
}

export interface Way {
  readonly clock: VirtualClock;
  readonly executor: Executor;
  /** As the run is to be told. */
  readonly startsLate: boolean;
  /** The event as it would be without a queue. */
  plain(event: RunEvent): RunEvent;
  /** Call when the run has ended. Rejects where the queue had something to say. */
  close(): Promise<void>;
}

export interface WayOptions {
  /** The time of day at the start. */
  readonly wall?: Date | undefined;
  /** Those of the run. */
  readonly secrets?: Secrets;
  /** Names of the plan's secrets. */
  readonly secretNames?: readonly string[];
}

/** @param make what carries the steps out, on this clock. */
export async function openWay(make: (clock: VirtualClock) => Executor, options: WayOptions = {}): Promise<Way> {
  if (isThroughQueue) {
    const { openThrough } = await import('./through/queue.ts');
    return openThrough(make, { secrets: createSecrets(), secretNames: [], ...options });
  }
  const clock = createVirtualClock(options.wall);
  return { clock, executor: make(clock), startsLate: false, plain: event => event, close: async () => {} };
}
