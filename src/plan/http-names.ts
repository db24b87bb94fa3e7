/** The texts of a request in which `${NAME}` is expanded. */
import { isRaw } from './raw.ts';
import type { Path, Placed } from './source.ts';

/** Of the value of `http`. What has a wrong type is passed over. */
export function requestTexts(http: unknown, path: Path): Placed[] {
  if (typeof http === 'string') return [{ text: http, path }];
  if (!isRaw(http)) return [];
  return ['url', 'headers', 'json', 'body'].map(key => ({ text: http[key], path: [...path, key] }));
}
