/** Holds the processes of a run still, as Ctrl-Z does, and lets them go on. */
import { signalGroup } from './group.ts';
import { marksAmong } from './marks.ts';
import { ownGroup, scanNow, signalProcess } from './processes.ts';

/**
 * Stops or continues these process groups and, where the system tells of them, what else belongs to the run: children
 * that have left the groups, those of a runjobs inside included. What is in our own group the terminal has told itself.
 */
export function signalRun(run: string, groups: ReadonlySet<number>, signal: 'SIGSTOP' | 'SIGCONT'): void {
  for (const group of groups) signalGroup(group, signal);
  const processes = scanNow();
  if (processes === undefined) return;
  const marks = marksAmong(processes);
  const own = ownGroup();
  for (const process of processes.values()) {
    if (groups.has(process.group) || process.group === own) continue;
    const whose = marks(process.pid);
    if (typeof whose === 'object' && whose.runs.includes(run)) signalProcess(process, signal);
  }
}
