/** Reads a journal back, whatever a crash has made of its end. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { RunEvent } from '../events/event.ts';
import { isSound } from '../events/sound.ts';

/** The version of events that this runjobs writes and reads. */
const EVENT_VERSION = 1;

/** How the reading ended. */
export type JournalReading =
  /** All was read: `length` bytes are good; `torn` when more follow that are no whole line, as after a crash. */
  | { readonly type: 'read'; readonly length: number; readonly torn: boolean }
  /** A newer runjobs has written it; the rest was not read. */
  | { readonly type: 'newer'; readonly version: number }
  /** A line (from 1) in the middle is no event; what follows it was not read. */
  | { readonly type: 'damaged'; readonly line: number };

const chunkSize = 64 * 1024;
/** No event is longer; what is must not fill the memory. */
const longestLine = 64 * 1024 * 1024;
const newline = 0x0a;

/**
 * Hands every event of the file to `take`, in order, in bounded memory. Lines at the end that are no events are what a
 * crash has torn; one with good lines behind it is damage. Never throws for what the file holds.
 * @throws the file system's error when the file cannot be read.
 */
export function readJournal(file: string, take: (event: RunEvent) => void): JournalReading {
  let good = 0;
  let line = 0;
  let badLine: number | undefined;
  for (const { bytes, isWhole } of linesOf(file)) {
    line += 1;
    const event = isWhole ? eventIn(bytes) : undefined;
    if (event === undefined) {
      badLine ??= line;
      continue;
    }
    if (badLine !== undefined) return { type: 'damaged', line: badLine };
    if (event.type === 'run.started' && event.v !== EVENT_VERSION) return { type: 'newer', version: event.v };
    take(event);
    good += bytes.length + 1;
  }
  return { type: 'read', length: good, torn: badLine !== undefined };
}

/** The lines without their ends; the last one is not whole where its end is missing. */
function* linesOf(file: string): Generator<{ readonly bytes: Buffer; readonly isWhole: boolean }> {
  const descriptor = openSync(file, 'r');
  try {
    const chunk = Buffer.allocUnsafe(chunkSize);
    let pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const size = readSync(descriptor, chunk);
      if (size === 0) break;
      for (let from = 0; from < size; ) {
        const end = chunk.subarray(0, size).indexOf(newline, from);
        const piece = chunk.subarray(from, end === -1 ? size : end);
        length += piece.length;
        if (length <= longestLine) pieces.push(end === -1 ? Buffer.from(piece) : piece);
        if (end === -1) break;
        const [only] = pieces;
        const bytes = only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
        yield { bytes, isWhole: length <= longestLine };
        pieces = [];
        length = 0;
        from = end + 1;
      }
    }
    if (length > 0) yield { bytes: Buffer.concat(pieces), isWhole: false };
  } finally {
    closeSync(descriptor);
  }
}

/** The event of a line; undefined where it is none. */
function eventIn(bytes: Buffer): RunEvent | undefined {
  try {
    const event: unknown = JSON.parse(bytes.toString());
    return isSound(event) ? event : undefined;
  } catch {
    return undefined;
  }
}
