/** A log of bounded size: the first and the last half of what a step prints, and a line between that says what is left out. */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
const CHUNK = 256 * 1024;
const NEWLINE = 0x0a;
/** No marker is longer. */
const MARKER_MAX = 80;
const MARKER = /^\n?… (\?+|\d[\d ]*) bytes left out by maxLog …\n/;

/** What stands in the file beyond its first half. */
export interface Gap {
  /** Bytes that were left out; undefined while they are being taken out. */
  readonly left: number | undefined;
  /** The line that says so, as it stands in the file. */
  readonly marker: Buffer;
}

export interface CappedLog {
  /** Bytes that were printed so far, with those that were left out. */
  readonly size: number;
  /** @throws the file system's error. */
  append(bytes: Uint8Array): void;
  /** Brings the file to its final size. Never throws: where that fails, it stays somewhat longer. */
  close(): void;
}

/** Where the first half ends. */
export function firstHalf(maxLog: number): number {
  return Math.ceil(maxLog / 2);
}

/**
 * Opens the log in this file and goes on with what is in it. The file never holds more than one and a half times `maxLog`
 * and one piece of output; it can be read at any moment.
 * @throws the file system's error.
 */
export function openCappedLog(path: string, maxLog: number): CappedLog {
  const file = openSync(path, O_CREAT | O_RDWR | (O_NOFOLLOW ?? 0), 0o600);
  const head = firstHalf(maxLog);
  const tail = maxLog - head;
  let end = fstatSync(file).size;
  let { left = 0, marker } = gapIn(file, maxLog) ?? { marker: Buffer.alloc(0) };
  const excess = () => end - marker.length - maxLog;

  /** Takes out all between the halves. Readers see question marks in place of the count meanwhile. */
  const compact = () => {
    const out = excess();
    left += out;
    const next = markerOf(left, head > 0 && byteAt(file, head - 1) !== NEWLINE);
    if (marker.length + out >= next.length) writeAll(file, obscured(next), head);
    move(file, end - tail, head + next.length, tail);
    writeAll(file, next, head);
    marker = next;
    end = head + next.length + tail;
    ftruncateSync(file, end);
  };

  return {
    get size() {
      return end - marker.length + left;
    },
    append(bytes) {
      writeAll(file, bytes, end);
      end += bytes.length;
      if (excess() > tail) compact();
    },
    close() {
      try {
        if (excess() > 0) compact();
      } catch {
        // Longer than it should be, but whole.
      }
      closeSync(file);
    },
  };
}

/** What was left out of the log behind its first half; undefined where nothing was. */
export function gapIn(file: number, maxLog: number): Gap | undefined {
  const bytes = Buffer.alloc(MARKER_MAX);
  const text = bytes.subarray(0, readSync(file, bytes, 0, MARKER_MAX, firstHalf(maxLog))).toString();
  const found = MARKER.exec(text);
  if (found === null) return undefined;
  const count = Number(found[1]?.replaceAll(' ', ''));
  return { left: Number.isNaN(count) ? undefined : count, marker: Buffer.from(found[0]) };
}

/** `… 123 456 bytes left out by maxLog …`, on a line of its own. */
export function markerOf(left: number, inLine: boolean): Buffer {
  const count = String(left).replace(/\B(?=(\d{3})+$)/g, ' ');
  return Buffer.from(`${inLine ? '\n' : ''}… ${count} bytes left out by maxLog …\n`);
}

function obscured(marker: Buffer): Buffer {
  return Buffer.from(marker.toString().replace(/\d[\d ]*(?= bytes)/, count => '?'.repeat(count.length)));
}

function byteAt(file: number, position: number): number | undefined {
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, position);
  return byte[0];
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
}

/** Copies a part of the file to another place in it; the two may overlap. */
function move(file: number, from: number, to: number, length: number): void {
  const chunk = Buffer.allocUnsafe(Math.min(length, CHUNK));
  for (let done = 0; done < length; ) {
    const size = Math.min(chunk.length, length - done);
    const at = to <= from ? done : length - done - size;
    for (let read = 0; read < size; ) {
      const more = readSync(file, chunk, read, size - read, from + at + read);
      if (more === 0) throw new Error('the log was cut by somebody else');
      read += more;
    }
    writeAll(file, chunk.subarray(0, size), to + at);
    done += size;
  }
}
