/** `saveTo`: a file that is there, complete, once the step has succeeded, and not touched otherwise. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { kill, pid } from 'node:process';
import { promisify } from 'node:util';
import { startOf } from './command/processes.ts';

/** The file while it is written, under another name in the same folder. */
export interface SavedFile {
  /** Writes a piece; what goes wrong is told at the end. */
  write(bytes: Uint8Array): void;
  /** Puts the file in its place, safe on the disk; resolves with why that cannot be, in words. Never rejects. */
  complete(): Promise<string | undefined>;
  /** Removes what was written. Call it in every other ending; after {@link complete} it does nothing. */
  drop(): void;
}

let count = 0;

/**
 * Opens the file; its folder is made where it is missing. What a killed run has left of it is removed. Where it cannot be
 * written that is returned, in words.
 * @param path relative ones start from `folder`.
 */
export function openSavedFile(path: string, folder: string): SavedFile | { readonly fault: string } {
  try {
    const target = realPath(resolve(folder, path));
    const before = statSync(target, { throwIfNoEntry: false });
    if (before !== undefined && !before.isFile()) return { fault: `saveTo: "${path}" is there, and is no file` };
    makeFolder(dirname(target));
    removeLeft(dirname(target));
    return draftOf(path, target, before);
  } catch (error) {
    return { fault: faultWords(path, error) };
  }
}

/** Not by Node's own `recursive`, which never comes back where a system refuses with ENOENT, as below /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function draftOf(path: string, target: string, before: Stats | undefined): SavedFile {
  count += 1;
  const draft = join(dirname(target), `${drafts()}${pid}-${startOf(pid) ?? 0}-${count}`);
  const file = openSync(draft, 'wx');
  // As a shell's > leaves it.
  if (before !== undefined) fchmodSync(file, before.mode & 0o7777);
  let isOpen = true;
  let fault: string | undefined;
  const drop = () => {
    if (!isOpen) return;
    isOpen = false;
    closeSync(file);
    rmSync(draft, { force: true });
  };
  return {
    write(bytes) {
      try {
        for (let written = 0; fault === undefined && written < bytes.length; ) {
          written += writeSync(file, bytes, written);
        }
      } catch (error) {
        fault = faultWords(path, error);
      }
    },
    async complete() {
      try {
        if (fault === undefined) {
          await promisify(fsync)(file);
          renameSync(draft, target);
        }
      } catch (error) {
        fault = faultWords(path, error);
      }
      drop();
      return fault;
    },
    drop,
  };
}

/** Where a link leads to, so that it stays one. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** How the names of drafts begin that processes of this place write; the process and its start follow. */
function drafts(): string {
  beginning ??= `.runjobs-${createHash('sha256').update(here()).digest('hex').slice(0, 8)}-`;
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

/** Removes the drafts of processes that are dead. */
function removeLeft(folder: string): void {
  if (looked.has(folder)) return;
  if (looked.size === mostLooked) looked.clear();
  looked.add(folder);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(drafts())) continue;
    const [process = 0, start = 0] = name.slice(drafts().length).split('-').map(Number);
    if (!isAlive(process, start)) rmSync(join(folder, name), { force: true });
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

function faultWords(path: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return `saveTo: "${path}" cannot be written: ${REASONS.get(code ?? '') ?? message}`;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'the permissions of its folder forbid it'],
  ['EPERM', 'the permissions of its folder forbid it'],
  ['EROFS', 'its disk is mounted read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the quota of the disk is used up'],
  ['ENOENT', 'its folder cannot be made'],
  ['ENOTDIR', 'a part of its path is no folder'],
  ['EEXIST', 'a part of its path is no folder'],
  ['ENAMETOOLONG', 'its name is too long'],
]);
