/** The few colours and the glyphs that all reporters share; the glyphs are those of listr2, but that of what waits. */

export interface Palette {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  quiet(text: string): string;
  strong(text: string): string;
}

const same = (text: string) => text;

/** No colour at all. */
export const monochrome: Palette = { good: same, bad: same, warn: same, quiet: same, strong: same };

export const glyphs = {
  started: '❯',
  succeeded: '✔',
  failed: '✖',
  allowed: '⚠',
  warning: '⚠',
  skipped: '↓',
  cancelled: '◼',
  waiting: '◻',
  output: '›',
  resumed: '↻',
} as const;
