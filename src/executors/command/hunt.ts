/** Ends the processes of a step that have left its group: politely once, by force after the grace, until none is found. */

import type { Stop } from '../../engine/stop.ts';
import type { StopPolicy } from '../../plan/plan.ts';
import type { Family, Member } from './family.ts';
import { commandOf, type Process, type Sent, signalProcess } from './processes.ts';
import { firstOf, pause } from './wait.ts';

/** What SIGKILL does not end in this time (one stuck in the kernel) we cannot wait for. */
const unkillableMs = 10_000;
const longestPollMs = 100;
const namedProcesses = 5;

/** What ending processes asks of its surroundings. */
export interface Ending {
  readonly policy: StopPolicy;
  /** Aborted when no grace is left. */
  readonly kill: Stop;
  warn(message: string): void;
  /** These are about to be killed, as the grace is over. */
  killing?(processes: readonly { readonly pid: number }[]): void;
}

export interface HuntOptions extends Ending {
  /** The step's own group, or its process where that leads none, which is ended by others: it is left alone. */
  readonly group?: number;
  /** Resolves when that group has ended. Strays are told what they are told with it. */
  readonly groupEnded?: Promise<void>;
}

/**
 * Ends the strays of a family: `first`, seen before anything was signalled, and whatever is found later. Each gets the
 * polite signal once; those of a runjobs inside the step get theirs from it. All share one grace, after which, or once
 * `kill` is given, SIGKILL follows. Resolves when two looks in a row have found nothing; what cannot be ended is named
 * in a warning and left.
 */
export async function endStrays(family: Family, first: readonly Member[], options: HuntOptions): Promise<void> {
  const { policy, kill, group, groupEnded = Promise.resolve() } = options;
  const deadline = performance.now() + policy.graceMs;
  const told = new Map<number, number>();
  const denied = new Map<number, Process>();

  const signal = (stray: Member, name: NodeJS.Signals): Sent => {
    const sent = signalProcess(stray, name);
    if (sent === 'denied') denied.set(stray.pid, stray);
    return sent;
  };
  const press = (strays: readonly Member[]) => {
    const isOver = kill.cancelled || performance.now() >= deadline;
    if (isOver && strays.length > 0) options.killing?.(strays);
    for (const stray of strays) {
      if (isOver) signal(stray, 'SIGKILL');
      else if (!stray.isNested && told.get(stray.pid) !== stray.startedAt) {
        told.set(stray.pid, stray.startedAt);
        // A suspended process meets its signal only once it continues.
        if (signal(stray, policy.signal) === 'sent') signal(stray, 'SIGCONT');
      }
    }
  };
  const isStray = (member: Member) =>
    member.group !== group && member.pid !== group && denied.get(member.pid)?.startedAt !== member.startedAt;

  const untilNoneIsFound = async () => {
    for (let misses = 0, waitMs = 1; misses < 2; waitMs = Math.min(2 * waitMs, longestPollMs)) {
      const strays = (await family.look()).filter(isStray);
      press(strays);
      misses = strays.length === 0 ? misses + 1 : 0;
      if (strays.length === 0) continue;
      const now = performance.now();
      if (now >= deadline + unkillableMs) return strays;
      await pause(now < deadline ? Math.min(waitMs, deadline - now) : waitMs, kill.cancelled ? [] : [kill]);
    }
    return [];
  };

  press(first.filter(isStray));
  const waited = await firstOf(groupEnded, { limitMs: policy.graceMs, stops: [kill] });
  let left = await untilNoneIsFound();
  if (waited !== 'settled') {
    await groupEnded;
    left = await untilNoneIsFound();
  }
  if (left.length > 0) options.warn(`Could not end ${describe(left)}: the system does not end it. It may still run.`);
  if (denied.size > 0) {
    options.warn(`Could not end ${describe([...denied.values()])}: it belongs to another user. It may still run.`);
  }
}

/** Processes by id and command, where the system tells. */
export function describe(processes: readonly { readonly pid: number }[]): string {
  const named = processes.slice(0, namedProcesses).map(({ pid }) => `${pid} "${commandOf(pid) ?? '(ended)'}"`);
  const more = processes.length - named.length;
  return `${processes.length === 1 ? 'process' : 'processes'} ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
