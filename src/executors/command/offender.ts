/** Tells how a stop goes on, and who keeps us waiting for it. */
import type { StopFacts } from '../../engine/executor.ts';
import type { Stop } from '../../engine/stop.ts';
import type { Family } from './family.ts';
import type { Leader } from './launch.ts';
import { commandOf } from './processes.ts';

/** Whoever takes longer to end is named. */
const patienceMs = 1000;

/** What is told about one stop. */
export interface Teller {
  /** The measure was taken, and SIGKILL or the next measure follows after the grace. */
  measure(signal: string, graceMs: number): void;
  /** The grace is over: these processes are about to be killed. Told once. */
  killing(processes: readonly { readonly pid: number }[]): void;
  /** Nothing is left. No timer stays. */
  end(): void;
}

export interface TellerOptions {
  readonly leader: Leader;
  readonly family: Family;
  /** Given when no grace is left: everything is killed then, and nobody is waited for. */
  readonly kill: Stop;
  tell(facts: StopFacts): void;
}

/**
 * Opens the telling of one stop. A second after its first measure, if it has not ended by then, it looks for what still
 * runs and names the leader, or where that has ended one of those that it has left.
 */
export function openTeller({ leader, family, kill, tell }: TellerOptions): Teller {
  const startedAt = performance.now();
  const { pid } = leader;
  let deadline = startedAt;
  let current = '';
  let isOver = false;
  let hasKilled = false;

  const name = async () => {
    const members = await family.look();
    const others = members.filter(member => !member.isNested);
    const offender = members.find(member => member.pid === pid) ?? others[0] ?? members[0];
    if (isOver || hasKilled || kill.cancelled) return;
    const now = performance.now();
    const facts = { signal: current, graceMs: Math.max(0, Math.round(deadline - now)), waitedMs: since(now) };
    tell({ ...facts, ...identity(offender?.pid ?? pid) });
  };
  const since = (now: number) => Math.round(now - startedAt);
  const identity = (found: number) => ({
    pid: found,
    ...(found === pid ? {} : { command: commandOf(found) ?? '(ended)' }),
  });

  const timer = setTimeout(() => void name(), patienceMs);
  return {
    measure(signal, graceMs) {
      current = signal;
      deadline = performance.now() + graceMs;
      tell({ pid, signal, graceMs });
    },
    killing(processes) {
      if (hasKilled || kill.cancelled) return;
      hasKilled = true;
      const offender = processes.find(process => process.pid === pid) ?? processes[0];
      const facts = { signal: 'SIGKILL', graceMs: 0, waitedMs: since(performance.now()) };
      tell({ ...facts, ...identity(offender?.pid ?? pid) });
    },
    end() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
