/** Some of the texts that a spelling of a secret may become. */
import type { Spelling } from '../../src/events/spelled.ts';

/** Each that writes all characters in the first of their forms, in the second, and so on. */
export function someOf(spelling: Spelling): string[] {
  if (typeof spelling === 'string') return [spelling];
  const most = Math.max(...spelling.map(({ length }) => length));
  return Array.from({ length: most }, (_, turn) => pickOf(spelling, () => turn));
}

/** The one that writes each character in the form that `pick` says; the last one where there are fewer. */
export function pickOf(spelling: Spelling, pick: (at: number) => number): string {
  if (typeof spelling === 'string') return spelling;
  return spelling.map((forms, at) => forms[Math.min(pick(at), forms.length - 1)] ?? '').join('');
}
