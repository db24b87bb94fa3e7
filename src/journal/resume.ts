/** Opens a run that was broken off, so that it can go on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createFacts, type FactsFold } from '../events/facts.ts';
import { groupsOf } from '../events/groups.ts';
import type { Outcome } from '../events/outcome.ts';
import { createPast, type PastFold } from '../events/past.ts';
import { copiesWithRerun } from '../events/reruns.ts';
import type { Plan } from '../plan/plan.ts';
import { type Holder, thisHolder } from './holder.ts';
import { type Lock, takeLock } from './lock.ts';
import { type PlanCopy, readPlanCopy } from './plan-copy.ts';
import { readJournal } from './read.ts';
import { RUN_FILES } from './runs.ts';

/** What can be done with a run. */
export type Reopening =
  | { readonly type: 'reopened'; readonly run: ReopenedRun }
  /** It goes on, or nothing shows that it is dead. */
  | { readonly type: 'alive'; readonly by: Holder; readonly sure: boolean }
  /** Nothing is left to do. */
  | { readonly type: 'succeeded'; readonly id: string }
  /** It cannot go on; in words, with what to do instead. */
  | { readonly type: 'wrong'; readonly message: string };

/** A run that is ours now; call `owner.release()` if it is not gone on with. */
export interface ReopenedRun {
  readonly folder: string;
  readonly id: string;
  readonly copy: PlanCopy;
  readonly past: PastFold;
  /** What it had come to as a whole. */
  readonly facts: FactsFold;
  /** Bytes of the journal that are good. */
  readonly goOnAt: number;
  readonly owner: Lock;
}

/**
 * Takes the run in a folder over, unless somebody has it, and reads what it had come to. Of several who try at once one
 * gets it. Rejects with the file system's error when the folder cannot be written.
 * @param force also when nothing is known of what was done, though something was: everything starts again then.
 */
export async function reopenRun(
  folder: string,
  { force = false }: { readonly force?: boolean } = {},
): Promise<Reopening> {
  const copy = readPlanCopy(folder);
  if ('wrong' in copy) {
    const message = existsSync(join(folder, RUN_FILES.plan))
      ? copy.wrong
      : `the run ended before it began: ${copy.wrong}`;
    return { type: 'wrong', message: `${message}; run the plan anew` };
  }
  const { name, file } = copy.plan;
  const id = folder.slice(folder.lastIndexOf('/') + 1);
  const holder = thisHolder({ run: id, name, ...(file === undefined ? {} : { plan: file }) });
  const taking = await takeLock(join(folder, RUN_FILES.owner), holder);
  if (taking.type === 'taken') return { type: 'alive', by: taking.by, sure: taking.sure };
  const { lock: owner } = taking;
  try {
    const facts = createFacts(groupsOf(copy.plan.root));
    const read = readPast(join(folder, RUN_FILES.journal), copy.plan, facts);
    if (read.type === 'read' && facts.facts() === undefined && existsSync(join(folder, RUN_FILES.logs)) && !force) {
      owner.release();
      return { type: 'wrong', message: nothingKnown(folder, id) };
    }
    if (read.type === 'read' && !isWellEnded(facts.facts()?.outcome)) {
      const { past, length: goOnAt } = read;
      return { type: 'reopened', run: { folder, id, copy, past, facts, goOnAt, owner } };
    }
    owner.release();
    return read.type === 'read' ? { type: 'succeeded', id } : read;
  } catch (error) {
    owner.release();
    throw error;
  }
}

type PastReading =
  | {
      readonly type: 'read';
      readonly past: PastFold;
      /** Bytes of the journal that are good. */
      readonly length: number;
    }
  | { readonly type: 'wrong'; readonly message: string };

function readPast(file: string, plan: Plan, facts: FactsFold): PastReading {
  const past = createPast(copiesWithRerun(plan.root));
  // Killed before its first event.
  if (!existsSync(file)) return { type: 'read', past, length: 0 };
  let begins: boolean | undefined;
  const reading = readJournal(file, event => {
    begins ??= event.type === 'run.started';
    past.take(event);
    facts.take(event);
  });
  if (begins === false) return { type: 'wrong', message: damageAt(file, 1) };
  switch (reading.type) {
    case 'read':
      return { type: 'read', past, length: reading.length };
    case 'newer': {
      const message = `"${file}" was written by a newer runjobs (version ${reading.version} of events): resume with that one`;
      return { type: 'wrong', message };
    }
    case 'damaged':
      return { type: 'wrong', message: damageAt(file, reading.line) };
    default:
      return reading satisfies never;
  }
}

function nothingKnown(folder: string, id: string): string {
  return (
    `the journal of ${id} is empty or gone, though its steps have printed (${join(folder, RUN_FILES.logs)}): nothing is ` +
    `known of what was done. "runjobs resume ${id} --force" starts everything again`
  );
}

function damageAt(file: string, line: number): string {
  const what = 'an event that is known here should stand in this line, and whole ones follow it';
  return `${file}:${line}: ${what}. Put it right if it was changed by hand, else run the plan anew`;
}

/** Whether nothing is left to do for a run that has come to this. */
export function isWellEnded(outcome: Outcome | undefined): boolean {
  return outcome?.state === 'succeeded' || (outcome?.state === 'failed' && outcome.allowed === true);
}
