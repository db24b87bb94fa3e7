/** `${NAME}`, `${NAME:-default}` and `${NAME:json}` in texts that no shell reads; `$$` is a dollar. */

const REFERENCE = /\$(?:\$|\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*)|(:json))?\})/g;

const JSON_VALUE = /^\$\{([A-Za-z_][A-Za-z0-9_]*):json\}$/;

const MALFORMED = new RegExp(`${REFERENCE.source}|(\\$\\{[^}]*(?:\\}|$))`, 'g');

const BARE = /\$(?:\$|\{[^}]*\}|([A-Za-z_][A-Za-z0-9_]*))/g;

/** One `${NAME}` in a text. */
export interface Reference {
  readonly name: string;
  readonly hasDefault: boolean;
  /** Its default holds another one, and so has ended too early: at the end of that. */
  readonly isNested: boolean;
  /** It stands for a value of JSON, see {@link jsonNameIn}. */
  readonly isJson: boolean;
  /** Where its name begins. */
  readonly index: number;
}

/** The variables that a text names, in order. */
export function namesIn(text: string): Reference[] {
  const names: Reference[] = [];
  if (!text.includes('${')) return names;
  for (const { 1: name, 2: fallback, 3: json, index } of text.matchAll(REFERENCE)) {
    if (name === undefined) continue;
    const isNested = fallback?.includes('${') ?? false;
    const hasDefault = fallback !== undefined;
    names.push({ name, hasDefault, isNested, isJson: json !== undefined, index: index + 2 });
  }
  return names;
}

/** The variable that a text stands for as a value of JSON: `ID`, where all of it is `${ID:json}`. */
export function jsonNameIn(text: string): string | undefined {
  return text.startsWith('${') ? JSON_VALUE.exec(text)?.[1] : undefined;
}

/** The names behind a `$` without braces, which stays as it is: `NAME` of `out/$NAME`. Those behind `$$` are none. */
export function bareNamesIn(text: string): string[] {
  if (!text.includes('$')) return [];
  return [...text.matchAll(BARE)].flatMap(([, name]) => name ?? []);
}

/** What begins as a `${NAME}` does and is none, which stays as it is: `${NAME-x}`, `${}`, `${{ NAME }`. Those behind `$$` are none. */
export function malformedIn(text: string): string[] {
  if (!text.includes('${')) return [];
  return [...text.matchAll(MALFORMED)].flatMap(([, , , , found]) => found ?? []);
}

/** A text with its variables replaced, or the first name that has no value. */
export type Expansion =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'unset'; readonly name: string };

/**
 * Replaces every reference in `text` by what `lookup` finds; an unset name takes its default, as does an empty value
 * (as `:-` does in a shell). A `$` that starts no reference stays as it is.
 * @param fitted makes a value fit to stand behind what is before it; a default stands as its author wrote it.
 */
export function expand(text: string, lookup: (name: string) => string | undefined, fitted: Fitted = asItIs): Expansion {
  if (!text.includes('$')) return { type: 'text', text };
  let expanded = '';
  let done = 0;
  for (const { 0: whole, 1: name, 2: fallback, index } of text.matchAll(REFERENCE)) {
    expanded += text.slice(done, index);
    done = index + whole.length;
    const value = name === undefined ? undefined : lookup(name);
    if (name === undefined) expanded += '$';
    else if (fallback !== undefined && !value) expanded += fallback;
    else if (value === undefined) return { type: 'unset', name };
    else expanded += fitted(value, expanded, name);
  }
  return { type: 'text', text: expanded + text.slice(done) };
}

export type Fitted = (value: string, before: string, name: string) => string;

const asItIs: Fitted = value => value;
