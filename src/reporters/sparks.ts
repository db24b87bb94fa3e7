/** How long runs took, as a line of bars: what `runjobs runs` shows below its table. */
import { cutTo, widthOf } from './columns.ts';
import { formatDuration } from './durations.ts';
import type { Palette } from './palette.ts';
import type { ShownRun } from './past-runs.ts';
import { cleanse } from './text.ts';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** Two runs tell nothing of what is usual. */
const LEAST = 3;
const BARS_MAX = 40;
/** On a terminal that is too narrow for so many bars there are none. */
const BARS_MIN = 3;

export interface SparkOptions {
  readonly palette: Palette;
  /** Columns that a line may take; absent: any. */
  readonly width?: number | undefined;
}

/** One bar for each value, the highest for the greatest; all of them low where they are equal. */
export function sparkLine(values: readonly number[]): string {
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  const heightOf = (value: number) => (range === 0 ? 0 : Math.round(((value - least) / range) * (BARS.length - 1)));
  return values.map(value => BARS[heightOf(value)]).join('');
}

/**
 * A line for each plan of which enough runs have succeeded: the latest of them, the older ones to the left, and what is usual.
 * Empty where there is none; the runs come as in the table, the newest first.
 */
export function sparkLines(runs: readonly ShownRun[], { palette, width = 80 }: SparkOptions): string {
  const plans = new Map<string, { readonly name: string; readonly times: number[] }>();
  for (const { state, facts } of runs) {
    if (state !== 'ended' || facts?.outcome?.state !== 'succeeded' || facts.durationMs === undefined) continue;
    const key = `${facts.plan ?? ''}\0${facts.name}`;
    const plan = plans.get(key) ?? { name: cleanse(facts.name), times: [] };
    plan.times.unshift(facts.durationMs);
    plans.set(key, plan);
  }
  const shown = [...plans.values()].filter(({ times }) => times.length >= LEAST);
  const widest = Math.max(...shown.map(({ name }) => widthOf(name)), 0);
  return shown
    .map(({ name, times }) => {
      const words = `usually ${formatDuration(median(times))}, last ${formatDuration(times.at(-1) ?? 0)}`;
      const padded = name + ' '.repeat(widest - widthOf(name));
      const room = Math.min(BARS_MAX, width - widest - words.length - 4);
      if (room < BARS_MIN) return `${cutTo(`${name}  ${words}`, width)}\n`;
      return `${padded}  ${sparkLine(times.slice(-room))}  ${palette.quiet(words)}\n`;
    })
    .join('');
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
