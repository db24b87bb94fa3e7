/** What is wrong with the values that a plan is given, of its inputs and of its secrets, all at once. */
import { type Given, levelsOf } from '../plan/given.ts';
import { inputProblems, missingInputs } from '../plan/inputs.ts';
import type { Plan } from '../plan/plan.ts';
import type { Problem } from '../plan/problems.ts';
import { outermost } from './run-options.ts';
import { secretProblems } from './secret-values.ts';

export interface GivenProblems {
  readonly ofInputs: readonly Problem[];
  /** Without those that are inputs and missing, which is told there. */
  readonly ofSecrets: readonly Problem[];
}

/** All problems of the values; the value of a secret is in none of them. @param isRun whether every value must be there. */
export function givenProblems(plan: Plan, given: Given, { isRun }: { readonly isRun: boolean }): GivenProblems {
  const ofInputs = inputProblems(plan, given, { isRun });
  if (!isRun) return { ofInputs, ofSecrets: [] };
  const variables = outermost({ env: given.env, given: levelsOf(plan, given) });
  return { ofInputs, ofSecrets: secretProblems(plan, variables, missingInputs(plan, given)) };
}
