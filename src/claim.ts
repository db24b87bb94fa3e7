/** What comes before a root run: the process and the plan's lock are claimed for it. */
import { type ActiveRun, claimProcess } from './engine/active-run.ts';
import { outermost } from './engine/run-options.ts';
import type { Stop } from './engine/stop.ts';
import { givenSecrets } from './events/secrets.ts';
import { endDeadRun } from './executors/index.ts';
import { userStateOf } from './journal/known.ts';
import type { Lock } from './journal/lock.ts';
import type { KeptGiven } from './journal/plan-copy.ts';
import { lockPlan, type PlanLockOptions } from './journal/plan-lock.ts';
import { createRunId } from './journal/runs.ts';
import { foundAround, type Given, type GivenLevel } from './plan/given.ts';
import type { Plan } from './plan/plan.ts';
import type { SecretsOf } from './plan/secret-checks.ts';

/** What is known of a plan's secrets from what it is given. */
export function secretsIn(given: Given): SecretsOf {
  return names => givenSecrets(names, name => given.set[name] ?? foundAround(given, name));
}

/** What the caller gives to a plan: as the run has it, and as its folder keeps it. */
export interface GivenToRun {
  /** Levels over the environment, the outermost first. */
  readonly levels: readonly GivenLevel[];
  readonly kept: KeptGiven;
}

/** The process, claimed for one run. */
export interface Claim {
  readonly run: ActiveRun;
  /** Gives the process back once the run has ended. */
  release(): void;
}

/**
 * Claims the process for a run of this name: call it before any other work, `openRootRun` after.
 * @throws {RunActiveError} while another run is active.
 */
export function claimRootRun(name: string): Claim {
  const run = { id: createRunId(new Date()), name };
  return { run, release: claimProcess(run) };
}

export interface LockRootRunOptions extends Pick<PlanLockOptions, 'signal' | 'onWait'> {
  readonly claim: Claim;
  /** Given when what a dead run has left has no grace left. */
  readonly kill?: Stop;
  /** The environment that commands inherit. */
  readonly env: Readonly<Record<string, string>>;
  readonly given?: GivenToRun;
}

/**
 * Takes the lock of the plan, where it has one, for a run for which the process was claimed: see {@link lockPlan}. What a
 * dead run that had it has left is ended first. Hand it to `openRootRun` or `resumeRootRun`, or release it. Undefined where the plan
 * has none, or the signal came.
 */
export async function lockRootRun(
  plan: Plan,
  { claim, env, given, onWait, signal, kill }: LockRootRunOptions,
): Promise<Lock | undefined> {
  const lock = await lockPlan(plan, { signal, onWait, run: claim.run.id, userState: userStateOf(env) });
  if (lock?.after === undefined) return lock;
  const { masked } = givenSecrets(plan.secrets, name => outermost({ env, given: given?.levels ?? [] }).get(name));
  const tell = (message: string) => onWait?.(masked(message));
  await endDeadRun(plan, lock.after.run, { warn: tell, onWait: tell, kill });
  if (!signal?.aborted) return lock;
  lock.release();
  return undefined;
}
