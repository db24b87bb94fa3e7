/** From any value to a Plan, or to everything that is wrong with it. */
import { buildPlan } from './build.ts';
import { checkPlan } from './checks.ts';
import type { Given } from './given.ts';
import type { PlanInput } from './input.ts';
import { inputFindings } from './inputs.ts';
import { lockFindings } from './lock-checks.ts';
import { nameFindings } from './names.ts';
import type { Plan } from './plan.ts';
import type { PlanFile } from './plan-file.ts';
import { isRaw } from './raw.ts';
import { collectSaves } from './saves.ts';
import { exposedFindings, type KnownSecrets, knownSecrets, type SecretsOf, secretFindings } from './secret-checks.ts';
import { shapeFindings } from './shape.ts';
import type { Finding } from './source.ts';

export type Examined =
  | {
      readonly type: 'plan';
      readonly plan: Plan;
      readonly warnings: readonly Finding[];
      readonly secrets?: KnownSecrets;
    }
  | { readonly type: 'faulty'; readonly errors: readonly Finding[]; readonly secrets?: KnownSecrets };

/** What is known around a plan. */
export interface Surroundings {
  readonly given: Given;
  readonly secretsOf: SecretsOf | undefined;
}

/**
 * Runs both passes over what was read, then builds the plan. Reads the files of variables that it names. Never throws.
 * @param given what is set around the plan.
 * @param secretsOf what is known of its secrets, which may stand nowhere in it.
 */
export function examine({ value, source, findings, origin }: PlanFile, { given, secretsOf }: Surroundings): Examined {
  const { errors, warnings } = checkPlan(value);
  const secrets = knownSecrets(value, secretsOf);
  const known = secrets === undefined ? {} : { secrets };
  const ofSecrets = secretFindings(value);
  const all = [
    ...(secrets === undefined ? [] : exposedFindings(value, secrets, source)),
    ...shapeFindings(value),
    ...errors,
    ...lockFindings(value, origin.file),
    ...inputFindings(value, source),
    ...flowFindings(value, origin.folder, given),
    ...ofSecrets.errors,
  ];
  const found = notTold(all, findings);
  if (findings.length + found.length > 0) return { type: 'faulty', errors: [...findings, ...found], ...known };
  return {
    type: 'plan',
    plan: buildPlan(value as PlanInput, origin, source),
    warnings: [...warnings, ...ofSecrets.warnings],
  };
}

/** What is wrong with the way of variables from step to step. */
function flowFindings(root: unknown, folder: string, given: Given): Finding[] {
  if (!isRaw(root)) return [];
  const saves = collectSaves(root);
  return [...saves.findings, ...nameFindings(root, { folder, given, saves })];
}

/** One finding for each key and each value, the first pass's first; none where the text itself is at fault. */
function notTold(found: readonly Finding[], findings: readonly Finding[]): Finding[] {
  const faulty = new Set(findings.map(({ path }) => JSON.stringify(path)));
  const firsts = new Map<string, Finding>();
  for (const finding of found) {
    const path = JSON.stringify(finding.path);
    const place = `${finding.at} ${path}`;
    if (!faulty.has(path) && !firsts.has(place)) firsts.set(place, finding);
  }
  return [...firsts.values()];
}
