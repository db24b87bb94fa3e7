/** `saveTo`: a file that is there, complete, once the step has succeeded, and not touched otherwise. */
import {
  closeSync,
  createReadStream,
  fchmodSync,
  fsync,
  ftruncateSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder } from '../plan/make-folder.ts';
import { whyUnwritable } from '../plan/unwritable.ts';
import { newDraft, withLeftDrafts } from './drafts.ts';
import { forgetPart, leavePart, notePart, type Part, takePart, type Version } from './parts.ts';

/** The file while it is written, under another name in the same folder. */
export interface SavedFile {
  /** Writes a piece; what goes wrong is told by {@link refusal}, and at the end. */
  write(bytes: Uint8Array): void;
  /** Why it cannot be written, in words, once that is so: what comes after is lost. */
  refusal(): string | undefined;
  /** Puts the file in its place, safe on the disk; resolves with why that cannot be, in words. Never rejects. */
  complete(): Promise<string | undefined>;
  /** Removes what was written. Call it in every other ending; after {@link complete} it does nothing. */
  drop(): void;
  /** The beginning that an earlier attempt has left: what is written goes behind it. */
  readonly part: Pick<Part, 'size' | 'version'> | undefined;
  /** The bytes of that beginning. */
  earlier(): AsyncIterable<Uint8Array>;
  /** The beginning is not that of what comes now: removes it, and what was noted of it. */
  restart(): void;
  /** From now on what is written may be left, as the beginning of this version; without one it may not. */
  note(version: Version | undefined): void;
  /** In the place of {@link drop}: leaves it to the next attempt, where it may be left. */
  leave(): void;
}

/**
 * Opens the file; its folder is made where it is missing. What a killed run has left of it is removed. Where it cannot be
 * written that is returned, in words.
 * @param path relative ones start from `folder`.
 * @param source where it comes from: what was left of the same is gone on with.
 */
export function openSavedFile(path: string, folder: string, source?: string): SavedFile | { readonly fault: string } {
  try {
    const target = realPath(resolve(folder, path));
    const before = statSync(target, { throwIfNoEntry: false });
    if (before !== undefined && !before.isFile()) return { fault: `saveTo: "${path}" is there, and is no file` };
    makeFolder(dirname(target));
    withLeftDrafts(dirname(target), leavePart);
    return draftOf(path, target, before, source);
  } catch (error) {
    return { fault: faultWords(path, error) };
  }
}

function draftOf(path: string, target: string, before: Stats | undefined, source: string | undefined): SavedFile {
  const part = takePart(target, source);
  const draft = part?.draft ?? newDraft(dirname(target));
  const file = openSync(draft, part === undefined ? 'ax' : 'a');
  // As a shell's > leaves it.
  if (before !== undefined) fchmodSync(file, before.mode & 0o7777);
  let isOpen = true;
  let fault: string | undefined;
  const shut = (end: () => void) => {
    if (!isOpen) return;
    isOpen = false;
    closeSync(file);
    end();
  };
  const drop = () =>
    shut(() => {
      rmSync(draft, { force: true });
      forgetPart(draft);
    });
  const attempted = (write: () => void) => {
    try {
      write();
    } catch (error) {
      fault ??= faultWords(path, error);
    }
  };
  return {
    write(bytes) {
      attempted(() => {
        for (let written = 0; fault === undefined && written < bytes.length; ) {
          written += writeSync(file, bytes, written);
        }
      });
    },
    refusal: () => fault,
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
    part,
    earlier: () => createReadStream(draft, { end: (part?.size ?? 0) - 1 }),
    restart: () =>
      attempted(() => {
        ftruncateSync(file);
        forgetPart(draft);
      }),
    note: version =>
      attempted(() => {
        if (source === undefined || version === undefined) forgetPart(draft);
        else notePart(draft, target, { source, version });
      }),
    leave() {
      if (fault === undefined) attempted(() => shut(() => leavePart(draft)));
      else drop();
    },
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

function faultWords(path: string, error: unknown): string {
  return `saveTo: "${path}" cannot be written: ${whyUnwritable(error)}`;
}
