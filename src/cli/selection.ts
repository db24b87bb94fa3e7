/** Whether what the command line has chosen of a plan is there. */
import { missingAhead } from '../engine/missing-copies.ts';
import type { Plan } from '../plan/plan.ts';
import { type Selection, selectSteps } from '../plan/select.ts';

/** Why it cannot be run, in a line; undefined where nothing is wrong. */
export function selectionTrouble(plan: Plan, selection: Selection | undefined): string | undefined {
  if (selection === undefined) return undefined;
  const selected = selectSteps(plan.root, selection);
  const message = selected.type === 'selected' ? missingAhead(selected.root) : selected.message;
  return message && `runjobs: ${message}\n`;
}
