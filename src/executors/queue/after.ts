/** Timers of any length: one of Node's that is longer than 2^31 - 1 ms would fire at once. */

const LONGEST_MS = 2 ** 31 - 1;

/** Calls `wake` once when so much time has passed. Returns how to call it off. */
export function after(ms: number, wake: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (leftMs: number) => {
    timer = leftMs > LONGEST_MS ? setTimeout(() => arm(leftMs - LONGEST_MS), LONGEST_MS) : setTimeout(wake, leftMs);
  };
  arm(ms);
  return () => clearTimeout(timer);
}
