/** Whether what the command line has chosen of a plan is there, and is anything. */
import { missingAhead } from '../engine/missing-copies.ts';
import { isNothingLeft } from '../engine/nothing-left.ts';
import type { Plan } from '../plan/plan.ts';
import { escapeUnsafe } from '../plan/quote.ts';
import { type Selection, selectSteps } from '../plan/select.ts';

/** Why it cannot be run, in a line; undefined where nothing is wrong. */
export function selectionTrouble(plan: Plan, selection: Selection | undefined): string | undefined {
  if (selection === undefined) return undefined;
  const selected = selectSteps(plan.root, selection);
  const message =
    selected.type === 'selected'
      ? (missingAhead(selected.root) ?? (isNothingLeft(selected.root) ? nothingWords(selection) : undefined))
      : selected.message;
  return message && `runjobs: ${message}\n`;
}

function nothingWords({ only = [], skip = [], from }: Selection): string {
  const options = [
    ...only.map(step => `--only ${step}`),
    ...skip.map(step => `--skip ${step}`),
    ...(from === undefined ? [] : [`--from ${from}`]),
  ];
  return `${options.map(escapeUnsafe).join(', ')}: nothing is left to run; choose others, "runjobs check" shows the paths`;
}
