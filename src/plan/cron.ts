/** Cron patterns as a calculator: when the next time is. croner does it; it is loaded when a plan has a pattern. */
import { fieldFault, nicknameFault } from './cron-faults.ts';
import { childrenOf, type Plan, type Step } from './plan.ts';
import { didYouMean } from './suggest.ts';

type Croner = typeof import('croner');

let croner: Croner | undefined;

/** Loads what {@link cronTimes} needs. Call it before, and once more costs nothing. */
export async function loadCron(): Promise<void> {
  croner ??= await import('croner');
}

/** Whether {@link cronTimes} can be asked. */
export function isCronLoaded(): boolean {
  return croner !== undefined;
}

/** The times of a pattern. */
export interface CronTimes {
  /** Milliseconds since 1970 of the first time after this one, which is later for sure; `undefined`: there is none. */
  after(ms: number): number | undefined;
}

/** Why a text is no pattern that ever fires. */
export interface CronFault {
  readonly wrong: 'pattern' | 'zone' | 'never';
  readonly message: string;
}

/** Where a search for the next time begins in vain: no pattern that fires at all leaves out nine years. */
const SOME_TIME = Date.UTC(2026, 0, 1);

/**
 * The times of a pattern of five fields, six with seconds first, or a nickname such as `@daily`; the zone is of the IANA
 * database, default that of the machine. A time that a change to summer time leaves out comes right after the gap, one that
 * the change back repeats comes once; patterns that come several times an hour go on in real time.
 */
export function cronTimes(pattern: string, timezone?: string): CronTimes | CronFault {
  if (croner === undefined) throw new Error('loadCron() must come before cronTimes()');
  if (timezone !== undefined && !isZone(timezone)) {
    const meant =
      didYouMean(timezone, Intl.supportedValuesOf('timeZone')) || '; expected a name such as "Europe/Vienna" or "UTC"';
    return { wrong: 'zone', message: `no time zone is called "${timezone}"${meant}` };
  }
  const text = pattern.trim();
  if (text === '@reboot')
    return { wrong: 'pattern', message: '"@reboot" is no time; start runjobs at the boot itself' };
  const unknown = nicknameFault(text);
  if (unknown !== undefined) return { wrong: 'pattern', message: unknown };
  const fields = text.split(/\s+/).length;
  if (!text.startsWith('@') && fields !== 5 && fields !== 6) {
    return {
      wrong: 'pattern',
      message: `expected five fields (minute hour day month weekday), six with seconds first, got ${fields}`,
    };
  }
  const { Cron } = croner;
  const read = (one: string) => new Cron(one, { paused: true, ...(timezone === undefined ? {} : { timezone }) });
  const isPattern = (one: string) => !(attempt(() => read(one)) instanceof Error);
  const job = attempt(() => read(text));
  if (job instanceof Error) return { wrong: 'pattern', message: fieldFault(text, isPattern) ?? reasonOf(job) };
  if (job.nextRun(new Date(SOME_TIME)) === null) {
    return { wrong: 'never', message: `no day is ever like "${text}"` };
  }
  return {
    after(ms) {
      const next = job.nextRun(new Date(ms))?.getTime();
      return next === undefined || next > ms ? next : undefined;
    },
  };
}

/** The next times of a pattern after a moment, so many at most; none where it is no pattern. */
export function nextTimes(
  { cron, timezone }: { readonly cron: string; readonly timezone?: string },
  from: number,
  count: number,
): number[] {
  const pattern = cronTimes(cron, timezone);
  const times: number[] = [];
  let next: number | undefined = from;
  while ('after' in pattern && times.length < count) {
    next = pattern.after(next);
    if (next === undefined) break;
    times.push(next);
  }
  return times;
}

export interface Span {
  /** Milliseconds since 1970; the span begins right after it, */
  readonly after: number;
  /** and ends with this moment. */
  readonly until: number;
  /** So many times at most. */
  readonly most: number;
}

/** The first times in a span that any of the patterns has, in order, each once. */
export function timesBetween(
  patterns: readonly { readonly cron: string; readonly timezone?: string }[],
  { after, until, most }: Span,
): number[] {
  const found = new Set<number>();
  for (const { cron, timezone } of patterns) {
    const pattern = cronTimes(cron, timezone);
    if (!('after' in pattern)) continue;
    let next = pattern.after(after);
    for (let count = 0; next !== undefined && next <= until && count < most; count += 1) {
      found.add(next);
      next = pattern.after(next);
    }
  }
  return [...found].sort((one, other) => one - other).slice(0, most);
}

/** What it makes, or the exception that it throws. */
function attempt<T>(make: () => T): T | Error {
  try {
    return make();
  } catch (error) {
    return error as Error;
  }
}

/** Without the name of the library's own part. */
function reasonOf({ message }: Error): string {
  return message.replace(/^Cron\w*:\s*/, '');
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Whether the step, or one in it, ticks by a pattern. */
function hasCron(step: Step): boolean {
  const { every, finally: block } = step;
  if (every !== undefined && 'cron' in every) return true;
  const inside = step.type === 'forEach' ? [step.each] : childrenOf(step);
  return [...inside, ...(block?.steps ?? [])].some(hasCron);
}

/** Whether the plan speaks of times of the clock: in a step, or in a schedule. */
export function speaksOfCron({ root, schedule, definitions = {} }: Plan): boolean {
  const schedules = [schedule, ...Object.values(definitions).map(definition => definition.schedule)];
  return schedules.some(one => one !== undefined) || hasCron(root);
}
