/** The fields of a cron pattern, as far as crontab and systemd have the like. */

export interface Fields {
  readonly second: string;
  readonly minute: string;
  readonly hour: string;
  readonly day: string;
  readonly month: string;
  readonly weekday: string;
}

/** Crontabs of busybox and others have no nicknames; this is what they stand for. */
const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

// `*` with or without a step, `3`, `3/5`, `1-5`, `1-5/2`: what one part of a field may be.
const PART = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/;

export interface Part {
  /** Absent: all that there are. */
  readonly from?: number;
  readonly to?: number;
  readonly step?: number;
}

/** The fields of a pattern that has passed the check of plans, with numbers in the place of names. */
export function fieldsOf(pattern: string): Fields {
  const text = pattern.trim();
  const fields = (NICKNAMES[text.toLowerCase()] ?? text).toUpperCase().split(/\s+/);
  const [second = '0', minute = '', hour = '', day = '', month = '', weekday = ''] =
    fields.length === 5 ? ['0', ...fields] : fields;
  return {
    second,
    minute,
    hour,
    day,
    month: numbered(month, MONTHS, 1),
    // At the end of a range Sunday comes after Saturday.
    weekday: numbered(weekday.replaceAll('-SUN', '-7'), WEEKDAYS, 0),
  };
}

/** Whether both the day of the month and the weekday are limited: either of them will do then. */
export function isEither({ day, weekday }: Fields): boolean {
  return day !== '*' && weekday !== '*';
}

/** The parts of a field; undefined where one is of a kind that only croner knows: `L`, `W`, `#`, `?`, `+`. */
export function partsOf(field: string): readonly Part[] | undefined {
  const parts = field.split(',').map(partOf);
  return parts.every(part => part !== undefined) ? parts : undefined;
}

function partOf(text: string): Part | undefined {
  const match = PART.exec(text);
  if (match === null) return undefined;
  const [, from, to, step] = match;
  return {
    ...(from === undefined ? {} : { from: Number(from) }),
    ...(to === undefined ? {} : { to: Number(to) }),
    ...(step === undefined ? {} : { step: Number(step) }),
  };
}

function numbered(field: string, names: readonly string[], first: number): string {
  return field.replaceAll(/[A-Z]{3}/g, name => (names.includes(name) ? String(names.indexOf(name) + first) : name));
}
