/** Ends what a run has left whose runjobs was killed. */
import { readdirSync } from 'node:fs';
import { pid as ownPid } from 'node:process';
import { marksIn } from './marks.ts';
import { environmentOf, send } from './processes.ts';
import { pause } from './wait.ts';

const pollMs = 50;

export interface DeadRun {
  readonly run: string;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  warn(message: string): void;
}

/** Resolves with how many processes were ended, once none of the run is found any more. */
export async function endDeadRun({ run, graceMs, warn }: DeadRun): Promise<number> {
  const told = new Set<number>();
  const deadline = performance.now() + graceMs;
  for (;;) {
    const left = processesOf(run);
    if (left.length === 0) break;
    const isOver = performance.now() >= deadline;
    for (const pid of left) {
      if (isOver) send(pid, 'SIGKILL');
      else if (!told.has(pid)) send(pid, 'SIGTERM');
      told.add(pid);
    }
    await pause(pollMs);
  }
  if (told.size > 0) warn(`ended ${told.size} processes that the run had left`);
  return told.size;
}

function processesOf(run: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => pid > 1 && pid !== ownPid)
    .filter(pid => {
      const marks = marksIn(environmentOf(pid) ?? '');
      return typeof marks === 'object' && marks.runs.includes(run);
    });
}
