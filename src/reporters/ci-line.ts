/** A line of a child in the log of a CI, where problem matchers and coverage patterns look for what it is by itself. */

/** With what our lines begin, and with what a line is a command (leading blanks do not count). */
const OURS = /^\s*(?:::|[❯✔✖⚠↓◼↻])/u;

/** The line as it is, but with a bar before one that would pass for a line of ours, or for a command. @param line cleansed. */
export function ciLine(line: string): string {
  return OURS.test(line) ? `│ ${line}` : line;
}
