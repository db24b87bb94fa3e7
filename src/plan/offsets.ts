/** A list of places in a text, four bytes each. */
export class Offsets {
  #values = new Uint32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @param index below {@link Offsets.length}. */
  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  add(offset: number): void {
    if (this.#length === this.#values.length) {
      const more = new Uint32Array(this.#length * 2);
      more.set(this.#values);
      this.#values = more;
    }
    this.#values[this.#length] = offset;
    this.#length += 1;
  }
}
