/** Durations as people write them: `250ms`, `10s`, `1h30m`, `2d`; a bare number is seconds. */

/** The spelling of a duration: a bare number, or units from large to small. Editors check it too. */
export const DURATION =
  /^(?:(\d+(?:\.\d+)?)|(?=\d)(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?)$/;

/** What a duration looks like, for messages. */
export const DURATION_WORDS = 'a duration such as "250ms", "10s", "5m", "1h30m" or "2d", or a number of seconds';

/** Milliseconds in the unit of each group of the spelling. */
const UNITS_MS = [1000, 86_400_000, 3_600_000, 60_000, 1000, 1] as const;

/**
 * The milliseconds that a duration stands for, whole, and at least 1 unless it is zero.
 * Undefined when it is no duration: negative, an unknown unit, units out of order, or beyond 285 000 years.
 */
export function parseDuration(written: string | number): number | undefined {
  if (typeof written === 'number') return wholeMs(written * 1000);
  const parts = DURATION.exec(written);
  if (!parts) return undefined;
  return wholeMs(UNITS_MS.reduce((total, unit, index) => total + Number(parts[index + 1] ?? 0) * unit, 0));
}

/** A duration in the largest unit of which it is a whole number: `90s`, `10m`, as {@link parseDuration} reads it. */
export function spellDuration(ms: number): string {
  const [name, unit] = SPELLED.find(([, unit]) => ms % unit === 0) ?? LEAST;
  return `${ms / unit}${name}`;
}

const LEAST = ['ms', 1] as const;
const SPELLED = [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1000], LEAST] as const;

function wholeMs(ms: number): number | undefined {
  if (!(ms >= 0 && ms <= Number.MAX_SAFE_INTEGER)) return undefined;
  return ms > 0 ? Math.max(1, Math.round(ms)) : 0;
}
