/** Holds the processes of a run still, as Ctrl-Z does, and lets them go on. */
import { signalGroup } from './group.ts';
import { marksAmong } from './marks.ts';
import { ownGroup, scanNow, signalProcess } from './processes.ts';

/** Where the processes of a run are to be looked for. */
export interface RunProcesses {
  readonly run: string;
  readonly groups: ReadonlySet<number>;
  readonly forkServer: number | undefined;
}

/**
 * Stops or continues these process groups and, where the system tells of them, what else belongs to the run: children
 * that have left the groups, those of a runjobs inside included. What is in our own group the terminal has told itself.
 */
export function signalRun({ run, groups, forkServer }: RunProcesses, signal: 'SIGSTOP' | 'SIGCONT'): void {
  // It first: what it has forked that is nobody yet has no mark, and more would come.
  if (forkServer !== undefined) signalGroup(forkServer, signal);
  for (const group of groups) signalGroup(group, signal);
  const processes = scanNow();
  if (processes === undefined) return;
  const marks = marksAmong(processes);
  const own = ownGroup();
  for (const process of processes.values()) {
    if (groups.has(process.group) || process.group === own) continue;
    const whose = marks(process.pid);
    const isOurs = process.parent === forkServer || (typeof whose === 'object' && whose.runs.includes(run));
    if (isOurs) signalProcess(process, signal);
  }
}
