/** A scan over a JSON text: the tree of its places, its duplicate keys, its first syntax error. */
import { junkFault, type Token, tokensOf } from './json-tokens.ts';
import { quoteText } from './quote.ts';
import { Lines, type Path, type Spot } from './source.ts';

export interface JsonScan {
  readonly root: Spot | undefined;
  readonly duplicates: readonly Duplicate[];
  readonly fault?: { readonly offset: number; readonly message: string };
}

export interface Duplicate {
  readonly path: Path;
  readonly offset: number;
  readonly first: number;
}

/** An object or array that is not closed yet. */
interface Open {
  readonly type: 'object' | 'array';
  readonly start: number;
  readonly children: Map<string | number, Spot>;
  /** The key or index of the member that is being read. */
  part: string | number;
  key?: number;
}

/** What may come next; `first …` may also be the end of its container. */
type Awaited = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma';

/** Scans up to the end or the first syntax error. Iterative: no nesting is too deep for it. */
export function scanJson(text: string): JsonScan {
  const scan = new Scan(text);
  for (const token of tokensOf(text)) {
    const fault = scan.take(token);
    if (fault) return { root: scan.root, duplicates: scan.duplicates, fault };
  }
  return { root: scan.root, duplicates: scan.duplicates };
}

type Fault = { readonly offset: number; readonly message: string } | undefined;

class Scan {
  root: Spot | undefined;
  readonly duplicates: Duplicate[] = [];
  readonly #text: string;
  readonly #open: Open[] = [];
  #awaited: Awaited = 'value';
  #comma = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(token: Token): Fault {
    const open = this.#open.at(-1);
    if (token.type === 'end') return this.#end(token, open);
    if (this.root && !open) return this.#unexpected(token, 'the end of the file after the plan');
    if (token.type === 'junk') return this.#junk(token);
    if (token.type === '}' || token.type === ']') return this.#close(token, open);
    switch (this.#awaited) {
      case 'comma':
        return this.#separator(token, open);
      case 'colon':
        if (token.type !== ':') return this.#unexpected(token, '":" after the key');
        this.#awaited = 'value';
        return undefined;
      case 'key':
      case 'first key':
        return this.#keyOf(token, open);
      case 'value':
      case 'first value':
        return this.#value(token, open);
    }
  }

  #value(token: Token, open: Open | undefined): Fault {
    if (token.type === ',' || token.type === ':') return this.#unexpected(token, 'a value');
    const isContainer = token.type === '{' || token.type === '[';
    const children = new Map<string | number, Spot>();
    const spot: Spot = {
      value: token.start,
      ...(open?.key === undefined ? {} : { key: open.key }),
      ...(isContainer ? { children } : { written: this.#text.slice(token.start, token.end) }),
    };
    this.root ??= spot;
    open?.children.set(open.part, spot);
    this.#awaited = token.type === '{' ? 'first key' : token.type === '[' ? 'first value' : 'comma';
    if (isContainer)
      this.#open.push({ type: token.type === '{' ? 'object' : 'array', start: token.start, children, part: 0 });
    return undefined;
  }

  #keyOf(token: Token, open: Open | undefined): Fault {
    if (token.type !== 'string' || !open) return this.#unexpected(token, 'a key in double quotes');
    open.part = JSON.parse(this.#text.slice(token.start, token.end));
    open.key = token.start;
    const first = open.children.get(open.part)?.key;
    if (first !== undefined) {
      this.duplicates.push({ path: this.#open.map(level => level.part), offset: token.start, first });
    }
    this.#awaited = 'colon';
    return undefined;
  }

  #separator(token: Token, open: Open | undefined): Fault {
    const close = open?.type === 'array' ? ']' : '}';
    if (token.type !== ',') {
      return this.#unexpected(token, `"," or "${close}"`, token.type === ':' ? '' : '; is a comma missing before it?');
    }
    this.#comma = token.start;
    if (open && typeof open.part === 'number') open.part++;
    this.#awaited = open?.type === 'array' ? 'value' : 'key';
    return undefined;
  }

  #close(token: Token, open: Open | undefined): Fault {
    const fits = open?.type === (token.type === '}' ? 'object' : 'array');
    if (!open || !fits || this.#awaited === 'colon') {
      return this.#unexpected(token, this.#awaited === 'comma' && open ? closing(open) : this.#awaitedWords());
    }
    if (this.#awaited === 'key' || (this.#awaited === 'value' && open.type === 'array')) {
      return { offset: this.#comma, message: `a comma before "${token.type}"; take it out` };
    }
    if (this.#awaited === 'value') return this.#unexpected(token, 'a value');
    this.#open.pop();
    this.#awaited = 'comma';
    return undefined;
  }

  #end(token: Token, open: Open | undefined): Fault {
    if (!open)
      return this.root
        ? undefined
        : { offset: 0, message: 'the file is empty; write a plan such as {"run": "echo hello"}' };
    const { line, column } = new Lines(this.#text).place(open.start);
    const message = `the file ends inside the ${open.type} that begins at ${line}:${column}; expected ${closing(open)}`;
    return { offset: token.start, message };
  }

  #junk(token: Token): Fault {
    const { message, at } = junkFault(this.#text.slice(token.start, token.end));
    return { offset: token.start + at, message };
  }

  #unexpected(token: Token, expected: string, hint = ''): Fault {
    const got = this.#text.slice(token.start, token.end);
    const shown = token.type === 'string' ? quoteText(JSON.parse(got)) : quoteText(got);
    return { offset: token.start, message: `expected ${expected}, got ${shown}${hint}` };
  }

  #awaitedWords(): string {
    if (this.#awaited === 'colon') return '":" after the key';
    return this.#awaited.endsWith('key') ? 'a key in double quotes' : 'a value';
  }
}

function closing(open: Open): string {
  return open.type === 'array' ? '"]"' : '"}"';
}
