/** Ends what a run has left whose runjobs is dead, before another one takes its work over (Linux). */
import { ppid } from 'node:process';
import { type Stop, StopSource } from '../../engine/stop.ts';
import type { Family, Member } from './family.ts';
import { endStrays } from './hunt.ts';
import { marksAmong } from './marks.ts';
import { argumentsOf, type Processes, scanAll } from './processes.ts';
import { pause } from './wait.ts';
import { watchdogName } from './watchdog.ts';

export interface DeadRunOptions {
  /** The id of the run. Its runjobs must be dead: nothing here makes sure of that. */
  readonly run: string;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** Told what cannot be ended. */
  readonly warn: (message: string) => void;
  /** Given when no grace is left. */
  readonly kill?: Stop;
  /** Told once, where it takes its time: how many processes there are, and how long it may take at most. */
  readonly onWait?: (processes: number, limitMs: number) => void;
}

/** What a watchdog may take longer than the grace. */
const watchdogMs = 3000;
const pollMs = 50;
/** A wait of which somebody should know. */
const longMs = 1000;

/**
 * Ends every process that carries the run in RUNJOBS_RUN_IDS: SIGTERM once, after the grace SIGKILL, until two looks in
 * a row find none. What a runjobs inside has started is told by that one, and killed with it after the grace. While a
 * watchdog of the run is at work it is waited for, but no longer than the grace and three seconds; what is left then
 * has been told already and is killed. The processes that this one was started from are spared.
 *
 * Resolves with how many have ended since the call; with 0 where there is no /proc. Never rejects: what cannot be ended
 * is named in a warning.
 */
export async function endDeadRun({
  run,
  graceMs,
  warn,
  kill = new StopSource(),
  onWait = () => {},
}: DeadRunOptions): Promise<number> {
  const seen = new Set<string>();
  let current: readonly Member[] = [];
  const family: Family = {
    async look() {
      const processes = scanAll();
      current = processes === undefined ? [] : membersOf(run, processes);
      for (const member of current) seen.add(identityOf(member));
      return current;
    },
  };
  await family.look();
  const tell = setTimeout(() => current.length > 0 && onWait(current.length, graceMs + watchdogMs - longMs), longMs);
  const wasWatched = await watchdogEnded(run, graceMs + watchdogMs, kill);
  const policy = { signal: 'SIGTERM', graceMs: wasWatched ? 0 : graceMs } as const;
  await endStrays(family, await family.look(), { policy, kill, warn });
  clearTimeout(tell);
  return seen.size - current.length;
}

/** Waits for the run's watchdog as long as it is at work, at most `limitMs`, or until `kill`. Resolves with whether there was one. */
async function watchdogEnded(run: string, limitMs: number, kill: Stop): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  let wasThere = false;
  while (hasWatchdog(run)) {
    wasThere = true;
    if (performance.now() >= deadline || kill.cancelled !== undefined) break;
    await pause(pollMs, [kill]);
  }
  return wasThere;
}

function hasWatchdog(run: string): boolean {
  const name = `\0${watchdogName}\0${run}\0`;
  return [...(scanAll()?.keys() ?? [])].some(pid => argumentsOf(pid)?.includes(name));
}

function membersOf(run: string, processes: Processes): Member[] {
  const marks = marksAmong(processes);
  const spared = new Set(ancestors(processes));
  return [...processes.values()].flatMap(process => {
    const own = marks(process.pid);
    if (typeof own !== 'object' || !own.runs.includes(run) || spared.has(process.pid)) return [];
    return [{ ...process, isNested: own.runs.at(-1) !== run }];
  });
}

/** Of this process: the parent first. */
function ancestors(processes: Processes): number[] {
  const pids: number[] = [];
  for (let at = processes.get(ppid); at !== undefined; at = processes.get(at.parent)) pids.push(at.pid);
  return pids;
}

function identityOf({ pid, startedAt }: Member): string {
  return `${pid} ${startedAt}`;
}
