/** A value as one line of JSON. */

/** Control characters that JSON leaves as they are; a terminal may be looking on. */
const UNESCAPED = /[\x7f-\x9f]/g;

/** Ends with a newline, and holds no other control character. */
export function jsonLine(value: unknown): string {
  const json = JSON.stringify(value).replace(UNESCAPED, char => `\\u00${char.charCodeAt(0).toString(16)}`);
  return `${json}\n`;
}
