/** Durations in words: how long something took, and the limits of a plan as people write them. */
import type { Every, Scheduled } from '../plan/plan.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `0.2 s`, `12.3 s`, `2m 05s`, `1h 02m`, `3d 04h`. */
export function formatDuration(ms: number): string {
  const tenths = Math.round(Math.max(0, ms) / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const rounded = Math.round(ms / SECOND) * SECOND;
  if (rounded < HOUR) return two(rounded, MINUTE, 'm', SECOND, 's');
  return rounded < DAY ? two(rounded, HOUR, 'h', MINUTE, 'm') : two(rounded, DAY, 'd', HOUR, 'h');
}

/** As in a job file: `250ms`, `5s`, `1h30m`. */
export function formatLimit(ms: number): string {
  if (ms < SECOND) return `${ms}ms`;
  let left = ms;
  let text = '';
  for (const [unit, name] of [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'm'],
  ] as const) {
    const whole = Math.floor(left / unit);
    left -= whole * unit;
    if (whole > 0) text += `${whole}${name}`;
  }
  return left > 0 ? `${text}${left / SECOND}s` : text;
}

/** What is left of a wait: `in 12 s`, tenths below a second, and never `0 s` before it is over. */
export function formatLeft(ms: number): string {
  return ms <= 0 ? 'now' : `in ${formatRest(ms)}`;
}

/** As {@link formatLeft}, to stand before "left": `12 s`. */
export function formatRest(ms: number): string {
  if (ms < SECOND) return `${(Math.ceil(Math.max(0, ms) / 100) / 10).toFixed(1)} s`;
  return ms < MINUTE ? `${Math.ceil(ms / SECOND)} s` : formatDuration(ms);
}

function two(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)}${largeName} ${String(rest).padStart(2, '0')}${smallName}`;
}

/** `every 10s`, `every "30 2 * * *" (UTC)`. */
export function everyWords(every: Every | Scheduled): string {
  if (!('cron' in every)) return `every ${formatLimit(every.intervalMs)}`;
  return `every "${every.cron}"${every.timezone === undefined ? '' : ` (${every.timezone})`}`;
}
