/** The tokens of a JSON text, and what is wrong with one that is none. */
import { quoteText } from './quote.ts';

export interface Token {
  readonly type: '{' | '}' | '[' | ']' | ',' | ':' | 'string' | 'scalar' | 'junk' | 'end';
  readonly start: number;
  readonly end: number;
}

const PUNCTUATION = '{}[],:';
const SCALAR = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;
const SPACE = /[ \t\r\n]*/y;
const WORD = /\/\/[^\n]*|\/\*.*?(?:\*\/|$)|[^\s{}[\],:"]+|./sy;

/** All tokens of a text, the last one of type `end`. What JSON does not know is `junk`. */
export function* tokensOf(text: string): Generator<Token, void> {
  let start = skip(SPACE, text, 0);
  while (start < text.length) {
    const first = text.charAt(start);
    let type: Token['type'] = 'junk';
    let end = start + 1;
    if (PUNCTUATION.includes(first)) type = first as Token['type'];
    else if (first === '"') {
      end = endOfString(text, start) + 1;
      if (!stringFault(text.slice(start, end))) type = 'string';
    } else {
      end = skip(WORD, text, start);
      if (SCALAR.test(text.slice(start, end))) type = 'scalar';
    }
    yield { type, start, end };
    start = skip(SPACE, text, end);
  }
  yield { type: 'end', start: text.length, end: text.length };
}

/** The offset of the quote that closes the string which begins at `start`, or the end of the text. */
export function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) return at;
    if (code === 92) at++;
  }
  return text.length;
}

/** Why a token is not JSON, and where exactly. */
export function junkFault(token: string): { readonly message: string; readonly at: number } {
  if (token.startsWith('"')) return stringFault(token) ?? { message: 'not a string', at: 0 };
  if (/^(?:\/[/*]|#)/.test(token))
    return { message: 'a comment; JSON has none: take it out, or write the plan in YAML', at: 0 };
  const got = quoteText(token);
  if (/^['`‘’“”]/.test(token)) return { message: `texts stand in double quotes, got ${got}`, at: 0 };
  if (/^-?0\d/.test(token)) return { message: `a number has no leading zero, got ${got}`, at: 0 };
  const word = /^(?:true|false|null)$/i.test(token) ? `; write ${token.toLowerCase()}` : '';
  return { message: `expected a value or punctuation of JSON, got ${got}${word}`, at: 0 };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them inside strings.
const PLAIN_STRING = /^"[^"\\\u0000-\u001f]*"$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them inside strings.
const STRING_PARTS = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|(\\.?|[\u0000-\u001f])/gs;

function stringFault(token: string): { readonly message: string; readonly at: number } | undefined {
  if (PLAIN_STRING.test(token)) return undefined;
  for (const part of token.matchAll(STRING_PARTS)) {
    const wrong = part[1];
    if (wrong === undefined || wrong === '\\') continue;
    if (wrong === '\n' || wrong === '\r')
      return { message: 'the text that begins here is not closed on its line; add the closing "', at: 0 };
    if (!wrong.startsWith('\\'))
      return { message: `a control character inside a text; write it as ${quoteText(wrong)}`, at: part.index };
    return { message: `"${wrong}" is no escape of JSON; a backslash itself is written "\\\\"`, at: part.index };
  }
  return token.length > 1 && token.endsWith('"')
    ? undefined
    : { message: 'the text that begins here is never closed; add the closing "', at: 0 };
}

function skip(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  pattern.exec(text);
  return pattern.lastIndex;
}
