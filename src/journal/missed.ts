/** The times of a plan's schedule at which nobody has started it: told when it is started the next time. */
import { dirname } from 'node:path';
import { clockWords } from '../plan/clock-words.ts';
import { loadCron, timesBetween } from '../plan/cron.ts';
import type { Plan, Scheduled } from '../plan/plan.ts';
import { listed } from '../plan/quote.ts';
import { runsIn } from './find.ts';
import { headOf } from './head.ts';
import { timeOfRun } from './runs.ts';

/** A run that starts at most so long after one of the times is the one that was meant. */
const LATE_MS = 120_000;
/** So many runs of other plans that are kept in the same folder are looked through. */
const LOOKED_THROUGH = 500;
/** So many missed times are counted, */
const COUNTED = 1000;
/** and so many told. */
const TOLD = 3;

/** The plan as far as its times are looked at. */
export type ScheduledPlan = Pick<Plan, 'schedule' | 'name' | 'file'>;

/**
 * Says which times of its schedule the plan has missed since the run before `run`, which lies in `folder`; undefined where it
 * has no schedule, has not run before, or has missed none. Never rejects for what other runs have left.
 */
export async function missedNotice(
  plan: ScheduledPlan,
  { folder, run }: { readonly folder: string; readonly run: string },
): Promise<string | undefined> {
  const { schedule } = plan;
  if (schedule === undefined) return undefined;
  const last = lastRunBefore(run, plan, dirname(dirname(folder)));
  if (last === undefined) return undefined;
  await loadCron();
  return missedWords(schedule, { since: timeOfRun(last), now: timeOfRun(run) });
}

/** The same for two moments, in milliseconds since 1970. Call `loadCron()` before. */
export function missedWords(
  schedule: readonly Scheduled[],
  { since, now }: { readonly since: number; readonly now: number },
): string | undefined {
  const times = timesBetween(schedule, { after: since, until: now, most: COUNTED + 1 });
  const isMore = times.length > COUNTED;
  const latest = times.at(-1);
  const missed = isMore || (latest !== undefined && latest < now - LATE_MS) ? times : times.slice(0, -1);
  if (missed.length === 0) return undefined;
  const zone = commonZone(schedule);
  const named = missed.slice(0, TOLD).map(time => clockWords(time, zone));
  const others = missed.length - named.length;
  const told = listed([...named, ...(others === 0 || isMore ? [] : [`${others} more`])], 'and');
  const count = isMore ? `more than ${COUNTED} times` : missed.length === 1 ? '1 time' : `${missed.length} times`;
  const verb = missed.length === 1 ? 'was' : 'were';
  return `${count} of the schedule ${verb} missed since ${clockWords(since, zone)}: ${told}${isMore ? ', …' : ''}`;
}

/** The zone of all of it; undefined, which is that of the machine, where they differ. */
function commonZone([first, ...others]: readonly Scheduled[]): string | undefined {
  return others.every(({ timezone }) => timezone === first?.timezone) ? first?.timezone : undefined;
}

/**
 * The id of the latest run of the same plan, or definition, that was started before: one of the same second, too, as no run
 * has a journal yet that is only looking here.
 */
function lastRunBefore(run: string, { file, name }: ScheduledPlan, state: string): string | undefined {
  const before = runsIn(state).filter(({ id }) => id !== run && timeOfRun(id) <= timeOfRun(run));
  const latest = before.sort((one, other) => (one.id < other.id ? 1 : -1)).slice(0, LOOKED_THROUGH);
  return latest.find(({ folder }) => {
    const head = headOf(folder);
    return head !== undefined && head.plan === file && head.name === name;
  })?.id;
}
