/** Patterns of the command line: step paths or globs, which may name copies of forEach steps by their numbers. */
import { type Range, Ranges } from './ranges.ts';

/** What a pattern chooses at one path. */
export interface Choice {
  /** `--only test[3]`. */
  readonly words: string;
  /** Of a step, copies as `[]`. */
  readonly path: string;
  /** By the paths of forEach steps around it: of these the copies with the numbers only. */
  readonly copies: ReadonlyMap<string, Ranges>;
}

export interface Pattern {
  /** `--only test[3]`. */
  readonly words: string;
  /** The same path with `[]` for every copy. */
  readonly template: string;
  readonly hasNumbers: boolean;
  /** What it chooses at the path of a step, copies as `[]`; undefined: nothing. */
  at(path: string): Choice | undefined;
}

export type PatternRead =
  | { readonly type: 'pattern'; readonly pattern: Pattern }
  /** What stands between brackets names no copies. */
  | { readonly type: 'wrong'; readonly message: string };

/** `[3]`, `[1,4,7-9]`; `[]` and `[*]` name no numbers. */
const NUMBERED = /\[([^[\]*]+)\]/g;
const PARTS = /\[([^[\]*]+)\]|\*\*|\*|[\\^$+?.()|[\]{}]/g;
/** More digits than any list has copies. */
const NUMBER = /^\s*(\d{1,15})\s*(?:-\s*(\d{1,15})\s*)?$/;
const NO_COPIES: ReadonlyMap<string, Ranges> = new Map();

/**
 * Reads `test[3]/build`, `check/*`, `**` and the like: `*` is any part of an id, `**` any part of a path, `[]` every copy of a
 * forEach. A pattern that nothing in it makes a glob is the path itself.
 */
export function readPattern(option: string, text: string): PatternRead {
  const words = `${option} ${text}`;
  const numbers: Ranges[] = [];
  for (const [, list = ''] of text.matchAll(NUMBERED)) {
    const read = readNumbers(list);
    if (typeof read === 'string') return { type: 'wrong', message: `${words}: ${read}` };
    numbers.push(read);
  }
  const regex = new RegExp(`^${text.replace(PARTS, partOf)}$`, numbers.length > 0 ? 'd' : '');
  const at: Pattern['at'] = path => {
    const found = regex.exec(path);
    if (found === null) return undefined;
    if (found.indices === undefined) return { words, path, copies: NO_COPIES };
    const around = found.indices.slice(1).map(place => path.slice(0, place?.[0]) || '.');
    return { words, path, copies: new Map(numbers.map((ranges, index) => [around[index] ?? '.', ranges])) };
  };
  const template = text.replace(NUMBERED, '[]');
  return { type: 'pattern', pattern: { words, template, hasNumbers: numbers.length > 0, at } };
}

function partOf(part: string, numbers: string | undefined): string {
  if (numbers !== undefined) return '(\\[\\])';
  if (part === '**') return '.*';
  return part === '*' ? '[^/]*' : `\\${part}`;
}

/** The numbers of a list such as `1,4,7-9`, or why they are none. */
function readNumbers(list: string): Ranges | string {
  const ranges: Range[] = [];
  for (const part of list.split(',')) {
    const [, from, to = from] = NUMBER.exec(part) ?? [];
    if (from === undefined || to === undefined)
      return `"${part}" is no number of a copy; write [3], [3-5] or [1,4,7-9], or [] for all copies`;
    const [first, last] = [Number(from), Number(to)];
    if (first === 0) return 'copies are numbered from 1';
    if (last < first) return `"${part}" runs backwards; write [${last}-${first}]`;
    ranges.push({ first, count: last - first + 1 });
  }
  return new Ranges(ranges);
}
