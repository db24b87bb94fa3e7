/** A process group, seen from outside: signalling it, who is in it, whether it is gone. */

import type { Stop } from '../../engine/stop.ts';
import type { Leader } from './launch.ts';
import { livingIn, type Sent, send } from './processes.ts';
import { firstOf, pause } from './wait.ts';

/** Sends a signal to every process of the group; 0 only asks. Throws for a signal that the system does not know. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): Sent {
  // kill(-1) would reach every process of the user, kill(0) ourselves.
  if (!Number.isSafeInteger(group) || group < 2) throw new RangeError(`${group} is no process group of a step`);
  return send(-group, signal);
}

/** Signals the group of a leader, or where it leads none the process itself. */
export function signalLeader(leader: Leader, signal: NodeJS.Signals): Sent {
  const sent = signalGroup(leader.pid, signal);
  return sent === 'gone' ? (leader.signal?.(signal) ?? sent) : sent;
}

/**
 * Resolves with whether the leader has ended and its group is gone: true as soon as nothing of it runs, false when
 * `limitMs` has passed or one of `stops` is given.
 */
export async function groupIsGone(
  leader: Leader,
  { limitMs, stops = [] }: { readonly limitMs: number; readonly stops?: readonly Stop[] },
): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  if ((await firstOf(leader.exited, { limitMs, stops })) !== 'settled') return false;
  if ((await leader.exited).wasLast) return true;
  const exitedBy = performance.now();
  for (let waitMs = 1; signalGroup(leader.pid, 0) !== 'gone'; waitMs = Math.min(2 * waitMs, longestPollMs)) {
    const leftMs = deadline - performance.now();
    // Zombies do not count: under a process 1 that reaps nobody, as in many containers, they stay for ever.
    if ((waitMs >= zombiePollMs || leftMs <= 0) && livingIn(leader.pid, exitedBy)?.length === 0) return true;
    if (leftMs <= 0 || stops.some(({ cancelled }) => cancelled !== undefined)) return false;
    await pause(Math.min(waitMs, leftMs), stops);
  }
  return true;
}

const longestPollMs = 50;
/** A member that is just ending needs no look into /proc, which costs milliseconds. */
const zombiePollMs = 16;
