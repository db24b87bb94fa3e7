/** Files while they are written: under names of their own, by which those of dead processes are told. */
import { readdirSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { kill, pid } from 'node:process';
import { sha256 } from '../plan/sha256.ts';
import { startOf } from './command/processes.ts';

let count = 0;

/** A path in the folder that nothing has. */
export function newDraft(folder: string): string {
  count += 1;
  return join(folder, `${drafts()}${pid}-${startOf(pid) ?? 0}-${count}`);
}

/** How the names of drafts begin that processes of this place write; the process and its start follow. */
function drafts(): string {
  beginning ??= `.runjobs-${sha256(here()).slice(0, 8)}-`;
  return beginning;
}

let beginning: string | undefined;

/** Within one such place a process id means one process. */
function here(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Folders that were looked through: once is enough, and some hold very many files. */
const looked = new Set<string>();
const mostLooked = 1000;

/** Calls `left` with each draft that a process has left which is dead; its notes, `….json`, are told of with it. */
export function withLeftDrafts(folder: string, left: (draft: string) => void): void {
  if (looked.has(folder)) return;
  if (looked.size === mostLooked) looked.clear();
  looked.add(folder);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(drafts()) || name.endsWith('.json')) continue;
    const [process = 0, start = 0] = name.slice(drafts().length).split('-').map(Number);
    if (!isAlive(process, start)) left(join(folder, name));
  }
}

function isAlive(process: number, start: number): boolean {
  const found = startOf(process);
  if (found !== undefined) return found === start;
  if (start !== 0) return false;
  try {
    return kill(process, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
