/** The name of a plan as people see it, with the values of the variables in it. */
import { foundAround, type Given } from './given.ts';
import type { Plan } from './plan.ts';
import type { KnownSecrets } from './secret-checks.ts';
import { expand } from './variables.ts';

/**
 * The plan by the name that it has for this caller: `${NAME}` in it is an input, or what is around the plan. Where one has no
 * value there, and where a secret would be in it, or may be, all of it stays as it is written.
 */
export function namedFor(plan: Plan, given: Given, secrets?: KnownSecrets): Plan {
  if (secrets === undefined && plan.secrets.length > 0) return plan;
  const lookUp = (name: string) => {
    const { [name]: input } = plan.inputs;
    return given.set[name] ?? input?.default ?? foundAround(given, name);
  };
  const expansion = expand(plan.name, lookUp);
  if (expansion.type === 'unset' || secrets?.nameIn(expansion.text) !== undefined) return plan;
  return { ...plan, name: expansion.text };
}
