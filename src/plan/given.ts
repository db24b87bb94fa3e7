/** What the caller of a plan gives to it: `--set`, `--env-file`, the environment. */
import { resolve } from 'node:path';
import { type EnvFileFault, readEnvFile } from './env-file.ts';
import type { Plan } from './plan.ts';
import type { Problem } from './problems.ts';

type Values = Readonly<Record<string, string>>;

export interface Given {
  /** By `--set`. */
  readonly set: Values;
  /** By `--env-file`, the later over the earlier. */
  readonly files: readonly GivenFile[];
  /** The environment of the process. */
  readonly env: Values;
  /** Variables that nothing sets are accepted: the plan is only looked at. */
  readonly isPartial?: boolean;
}

export interface GivenFile {
  /** As the caller named it. */
  readonly file: string;
  readonly values: Values;
}

/** What the caller gives, as written. */
export interface GivenOptions {
  /** Values of inputs; what is undefined is not set. */
  readonly set?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  /** Dotenv files, relative to the current folder; the later win. */
  readonly envFile?: string | readonly string[] | undefined;
}

/** The value of a variable where it is neither set nor has a default: in the files, the last one first, then in the environment. */
export function foundAround({ files, env }: Given, name: string): string | undefined {
  const file = files.findLast(({ values }) => Object.hasOwn(values, name));
  return file === undefined ? (Object.hasOwn(env, name) ? env[name] : undefined) : file.values[name];
}

/** Reads the files; what cannot be read is a problem. Never rejects. */
export async function readGiven(
  { set = {}, envFile = [] }: GivenOptions,
  { cwd, env }: { readonly cwd: string; readonly env: Values },
): Promise<{ readonly given: Given; readonly problems: readonly Problem[] }> {
  const files: GivenFile[] = [];
  const problems: Problem[] = [];
  for (const file of [envFile].flat()) {
    const read = await readEnvFile(resolve(cwd, file), 'all');
    if (read.type === 'read') files.push({ file, values: read.values });
    else if (read.type === 'missing') problems.push({ message: 'no such file', path: '', file });
    else problems.push({ ...place(read), message: read.message, path: '', file });
  }
  const texts = Object.entries(set).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return { given: { set: Object.fromEntries(texts), files, env }, problems };
}

function place({ line }: EnvFileFault): { readonly line?: number } {
  return line === undefined ? {} : { line };
}

/** A level of variables between the environment and the plan. */
export interface GivenLevel {
  readonly values: Values;
  readonly origin:
    | { readonly type: 'given-file'; readonly file: string }
    | { readonly type: 'input'; readonly from: 'given' | 'default' };
}

/** The levels of variables that a run has between those of the environment and those of the plan, the outermost first. */
export function levelsOf({ inputs }: Plan, { set, files }: Given): GivenLevel[] {
  const defaults = Object.entries(inputs).flatMap(([name, input]) =>
    input.default === undefined ? [] : [[name, input.default] as const],
  );
  return [
    ...files.map(({ file, values }): GivenLevel => ({ values, origin: { type: 'given-file', file } })),
    { values: Object.fromEntries(defaults), origin: { type: 'input', from: 'default' } },
    { values: set, origin: { type: 'input', from: 'given' } },
  ];
}
