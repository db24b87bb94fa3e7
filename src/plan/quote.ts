/** The user's own values inside messages: short, on one line, harmless to a terminal. */

/**
 * Characters that could move a cursor, reorder text or hide: controls, bidirectional marks, line separators; and the sign
 * by which a CI knows a command, `##[error]`.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the point.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Surrogate}|(?<=#)#(?=(?:vso)?\[)/gu;

const QUOTED_MAX = 60;
const THROWN_MAX = 200;

/** A value as a message shows it: `"text"`, `3`, `an object`. */
export function quote(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoteText(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
      return 'an object';
    case 'undefined':
      return 'nothing';
    case 'bigint':
      return `${shorten(String(value), QUOTED_MAX)}n`;
    case 'function':
      return 'a function';
    default:
      return escapeUnsafe(shorten(String(value), QUOTED_MAX));
  }
}

/** A text in double quotes, escaped as in JSON, shortened in the middle. */
export function quoteText(text: string): string {
  return escapeUnsafe(JSON.stringify(shorten(text, QUOTED_MAX)));
}

/** What was thrown, as `TypeError: no way`: its first line, shortened. Never throws, whatever it is. */
export function describeThrown(thrown: unknown): string {
  try {
    const [line = ''] = (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)).split('\n', 1);
    return escapeUnsafe(shorten(line, THROWN_MAX));
  } catch {
    return 'something that cannot be shown';
  }
}

/** The text with every unsafe character written as `\u001b` is. */
export function escapeUnsafe(text: string): string {
  return text.replace(UNSAFE, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The text with every unsafe character but the tab replaced by one visible character, so that columns stay. */
export function showUnsafe(text: string): string {
  return text.replace(UNSAFE, char => {
    const code = char.charCodeAt(0);
    if (char === '\t') return char;
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '\u2421' : '\ufffd';
  });
}

/** At most `max` characters; what is cut from the middle is shown as `…`. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const head = Math.ceil((max - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (max - 1 - head))}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function listed(words: readonly string[], last: 'or' | 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
