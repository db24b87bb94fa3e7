/** The first event of a run's journal: what was started, and when. Cheap, however long the journal is. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { RunStarted } from '../events/event.ts';
import { RUN_FILES } from './runs.ts';

/** Longer first lines are none of ours. */
const LONGEST = 64 * 1024;

/** The `run.started` of the run in this folder; undefined where its journal is missing, empty or begins with no such event. */
export function headOf(folder: string): RunStarted | undefined {
  try {
    const file = openSync(join(folder, RUN_FILES.journal), 'r');
    try {
      return firstEvent(file);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

function firstEvent(file: number): RunStarted | undefined {
  const bytes = Buffer.allocUnsafe(LONGEST);
  const text = bytes.subarray(0, readSync(file, bytes)).toString();
  const end = text.indexOf('\n');
  if (end === -1) return undefined;
  const event = JSON.parse(text.slice(0, end));
  return event?.type === 'run.started' ? event : undefined;
}
