/** The texts of a command in which `${NAME}` is expanded, those that flow down to it among them. */
import { isRaw, type Raw } from './raw.ts';
import type { Path, Placed } from './source.ts';

/** What flows down to commands, each where it was written. */
export type Flowing = Readonly<Partial<Record<(typeof FLOWING)[number], Placed>>>;

const FLOWING = ['cwd', 'launcher'] as const;

/** What flows down from a step to the commands inside it. */
export function flowingFrom(step: Raw, path: Path, outer: Flowing): Flowing {
  const own = FLOWING.filter(key => step[key] !== undefined).map(key => [
    key,
    { text: step[key], path: [...path, key] },
  ]);
  return own.length === 0 ? outer : { ...outer, ...Object.fromEntries(own) };
}

/** Of a step with `run`; none of any other. A script is for the shell. */
export function commandTexts({ run, stdin }: Raw, path: Path, flowing: Flowing): Placed[] {
  if (run === undefined) return [];
  const texts = Object.values(flowing);
  if (Array.isArray(run)) texts.push({ text: run, path: [...path, 'run'] });
  if (isRaw(stdin)) for (const key of ['text', 'file']) texts.push({ text: stdin[key], path: [...path, 'stdin', key] });
  return texts;
}
