/** Time as the engine sees it. Only clocks hold timers; everything else asks one. */

export interface Clock {
  /** Milliseconds that only grow, from an arbitrary start. */
  now(): number;
  /** The time of day. */
  wall(): Date;
  /** Calls `wake` once, as soon as `now()` has reached `due` and never inside this call. Returns how to call it off. */
  at(due: number, wake: () => void): () => void;
  /** Calls `wake` once, when all that follows from the work at hand has been done. */
  soon(wake: () => void): void;
}

/**
 * Longest single timer. Timers over 2^31 - 1 ms fire at once (nodejs/node#19015), and a long one does not notice that
 * the machine slept.
 */
const LONGEST_TIMER_MS = 60_000;

/** The machine's own clock. */
export const realClock: Clock = {
  now: () => performance.now(),
  wall: () => new Date(),
  at(due, wake) {
    let timer: NodeJS.Timeout;
    const arm = (leftMs: number) => {
      timer = setTimeout(check, Math.min(Math.max(leftMs, 0), LONGEST_TIMER_MS));
    };
    // Node may fire up to a millisecond early: look again instead of waking before the time.
    const check = () => {
      const leftMs = due - performance.now();
      if (leftMs > 0) arm(leftMs);
      else wake();
    };
    arm(due - performance.now());
    return () => clearTimeout(timer);
  },
  soon: wake => void setImmediate(wake),
};
