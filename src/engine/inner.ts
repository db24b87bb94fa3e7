/** The variables inside a step: its files of variables, and over them its `env`. */
import type { Failed } from '../events/outcome.ts';
import type { EnvFile, Step } from '../plan/plan.ts';
import type { RunContext } from './context.ts';
import { learn, secretValues } from './secret-values.ts';
import { UnsetVariable, type Variables } from './variables.ts';

/**
 * The variables inside the step, or its failure: where a value names a variable that has none, or a file cannot be read.
 * The files are read now, each time the step starts.
 */
export function inner(run: Reading, step: Step, path: string, outer: Variables): Inner | Promise<Inner> {
  return step.envFiles === undefined ? withEnv(run, step, path, outer) : withFiles(run, step, path, outer);
}

type Reading = Pick<RunContext, 'sources' | 'secretNames' | 'secrets'>;
type Inner = Variables | Failed;

function withEnv(run: Reading, { env }: Step, path: string, outer: Variables): Inner {
  const variables = guarded('env', () => outer.expanding(env, { type: 'env', step: path }));
  if ('state' in variables) return variables;
  const own = run.secretNames.filter(name => Object.hasOwn(env, name));
  const refusal = learn(run, secretValues(own, variables));
  return refusal === undefined ? variables : failed(`env: ${refusal}`);
}

async function withFiles(run: Reading, step: Step, path: string, outer: Variables): Promise<Inner> {
  let variables = outer;
  for (const file of step.envFiles ?? []) {
    const next = await withFile(run, file, path, variables);
    if ('state' in next) return next;
    variables = next;
  }
  return withEnv(run, step, path, variables);
}

async function withFile(run: Reading, file: EnvFile, step: string, outer: Variables): Promise<Inner> {
  const named = guarded('envFile', () => outer.expand(file.path));
  if (typeof named !== 'string') return named;
  const read = await (run.sources?.readEnvFile(named) ?? { type: 'missing' as const });
  switch (read.type) {
    case 'read': {
      const refusal = learn(run, read.values);
      return refusal === undefined
        ? outer.with(read.values, { type: 'envFile', step, file: named })
        : failed(`envFile: "${named}": ${refusal}`);
    }
    case 'missing':
      return file.optional
        ? outer
        : failed(`envFile: "${named}" does not exist; write {path, optional: true} where it may be missing`);
    case 'failed':
      return failed(`envFile: ${read.message}`);
    default:
      return read satisfies never;
  }
}

function guarded<T>(key: string, expand: () => T): T | Failed {
  try {
    return expand();
  } catch (error) {
    if (!(error instanceof UnsetVariable)) throw error;
    return failed(`${key}: ${error.message}`);
  }
}

function failed(message: string): Failed {
  return { state: 'failed', reason: { type: 'start', message } };
}
