/** The lines of a text, found by their numbers: a million of them take four bytes each besides the text. */
import { Offsets } from './offsets.ts';

const NEWLINE = 10;
const RETURN = 13;

export class Lines {
  readonly #bytes: Buffer;
  /** Where each line begins. */
  readonly #starts = new Offsets();

  /** Empty lines are left out, and the carriage return at the end of a line. @param bytes below 4 GiB, UTF-8. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    let start = 0;
    for (let at = 0; at <= bytes.length; at += 1) {
      if (at < bytes.length && bytes[at] !== NEWLINE) continue;
      if (this.#trimmed(start, at) > start) this.#starts.add(start);
      start = at + 1;
    }
  }

  get count(): number {
    return this.#starts.length;
  }

  /** @param index from 0. */
  at(index: number): string {
    if (index >= this.count) return '';
    const start = this.#starts.at(index);
    return this.#bytes.toString('utf8', start, this.#trimmed(start, endOfLine(this.#bytes, start)));
  }

  /** The end of a line without its carriage return. */
  #trimmed(start: number, end: number): number {
    return end > start && this.#bytes[end - 1] === RETURN ? end - 1 : end;
  }
}

function endOfLine(bytes: Buffer, start: number): number {
  const end = bytes.indexOf(NEWLINE, start);
  return end === -1 ? bytes.length : end;
}
