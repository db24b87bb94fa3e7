/** Cron patterns as a calculator: when the next time is. croner does it; it is loaded when a plan has a pattern. */
import { childrenOf, type Step } from './plan.ts';
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
  const fields = text.split(/\s+/).length;
  if (!text.startsWith('@') && fields !== 5 && fields !== 6) {
    return {
      wrong: 'pattern',
      message: `expected five fields (minute hour day month weekday), six with seconds first, got ${fields}`,
    };
  }
  let job: InstanceType<Croner['Cron']>;
  try {
    job = new croner.Cron(text, { paused: true, ...(timezone === undefined ? {} : { timezone }) });
  } catch (error) {
    return { wrong: 'pattern', message: (error as Error).message.replace(/^Cron\w*:\s*/, '') };
  }
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

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Whether the step, or one in it, ticks by a pattern. */
export function hasCron(step: Step): boolean {
  const { every, finally: block } = step;
  if (every !== undefined && 'cron' in every) return true;
  const inside = step.type === 'forEach' ? [step.each] : childrenOf(step);
  return [...inside, ...(block?.steps ?? [])].some(hasCron);
}
