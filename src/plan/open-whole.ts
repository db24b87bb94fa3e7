/** Opens a file that is to be read whole, if that keeps nobody waiting who could not be told to stop. */
import { closeSync, constants, fstatSync, openSync, realpathSync, type Stats, statSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Which pipes are read: those that a shell makes, as for `<(…)` and `… |`, which have no name in any folder and hence a
 * writer; or those with a name, too, to which nobody may ever write.
 */
export type Pipes = 'none' | 'nameless' | 'all';

export interface OpenFile {
  /** The caller's to close; reading from it waits for nobody. */
  readonly descriptor: number;
  readonly kind: 'file' | 'device' | 'pipe';
  /** 0 also where it is not told. */
  readonly size: number;
}

/** What lies there cannot be read whole; its message says why, and what to do. */
export class Unfit extends Error {}

/** Opens what is at that path. @throws {Unfit} or the file system's error. */
export function openWhole(file: string, pipes: Pipes): OpenFile {
  // Who waits to write into a pipe would be told that its reader has gone if it were opened and closed.
  refuse(file, statSync(file), pipes);
  // By now it may be another; without waiting, the opening itself ends at once.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0));
  try {
    const found = fstatSync(descriptor);
    refuse(file, found, pipes);
    if (isatty(descriptor)) throw new Unfit('a terminal; write what is meant to a file first');
    const kind = found.isFIFO() ? 'pipe' : found.isFile() ? 'file' : 'device';
    return { descriptor, kind, size: found.isFile() ? found.size : 0 };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Whether it is a pipe that a shell has made: it can be read only once. @throws the file system's error. */
export function isNamelessPipe(file: string): boolean {
  return statSync(file).isFIFO() && !hasName(file);
}

function refuse(file: string, found: Stats, pipes: Pipes): void {
  if (found.isSocket()) throw new Unfit('a socket, which cannot be opened; write what comes from it to a file first');
  if (!found.isFIFO() || pipes === 'all') return;
  if (hasName(file))
    throw new Unfit('a named pipe, to which nobody may ever write; write what comes from it to a file');
  if (pipes === 'none')
    throw new Unfit('a pipe, which can be read only once; write what comes from it to a file first');
}

/** Pipes that a shell makes, such as `/dev/stdin` below `… | runjobs`, lead nowhere. */
export function hasName(file: string): boolean {
  try {
    realpathSync.native(file);
    return true;
  } catch {
    return false;
  }
}
