/** The sentence for each syntax error of JSON: what stands there, what was expected, what to do. */
import { escapeUnsafe, quoteText, shorten } from './quote.ts';
import { Lines } from './source.ts';

/** An object or array that is not closed yet. */
export interface Container {
  readonly close: '}' | ']';
  readonly start: number;
}

/** Where the parser stumbled. */
export interface Stumble {
  readonly text: string;
  readonly offset: number;
  /** What it met there; empty at the end of the text. */
  readonly token: string;
  /** The innermost container there. */
  readonly inside: Container | undefined;
  /** Where the last comma or colon stands. */
  readonly separator: number;
}

export interface Fault {
  readonly message: string;
  readonly at: number;
}

const EMPTY = 'the file is empty; write a plan such as {"run": "echo hello"}';
const COMMENT = 'a comment; JSON has none: take it out, or write the plan in YAML';
const QUOTE = 'a double quote inside a text is written \\"';

/** What should have stood there, by jsonc-parser's name of the error. */
const EXPECTED: Readonly<Record<string, string>> = {
  ColonExpected: '":" after the key',
  EndOfFileExpected: 'the end of the file after the plan',
  PropertyNameExpected: 'a key in double quotes',
  ValueExpected: 'a value',
};

/** The message for an error of that name, and where it points to. */
export function faultOf(name: string, { text, offset, token, inside, separator }: Stumble): Fault {
  const tell = (message: string, at = offset): Fault => ({ message, at });
  switch (name) {
    case 'InvalidCommentToken':
      return tell(COMMENT);
    case 'UnexpectedEndOfString':
    case 'InvalidCharacter':
    case 'InvalidEscapeCharacter':
    case 'InvalidUnicode':
      return stringFault(token, offset, offset + token.length === text.length);
    case 'InvalidSymbol':
    case 'UnexpectedEndOfNumber':
      return wordFault(text, offset);
  }
  if (token === '') return inside ? tell(endMessage(text, inside)) : tell(EMPTY, 0);
  const isRestOfWord = WORD_START.test(token) && WORD_END.test(text.charAt(offset - 1));
  if (isRestOfWord) return wordFault(text, offset);
  const got = `got ${token.startsWith('"') ? escapeUnsafe(shorten(token, 60)) : quoteText(token)}`;
  if (name === 'CommaExpected') return tell(`expected ${commaOr(inside, token)}, ${got}${commaHint(token)}`);
  const isAfterComma = name !== 'ColonExpected' && text[separator] === ',';
  if (isAfterComma && token === inside?.close) return tell(`a comma before "${token}"; take it out`, separator);
  return tell(`expected ${EXPECTED[name]}, ${got}`);
}

function commaOr(inside: Container | undefined, token: string): string {
  const close = `"${inside?.close}"`;
  return isBracket(token) ? close : `"," or ${close}`;
}

function commaHint(token: string): string {
  return isBracket(token) || token === ':' ? '' : '; is a comma missing before it?';
}

function isBracket(token: string): boolean {
  return token === '}' || token === ']';
}

function endMessage(text: string, { start, close }: Container): string {
  const { line, column } = new Lines(text).place(start);
  const kind = close === '}' ? 'object' : 'array';
  return `the file ends inside the ${kind} that begins at ${line}:${column}; expected "${close}"`;
}

const WORD_START = /^[^\s{}[\],:"]+/;
const WORD_END = /[^\s{}[\],:"]+$/;

/** About the whole word of which the parser met a part. */
function wordFault(text: string, offset: number): Fault {
  const head = WORD_END.exec(text.slice(Math.max(0, offset - 60), offset))?.[0] ?? '';
  const tail = WORD_START.exec(text.slice(offset, offset + 60))?.[0] ?? text.charAt(offset);
  const isKey = /^\s*:/.test(text.slice(offset + tail.length, offset + tail.length + 60));
  const [word, at] = [head + tail, offset - head.length];
  const isAfterText = text[at - 1] === '"' && /^[\w$]/.test(word);
  return { message: isAfterText ? `the text ended before ${quoteText(word)}; ${QUOTE}` : wordMessage(word, isKey), at };
}

function wordMessage(word: string, isKey: boolean): string {
  const got = quoteText(word);
  if (/^(?:\/[/*]|#)/.test(word)) return COMMENT;
  if (/^['`‘’“”]/.test(word)) return `texts stand in double quotes, got ${got}`;
  if (/^-?0\d/.test(word)) return `a number has no leading zero, got ${got}`;
  if (isKey && /^[\w$-]+$/.test(word)) return `keys stand in double quotes; write ${got}`;
  const lower = word.toLowerCase();
  const meant = ['true', 'false', 'null'].includes(lower) ? `; write ${lower}` : '';
  return `expected a value or punctuation of JSON, got ${got}${meant}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them inside strings.
const STRING_PARTS = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|(\\.?|[\u0000-\u001f])/gs;

/** About the first thing in a string that JSON does not know, or about its missing end. */
function stringFault(token: string, offset: number, isLast: boolean): Fault {
  for (const part of token.matchAll(STRING_PARTS)) {
    const wrong = part[1];
    const isItsEnd = wrong === undefined || /^\\?[\r\n]?$/.test(wrong);
    if (isItsEnd) continue;
    const message = wrong.startsWith('\\')
      ? `"${escapeUnsafe(wrong)}" is no escape of JSON; a backslash itself is written "\\\\"`
      : `a control character inside a text; write it as ${quoteText(wrong)}`;
    return { message, at: offset + part.index };
  }
  const where = isLast ? 'is never closed' : 'is not closed on its line';
  return { message: `the text that begins here ${where}; add the closing "`, at: offset };
}
