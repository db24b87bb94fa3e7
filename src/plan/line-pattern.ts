/** What a line of output must hold: a text, or a regular expression between slashes. */
import { isMatch } from './pattern.ts';
import { patternFault } from './pattern-fault.ts';

export type LinePattern =
  /** The line contains it. */
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'regex'; readonly source: string; readonly flags: string };

const REGEX = /^\/(.+)\/([dgimsuvy]*)$/s;

/** Understands `listening on` and `/^listening on \d+/i`; `undefined`: a regular expression that is none. */
export function parseLinePattern(written: string): LinePattern | undefined {
  const [, source, flags = ''] = REGEX.exec(written) ?? [];
  if (source === undefined) return { type: 'text', text: written };
  // Each line is looked at by itself: these two would remember the line before.
  const kept = flags.replace(/[gy]/g, '');
  return patternFault(source, flags) === undefined ? { type: 'regex', source, flags: kept } : undefined;
}

/** Why a text between slashes is no regular expression; undefined for one that is, and for any other text. */
export function linePatternFault(written: unknown): string | undefined {
  const [, source, flags = ''] = REGEX.exec(String(written)) ?? [];
  return source === undefined ? undefined : patternFault(source, flags);
}

/** Whether the line has it. */
export function matcherOf(pattern: LinePattern): (line: string) => boolean {
  if (pattern.type === 'text') return line => line.includes(pattern.text);
  const { source, flags } = pattern;
  return line => isMatch(source, flags, line) === true;
}

/** A text that stands for itself in a regular expression. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
