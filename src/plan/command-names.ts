/** The texts of a command in which `${NAME}` is expanded, those that flow down to it among them. */
import { defaultTexts, type RequestTexts } from './http-names.ts';
import { isRaw, type Raw } from './raw.ts';
import type { Path, Placed } from './source.ts';

/** What flows down to commands and requests, each where it was written. */
export interface Flowing extends Readonly<Partial<Record<(typeof FLOWING)[number], Placed>>> {
  readonly http?: RequestTexts;
}

const FLOWING = ['cwd', 'launcher'] as const;

/** What flows down from a step to the commands and requests inside it. */
export function flowingFrom(step: Raw, path: Path, outer: Flowing): Flowing {
  const own = FLOWING.filter(key => step[key] !== undefined).map(key => [
    key,
    { text: step[key], path: [...path, key], kind: key === 'cwd' ? 'place' : undefined },
  ]);
  const defaults = step.httpDefaults;
  if (own.length === 0 && defaults === undefined) return outer;
  const http = defaults === undefined ? {} : { http: defaultTexts(defaults, [...path, 'httpDefaults'], outer.http) };
  return { ...outer, ...Object.fromEntries(own), ...http };
}

/** Of a step with `run`; none of any other. A script is for the shell. */
export function commandTexts({ run, stdin }: Raw, path: Path, flowing: Flowing): Placed[] {
  if (run === undefined) return [];
  const texts = FLOWING.flatMap(key => flowing[key] ?? []);
  if (Array.isArray(run)) texts.push({ text: run, path: [...path, 'run'] });
  if (isRaw(stdin)) {
    for (const key of ['text', 'file'])
      texts.push({ text: stdin[key], path: [...path, 'stdin', key], kind: key === 'file' ? 'place' : undefined });
  }
  return texts;
}
