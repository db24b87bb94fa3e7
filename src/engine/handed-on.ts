/** What goes on of what was saved inside a step that uses another. */
import type { Step } from '../plan/plan.ts';
import { takenOf } from '../plan/used.ts';
import type { Ending } from './context.ts';

/** The ending with the variables that the step's own `save` takes of those inside, under its names; without it all of them. */
export function handedOn({ used }: Step, ending: Ending): Ending {
  return used?.save === undefined ? ending : { ...ending, saved: takenOf(used.save, ending.saved ?? {}) };
}
