/** The variables inside a step: its files of variables, and over them its `env`; those of a used plan inside of its inputs. */
import type { Failed } from '../events/outcome.ts';
import { fits, rulesOf } from '../plan/inputs.ts';
import type { EnvFile, Step, UsedLevel } from '../plan/plan.ts';
import type { RunContext } from './context.ts';
import { learn, secretValues } from './secret-values.ts';
import { UnsetVariable, type Variables } from './variables.ts';

/**
 * The variables inside the step, or its failure: where a value names a variable that has none, a file cannot be read, or a
 * value is not what an input asks for. The files are read now, each time the step starts.
 */
export function inner(run: Reading, step: Step, path: string, outer: Variables): Inner | Promise<Inner> {
  const { used } = step;
  if (used === undefined || used.levels.length === 0) return within(run, step, path, outer);
  return insideOf(run, { step, path, levels: used.levels, from: used.from ?? path }, outer);
}

type Reading = Pick<RunContext, 'sources' | 'secretNames' | 'secrets'>;
type Inner = Variables | Failed;

/** A step that is used, and what stands around it. */
interface UsedInside {
  readonly step: Step;
  readonly path: string;
  readonly levels: readonly UsedLevel[];
  /** What people call it. */
  readonly from: string;
}

async function insideOf(run: Reading, { step, path, levels, from }: UsedInside, outer: Variables): Promise<Inner> {
  let variables = outer;
  for (const level of levels) {
    const around = await within(run, level, path, variables);
    if ('state' in around) return around;
    const declared = withInputs(run, level, from, around);
    if ('state' in declared) return declared;
    variables = declared;
  }
  return within(run, step, path, variables);
}

/** The inputs of what is used: their defaults where nothing is given; all values must fit. */
function withInputs(run: Reading, { inputs, given }: UsedLevel, from: string, outer: Variables): Inner {
  const defaults: Record<string, string> = {};
  for (const [name, input] of Object.entries(inputs)) {
    const value = given.includes(name) ? outer.get(name) : (input.default ?? outer.get(name));
    if (value === undefined) {
      if (input.required) return failed(`"${from}" needs the input "${name}"; give it in env`);
      continue;
    }
    if (!fits(input, value)) {
      const got = run.secretNames.includes(name) ? 'what it has is a secret, and not shown' : `got "${value}"`;
      return failed(`the input "${name}" of "${from}": expected ${rulesOf(input)}, ${got}`);
    }
    if (!given.includes(name) && input.default !== undefined) defaults[name] = input.default;
  }
  return outer.with(defaults, { type: 'input', from: 'default' });
}

/** What brings variables into a step. */
type Level = Pick<Step, 'env' | 'envFiles' | 'folder'> & Pick<Partial<UsedLevel>, 'rootOf'>;

function within(run: Reading, level: Level, path: string, outer: Variables): Inner | Promise<Inner> {
  return level.envFiles === undefined
    ? withEnv(run, level, path, outer)
    : withFiles(run, { ...level, envFiles: level.envFiles }, path, outer);
}

function withEnv(run: Reading, { env, rootOf }: Level, path: string, outer: Variables): Inner {
  const origin =
    rootOf === undefined ? ({ type: 'env', step: path } as const) : ({ type: 'root-env', file: rootOf } as const);
  const variables = guarded('env', () => outer.expanding(env, origin));
  if ('state' in variables) return variables;
  const own = run.secretNames.filter(name => Object.hasOwn(env, name));
  const refusal = learn(run, secretValues(own, variables));
  return refusal === undefined ? variables : failed(`env: ${refusal}`);
}

async function withFiles(
  run: Reading,
  { envFiles, ...level }: Level & { readonly envFiles: readonly EnvFile[] },
  path: string,
  outer: Variables,
): Promise<Inner> {
  let variables = outer;
  for (const file of envFiles) {
    const next = await withFile(run, { file, folder: level.folder }, path, variables);
    if ('state' in next) return next;
    variables = next;
  }
  return withEnv(run, level, path, variables);
}

async function withFile(
  run: Reading,
  { file, folder }: { readonly file: EnvFile; readonly folder: string | undefined },
  step: string,
  outer: Variables,
): Promise<Inner> {
  const named = guarded('envFile', () => outer.expand(file.path));
  if (typeof named !== 'string') return named;
  const read = await (run.sources?.readEnvFile(named, folder) ?? { type: 'missing' as const });
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
