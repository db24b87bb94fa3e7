/** Removing runs: the old ones of a plan after a run of it, and those that somebody names. */
import { renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { uniqueDigits } from '../plan/unique.ts';
import { type KeptRun, runsIn, sorted } from './find.ts';
import { headOf } from './head.ts';
import { namesIn } from './known.ts';
import type { IsAlive } from './past.ts';
import { bytesIn, readResult } from './result.ts';

/** What may stay of the runs of a plan. */
export interface Keep {
  /** So many runs, */
  readonly keep: number;
  /** in so many bytes. */
  readonly keepBytes: number;
}

/** What was removed. */
export interface Removed {
  readonly runs: readonly KeptRun[];
  readonly bytes: number;
}

/** Runs that were taken away, and not yet removed: nobody takes them for runs. */
const GONE = '.gone-';

/**
 * Removes runs of the plan of `current`, which has just ended, from the state folder that it is in: the oldest first, until
 * there are `keep` of them in `keepBytes`. Runs of other plans are not counted. One that is alive is neither counted nor
 * removed; `current` is removed with `keep: 0` only. Two at once do not disturb each other. Never throws: what cannot be
 * removed stays.
 */
export async function prune(current: KeptRun, { keep, keepBytes }: Keep, isAlive: IsAlive): Promise<Removed> {
  const state = dirname(dirname(current.folder));
  sweepGone(state);
  const own = weigh(current);
  let count = 1;
  let bytes = own.bytes;
  const old: Weighed[] = [];
  for (const run of sorted(runsIn(state))) {
    if (run.id === current.id) continue;
    const one = weigh(run);
    if (one.plan !== own.plan || (!one.hasResult && (await isAlive(run.folder)))) continue;
    if (count < keep && bytes + one.bytes <= keepBytes) {
      count += 1;
      bytes += one.bytes;
    } else old.push(one);
  }
  const removed: Weighed[] = [];
  for (const one of old.reverse()) if (await removeRun(one.run, isAlive)) removed.push(one);
  if (keep === 0 && (await removeRun(current, async () => false))) removed.push(own);
  return { runs: removed.map(({ run }) => run), bytes: removed.reduce((sum, one) => sum + one.bytes, 0) };
}

/**
 * Removes the folder of a run unless it is alive. Whoever looks meanwhile sees the whole run or none. False where it is
 * alive, somebody else has removed it, or it cannot be removed.
 */
export async function removeRun({ id, folder }: KeptRun, isAlive: IsAlive): Promise<boolean> {
  if (await isAlive(folder)) return false;
  const gone = join(dirname(folder), `${GONE}${id}-${uniqueDigits(8)}`);
  try {
    renameSync(folder, gone);
    if (await isAlive(gone)) {
      // Somebody has just resumed it.
      renameSync(gone, folder);
      return false;
    }
    rmSync(gone, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}

/** Removes what a crash has left of runs that were being removed. */
function sweepGone(state: string): void {
  const runs = join(state, 'runs');
  for (const name of namesIn(runs)) {
    if (!name.startsWith(GONE)) continue;
    try {
      rmSync(join(runs, name), { recursive: true, force: true });
    } catch {
      // Somebody else is about it.
    }
  }
}

interface Weighed {
  readonly run: KeptRun;
  readonly hasResult: boolean;
  /** Tells one plan from another: its file, else its name. */
  readonly plan: string;
  /** Measured only where that was not recorded. */
  readonly bytes: number;
}

function weigh(run: KeptRun): Weighed {
  const result = readResult(run.folder);
  const { plan, name = '' } = result ?? headOf(run.folder) ?? {};
  return {
    run,
    hasResult: result !== undefined,
    plan: plan ?? `name ${name}`,
    bytes: result?.bytes ?? bytesIn(run.folder),
  };
}
