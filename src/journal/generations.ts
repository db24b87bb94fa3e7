/** The files of a lock: one for each generation of holders, made complete at once or not at all. */
import {
  closeSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { uniqueDigits } from '../plan/unique.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/** What a lock does with its files; each method happens at once, whatever other processes do meanwhile. */
export interface Generations {
  /** The generations that are there, in ascending order. */
  numbers(): Awaitable<readonly number[]>;
  /** What a generation says; undefined when it is gone. */
  read(generation: number): Awaitable<string | undefined>;
  /** Makes a generation, complete; 1 only where there are none. False: somebody else was first, or has tidied. */
  make(generation: number, text: string): Awaitable<boolean>;
  /** Removes a generation, or what others have removed already. */
  remove(generation: number): Awaitable<void>;
  /** Removes what takers that were killed on their way have left beside the folder, but not the file of this name. */
  tidy(but: string | undefined): Awaitable<void>;
}

type Awaitable<T> = T | Promise<T>;

/**
 * The generations in a folder, which is made with the first of them and has at least one from then on. What is on its
 * way stands beside the folder, under its name and `~`. Every method throws the file system's error, such as ENOSPC.
 */
export function openGenerations(folder: string): Generations {
  const place = (generation: number) => join(folder, String(generation));
  const fresh = () => `${folder}~${uniqueDigits(12)}`;
  return {
    numbers() {
      const names = namesIn(folder);
      const numbers = names.filter(name => /^[1-9]\d{0,14}$/.test(name)).map(Number);
      if (names.length > 0 && numbers.length === 0) throw new Error(`"${folder}" is no lock: remove it`);
      return numbers.sort((a, b) => a - b);
    },
    read(generation) {
      try {
        return readFileSync(place(generation), 'utf8');
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
    make(generation, text) {
      if (generation === 1) return makeFirst(folder, fresh(), text);
      const file = fresh();
      writeNew(file, text);
      try {
        linkSync(file, place(generation));
        return true;
      } catch (error) {
        if (['EEXIST', 'ENOENT'].includes(codeOf(error))) return false;
        throw error;
      } finally {
        rmSync(file, { force: true });
      }
    },
    remove: generation => rmSync(place(generation), { force: true }),
    tidy(but) {
      const parent = dirname(folder);
      const left = readdirSync(parent).filter(name => name.startsWith(`${basename(folder)}~`) && name !== but);
      for (const name of left) rmSync(join(parent, name), { recursive: true, force: true });
    },
  };
}

/**
 * Empties a generation, unless it says something else by now: so its holder gives it back, also on a disk that is
 * full. Never throws: the holder's end frees it just as well.
 */
export function emptyGeneration(folder: string, generation: number, text: string): void {
  const file = join(folder, String(generation));
  try {
    if (readFileSync(file, 'utf8') === text) truncateSync(file);
  } catch {
    // Somebody has removed the folder, or it cannot be written any more.
  }
}

/** The folder arrives with its first generation in it: nobody ever finds it empty. */
function makeFirst(folder: string, fresh: string, text: string): boolean {
  mkdirSync(fresh, { mode: 0o700 });
  try {
    writeNew(join(fresh, '1'), text);
    renameSync(fresh, folder);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY', 'ENOENT'].includes(codeOf(error))) return false;
    throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function namesIn(folder: string): string[] {
  try {
    if (lstatSync(folder).isSymbolicLink())
      throw new Error(`"${folder}" is a link, which nobody of us makes: remove it`);
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** @throws the file system's error; nothing is left then. */
function writeNew(file: string, text: string): void {
  const descriptor = openSync(file, O_CREAT | O_EXCL | O_WRONLY | (O_NOFOLLOW ?? 0), 0o600);
  try {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
  } catch (error) {
    unlinkSync(file);
    throw error;
  } finally {
    // Where the disk is another machine's, only this tells that it is full.
    closeSync(descriptor);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
