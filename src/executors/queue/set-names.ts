/** The names of the variables that a plan sets, wherever it does: they go to workers, whatever the values are. */
import { visitSteps } from '../../plan/paths.ts';
import type { Plan } from '../../plan/plan.ts';
import { namesSaved } from '../../plan/saved-names.ts';

/** What runjobs tells each command of itself. */
const OWN = ['RUN', 'STEP', 'STEP_KEY', 'ATTEMPT', 'TICK', 'OUTCOME', 'EXIT_CODE', 'FAILED_STEP'].map(
  name => `RUNJOBS_${name}`,
);

/** Those that stand in it, `LIST_*` for the columns and members of a list; what files of variables hold is not known yet. */
export function namesSetBy({ root, inputs }: Plan): Set<string> {
  const names = new Set([...OWN, ...Object.keys(inputs)]);
  const add = (some: Iterable<string>) => {
    for (const name of some) names.add(name);
  };
  visitSteps(root, step => {
    add(Object.keys(step.env));
    for (const level of step.used?.levels ?? []) add([...Object.keys(level.env), ...Object.keys(level.inputs)]);
    if (step.used?.save !== undefined) add(Object.keys(step.used.save));
    if (step.type === 'forEach') {
      const { items } = step;
      if (items.type === 'product') add(items.lists.flatMap(({ name }) => [name, `${name}_*`]));
      else for (const row of items.rows) add(Object.keys(row));
    }
    if ('save' in step) add(namesSaved(step.save));
  });
  return names;
}
