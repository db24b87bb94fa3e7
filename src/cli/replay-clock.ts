/** The clock of a run that is told again: as fast as is asked for, or as fast as can be. */
import type { Clock } from '../reporters/reporter.ts';

/** What waits for a time looks again at least so often, and what draws draws no more often. */
const LOOK_MS = 50;

export interface ReplayClock extends Clock {
  /** Resolves when that time of the run has come, or at once when the signal is aborted. */
  reach(t: number, signal: AbortSignal): Promise<void>;
}

/** @param speed how many times as fast as the run; `Infinity`: its time jumps to each event. */
export function createReplayClock(speed: number): ReplayClock {
  const begun = performance.now();
  let reached = 0;
  const now = () => (Number.isFinite(speed) ? (performance.now() - begun) * speed : reached);
  const msTo = (t: number) => (Number.isFinite(speed) ? (t - now()) / speed : 0);
  return {
    now,
    at(due, wake) {
      let timer: NodeJS.Timeout;
      const look = () => {
        if (now() >= due) wake();
        else arm();
      };
      const arm = () => {
        timer = setTimeout(look, Math.max(LOOK_MS, Math.min(msTo(due), 60_000)));
      };
      arm();
      return () => clearTimeout(timer);
    },
    async reach(t, signal) {
      if (!Number.isFinite(speed)) reached = Math.max(reached, t);
      for (let left = msTo(t); left > 0 && !signal.aborted; left = msTo(t)) await pause(left, signal);
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(done => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, Math.min(ms, 60_000));
    signal.addEventListener('abort', end, { once: true });
  });
}
