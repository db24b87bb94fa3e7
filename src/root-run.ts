/** The way to one root run: its folder, its owner and the plan's lock, before the rooms are put together for it. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { assemble, type RootRun, type RootRunOptions } from './assemble.ts';
import { endDeadRun } from './executors/index.ts';
import { thisHolder } from './journal/holder.ts';
import { userStateOf } from './journal/known.ts';
import { type Lock, takeLock } from './journal/lock.ts';
import { missedNotice } from './journal/missed.ts';
import { NOTHING_GIVEN, writePlanCopy } from './journal/plan-copy.ts';
import type { ReopenedRun } from './journal/resume.ts';
import { createFreshFolder, RUN_FILES, type RunFolder } from './journal/runs.ts';

export { QueueUnusable, type RootRun, type RootRunOptions } from './assemble.ts';
export { type Claim, claimRootRun, type GivenToRun, type LockRootRunOptions, lockRootRun, secretsIn } from './claim.ts';
export { type KeyboardSignal, openOwnTerminal, terminalStreams } from './executors/command/terminal.ts';
export { parseQueueAddress } from './executors/queue/address.ts';
export { DEFAULT_PREFIX as DEFAULT_QUEUE_PREFIX } from './executors/queue/keys.ts';
export { LockHeldError, LockUnusableError } from './journal/plan-lock.ts';

/**
 * Opens a run for which the process was claimed.
 * Its sessions and channels are freed when it has ended. Rejects with the file system's error when its folder, the copy
 * of its plan or its journal cannot be made.
 */
export function openRootRun(options: RootRunOptions): Promise<RootRun> {
  return underLock(options.lock, openNew(options));
}

async function openNew(options: RootRunOptions): Promise<RootRun> {
  const { plan, claim, env } = options;
  const folder = createFreshFolder(claim.run, {
    planFolder: plan.folder,
    userState: userStateOf(env),
    ...(options.stateDir === undefined ? {} : { stateDir: options.stateDir }),
  });
  try {
    return await openIn(folder, options);
  } catch (error) {
    // A run that never began must not be the last one.
    rmSync(folder.path, { recursive: true, force: true });
    throw error;
  }
}

async function openIn(folder: RunFolder, options: RootRunOptions): Promise<RootRun> {
  const { plan, overrides = {}, claim } = options;
  const { id, name } = claim.run;
  writePlanCopy(folder.path, { plan, overrides, given: options.given?.kept ?? NOTHING_GIVEN });
  const holder = thisHolder({ run: id, name, ...(plan.file === undefined ? {} : { plan: plan.file }) });
  const taking = await takeLock(join(folder.path, RUN_FILES.owner), holder);
  if (taking.type === 'taken')
    throw new Error(`the folder of the new run "${id}" is taken by process ${taking.by.pid}`);
  const missed = await missedNotice(plan, { folder: folder.path, run: id });
  const notices = [folder.notice, missed].filter(notice => notice !== undefined);
  const { lock: owner } = taking;
  return orRelease(owner, assemble(options, { folder: folder.path, owner, notices }));
}

/**
 * Goes on with a run that was broken off, for which the process was claimed, once what is left of it has been ended.
 * @param changed the paths of steps that are others than when it began: nothing is known of them. Rejects as
 * {@link openRootRun} does.
 */
export function resumeRootRun(
  reopened: ReopenedRun,
  options: RootRunOptions & { readonly changed: readonly string[] },
): Promise<RootRun> {
  return underLock(options.lock, orRelease(reopened.owner, reopen(reopened, options)));
}

/** Gives the lock back when the run has ended, or when it cannot be opened. */
async function underLock(lock: Lock | undefined, opening: Promise<RootRun>): Promise<RootRun> {
  const run = await orRelease(lock, opening);
  return { ...run, start: () => run.start().finally(() => lock?.release()) };
}

async function orRelease(lock: Lock | undefined, opening: Promise<RootRun>): Promise<RootRun> {
  try {
    return await opening;
  } catch (error) {
    lock?.release();
    throw error;
  }
}

async function reopen(
  { folder, id, copy, past, facts, goOnAt, owner }: ReopenedRun,
  { changed, ...options }: RootRunOptions & { readonly changed: readonly string[] },
): Promise<RootRun> {
  const { plan, overrides = {}, claim } = options;
  claim.run.id = id;
  const notices: string[] = [];
  await endDeadRun(copy.plan, id, { ...options.leftovers, warn: message => notices.push(message) });
  past.forget(changed);
  writePlanCopy(folder, { plan, overrides, given: options.given?.kept ?? NOTHING_GIVEN });
  const before = facts.facts();
  // Killed before its first event, it only begins now.
  const resume = before && { resume: { past: past.root, count: before.resumed + 1, changed } };
  return assemble(options, { folder, owner, notices, earlier: { goOnAt, facts }, ...resume });
}
