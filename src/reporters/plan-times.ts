/** The next times of the steps that tick by the clock: what `runjobs check` shows. */

import type { Every } from '../plan/plan.ts';
import { everyWords } from './durations.ts';

/** A step that ticks by a cron pattern. */
export interface StepTimes {
  readonly path: string;
  readonly every: Extract<Every, { readonly cron: string }>;
  /** Milliseconds since 1970 of the next ticks, in order. */
  readonly times: readonly number[];
}

/** One line a step, empty where none ticks so; ends with a newline. */
export function formatTimes(steps: readonly StepTimes[]): string {
  if (steps.length === 0) return '';
  const lines = steps.map(({ path, every, times }) => {
    const words = times.map(time => inZone(time, every.timezone));
    return `  ${path} · ${everyWords(every)} · ${words.join(', ')}`;
  });
  return `next times\n${lines.join('\n')}\n`;
}

/** `Mon 2026-11-23 02:30`, with seconds where there are some, by the clock of the zone. */
function inZone(time: number, timeZone: string | undefined): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...(timeZone === undefined ? {} : { timeZone }),
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  const seconds = part.second === '00' ? '' : `:${part.second}`;
  return `${part.weekday} ${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}${seconds}`;
}
