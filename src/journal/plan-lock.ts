/** The lock of a plan: at most one run of what it names at a time. */
import { realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { makeFolder } from '../plan/make-folder.ts';
import type { Plan, PlanLock } from '../plan/plan.ts';
import { quoteText } from '../plan/quote.ts';
import { sha256 } from '../plan/sha256.ts';
import { type Holder, thisHolder, thisPlace } from './holder.ts';
import { type Lock, takeLock } from './lock.ts';

export const POLL_MS = 200;
const LONGEST_NAME = 60;

/** Another run holds the lock of the plan: nothing was started. */
export class LockHeldError extends Error {
  /** Who holds it. */
  readonly holder: Holder;
  /** The same in words. */
  readonly locked: string;

  constructor(
    lock: string,
    { holder, sure, place, waitedMs }: { holder: Holder; sure: boolean; place: string; waitedMs: number },
  ) {
    const waited = waitedMs > 0 ? `waited ${limitWords(waitedMs)}, ` : '';
    const way = sure
      ? `Stop it with "runjobs stop ${plain(holder.run)}", or wait ${waitedMs > 0 ? 'longer, in lock.wait' : 'for it: lock: {wait: 10m}'}.`
      : `Whether it is alive cannot be seen from here; if it is not, remove "${place}".`;
    const locked = `${quoteText(lock)} is locked: ${describeHolder(holder)}`;
    super(`${locked}; ${waited}nothing was started. ${way}`);
    this.name = 'LockHeldError';
    this.locked = locked;
    this.holder = holder;
  }
}

/** The lock of the plan cannot be kept, as on a full disk: nothing was started. */
export class LockUnusableError extends Error {
  constructor(lock: string, place: string, cause: unknown) {
    super(
      `the lock ${quoteText(lock)} cannot be kept in "${place}", so nothing was started: ${(cause as Error).message}; set XDG_STATE_HOME to a folder that can be written`,
      {
        cause,
      },
    );
    this.name = 'LockUnusableError';
  }
}

export interface PlanLockOptions {
  /** The id of the run that asks. */
  readonly run: string;
  /** The user's state folder, in which locks are kept. */
  readonly userState: string;
  /** Aborting it ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Told when the run begins to wait for a holder, in words for people. */
  readonly onWait?: ((words: string) => void) | undefined;
}

/** A plan as far as its lock needs it. */
export type LockedPlan = Pick<Plan, 'lock' | 'name' | 'file'>;

/**
 * Takes the plan's lock, and waits for it where the plan says so. Undefined when the plan has none, or when the wait
 * was aborted. @throws {LockHeldError} when another run holds it. @throws {LockUnusableError} when it cannot be kept.
 */
export async function lockPlan(plan: LockedPlan, options: PlanLockOptions): Promise<Lock | undefined> {
  const { lock } = plan;
  if (lock === undefined) return undefined;
  const name = lock.name ?? plan.name;
  const folder = join(options.userState, 'locks', safe(hostname()));
  try {
    const place = join(folder, lockFolderName(lock, plan.file));
    makeFolder(folder, 0o700);
    return await takeInTime(place, { name, waitMs: lock.waitMs, plan, ...options });
  } catch (error) {
    throw error instanceof LockHeldError ? error : new LockUnusableError(name, folder, error);
  }
}

/**
 * The folder of a lock among those of this user on this machine: for a name, the same whatever the plan; else for the
 * real path of the plan's file. @throws the file system's error when there is no such file any more.
 */
export function lockFolderName({ name }: PlanLock, file: string | undefined): string {
  const real = name === undefined ? realpathSync(file ?? '') : '';
  const readable = safe(name ?? basename(real)).slice(0, LONGEST_NAME);
  const key = name === undefined ? `file ${real}` : `name ${name}`;
  return `${readable}-${sha256(key).slice(0, 16)}`;
}

interface Wish extends PlanLockOptions {
  readonly name: string;
  readonly waitMs: number | 'forever';
  readonly plan: LockedPlan;
}

async function takeInTime(place: string, { name, waitMs, plan, run, signal, onWait }: Wish): Promise<Lock | undefined> {
  const from = performance.now();
  const limitMs = waitMs === 'forever' ? Number.POSITIVE_INFINITY : waitMs;
  let known: string | undefined;
  while (!signal?.aborted) {
    const holder = thisHolder({ run, name: plan.name, ...(plan.file === undefined ? {} : { plan: plan.file }) });
    const taking = await takeLock(place, holder);
    if (taking.type === 'held') return taking.lock;
    const { by, sure } = taking;
    // The first look takes no time that is worth telling.
    const leftMs = known === undefined && limitMs > 0 ? limitMs : limitMs - (performance.now() - from);
    if (leftMs <= 0) throw new LockHeldError(name, { holder: by, sure, place, waitedMs: limitMs });
    if (by.run !== known) {
      const most = waitMs === 'forever' ? '' : `, ${limitWords(leftMs)} at most`;
      onWait?.(`${quoteText(name)} is locked: ${describeHolder(by)}; waiting for it${most}`);
    }
    known = by.run;
    await pause(Math.min(leftMs, POLL_MS), signal);
  }
  return undefined;
}

/** `run 20261122-081349-7f3a (pid 4711, plan "/x/plan.yaml") has held it for 3m 12s`. */
export function describeHolder({ run, pid, host, pidNamespace, plan, name, at }: Holder): string {
  const isOutside = pidNamespace !== undefined && pidNamespace !== thisPlace().pidNamespace;
  const where = host === hostname() ? (isOutside ? ' in another container' : '') : ` on ${plain(host)}`;
  const what = plan === undefined ? quoteText(name) : plain(plan);
  return `run ${plain(run)} (pid ${pid}${where}, plan ${what}) has held it for ${age(Date.now() - Date.parse(at))}`;
}

/** `42s`, `3m 12s`, `2h 5m`, `3d 4h`. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000)) || 0;
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  const hours = Math.floor(seconds / 3600);
  return hours < 24 ? `${hours}h ${Math.floor(seconds / 60) % 60}m` : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** How long a wait may be, or was: as {@link age}, below a minute to the millisecond. */
export function limitWords(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  return ms < 60_000 ? `${Math.round(ms) / 1000}s` : age(ms);
}

/** What a record says, harmless to a terminal. */
function plain(text: string): string {
  return quoteText(text).slice(1, -1);
}

function safe(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
}

/** Resolves after that time, or once the signal is aborted. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise(done => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, Math.ceil(ms));
    signal?.addEventListener('abort', end, { once: true });
  });
}
