/** What a step of a kept run sees, from the copy of its plan and its journal. */
import { join } from 'node:path';
import { variablesOf } from '../engine/variables-of.ts';
import { createPast } from '../events/past.ts';
import { openSources } from '../executors/sources.ts';
import type { KeptRun } from '../journal/find.ts';
import { readPast } from '../journal/past.ts';
import { readPlanCopy } from '../journal/plan-copy.ts';
import { RUN_FILES } from '../journal/runs.ts';
import { levelsOf, readGiven } from '../plan/given.ts';
import { isAtOrBelow } from '../plan/plan.ts';
import type { SeenOptions, SeenVariable } from '../reporters/past-env.ts';

/** Undefined where the run has no such step, or no copy of its plan. */
export async function seenVariables({ id, folder }: KeptRun, step: string): Promise<SeenOptions | undefined> {
  const copy = readPlanCopy(folder);
  if ('wrong' in copy) return undefined;
  const { plan, given: kept } = copy;
  const { given, problems } = await readGiven({ set: kept.set, envFile: kept.envFiles }, { cwd: plan.folder, env: {} });
  const past = createPast(copy => isAtOrBelow(step, copy));
  const items = new Map<string, Readonly<Record<string, string>>>();
  readPast(folder, event => {
    past.take(event);
    const isAround = event.type === 'step.started' && event.item !== undefined && isAtOrBelow(step, event.step);
    if (isAround) items.set(event.step, event.item ?? {});
  });
  const sight = await variablesOf(step, {
    plan,
    past: past.root,
    given: levelsOf(plan, given),
    itemOf: copy => items.get(copy),
    sources: openSources(plan.folder),
    builtIns: { RUNJOBS_RUN: id, RUNJOBS_TMP: join(folder, RUN_FILES.temporary) },
  });
  if (sight === undefined) return undefined;
  const { variables, troubles, secrets } = sight;
  const seen = Object.keys(variables.all())
    .sort()
    .flatMap((name): SeenVariable[] => {
      const found = variables.find(name);
      const isSecret = plan.secrets.includes(name);
      return found === undefined ? [] : [{ name, ...found, value: secrets.text(found.value), isSecret }];
    });
  return {
    run: id,
    step,
    variables: seen,
    troubles: [
      ...problems.map(
        ({ file, line, message }) => `--env-file "${file}"${line === undefined ? '' : ` line ${line}`}: ${message}`,
      ),
      ...troubles,
    ].map(secrets.text),
  };
}
