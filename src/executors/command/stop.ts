/** Ends what a step has started: politely first, by force after the grace, and not settled before it is gone. */
import type { StopFacts } from '../../engine/executor.ts';
import { StopSource } from '../../engine/stop.ts';
import type { Family, Member } from './family.ts';
import { groupIsGone, signalLeader } from './group.ts';
import { describe, type Ending, endStrays } from './hunt.ts';
import type { Leader } from './launch.ts';
import { openTeller } from './offender.ts';
import { cannotTellZombies, livingIn } from './processes.ts';
import type { StartFailure } from './start-failure.ts';
import { firstOf } from './wait.ts';

/** A command under way, and all that it has started. */
export interface Started {
  readonly leader: Leader;
  readonly family: Family;
}

/** Starts the script that stops a command in place of a signal. */
export type LaunchStopScript = (script: string) => Promise<Leader | StartFailure>;

/** What stopping a command asks of its surroundings. */
export interface Stopping extends Ending {
  readonly launch: LaunchStopScript;
  /** Takes each measure as it is begun, and who keeps us waiting. */
  tell(facts: StopFacts): void;
}

/** Members of a pipeline may end a moment after their leader; they are not leftovers. */
const allowanceMs = 100;
/** What SIGKILL does not end in this time (another user's process, one stuck in the kernel) we cannot wait for. */
const unkillableMs = 10_000;

/**
 * Stops a running command: `stop.run` where there is one, else, or when that has not ended it, `stop.signal` once, then
 * SIGKILL. Each of the two gets the grace. Resolves when nothing of the command runs any more, in whatever group it is.
 */
export async function stopCommand(started: Started, stopping: Stopping): Promise<void> {
  const { leader, family } = started;
  const { policy, kill } = stopping;
  const teller = openTeller({ leader, family, kill, tell: stopping.tell });
  const ending: Ending = { policy, kill, warn: stopping.warn, killing: teller.killing };
  const begin = () => (kill.cancelled ? teller.measure('SIGKILL', 0) : teller.measure(policy.signal, policy.graceMs));
  try {
    if (policy.run === undefined || kill.cancelled) {
      begin();
      // Looked at before anything is told to stop: the links between parents and children go with the parents.
      await endAll(started, await family.look(), ending);
      return;
    }
    teller.measure('stop.run', policy.graceMs);
    await family.look();
    const isGone = await endedByScript(leader, policy.run, ending, stopping.launch);
    const left = await family.look();
    if (isGone) await endStrays(family, left, ending);
    else {
      begin();
      await endAll(started, left, ending);
    }
  } finally {
    teller.end();
  }
}

/**
 * After a command has ended by itself: ends what is left of its group, and then also what has left it, with a warning
 * that names it. Resolves with whether anything was looked for outside of the group.
 */
export async function endLeftovers(started: Started, ending: Ending): Promise<boolean> {
  const { leader, family } = started;
  if (await groupIsGone(leader, { limitMs: allowanceMs, stops: [ending.kill] })) return false;
  const members = await family.look();
  if (!ending.kill.cancelled) {
    ending.warn(leftoverWarning(members.length > 0 ? describe(members) : describeGroup(leader.pid)));
  }
  await endAll(started, members, ending);
  return true;
}

/** The group and those that have left it, in the same grace. */
async function endAll({ leader, family }: Started, members: readonly Member[], ending: Ending): Promise<void> {
  const groupEnded = endGroup(leader, ending);
  await endStrays(family, members, { ...ending, group: leader.pid, groupEnded });
  await groupEnded;
}

/**
 * The polite signal once, the grace, SIGKILL; resolves when nothing of the group runs any more. The grace ends early
 * when `kill` is given. A group that even SIGKILL does not end within ten seconds is named in a warning and left.
 */
async function endGroup(leader: Leader, { policy, kill, warn, killing }: Ending): Promise<void> {
  if (!kill.cancelled && signalLeader(leader, policy.signal) === 'sent') {
    // A suspended process meets its signal only once it continues.
    signalLeader(leader, 'SIGCONT');
    if (await groupIsGone(leader, { limitMs: policy.graceMs, stops: [kill] })) return;
    if (killing !== undefined && !kill.cancelled) killing(livingIn(leader.pid, performance.now())?.map(withPid) ?? []);
  }
  const killed = signalLeader(leader, 'SIGKILL');
  const limitMs = cannotTellZombies() ? allowanceMs : unkillableMs;
  if (await groupIsGone(leader, { limitMs: killed === 'denied' ? 0 : limitMs })) return;
  if (killed === 'sent' && cannotTellZombies()) return;
  leader.abandon();
  const cause = killed === 'denied' ? 'it belongs to another user' : 'the system does not end it';
  const [who, kind] = leader.signal ? [describe([leader]), 'process'] : [describeGroup(leader.pid), 'process group'];
  warn(`Could not end ${who}: ${cause}. It may still run: look for ${kind} ${leader.pid}.`);
}

/** Whether the group was gone within the grace after the script was started. A script that failed is waited for no more. */
async function endedByScript(
  leader: Leader,
  script: string,
  ending: Ending,
  launchScript: LaunchStopScript,
): Promise<boolean> {
  const { policy, kill, warn } = ending;
  const failed = new StopSource();
  // Watched all the time: once the group is gone, its id may become another's.
  const gone = groupIsGone(leader, { limitMs: policy.graceMs, stops: [kill, failed] });
  const failure = await runStopScript(script, ending, launchScript);
  if (failure !== undefined) failed.cancel({ type: 'aborted' });
  const isGone = await gone;
  if (failure !== undefined && !isGone && !kill.cancelled) {
    warn(`The script of "stop.run" ${failure}: ${policy.signal} is sent instead.`);
  }
  return isGone;
}

/** Resolves with what is wrong, if anything, when nothing of the script is left: after the grace at the latest. */
async function runStopScript(
  script: string,
  { policy, kill, warn }: Ending,
  launchScript: LaunchStopScript,
): Promise<string | undefined> {
  const stopper = await launchScript(script);
  if ('message' in stopper) return `could not be started (${stopper.message})`;
  const waited = await firstOf(stopper.exited, { limitMs: policy.graceMs, stops: [kill] });
  await endGroup(stopper, { policy: { signal: 'SIGKILL', graceMs: unkillableMs }, kill, warn });
  if (waited !== 'settled') return 'did not end within the grace';
  const { code, signal } = await stopper.exited;
  if (code === 0) return undefined;
  return code === null ? `was ended by ${signal}` : `ended with exit code ${code}`;
}

/** That something was left, `process 7 "x"` or `processes 7 "x", 8 "y"`, and how to keep it on purpose. */
export function leftoverWarning(what: string): string {
  const [are, it] = what.startsWith('processes ') ? ['are', 'them'] : ['is', 'it'];
  return (
    `The command has ended but left ${what} running, which ${are} being ended now. ` +
    `Wait for ${it} in the command, run ${it} as a background step, or start ${it} with ` +
    `"RUNJOBS_RUN_IDS= RUNJOBS_STEP_MARK= setsid <command> >file 2>&1" to keep ${it} on purpose.`
  );
}

/** The living processes of a group, where the system tells. */
function describeGroup(group: number): string {
  const pids = livingIn(group, performance.now()) ?? [];
  return pids.length === 0 ? `process group ${group}` : describe(pids.map(withPid));
}

function withPid(pid: number): { readonly pid: number } {
  return { pid };
}
