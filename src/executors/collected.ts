/** The output of a step in memory: as much of it as may be saved, however much there is. */

/** Keeps the first bytes of what it takes. */
export class Collected {
  /** Of all that was taken. */
  total = 0;
  /** Whether something was left out besides newlines at the end. */
  isCut = false;
  readonly #limit: number;
  #pieces: Uint8Array[] = [];
  #kept = 0;

  /** @param limit so many bytes are kept. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a piece; the bytes are copied. */
  take(bytes: Uint8Array): void {
    this.total += bytes.length;
    const kept = bytes.slice(0, this.#limit - this.#kept);
    if (kept.length > 0) this.#pieces.push(kept);
    this.#kept += kept.length;
    this.isCut ||= bytes.subarray(kept.length).some(byte => byte !== NEWLINE);
    if (this.isCut) this.#pieces = [];
  }

  /** What was kept; nothing where something was left out. */
  bytes(): Uint8Array {
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all;
  }
}

const NEWLINE = 10;
