/** How a value is written that stands where another form of it is expected. */
import type { Path } from './source.ts';

/** What to write for it; nothing where it is not known what was meant. */
export function meantForm(value: unknown, path: Path): string {
  if (typeof value !== 'string') return '';
  const key = path.at(-1);
  if (key === 'retry' && value === 'forever') return '; write {"times": "forever"}';
  if (key === 'every' && path.at(-2) !== 'ready' && isPattern(value))
    return `; a time of the clock is written {"cron": ${JSON.stringify(value)}}`;
  return '';
}

/** Five or six fields, or a nickname; a duration has none. */
function isPattern(text: string): boolean {
  return /^@[a-z]+$/i.test(text.trim()) || /^\S+(?:\s+\S+){4,5}$/.test(text.trim());
}
