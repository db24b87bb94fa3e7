/** The control sequences by which children draw on a terminal. */

/**
 * Escape sequences by their grammar (ECMA-48): operating system commands and other strings with their text, then CSI,
 * then the short ones; each also where it is cut; and the two that shift to other characters and back, as `tput sgr0` does on
 * some terminals. `util.stripVTControlCharacters` leaves the text of a window title behind.
 */
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control codes is the point.
  /\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b[ -/]*[0-~]?|[\x0e\x0f]/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control codes is the point.
const HAS_SEQUENCE = /[\x0e\x0f\x1b\x9b]/;

/** What draws over the line as a carriage return does, as npm and readline do it: the cursor goes to the first column. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control codes is the point.
const TO_FIRST_COLUMN = /\x1b\[[01]?G/g;

/** The text without colours, moves of the cursor, titles and the like. */
export function withoutSequences(text: string): string {
  return text.replace(SEQUENCE, '');
}

/** The line with a carriage return wherever the cursor goes to its first column. */
export function withReturns(line: string): string {
  return line.replace(TO_FIRST_COLUMN, '\r');
}

/** Whether the line shows nothing, but for spaces. */
export function isBlank(line: string): boolean {
  return line.trim() === '' || (HAS_SEQUENCE.test(line) && withoutSequences(line).trim() === '');
}
