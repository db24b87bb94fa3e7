/** The texts of `ready` in which `${NAME}` is expanded. */
import { commandTexts, type Flowing } from './command-names.ts';
import { requestTexts } from './http-names.ts';
import { isRaw } from './raw.ts';
import type { Path, Placed } from './source.ts';

/** Of the value of `ready`: all but its script, which is for the shell and stands behind no launcher. What has a wrong type is passed over. */
export function readyTexts(ready: unknown, path: Path, { launcher: _, ...flowing }: Flowing): Placed[] {
  if (!isRaw(ready)) return [];
  const texts = ['tcp', 'log'].map(key => ({ text: ready[key], path: [...path, key] }));
  return [
    ...texts,
    ...requestTexts(ready.http, [...path, 'http'], flowing.http),
    ...commandTexts(ready, path, flowing),
  ];
}
