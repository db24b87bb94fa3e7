/** Rows of cells, packed into one text: however many there are, the heap holds two objects. */
import { Offsets } from '../../plan/offsets.ts';

export class Rows {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #length = 0;
  /** Where each row ends. */
  readonly #ends = new Offsets();

  get count(): number {
    return this.#ends.length;
  }

  add(cells: readonly string[]): void {
    const text = JSON.stringify(cells);
    const most = this.#length + text.length * 3;
    if (most > this.#bytes.length) {
      const more = Buffer.allocUnsafe(Math.max(most, this.#bytes.length * 2));
      this.#bytes.copy(more, 0, 0, this.#length);
      this.#bytes = more;
    }
    this.#length += this.#bytes.write(text, this.#length);
    this.#ends.add(this.#length);
  }

  /** @param index from 0. */
  at(index: number): readonly string[] {
    const start = index === 0 ? 0 : this.#ends.at(index - 1);
    return JSON.parse(this.#bytes.toString('utf8', start, this.#ends.at(index)));
  }
}
