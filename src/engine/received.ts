/** How much of an answer has come, told on now and then. */
import type { RunContext } from './context.ts';

/** Between two times that it is told: nobody reads more, and what is quick needs none. */
const EVERY_MS = 1000;

/** Takes what one attempt has received so far, and publishes it once a second at most; the first time after a second. */
export function tellReceived(run: RunContext, step: string): (bytes: number, total: number | undefined) => void {
  let last = { at: run.clock.now(), bytes: 0 };
  return (bytes, total) => {
    const now = run.clock.now();
    if (run.tellOutput !== true || now - last.at < EVERY_MS) return;
    const rate = Math.round(((bytes - last.bytes) / (now - last.at)) * 1000);
    last = { at: now, bytes };
    void run.publishOutput({
      type: 'step.progress',
      step,
      t: run.t(),
      bytes,
      ...(total === undefined ? {} : { total }),
      rate: Math.max(0, rate),
    });
  };
}
