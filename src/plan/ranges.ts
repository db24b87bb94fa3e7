/** A set of whole numbers, kept as ranges: a million numbers that follow each other take no more room than one. */

export interface Range {
  readonly first: number;
  readonly count: number;
}

export class Ranges {
  /** In order, with a gap between any two. */
  readonly #ranges: Range[] = [];

  constructor(ranges: Iterable<Range> = []) {
    for (const { first, count } of ranges) this.add(first, count);
  }

  /** Takes in the numbers from `first` on, those that are in it already, too. */
  add(first: number, count: number): void {
    if (count < 1) return;
    const from = this.#indexOf(first - 1);
    let to = from;
    let start = first;
    let end = first + count;
    for (; to < this.#ranges.length; to += 1) {
      const range = this.#ranges[to];
      if (range === undefined || range.first > end) break;
      start = Math.min(start, range.first);
      end = Math.max(end, range.first + range.count);
    }
    this.#ranges.splice(from, to - from, { first: start, count: end - start });
  }

  delete(number: number): void {
    const index = this.#indexOf(number);
    const range = this.#ranges[index];
    if (range === undefined || range.first > number) return;
    const before = { first: range.first, count: number - range.first };
    const after = { first: number + 1, count: range.first + range.count - number - 1 };
    this.#ranges.splice(index, 1, ...[before, after].filter(({ count }) => count > 0));
  }

  has(number: number): boolean {
    const range = this.#ranges[this.#indexOf(number)];
    return range !== undefined && range.first <= number;
  }

  /** Whether all numbers of the others are in it. */
  covers(others: Ranges): boolean {
    return [...others].every(({ first, count }) => {
      const { isIn, end } = this.stretch(first);
      return isIn && end >= first + count;
    });
  }

  /** Whether the number is in it, and the first number after it of which the opposite is true; infinite where there is none. */
  stretch(number: number): { readonly isIn: boolean; readonly end: number } {
    const range = this.#ranges[this.#indexOf(number)];
    if (range === undefined) return { isIn: false, end: Number.POSITIVE_INFINITY };
    return range.first > number ? { isIn: false, end: range.first } : { isIn: true, end: range.first + range.count };
  }

  [Symbol.iterator](): Iterator<Range> {
    return this.#ranges.values();
  }

  /** The index of the first range that ends at this number or later. */
  #indexOf(number: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { first = 0, count = 0 } = this.#ranges[middle] ?? {};
      if (first + count - 1 < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
