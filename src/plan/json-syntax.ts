/** The syntax errors of a text that is no JSON: which of them are worth telling. */
import { type ParseErrorCode, printParseErrorCode } from 'jsonc-parser/lib/esm/main.js';
import { NESTING_MAX } from './depth.ts';
import { type Container, faultOf } from './json-faults.ts';
import { ENOUGH, visitJson } from './json-visit.ts';
import { type Finding, SYNTAX_ERRORS_MAX } from './source.ts';

/** Errors after which the parser reads on as if nothing had happened; after any other it skips up to a separator. */
const HARMLESS: readonly string[] = [
  'CommaExpected',
  'InvalidCharacter',
  'InvalidCommentToken',
  'InvalidEscapeCharacter',
  'InvalidUnicode',
  'UnexpectedEndOfNumber',
];

/**
 * What is wrong, in the order of the text: at most one error a line, and none that only follows from another one.
 * Where the parser may have lost count of the brackets, or of the quotes, the rest of the text is not judged.
 */
export function syntaxFindings(text: string): Finding[] {
  const findings: Finding[] = [];
  const open: Container[] = [];
  let separator = 0;
  let lastLine = -1;
  /** Where the parser lost its way; undefined when it is on it. */
  let lostAt: number | undefined;

  const tell = (message: string, at: number) => findings.push({ message, path: [], at });
  const begin = (close: Container['close']) => (start: number) => {
    if (open.push({ close, start }) <= NESTING_MAX) return;
    tell(`nested more than ${NESTING_MAX} deep; flatten the plan`, start);
    throw ENOUGH;
  };
  const end = (offset: number) => {
    const isClosed = offset < text.length;
    if (isClosed) open.pop();
  };
  const onError = (code: ParseErrorCode, offset: number, length: number, line: number) => {
    const name = printParseErrorCode(code);
    const token = text.slice(offset, offset + length);
    const inside = open.at(-1);
    const isNewLine = line !== lastLine;
    if (isNewLine && lostAt === undefined) {
      const { message, at } = faultOf(name, { text, token, offset, inside, separator });
      tell(message, at);
      lastLine = line;
    }
    const isMoreJunk = isNewLine && lostAt !== undefined && name === 'InvalidSymbol';
    const isWrongBracket = (token === '}' || token === ']') && token !== inside?.close;
    if (isMoreJunk || isWrongBracket || findings.length === SYNTAX_ERRORS_MAX) throw ENOUGH;
    if (!HARMLESS.includes(name)) lostAt ??= offset;
  };
  const onSeparator = (_: string, offset: number) => {
    const hasSkippedBracket = lostAt !== undefined && /[[{]/.test(text.slice(lostAt, offset));
    if (hasSkippedBracket) throw ENOUGH;
    separator = offset;
    lostAt = undefined;
  };

  visitJson(text, {
    onObjectBegin: begin('}'),
    onObjectEnd: end,
    onArrayBegin: begin(']'),
    onArrayEnd: end,
    onSeparator,
    onError,
  });
  return findings;
}
