/** The launches of one run: which run, which have ended, and what those that ended by themselves have left behind. */
import type { SweepContext } from '../../engine/executor.ts';
import { isAtOrBelow, type StopPolicy } from '../../plan/plan.ts';
import { openFamily } from './family.ts';
import { describe, endStrays } from './hunt.ts';
import { markOf, marksAmong } from './marks.ts';
import { type Process, type Processes, scanProcesses, trustNoElders } from './processes.ts';
import { leftoverWarning } from './stop.ts';

/** One command from its start to its end. */
export interface Launch {
  readonly number: number;
  readonly mark: string;
  /** Call once it has ended. `isClean`: it was made sure that nothing of it is left. */
  ended(isClean: boolean): void;
}

export interface Launches {
  begin(step: string, policy: StopPolicy): Launch;
  /** As {@link Executor.sweep}. */
  sweep(path: string, context: SweepContext): Promise<void>;
}

interface Entry {
  readonly step: string;
  readonly policy: StopPolicy;
  hasEnded: boolean;
}

/** So many launches are remembered before those of which nothing runs are forgotten. */
const forgetAfter = 1000;
/** For what is found though its launch has been forgotten. */
const defaultPolicy: StopPolicy = { signal: 'SIGTERM', graceMs: 5000 };
/** A program that is just being started shows no environment: it is looked at again so many times. */
const looksAtBlanks = 5;

/** Opens the register of one run. */
export function openLaunches(run: string): Launches {
  /** By number: those that run, and those that have ended and were not looked for since. */
  const entries = new Map<number, Entry>();
  let count = 0;
  let endedSinceForgetting = 0;
  let isSwept = true;

  /** What ended launches at or below the path have left, by launch. */
  function leftBehind(processes: Processes, path: string): Map<number, Process[]> {
    const marks = marksAmong(processes);
    const left = new Map<number, Process[]>();
    for (const process of processes.values()) {
      const launch = launchOf(run, marks(process.pid));
      if (launch === undefined) continue;
      const entry = entries.get(launch);
      if (entry === undefined ? path !== '.' : !entry.hasEnded || !isAtOrBelow(entry.step, path)) continue;
      const others = left.get(launch);
      if (others === undefined) left.set(launch, [process]);
      else others.push(process);
    }
    return left;
  }

  /** Periodic steps may go on for months: forgets the ended launches of which nothing runs. */
  async function forget(): Promise<void> {
    const processes = await scanProcesses();
    if (processes !== undefined && hasBlanks(processes)) return;
    const left = processes === undefined ? new Map() : leftBehind(processes, '.');
    for (const [number, { hasEnded }] of entries) if (hasEnded && !left.has(number)) entries.delete(number);
  }

  async function end(launch: number, processes: readonly Process[], path: string, context: SweepContext) {
    const { step, policy } = entries.get(launch) ?? { step: path, policy: defaultPolicy };
    const { kill } = context;
    const warn = (message: string) => context.warn(message, step);
    if (!kill.cancelled) warn(leftoverWarning(describe(processes)));
    const family = openFamily({ run, mark: markOf(run, launch) });
    await endStrays(family, await family.look(), { policy, kill, warn });
  }

  return {
    begin(step, policy) {
      count += 1;
      isSwept = false;
      const entry: Entry = { step, policy, hasEnded: false };
      const number = count;
      entries.set(number, entry);
      return {
        number,
        mark: markOf(run, number),
        ended(isClean) {
          entry.hasEnded = true;
          if (isClean) entries.delete(number);
          endedSinceForgetting += 1;
          if (endedSinceForgetting < forgetAfter) return;
          endedSinceForgetting = 0;
          void forget();
        },
      };
    },

    async sweep(path, context) {
      const ended = [...entries].filter(([, entry]) => entry.hasEnded && isAtOrBelow(entry.step, path));
      if (ended.length === 0 && (path !== '.' || isSwept)) return;
      if (path === '.') trustNoElders();
      for (let looks = 1; ; looks += 1) {
        const processes = await scanProcesses();
        if (processes === undefined) break;
        const left = leftBehind(processes, path);
        await Promise.all([...left].map(([launch, strays]) => end(launch, strays, path, context)));
        if (left.size === 0 && (looks >= looksAtBlanks || !hasBlanks(processes))) break;
        // What could not be ended has been named.
        if (looks >= 2 * looksAtBlanks) break;
      }
      for (const [number] of ended) entries.delete(number);
      if (path === '.') isSwept = true;
    },
  };
}

/** The number of the launch of this run that a process belongs to. */
function launchOf(run: string, marks: ReturnType<ReturnType<typeof marksAmong>>): number | undefined {
  if (typeof marks !== 'object' || !marks.runs.includes(run)) return undefined;
  const mark = marks.launches.find(each => each.startsWith(markOf(run, '')));
  return mark === undefined ? undefined : Number(mark.slice(markOf(run, '').length));
}

/** Whether one of the processes shows an empty environment; those of the kernel, children of 2, always do. */
function hasBlanks(processes: Processes): boolean {
  const marks = marksAmong(processes);
  return [...processes.values()].some(({ pid, parent }) => parent !== 2 && marks(pid) === 'blank');
}
