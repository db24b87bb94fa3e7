/** From any value to a Plan, or to everything that is wrong with it. */
import { buildPlan, type Origin } from './build.ts';
import { checkPlan } from './checks.ts';
import { depthFinding } from './depth.ts';
import type { PlanInput } from './input.ts';
import type { Plan } from './plan.ts';
import { formatPath } from './problems.ts';
import { shapeFindings } from './shape.ts';
import type { Finding, Reading } from './source.ts';

export type Examined =
  | { readonly type: 'plan'; readonly plan: Plan; readonly warnings: readonly Finding[] }
  | { readonly type: 'faulty'; readonly errors: readonly Finding[] };

/** Runs both passes over what was read, then builds the plan. Never throws, whatever the value is. */
export function examine({ value, source, findings = [] }: Partial<Reading>, origin: Origin): Examined {
  const depth = depthFinding(value, source?.text.length);
  if (depth) return { type: 'faulty', errors: [...findings, depth] };
  const { errors, warnings } = checkPlan(value);
  const told = new Set(findings.map(finding => formatPath(finding.path)));
  const found = [...shapeFindings(value), ...errors].filter(finding => !told.has(formatPath(finding.path)));
  if (findings.length + found.length > 0) return { type: 'faulty', errors: [...findings, ...found] };
  return { type: 'plan', plan: buildPlan(value as PlanInput, origin, source), warnings };
}
