/** The text of a file of variables (dotenv): `NAME=value` lines, values in quotes over several of them. */

/** What is wrong says nothing of what stands there: it may be secret. */
export type EnvText =
  | { readonly type: 'read'; readonly values: Readonly<Record<string, string>> }
  | { readonly type: 'failed'; readonly message: string; readonly line: number };

const PASSED_OVER = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
const NAME = /[^\S\n]*(?:export[^\S\n]+)?([A-Za-z_][\w.-]*)[^\S\n]*=[^\S\n]*/y;
/** In a word a `#` is a part of it, as for shells. */
const COMMENT = /(?:^|\s)#.*$/;
const QUOTES = ['"', "'", '`'];

/** Reads the whole text, up to the first line that is wrong. In `"…"` a `\n` is a new line; of two values the last one counts. */
export function parseEnvText(written: string): EnvText {
  const text = written.replaceAll('\r', '');
  const values: Record<string, string> = {};
  const failed = (message: string, at: number): EnvText => ({ type: 'failed', message, line: lineOf(text, at) });
  let at = 0;
  while (at < text.length) {
    const passedOver = matchAt(PASSED_OVER, text, at);
    if (passedOver !== undefined) {
      at += passedOver[0].length;
      continue;
    }
    const named = matchAt(NAME, text, at);
    if (named === undefined) return failed(whyNone(text.slice(at, endOf(text, at))), at);
    const { 0: head, 1: name = '' } = named;
    const start = at + head.length;
    const quote = QUOTES.find(mark => text[start] === mark);
    const closing = quote === undefined ? -1 : text.indexOf(quote, start + 1);
    if (quote === undefined) {
      at = endOf(text, start);
      values[name] = text.slice(start, at).replace(COMMENT, '').trim();
      continue;
    }
    if (closing === -1) return failed('a quote is opened here, and not closed before the end of the file', start);
    const rest = matchAt(PASSED_OVER, text, closing + 1);
    if (rest === undefined) return failed(whyMore(lineOf(text, start), lineOf(text, closing)), start);
    const value = text.slice(start + 1, closing);
    values[name] = quote === '"' ? value.replaceAll('\\n', '\n') : value;
    at = closing + 1 + rest[0].length;
  }
  return { type: 'read', values };
}

function whyNone(line: string): string {
  if (!line.includes('='))
    return 'expected NAME=value, got a line without "="; a value of several lines stands in quotes';
  return 'expected NAME=value; a name is of letters, digits, "_", "." and "-", and begins with a letter or "_"';
}

/** As for a quote that was left open, which ends where the next one is opened. */
function whyMore(opened: number, closed: number): string {
  const where = opened === closed ? '' : ` in line ${closed}`;
  return `a quote is opened here, and something follows where it is closed${where}; put a value with that quote in it in others`;
}

/** The end of the line in which this place is. */
function endOf(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/** From 1. */
function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | undefined {
  sticky.lastIndex = at;
  return sticky.exec(text) ?? undefined;
}
