/** Loads a plan: from a file, from standard input, or from an object. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isCronLoaded, loadCron, speaksOfCron } from './cron.ts';
import { examine, type Surroundings } from './examine.ts';
import { foreignFile } from './foreign-files.ts';
import type { Given } from './given.ts';
import type { PlanInput } from './input.ts';
import type { Plan } from './plan.ts';
import { type Origin, planFile } from './plan-file.ts';
import { PlanFiles, withUsedFiles } from './plan-files.ts';
import { namedFor } from './plan-name.ts';
import { type Problem, problemsFrom } from './problems.ts';
import { describeThrown } from './quote.ts';
import { type PlanFileRead, readPlanFile, readPlanText, readUsedFile, showFile } from './read-plan.ts';
import { DEFINITION_WORDS, parseReference } from './reference.ts';
import { type SecretsOf, withoutLiterals, withoutSecrets } from './secret-checks.ts';
import type { Finding } from './source.ts';

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
  const { path, definition } = named(source, cwd);
  const isStdin = path === '-';
  const read = isStdin ? await readStdin(stdin, cwd) : await readPlanFile(path, cwd);
  if (read.type === 'failed') {
    const { type: _, ...problem } = read;
    const hint = path.includes('#') && !isStdin ? `; ${DEFINITION_WORDS}` : '';
    const message = `${problem.message}${hint}`;
    return rejected({ ...problem, message, path: '', file: isStdin ? STDIN : showFile(resolve(cwd, path), cwd) });
  }
  const files = await withUsedFiles(read.file, path => readUsedFile(path, cwd));
  const loaded = conclude(files, { given, secretsOf, definition });
  // A plan may have any name.
  const foreign = loaded.type === 'loaded' || isStdin ? undefined : foreignFile(path, files.main.source?.text ?? '');
  return foreign === undefined ? loaded : rejected({ message: foreign, path: '', file: files.main.shown });
}

/**
 * Makes a plan of an object, with the same checks as a file; problems have a path but no line. Never throws. Where it may have
 * a cron pattern, `loadCron()` comes before.
 */
export function planFrom(value: unknown, { folder, name = 'plan', file, given, secretsOf }: PlanOrigin): LoadResult {
  const origin: Origin = { name, folder, ...(file === undefined ? {} : { file }) };
  const main = planFile({ value }, { origin, shown: file ?? '' });
  return conclude(new PlanFiles(main), { given: given ?? around(), secretsOf });
}

/** The same for an object that may use files, which are read. Rejects never. */
export async function loadObject(value: unknown, { given, secretsOf, ...place }: PlanOrigin): Promise<LoadResult> {
  const { folder, name = 'plan', file } = place;
  const origin: Origin = { name, folder, ...(file === undefined ? {} : { file }) };
  const main = planFile({ value }, { origin, shown: file ?? '' });
  const files = await withUsedFiles(main, path => readUsedFile(path, folder));
  const surroundings = { given: given ?? around(), secretsOf };
  const loaded = conclude(files, surroundings);
  if (loaded.type === 'rejected' || isCronLoaded() || !speaksOfCron(loaded.plan)) return loaded;
  // Only now is it known that patterns must be checked.
  await loadCron();
  return conclude(files, surroundings);
}

/** Returns its argument: it lets an editor check and complete a plan that is written in JavaScript or TypeScript. */
export function definePlan(plan: PlanInput): PlanInput {
  return plan;
}

const STDIN = '<stdin>';

function around(): Given {
  return { set: {}, files: [], env: { ...process.env } as Record<string, string> };
}

/** The file of a source, and the definition in it that is meant; a file that has such a name itself comes first. */
function named(source: string, cwd: string): { path: string; definition?: string } {
  const { file = source, definition } = parseReference(source);
  return definition === undefined || existsSync(resolve(cwd, source)) ? { path: source } : { path: file, definition };
}

async function readStdin(stdin: LoadOptions['stdin'], folder: string): Promise<PlanFileRead> {
  if (!stdin) return { type: 'failed', message: 'no standard input to read here; give a file' };
  try {
    const place = { origin: { name: 'plan', folder }, shown: STDIN };
    return { type: 'read', file: await readPlanText(await stdin(), place) };
  } catch (error) {
    return { type: 'failed', message: `standard input cannot be read: ${describeThrown(error)}` };
  }
}

/** The plan that was read, with the files that it uses; or all the problems, those of one file after those of the other. */
function conclude(files: PlanFiles, surroundings: Surroundings): LoadResult {
  const examined = examine(files, surroundings);
  const { secrets } = examined;
  const problemsOf = (found: readonly Finding[]) =>
    files.all.flatMap(file => {
      const here = found.filter(finding => (finding.in ?? files.main) === file);
      const problems = withoutLiterals(problemsFrom(here, file.shown, file.source));
      return secrets === undefined ? problems : withoutSecrets(problems, secrets, file.source);
    });
  if (examined.type === 'faulty') return { type: 'rejected', problems: problemsOf(examined.errors) };
  const plan = namedFor(examined.plan, surroundings.given, secrets);
  return { type: 'loaded', plan, warnings: problemsOf(examined.warnings) };
}

function rejected(problem: Problem): LoadResult {
  return { type: 'rejected', problems: [problem] };
}
