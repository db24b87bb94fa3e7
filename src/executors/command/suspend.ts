/** Holds the processes of a run still, as Ctrl-Z does, and lets them go on. */
import { signalGroup } from './group.ts';
import { marksAmong } from './marks.ts';
import { scanNow, signalProcess } from './processes.ts';

/**
 * Stops or continues these process groups and, where the system tells of them, what else belongs to the run: children
 * that have left the groups, those of a runjobs inside included.
 */
export function signalRun(run: string, groups: ReadonlySet<number>, signal: 'SIGSTOP' | 'SIGCONT'): void {
  for (const group of groups) signalGroup(group, signal);
  const processes = scanNow();
  if (processes === undefined) return;
  const marks = marksAmong(processes);
  for (const process of processes.values()) {
    if (groups.has(process.group)) continue;
    const own = marks(process.pid);
    if (typeof own === 'object' && own.runs.includes(run)) signalProcess(process, signal);
  }
}
