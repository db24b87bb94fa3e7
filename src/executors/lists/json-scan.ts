/** Finds values in a JSON text without reading them: numbers stay as they are written. */

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /[^\s,\]}]+/y;

/** The index of the first character from `index` on that is no white space. */
export function skipSpace(text: string, index: number): number {
  SPACE.lastIndex = index;
  SPACE.test(text);
  return SPACE.lastIndex;
}

/** The index behind the value that begins at `index`; that of the end where it has none. Whether it is JSON is not looked at. */
export function endOfValue(text: string, index: number): number {
  const first = text[index];
  if (first === '"') return endOfString(text, index);
  if (first !== '{' && first !== '[') {
    SCALAR.lastIndex = index;
    return SCALAR.test(text) ? SCALAR.lastIndex : index + 1;
  }
  let depth = 0;
  for (let at = index; at < text.length; at += 1) {
    switch (text[at]) {
      case '"':
        at = endOfString(text, at) - 1;
        break;
      case '{':
      case '[':
        depth += 1;
        break;
      case '}':
      case ']':
        depth -= 1;
        if (depth === 0) return at + 1;
        break;
      default:
    }
  }
  return text.length;
}

function endOfString(text: string, index: number): number {
  for (let at = text.indexOf('"', index + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}

/** The members of a whole object, each with its value as it is written. */
export function membersOf(object: string): [key: string, value: string][] {
  const members: [string, string][] = [];
  for (let at = skipSpace(object, 1); object[at] === '"'; ) {
    const keyEnd = endOfValue(object, at);
    const start = skipSpace(object, skipSpace(object, keyEnd) + 1);
    const end = endOfValue(object, start);
    members.push([JSON.parse(object.slice(at, keyEnd)), object.slice(start, end)]);
    at = skipSpace(object, skipSpace(object, end) + 1);
  }
  return members;
}

/** A whole value as a variable holds it: a string without its quotes, all else as it is written, without white space. */
export function textOf(value: string): string {
  return value.startsWith('"') ? JSON.parse(value) : compact(value);
}

function compact(value: string): string {
  if (!/[ \t\n\r]/.test(value)) return value;
  const parts: string[] = [];
  for (let at = 0; at < value.length; ) {
    const quote = value.indexOf('"', at);
    const end = quote === -1 ? value.length : quote;
    parts.push(value.slice(at, end).replace(/[ \t\n\r]+/g, ''));
    at = quote === -1 ? end : endOfString(value, quote);
    parts.push(value.slice(end, at));
  }
  return parts.join('');
}
