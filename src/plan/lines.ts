/** The lines of a text, found by their numbers: a million of them take four bytes each besides the text. */

const NEWLINE = 10;
const RETURN = 13;

export class Lines {
  readonly #bytes: Buffer;
  /** Where each line begins; the rest is not in use. */
  #starts = new Uint32Array(1024);
  #count = 0;

  /** Empty lines are left out, and the carriage return at the end of a line. @param bytes below 4 GiB, UTF-8. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    let start = 0;
    for (let at = 0; at <= bytes.length; at += 1) {
      if (at < bytes.length && bytes[at] !== NEWLINE) continue;
      if (this.#trimmed(start, at) > start) this.#add(start);
      start = at + 1;
    }
  }

  get count(): number {
    return this.#count;
  }

  /** @param index from 0. */
  at(index: number): string {
    const start = this.#starts[index];
    if (start === undefined || index >= this.#count) return '';
    return this.#bytes.toString('utf8', start, this.#trimmed(start, endOfLine(this.#bytes, start)));
  }

  /** The end of a line without its carriage return. */
  #trimmed(start: number, end: number): number {
    return end > start && this.#bytes[end - 1] === RETURN ? end - 1 : end;
  }

  #add(start: number): void {
    if (this.#count === this.#starts.length) {
      const more = new Uint32Array(this.#count * 2);
      more.set(this.#starts);
      this.#starts = more;
    }
    this.#starts[this.#count] = start;
    this.#count += 1;
  }
}

function endOfLine(bytes: Buffer, start: number): number {
  const end = bytes.indexOf(NEWLINE, start);
  return end === -1 ? bytes.length : end;
}
