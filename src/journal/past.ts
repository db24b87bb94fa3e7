/** A run as it is found on disk: how it ended, or how far it came. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../events/event.ts';
import { createFacts, type RunFacts } from '../events/facts.ts';
import { createGroupFinder, type Groups, groupsOf } from '../events/groups.ts';
import type { Plan } from '../plan/plan.ts';
import { whyClosed } from './closed.ts';
import type { KeptRun } from './find.ts';
import { holderOf } from './lock.ts';
import { readPlanCopy } from './plan-copy.ts';
import { type JournalReading, readJournal } from './read.ts';
import { readResult } from './result.ts';
import { RUN_FILES } from './runs.ts';

/** Whether the run in a folder is alive: somebody holds it. */
export type IsAlive = (folder: string) => Promise<boolean>;

/** Whether somebody holds the run, or may: what cannot be judged counts as alive. Never rejects. */
export const isHeld: IsAlive = async folder => {
  try {
    const found = await holderOf(join(folder, RUN_FILES.owner));
    return found !== undefined && found.state !== 'dead';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
};

/** What became of a run. */
export type PastRun = KeptRun & {
  /** `died`: it has no end and nobody runs it; `unreadable`: neither result nor journal tells anything. */
  readonly state: 'running' | 'ended' | 'died' | 'unreadable';
  readonly facts?: RunFacts;
  /** In words why less is known than there should be, */
  readonly trouble?: string;
  /** in one or two of them, */
  readonly brief?: string;
  /** and whether that is the journal's fault: what it does not tell may have happened. */
  readonly hasGaps?: boolean;
};

/** Why less is known of a run than there should be. */
export interface Trouble {
  readonly words: string;
  readonly brief: string;
  readonly of: 'journal' | 'plan';
}

/**
 * Looks at a run. Never throws for what its files hold; one that vanishes meanwhile is unreadable, and so is one whose folder may
 * not be read.
 * @param take handed every event of the journal, which is read once at most; without it a run with a result is looked at
 * without its other files.
 */
export async function lookAt(run: KeptRun, isAlive: IsAlive, take?: (event: RunEvent) => void): Promise<PastRun> {
  const closed = whyClosed(run.folder);
  if (closed !== undefined)
    return { ...run, state: 'unreadable', trouble: `it cannot be read: ${closed}`, brief: 'no permission' };
  const alive = await isAlive(run.folder);
  const result = alive ? undefined : readResult(run.folder);
  if (result !== undefined) {
    const ended: PastRun = { ...run, state: 'ended', facts: result };
    return take === undefined ? ended : withTroubles(ended, [readPast(run.folder, take), planTroubleIn(run.folder)]);
  }
  const { facts, trouble } = factsFromJournal(run.folder, take);
  const state = alive ? 'running' : facts === undefined ? 'unreadable' : facts.outcome === undefined ? 'died' : 'ended';
  return withTroubles({ ...run, state, ...(facts === undefined ? {} : { facts }) }, [
    trouble,
    facts === undefined && take === undefined ? undefined : planTroubleIn(run.folder),
  ]);
}

/** The run with what is wrong with its files. */
function withTroubles(run: PastRun, found: readonly (Trouble | undefined)[]): PastRun {
  const troubles = found.filter(trouble => trouble !== undefined);
  const [first] = troubles;
  if (first === undefined) return run;
  const hasGaps = troubles.some(trouble => trouble.of === 'journal');
  return { ...run, trouble: troubles.map(({ words }) => words).join('; '), brief: first.brief, hasGaps };
}

/** What the journal tells, and what it does not. */
function factsFromJournal(
  folder: string,
  take?: (event: RunEvent) => void,
): { readonly facts?: RunFacts; readonly trouble?: Trouble } {
  const fold = createFacts(groupsIn(folder));
  const trouble = readPast(folder, event => {
    fold.take(event);
    take?.(event);
  });
  const facts = fold.facts();
  return { ...(facts === undefined ? {} : { facts }), ...(trouble === undefined ? {} : { trouble }) };
}

/** Why the copy of the run's plan cannot be read, where it cannot. */
function planTroubleIn(folder: string): Trouble | undefined {
  const copy = readPlanCopy(folder);
  const isThere = existsSync(join(folder, RUN_FILES.plan));
  return 'wrong' in copy
    ? { words: isThere ? copy.wrong : `it has no ${RUN_FILES.plan}`, brief: 'no plan', of: 'plan' }
    : undefined;
}

/** Which steps of the run have children: by the copy of its plan, else by its journal. */
export function groupsIn(folder: string): Groups {
  const plan = planIn(folder);
  if (plan !== undefined) return groupsOf(plan.root);
  const finder = createGroupFinder();
  readPast(folder, finder.take);
  return finder;
}

/** The copy of the run's plan; undefined where it is missing or damaged. */
export function planIn(folder: string): Plan | undefined {
  const copy = readPlanCopy(folder);
  return 'plan' in copy ? copy.plan : undefined;
}

/** Hands every event of a run to `take`; returns why that is not all, where it is not. Never throws for what the file holds. */
export function readPast(folder: string, take: (event: RunEvent) => void): Trouble | undefined {
  const trouble = (brief: string, words: string): Trouble => ({ words, brief, of: 'journal' });
  let count = 0;
  let reading: JournalReading;
  try {
    reading = readJournal(join(folder, RUN_FILES.journal), event => {
      count += 1;
      take(event);
    });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? trouble('no journal', 'it has no journal')
      : trouble('unreadable', `its journal cannot be read: ${(error as Error).message}`);
  }
  switch (reading.type) {
    case 'read':
      return count === 0 ? trouble('empty', 'its journal is empty') : undefined;
    case 'newer':
      return trouble('newer version', `its journal is of version ${reading.version}: a newer runjobs reads it`);
    case 'damaged':
      return trouble('damaged', `its journal is damaged from line ${reading.line} on`);
    default:
      return reading satisfies never;
  }
}
