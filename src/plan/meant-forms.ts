/** How a value is written that stands where another form of it is expected. */
import { quote } from './quote.ts';
import type { Path } from './source.ts';

const SHOWN = 3;

/** What to write for it; nothing where it is not known what was meant. */
export function meantForm(value: unknown, path: Path): string {
  const key = path.at(-1);
  if (key === 'forEach' && Array.isArray(value)) return namelessList(value);
  if (typeof value !== 'string') return '';
  if (key === 'retry' && value === 'forever') return '; write {"times": "forever"}';
  if (key === 'every' && path.at(-2) !== 'ready' && isPattern(value))
    return `; a time of the clock is written {"cron": ${JSON.stringify(value)}}`;
  return '';
}

/** Of values alone, which a forEach knows by the name of a variable. */
function namelessList(values: readonly unknown[]): string {
  if (values.length === 0 || !values.every(value => value !== null && typeof value !== 'object')) return '';
  const shown = [...values.slice(0, SHOWN).map(quote), ...(values.length > SHOWN ? ['…'] : [])];
  return `; give the values a name, as in {"ITEM": [${shown.join(', ')}]}`;
}

/** Five or six fields, or a nickname; a duration has none. */
function isPattern(text: string): boolean {
  return /^@[a-z]+$/i.test(text.trim()) || /^\S+(?:\s+\S+){4,5}$/.test(text.trim());
}
