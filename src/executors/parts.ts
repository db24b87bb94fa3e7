/** Beginnings of files that somebody may go on with: what is left of a download that was broken off, beside its target. */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../plan/sha256.ts';
import { newDraft } from './drafts.ts';

/** What must be known of a beginning to go on with it. */
export interface PartFacts {
  /** Where it comes from, in a form that tells no secret. */
  readonly source: string;
  readonly version: Version;
}

/** What it is the beginning of. */
export interface Version {
  /** By what the server tells whether it still has that. */
  readonly validator: string;
  /** Who has sent it, in a form that tells no secret: a validator is of one server, and of one place there. */
  readonly at: string;
  /** Bytes of the whole, where they were told. */
  readonly total?: number;
}

export interface Part extends PartFacts {
  /** Where its bytes are: the caller's alone from now on. */
  readonly draft: string;
  readonly size: number;
}

/** After so long nobody goes on with it. */
const OLD_MS = 7 * 24 * 60 * 60 * 1000;

/** Notes beside a draft, at once, what it is the beginning of: then it is left by a process that dies. */
export function notePart(draft: string, target: string, facts: PartFacts): void {
  writeFileSync(noteOf(draft), JSON.stringify({ ...facts, target: basename(target), boot: boot() }), { mode: 0o600 });
}

/** Takes the note away: the draft is whole, or is not to be gone on with. */
export function forgetPart(draft: string): void {
  rmSync(noteOf(draft), { force: true });
}

/** Leaves a draft, whoever wrote it, to the next one who wants its target; removes it where nothing is noted of it. */
export function leavePart(draft: string): void {
  const note = readNote(draft);
  if (note === undefined) {
    rmSync(draft, { force: true });
    forgetPart(draft);
    return;
  }
  const part = partOf(join(dirname(draft), note.target));
  renameSync(noteOf(draft), noteOf(part));
  renameSync(draft, part);
}

/** The beginning of the target that was left, if it comes from this source; any other one, without a source each, is removed. */
export function takePart(target: string, source: string | undefined): Part | undefined {
  const part = partOf(target);
  const found = statSync(part, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const note = readNote(part);
  const isGood = note !== undefined && note.source === source && note.boot === boot() && found.size > 0;
  const isOld = Date.now() - found.mtimeMs > OLD_MS;
  if (!isGood || isOld) {
    rmSync(part, { force: true });
    forgetPart(part);
    return undefined;
  }
  const draft = newDraft(dirname(target));
  try {
    renameSync(part, draft);
    renameSync(noteOf(part), noteOf(draft));
  } catch {
    // Somebody else was quicker.
    return undefined;
  }
  return { draft, size: found.size, source: note.source, version: note.version };
}

interface Note extends PartFacts {
  readonly target: string;
  readonly boot: string;
}

function readNote(draft: string): Note | undefined {
  try {
    const note: Partial<Note> = JSON.parse(readFileSync(noteOf(draft), 'utf8'));
    const { source, version, target, boot: started } = note;
    const texts = [source, version?.validator, version?.at, target, started];
    const isWhole = texts.every(text => typeof text === 'string');
    return isWhole && target === basename(target ?? '') ? (note as Note) : undefined;
  } catch {
    return undefined;
  }
}

function noteOf(draft: string): string {
  return `${draft}.json`;
}

function partOf(target: string): string {
  return join(dirname(target), `.runjobs-part-${sha256(basename(target)).slice(0, 16)}`);
}

/** This run of the machine: after a loss of power the bytes of a file may not be those that were written. */
function boot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
