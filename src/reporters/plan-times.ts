/** The next times of what goes by the clock: what `runjobs check` shows. */
import { clockWords } from '../plan/clock-words.ts';
import type { Scheduled } from '../plan/plan.ts';
import { everyWords } from './durations.ts';

/** A step that ticks by a cron pattern, or a schedule. */
export interface StepTimes {
  readonly path: string;
  readonly every: Scheduled;
  /** Milliseconds since 1970 of the next times, in order. */
  readonly times: readonly number[];
}

/** One line a step, empty where there is none; ends with a newline. */
export function formatTimes(steps: readonly StepTimes[]): string {
  if (steps.length === 0) return '';
  const lines = steps.map(({ path, every, times }) => {
    const words = times.map(time => clockWords(time, every.timezone));
    return `  ${path} · ${everyWords(every)} · ${words.join(', ')}`;
  });
  return `next times\n${lines.join('\n')}\n`;
}
