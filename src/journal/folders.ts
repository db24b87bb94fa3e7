/** Folders that only their owner can enter, made without following what somebody else has put in their place. */
import { lstatSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../plan/make-folder.ts';

/** A place where nothing can be kept; the message says why and what to do. */
export class UnsafeFolder extends Error {
  override readonly name = 'UnsafeFolder';
  /** Whether it belongs to somebody else: another place may do. */
  readonly isForeign: boolean;

  constructor(message: string, { isForeign = false } = {}) {
    super(message);
    this.isForeign = isForeign;
  }
}

/**
 * Makes the folder where it is missing, with those above it, and returns whether it was.
 * One that is there is taken when it belongs to this user, to root, or to the owner of the folder around it, who has
 * the say over what lies there anyway.
 * @param anyOwner also takes one that belongs to somebody else, as the user has named it.
 * @throws {UnsafeFolder} when it is a symbolic link, no folder, or a third party's.
 * @throws the file system's error when it cannot be made.
 */
export function makeOwnFolder(path: string, { anyOwner = false }: { anyOwner?: boolean } = {}): boolean {
  if (makeFolder(path, 0o700)) return true;
  const found = lstatSync(path);
  if (found.isSymbolicLink()) {
    throw new UnsafeFolder(
      `"${path}" is a symbolic link, which runjobs does not follow; remove it, or name the folder that it leads to with --state-dir`,
    );
  }
  if (!found.isDirectory()) {
    throw new UnsafeFolder(`"${path}" is no folder; remove it, or name another one with --state-dir`);
  }
  if (!anyOwner && !isTrusted(found, path)) {
    throw new UnsafeFolder(`"${path}" belongs to another user (uid ${found.uid})`, { isForeign: true });
  }
  return false;
}

function isTrusted({ uid }: Stats, path: string): boolean {
  const self = process.geteuid?.();
  return self === undefined || uid === self || uid === 0 || uid === lstatSync(dirname(path)).uid;
}
