/** From the files of a plan to a Plan, or to everything that is wrong with them. */
import { buildPlan } from './build-plan.ts';
import { checkPlan } from './checks.ts';
import type { Given } from './given.ts';
import { inputFindings } from './inputs.ts';
import { interactiveUseFindings } from './interactive-checks.ts';
import { lockFindings } from './lock-checks.ts';
import { nameFindings } from './names.ts';
import type { Plan } from './plan.ts';
import { isWhole, type PlanFile } from './plan-file.ts';
import type { PlanFiles, UsedStep } from './plan-files.ts';
import { collectSaves } from './saves.ts';
import {
  exposedFindings,
  type KnownSecrets,
  knownSecrets,
  type SecretsOf,
  secretFindings,
  secretNames,
} from './secret-checks.ts';
import { shapeFindings } from './shape.ts';
import type { Finding } from './source.ts';
import { useFindings } from './use-checks.ts';

/** Each finding says in which file it is. */
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
  /** The definition of the file that is run in the place of the plan itself. */
  readonly definition?: string | undefined;
}

/**
 * Runs both passes over all files, then builds the plan. Reads the files of variables that they name. Never throws.
 * @param given what is set around the plan.
 * @param secretsOf what is known of its secrets, which may stand nowhere in it.
 */
export function examine(files: PlanFiles, { given, secretsOf, definition }: Surroundings): Examined {
  const names = files.all.flatMap(({ value }) => secretNames(value));
  const secrets = knownSecrets(names, secretsOf);
  const known = secrets === undefined ? {} : { secrets };
  const ofFiles = files.all.map(file => examineFile(file, names, secrets));
  const ofUses = useFindings(files);
  const entry = files.entry(files.main, definition, true);
  const errors = [
    ...ofFiles.flatMap(found => found.errors),
    ...ofUses.errors,
    ...(entry.type === 'fault' ? [{ message: entry.message, path: [], at: 'value', in: files.main } as const] : []),
    // What is used can be followed only where it has an end.
    ...(ofUses.errors.length === 0 ? interactiveUseFindings(files) : []),
    ...(ofUses.errors.length === 0 && entry.type === 'used' ? flowFindings(files, entry.used, given) : []),
  ];
  const found = notTold(errors, files.all);
  if (found.length > 0 || entry.type !== 'used') return { type: 'faulty', errors: found, ...known };
  return {
    type: 'plan',
    plan: buildPlan(files, entry.used),
    warnings: [...ofFiles.flatMap(({ warnings }) => warnings), ...ofUses.warnings],
    ...known,
  };
}

interface Found {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** What is wrong in one file, whatever the others say; but for its text. */
function examineFile(file: PlanFile, secretsOfAll: readonly string[], known: KnownSecrets | undefined): Found {
  const { value, source, origin } = file;
  if (!isWhole(file)) return { errors: [], warnings: [] };
  const { errors, warnings } = checkPlan(value);
  const ofSecrets = secretFindings(value, secretsOfAll);
  const all = [
    ...(known === undefined ? [] : exposedFindings(value, known, source)),
    ...shapeFindings(value),
    ...errors,
    ...lockFindings(value, origin.file),
    ...inputFindings(value, source),
    ...ofSecrets.errors,
  ];
  return {
    errors: all.map(inFile(file)),
    warnings: [...warnings, ...ofSecrets.warnings].map(inFile(file)),
  };
}

function inFile(file: PlanFile): (finding: Finding) => Finding {
  return finding => ({ ...finding, in: file });
}

/** What is wrong with the way of variables from step to step. */
function flowFindings(files: PlanFiles, entry: UsedStep, given: Given): Finding[] {
  const saves = collectSaves(files);
  return [...saves.findings, ...nameFindings({ files, entry, given, saves })];
}

/** One finding for each key and each value of a file, the first pass's first; none where the text itself is at fault. */
function notTold(found: readonly Finding[], files: readonly PlanFile[]): Finding[] {
  const placeOf = ({ in: file, path }: Finding) => `${files.indexOf(file as PlanFile)} ${JSON.stringify(path)}`;
  const ofTexts = files.flatMap(file => file.findings.map(inFile(file)));
  const faulty = new Set(ofTexts.map(placeOf));
  const firsts = new Map<string, Finding>();
  for (const finding of found) {
    const place = placeOf(finding);
    const key = `${finding.at} ${place}`;
    if (!faulty.has(place) && !firsts.has(key)) firsts.set(key, finding);
  }
  return [...ofTexts, ...firsts.values()];
}
