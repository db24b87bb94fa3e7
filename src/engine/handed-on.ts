/** What goes on of what was saved inside a step that uses another. */
import type { Step } from '../plan/plan.ts';
import type { Ending } from './context.ts';

/** The ending with the variables that the step's own `save` takes of those inside, under its names; without it all of them. */
export function handedOn({ used }: Step, ending: Ending): Ending {
  return used?.save === undefined ? ending : { ...ending, saved: takenOf(used.save, ending.saved ?? {}) };
}

/** The same for values alone, whatever they are. @param taken names outside, each with that inside. */
export function takenOf<Value>(
  taken: Readonly<Record<string, string>>,
  saved: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const found = Object.entries(taken).flatMap(([name, from]) => {
    const value = Object.hasOwn(saved, from) ? saved[from] : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}
