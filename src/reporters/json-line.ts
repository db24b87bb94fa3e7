/** One JSON value a line, for machines; safe to look at for people. */

/**
 * What JSON leaves as it is, though others may be looking on: control codes and what reorders text (a terminal), ends of
 * lines (readers that know more than one), and the sign of a command (`##[error]`, a CI).
 */
const UNESCAPED = /[\x7f-\x9f\u2028-\u202e\u2066-\u2069]|#(?=(?:vso)?\[)/g;

/** The value as JSON, with its line end. */
export function jsonLine(value: unknown): string {
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(value).replace(UNESCAPED, escaped)}\n`;
}
