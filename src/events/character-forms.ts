/** The forms that one character may have where programs write a text into a URL, a form or JSON: they agree on little. */

/** What every program leaves as it is. */
const PLAIN = /\w/;

/**
 * The character as it is, percent-encoded once and twice, escaped as in JSON, and as in JSON in JSON. Which ones a program
 * writes in another form, and whether in capital hexadecimal digits, differs from one to the next.
 */
export function formsOf(char: string): readonly string[] {
  if (PLAIN.test(char)) return [char];
  return char === ' ' ? [char, ...percent(char), '+', ...percent('+')] : [char, ...percent(char), ...json(char)];
}

function percent(char: string): string[] {
  const codes = inEitherCase([...Buffer.from(char)].map(byte => byte.toString(16).padStart(2, '0')));
  return codes.flatMap(bytes => ['%', '%25'].map(sign => bytes.map(byte => sign + byte).join('')));
}

function json(char: string): string[] {
  const once = jsonOnce(char);
  return [...once, ...once.flatMap(jsonTwice)];
}

function jsonOnce(char: string): string[] {
  const units = Array.from({ length: char.length }, (_, at) => char.charCodeAt(at).toString(16).padStart(4, '0'));
  const escaped = inEitherCase(units).map(codes => codes.map(code => `\\u${code}`).join(''));
  return [...escaped, quoted(char), ...(char === '/' ? ['\\/'] : [])];
}

/** What is escaped, once more: what stands behind the backslash may be in another form itself. */
function jsonTwice(escaped: string): string[] {
  const [, char = ''] = escaped;
  return escaped.length === 2 && !PLAIN.test(char) ? jsonOnce(char).map(form => `\\\\${form}`) : [quoted(escaped)];
}

function inEitherCase(codes: readonly string[]): string[][] {
  return [[...codes], codes.map(code => code.toUpperCase())];
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
