/** The text that a plan came from: where each key and value stands in it, and how a scalar was written. */
import { quoteText } from './quote.ts';

/** Keys and indexes from the root to a value. */
export type Path = readonly (string | number)[];

/** A text, or a value with texts in it, and where it stands. */
export interface Placed {
  readonly text: unknown;
  readonly path: Path;
  /** Default: texts like any others. */
  readonly kind?: TextKind | undefined;
}

/**
 * A `place` is a path or a URL, in which `$NAME` is hardly meant as it stands; a `file` is one of a file that is read whole;
 * texts in `json` may stand for values of JSON.
 */
export type TextKind = 'place' | 'file' | 'json';

/** A value's place in a text: offsets, and what is inside it. */
export interface Spot {
  /** Where its key begins, if it is a member of an object. */
  readonly key?: number;
  /** Where the value itself begins. */
  readonly value: number;
  /** The text of a scalar as its author wrote it. */
  readonly written?: string;
  readonly children?: ReadonlyMap<string | number, Spot>;
}

/** What a text is asked for only when somebody needs it; each is called once at most. */
interface Lookups {
  /** Finds the place of the root, with all that is in it. */
  readonly scan: () => Spot | undefined;
  /** Whether a scalar may be written in another way than JavaScript would write it. */
  readonly hasOddScalars: () => boolean;
}

/** A text and where its values stand. */
export class Source {
  readonly text: string;
  readonly #lookups: Lookups;
  #root: Spot | undefined;
  #hasOddScalars: boolean | undefined;

  constructor(text: string, { scan = () => undefined, hasOddScalars = () => true }: Partial<Lookups> = {}) {
    this.text = text;
    this.#lookups = { scan, hasOddScalars };
  }

  /** The place of the value at `path`, or undefined when the text has none. */
  find(path: Path): Spot | undefined {
    this.#root ??= this.#lookups.scan();
    let spot = this.#root;
    for (const part of path) spot = spot?.children?.get(part);
    return spot;
  }

  /** The scalar at `path` as its author wrote it; undefined when that is the way of JavaScript, or not known. */
  written(path: Path): string | undefined {
    this.#hasOddScalars ??= this.#lookups.hasOddScalars();
    return this.#hasOddScalars ? this.find(path)?.written : undefined;
  }
}

/** Something wrong, before its place is turned into a line and a column. */
export interface Finding {
  readonly message: string;
  readonly path: Path;
  /** What to point at: the key, the value, or an offset into the text. */
  readonly at: 'key' | 'value' | number;
  /** The file that it is about; absent: the one that is looked at. */
  readonly in?: ShownFile;
}

/** A file as far as findings need it. */
export interface ShownFile {
  /** Its name as people know it. */
  readonly shown: string;
  /** Absent where a program made the value. */
  readonly source?: Source;
}

/** With more syntax errors than this a text is something else than a plan. */
export const SYNTAX_ERRORS_MAX = 10;

/** What became of a text: a value, unless a finding prevents it; findings may stand next to a value too. */
export interface Reading {
  readonly value?: unknown;
  readonly source: Source;
  readonly findings: readonly Finding[];
}

/** Line and column, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where a finding points to; what is missing from the text is looked for one level further out. */
export function offsetOf(finding: Finding, source: Source): number {
  if (typeof finding.at === 'number') return Math.min(finding.at, source.text.length);
  for (let length = finding.path.length; length >= 0; length--) {
    const spot = source.find(finding.path.slice(0, length));
    if (!spot) continue;
    const isAncestor = length < finding.path.length;
    return finding.at === 'key' || isAncestor ? (spot.key ?? spot.value) : spot.value;
  }
  return 0;
}

/** Turns offsets into lines and columns; made once for a text. */
export class Lines {
  readonly #starts: readonly number[];
  readonly #text: string;

  constructor(text: string) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
    this.#text = text;
  }

  place(offset: number): Place {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }

  /** The text of a line, without its end; empty outside the text. */
  line(number: number): string {
    const start = this.#starts[number - 1];
    if (start === undefined) return '';
    const end = (this.#starts[number] ?? this.#text.length + 1) - 1;
    return this.#text.slice(start, this.#text[end - 1] === '\r' ? end - 1 : end);
  }
}

/** The finding that a key stands a second time, at `offset`, in the object where it stood `first`. */
export function duplicateKey(path: Path, offset: number, first: Place): Finding {
  const message = `duplicate key ${quoteText(String(path.at(-1)))}, first at ${first.line}:${first.column}; keep one`;
  return { message, path, at: offset };
}
