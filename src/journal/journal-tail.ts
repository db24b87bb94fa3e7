/** Reads a journal while it grows. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import type { RunEvent } from '../events/event.ts';
import { isSound } from '../events/sound.ts';
import { openIfThere } from './open-if-there.ts';

const CHUNK = 64 * 1024;

export interface JournalTail {
  /** Hands over the events that have come since the last call, the first time all there are; what is no event is passed over. */
  next(take: (event: RunEvent) => void): void;
  close(): void;
}

/** A journal that is not there yet has no events. */
export function openJournalTail(path: string): JournalTail {
  let file: number | undefined;
  let position = 0;
  let rest = Buffer.alloc(0);
  return {
    next(take) {
      file ??= openIfThere(path);
      if (file === undefined) return;
      const { size } = fstatSync(file);
      // A torn line was cut off, for the run goes on.
      if (size < position) rest = Buffer.alloc(0);
      position = Math.min(position, size);
      while (position < size) {
        const bytes = Buffer.allocUnsafe(Math.min(CHUNK, size - position));
        const read = readSync(file, bytes, 0, bytes.length, position);
        if (read === 0) break;
        position += read;
        const text = Buffer.concat([rest, bytes.subarray(0, read)]);
        const end = text.lastIndexOf(0x0a) + 1;
        for (const line of text.subarray(0, end).toString().split('\n')) {
          const event = eventIn(line);
          if (event !== undefined) take(event);
        }
        rest = text.subarray(end);
      }
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

function eventIn(line: string): RunEvent | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return isSound(event) ? event : undefined;
  } catch {
    return undefined;
  }
}
