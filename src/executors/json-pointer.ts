/** JSON pointers (RFC 6901) into a text: what is found is told as it was written, so that `3.10` stays `3.10`. */
import { endOfString } from '../plan/json-text.ts';
import { quoteText } from '../plan/quote.ts';
import { suggest } from '../plan/suggest.ts';

export type Found =
  /** A string as its text; anything else as it was written, without the blanks between its parts. */
  | { readonly type: 'found'; readonly text: string }
  /** In words: what there is instead. */
  | { readonly type: 'missing'; readonly words: string };

/** Why a text is no JSON, in words, which quote nothing of it but one character: it may hold a secret, of which a part is not masked. Undefined where it is. */
export function jsonFault(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/, (?:\.\.\.)?".*$/s, '');
  }
}

/** What a pointer points to. @param json a text in which {@link jsonFault} finds no fault. */
export function atPointer(json: string, pointer: string): Found {
  const at = placeOf(json, pointer);
  return typeof at === 'number' ? { type: 'found', text: textAt(json, at) } : { type: 'missing', words: at.words };
}

/** Where the value begins to which a pointer points. */
function placeOf(json: string, pointer: string): number | Missing {
  let at = skipBlank(json, 0);
  let walked = '';
  const [, ...tokens] = pointer.split('/');
  for (const token of tokens) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    const next = memberOf(json, at, name);
    if (typeof next !== 'number') return { words: `${whereWords(walked)} ${next.words}` };
    at = next;
    walked += `/${token}`;
  }
  return at;
}

/** The elements of the array to which a pointer points, each as compact JSON; or what there is instead, as compact JSON. */
export function elementsAt(
  json: string,
  pointer: string,
):
  | { readonly type: 'array'; readonly elements: readonly string[] }
  | { readonly type: 'other'; readonly text: string }
  | { readonly type: 'missing'; readonly words: string } {
  const at = placeOf(json, pointer);
  if (typeof at !== 'number') return { type: 'missing', words: at.words };
  const compactAt = (from: number) => compact(json.slice(from, endOfValue(json, from)));
  if (json[at] !== '[') return { type: 'other', text: compactAt(at) };
  return { type: 'array', elements: [...membersOf(json, at)].map(({ value }) => compactAt(value)) };
}

function whereWords(walked: string): string {
  return walked === '' ? 'the whole' : `"${walked}"`;
}

type Missing = { readonly words: string };

/** Where the value of a member begins. */
function memberOf(json: string, at: number, name: string): number | Missing {
  switch (json[at]) {
    case '{':
      return inObject(json, at, name);
    case '[':
      return inArray(json, at, name);
    default:
      return { words: `is ${kindWords(json[at])}, and has no "${name}"` };
  }
}

function inObject(json: string, at: number, name: string): number | Missing {
  let found: number | undefined;
  const names: string[] = [];
  for (const { key, value } of membersOf(json, at)) {
    // As JSON.parse does: the last one counts.
    if (key === name) found = value;
    else if (names.length < 10) names.push(key);
  }
  if (found !== undefined) return found;
  const near = suggest(name, names);
  if (near !== undefined) return { words: `has no "${name}", did you mean ${quoteText(near)}?` };
  return { words: names.length === 0 ? 'is an empty object' : `has no "${name}"; it has ${listed(names)}` };
}

function inArray(json: string, at: number, name: string): number | Missing {
  const isIndex = /^(?:0|[1-9][0-9]*)$/.test(name);
  let count = 0;
  for (const { value } of membersOf(json, at)) {
    if (isIndex && count === Number(name)) return value;
    count += 1;
  }
  if (!isIndex) return { words: `is an array of ${count}, and "${name}" is no index such as 0` };
  return { words: `is an array of ${count}, and has no "${name}"` };
}

function listed(names: readonly string[]): string {
  return names.map(quoteText).join(', ');
}

function kindWords(first = ''): string {
  if (first === '"') return 'a text';
  if (first === 'n') return 'null';
  return first === 't' || first === 'f' ? 'true or false' : 'a number';
}

/** The members of the object or array that begins at `at`: in an array without keys. */
function* membersOf(json: string, at: number): Generator<{ readonly key: string; readonly value: number }> {
  const isObject = json[at] === '{';
  let next = skipBlank(json, at + 1);
  while (json[next] !== '}' && json[next] !== ']') {
    let key = '';
    if (isObject) {
      const end = endOfString(json, next) + 1;
      key = JSON.parse(json.slice(next, end));
      next = skipBlank(json, skipBlank(json, end) + 1);
    }
    yield { key, value: next };
    next = skipBlank(json, endOfValue(json, next));
    if (json[next] === ',') next = skipBlank(json, next + 1);
  }
}

function textAt(json: string, at: number): string {
  const written = json.slice(at, endOfValue(json, at));
  if (written.startsWith('"')) return JSON.parse(written);
  return /[{[]/.test(written[0] ?? '') ? compact(written) : written;
}

/** Without the blanks outside of its texts. */
function compact(json: string): string {
  const parts: string[] = [];
  for (let at = 0; at < json.length; ) {
    const end = json[at] === '"' ? endOfString(json, at) + 1 : endOfPlain(json, at);
    parts.push(json.slice(at, end));
    at = skipBlank(json, end);
  }
  return parts.join('');
}

function skipBlank(json: string, from: number): number {
  let at = from;
  while (BLANK.has(json[at] ?? '')) at += 1;
  return at;
}

const BLANK: ReadonlySet<string> = new Set(' \t\r\n');
const DELIMITERS: ReadonlySet<string> = new Set(' \t\r\n,:]}');

/** Behind one sign such as `{`, or a number, true, false or null. */
function endOfPlain(json: string, from: number): number {
  let at = from + 1;
  if ('{}[],:'.includes(json[from] ?? '')) return at;
  while (at < json.length && !DELIMITERS.has(json[at] ?? '')) at += 1;
  return at;
}

/** Behind the value that begins at `from`, however deep it is. */
function endOfValue(json: string, from: number): number {
  let at = from;
  let depth = 0;
  do {
    const char = json[at];
    if (char === '{' || char === '[') depth += 1;
    if (char === '}' || char === ']') depth -= 1;
    at = char === '"' ? endOfString(json, at) + 1 : endOfPlain(json, at);
    if (depth > 0) at = skipBlank(json, at);
  } while (depth > 0);
  return at;
}
