/** Loads a plan: from a file, from standard input, or from an object. The only place of this room that reads files. */
import { open, readdir } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, relative, resolve } from 'node:path';
import type { Origin } from './build.ts';
import { loadCron } from './cron.ts';
import { decode } from './decode.ts';
import { examine, type Surroundings } from './examine.ts';
import type { Given } from './given.ts';
import type { PlanInput } from './input.ts';
import { readJson } from './json.ts';
import { importPlan } from './module.ts';
import type { Plan } from './plan.ts';
import { type Problem, problemsFrom } from './problems.ts';
import { describeThrown } from './quote.ts';
import { type SecretsOf, withoutLiterals, withoutSecrets } from './secret-checks.ts';
import { type Finding, type Reading, Source } from './source.ts';
import { didYouMean } from './suggest.ts';
import { whyUnreadable } from './unreadable.ts';

/** A plan that may run, or everything that is wrong with it. */
export type LoadResult =
  | { readonly type: 'loaded'; readonly plan: Plan; readonly warnings: readonly Problem[] }
  | { readonly type: 'rejected'; readonly problems: readonly Problem[] };

export interface LoadOptions {
  /** The folder that a relative path starts from, and that files are shown relative to. Default: the current one. */
  readonly cwd?: string;
  /** What is known of the plan's secrets: none of them may stand in it. Default: nothing. */
  readonly secretsOf?: SecretsOf;
  /** What is set around the plan; a variable that nothing sets is an error. Default: the environment of this process. */
  readonly given?: Given;
  /** Where `-` reads its bytes. */
  readonly stdin?: () => Promise<Uint8Array>;
}

/** What is known of a plan that comes as an object. */
export interface PlanOrigin {
  /** Absolute folder that relative paths start from. */
  readonly folder: string;
  /** The plan's name where it gives none. Default: `plan`. */
  readonly name?: string;
  /** The file it stands for, in problems. */
  readonly file?: string;
  /** See {@link LoadOptions.secretsOf}. */
  readonly secretsOf?: SecretsOf;
  /** See {@link LoadOptions.given}. */
  readonly given?: Given;
}

/** Bytes beyond which nothing is a plan: a device that never ends must not fill the memory. */
const BYTES_MAX = 256 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

const MODULES = ['.mjs', '.js', '.cjs'];
const YAMLS = ['.yaml', '.yml'];
const PLANS = ['.json', ...YAMLS, ...MODULES];

/**
 * Loads the plan at a path, or from standard input for `-`. JSON, YAML or a module by its extension; any other text is
 * JSON when it begins with `{`, else YAML. Whatever is wrong with the file is a problem: never rejects for it.
 */
export async function loadPlan(source: string, options: LoadOptions = {}): Promise<LoadResult> {
  if (typeof source !== 'string' || source === '') {
    return rejected({
      message: 'no plan is named; give the path of a file, or "-" for standard input',
      path: '',
      file: '',
    });
  }
  const cwd = resolve(options.cwd ?? '');
  const { stdin, secretsOf, given = around() } = options;
  if (source === '-') {
    return loadStdin(stdin, { origin: { name: 'plan', folder: cwd }, shown: '<stdin>', given, secretsOf });
  }
  const file = resolve(cwd, source);
  const shown = showFile(file, cwd);
  const bytes = await readFile(file);
  if (bytes.type === 'failed') return rejected({ message: bytes.message, path: '', file: shown });
  const extension = extname(file).toLowerCase();
  // A pipe with a path, as of `<(…)`, lies in no folder that anybody means.
  const origin: Origin = bytes.isFile
    ? { name: basename(file, extname(file)), folder: dirname(file), file }
    : { name: 'plan', folder: cwd };
  const found: Found = { origin, shown, given, secretsOf };
  if (MODULES.includes(extension)) return loadModule(file, found);
  return loadText(bytes.bytes, extension, found);
}

/**
 * Makes a plan of an object, with the same checks as a file; problems have a path but no line. Never throws. Where it may have
 * a cron pattern, `loadCron()` comes before.
 */
export function planFrom(value: unknown, origin: PlanOrigin): LoadResult {
  const { folder, name = 'plan', file, given = around(), secretsOf } = origin;
  const shown = file ?? '';
  return conclude(
    { value },
    { origin: { name, folder, ...(file === undefined ? {} : { file }) }, shown, given, secretsOf },
  );
}

/** Returns its argument: it lets an editor check and complete a plan that is written in JavaScript or TypeScript. */
export function definePlan(plan: PlanInput): PlanInput {
  return plan;
}

/** Where a plan was found, and what is known around it. */
interface Found extends Surroundings {
  readonly origin: Origin;
  /** The file as people know it. */
  readonly shown: string;
}

function around(): Given {
  return { set: {}, files: [], env: { ...process.env } as Record<string, string> };
}

async function loadStdin(stdin: LoadOptions['stdin'], found: Found): Promise<LoadResult> {
  const { shown: file } = found;
  if (!stdin) return rejected({ message: 'no standard input to read here; give a file', path: '', file });
  try {
    return await loadText(await stdin(), '', found);
  } catch (error) {
    return rejected({ message: `standard input cannot be read: ${describeThrown(error)}`, path: '', file });
  }
}

async function loadModule(file: string, found: Found): Promise<LoadResult> {
  const imported = await importPlan(file);
  await loadCron();
  if (imported.type === 'value') return conclude({ value: imported.value }, found);
  const { type: _, ...problem } = imported;
  return rejected({ ...problem, path: '', file: found.shown });
}

async function loadText(bytes: Uint8Array, extension: string, found: Found): Promise<LoadResult> {
  const decoded = decode(bytes);
  const { text } = decoded;
  if (decoded.type === 'binary') {
    return { type: 'rejected', problems: problemsFrom([decoded.finding], found.shown, new Source(text)) };
  }
  if (text.includes('cron')) await loadCron();
  const isJson = extension === '.json' || (!YAMLS.includes(extension) && text.trimStart().startsWith('{'));
  const read = isJson ? readJson : (await import('./yaml.ts')).readYaml;
  return conclude(read(text), found);
}

/** The plan that was read, or all the problems. */
function conclude(reading: Partial<Reading>, { origin, shown, ...surroundings }: Found): LoadResult {
  const { value, source, findings = [] } = reading;
  if (value === undefined && source) return { type: 'rejected', problems: problemsFrom(findings, shown, source) };
  const examined = examine(reading, origin, surroundings);
  const { secrets } = examined;
  const problemsOf = (found: readonly Finding[]) => {
    const problems = withoutLiterals(problemsFrom(found, shown, source));
    return secrets === undefined ? problems : withoutSecrets(problems, secrets, source);
  };
  if (examined.type === 'faulty') return { type: 'rejected', problems: problemsOf(examined.errors) };
  return { type: 'loaded', plan: examined.plan, warnings: problemsOf(examined.warnings) };
}

type Bytes =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly isFile: boolean }
  | { readonly type: 'failed'; readonly message: string };

async function readFile(file: string): Promise<Bytes> {
  try {
    await using handle = await open(file);
    const chunks: Buffer[] = [];
    for (let length = 0; length <= BYTES_MAX; ) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES));
      if (bytesRead === 0)
        return { type: 'bytes', bytes: Buffer.concat(chunks), isFile: (await handle.stat()).isFile() };
      chunks.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
    return { type: 'failed', message: 'larger than 256 MiB; is this the right file?' };
  } catch (error) {
    return { type: 'failed', message: await whyNoPlan(error, file) };
  }
}

async function whyNoPlan(error: unknown, file: string): Promise<string> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EISDIR') return 'this is a folder; name the plan file in it';
  return `${whyUnreadable(error)}${code === 'ENOENT' ? await nearFile(file) : ''}`;
}

/** A plan of nearly that name in the same folder. */
async function nearFile(file: string): Promise<string> {
  try {
    const names = await readdir(dirname(file));
    return didYouMean(
      basename(file),
      names.filter(name => PLANS.includes(extname(name).toLowerCase())),
    );
  } catch {
    return '; its folder does not exist either';
  }
}

function showFile(file: string, cwd: string): string {
  const path = relative(cwd, file) || '.';
  return /^\.\.(?:[\\/]|$)/.test(path) || isAbsolute(path) ? file : path;
}

function rejected(problem: Problem): LoadResult {
  return { type: 'rejected', problems: [problem] };
}
