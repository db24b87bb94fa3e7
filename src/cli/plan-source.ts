/** Loading the plan that a command names, with what the caller gives to it, and telling what is wrong with either. */
import { fstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { givenProblems } from '../engine/given-problems.ts';
import { bodyProblems } from '../plan/definitions.ts';
import { type Given, type GivenOptions, levelsOf, readGiven } from '../plan/given.ts';
import { type LoadResult, loadPlan } from '../plan/load.ts';
import type { Plan } from '../plan/plan.ts';
import { formatProblems, type Problem } from '../plan/problems.ts';
import { escapeUnsafe, listed } from '../plan/quote.ts';
import { type GivenToRun, secretsIn } from '../root-run.ts';
import { EXIT } from './exit.ts';

/** A plan with what it is given, or why it cannot be had; the words are for standard error. */
export type GivenPlan =
  | {
      readonly type: 'loaded';
      readonly plan: Plan;
      readonly warnings: readonly Problem[];
      readonly given: GivenToRun;
    }
  | { readonly type: 'wrong'; readonly words: string };

/** What is given, read; or what cannot be. */
export type GivenRead =
  | { readonly type: 'read'; readonly given: Given }
  | { readonly type: 'wrong'; readonly words: string };

/**
 * Loads a plan; `-` is standard input.
 * @param isRun whether every input must have a value.
 */
export async function loadGivenPlan(
  source: string,
  options: GivenOptions,
  { isRun }: { readonly isRun: boolean },
): Promise<GivenPlan> {
  const read = await readAround(options);
  if (read.type === 'wrong') return read;
  const loaded = await loadNamedPlan(source, read.given);
  if (loaded.type === 'rejected') return { type: 'wrong', words: explainRejection(source, loaded) };
  const words = explainInputs(loaded.plan, read.given, { source, isRun });
  if (words !== undefined) return { type: 'wrong', words };
  return { ...loaded, given: givenToRun(loaded.plan, read.given, options) };
}

/** Reads the files that are given. */
export async function readAround(options: GivenOptions): Promise<GivenRead> {
  const env = { ...process.env } as Record<string, string>;
  const { given, problems } = await readGiven(options, { cwd: process.cwd(), env });
  return problems.length === 0 ? { type: 'read', given } : { type: 'wrong', words: explain(problems, '--env-file') };
}

/** What is to be said of secrets that are given where everybody can read them; empty where there are none. */
export function exposedWords(plan: Plan, { set = {} }: GivenOptions): string {
  const exposed = plan.secrets.filter(name => Object.hasOwn(set, name)).map(name => `--set ${name}`);
  if (exposed.length === 0) return '';
  return `runjobs: everybody on this machine can see the arguments of a command, and so ${listed(exposed, 'and')}; give secrets in the environment or with --env-file\n`;
}

/** What is given as a run takes it. */
export function givenToRun(plan: Plan, given: Given, { envFile = [] }: GivenOptions): GivenToRun {
  const envFiles = [envFile].flat().map(file => resolve(file));
  return { levels: levelsOf(plan, given), kept: { set: given.set, envFiles } };
}

/** All that is wrong with the values of the inputs and of the secrets, for standard error; `undefined` where nothing is. */
export function explainInputs(
  plan: Plan,
  given: Given,
  { source, isRun }: { readonly source: string; readonly isRun: boolean },
): string | undefined {
  const ofBody = isRun ? bodyProblems(plan) : [];
  if (ofBody.length > 0) return explain(ofBody, nameOf(source));
  const { ofInputs, ofSecrets } = givenProblems(plan, given, { isRun });
  const wrong = [...ofInputs, ...ofSecrets];
  if (wrong.length === 0) return undefined;
  const parts = [...(ofInputs.length > 0 ? ['the inputs'] : []), ...(ofSecrets.length > 0 ? ['the secrets'] : [])];
  return explain(wrong, `${parts.join(' and ')} of ${nameOf(source)}`);
}

/** Loads a plan; `-` is standard input. */
export async function loadNamedPlan(source: string, given: Given): Promise<LoadResult> {
  process.once('beforeExit', neverLoads);
  try {
    return await loadPlan(source, { cwd: process.cwd(), stdin: readStdin, given, secretsOf: secretsIn(given) });
  } finally {
    process.off('beforeExit', neverLoads);
  }
}

/** All problems of a plan and what they mean, for standard error. */
export function explainRejection(source: string, { problems }: Extract<LoadResult, { type: 'rejected' }>): string {
  return explain(problems, nameOf(source));
}

function explain(problems: readonly Problem[], what: string): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `${formatProblems(problems)}\n\n${count} in ${what}; nothing was started.\n`;
}

function nameOf(source: string): string {
  return source === '-' || source === '' ? 'the plan' : escapeUnsafe(source);
}

/** Nothing is left to do and the plan is not there: its module awaits what never comes. */
function neverLoads(): void {
  process.stderr.write('runjobs: the module of the plan never ends loading: it awaits what nothing brings about\n');
  process.exit(EXIT.usage);
}

async function readStdin(): Promise<Uint8Array> {
  if (fstatSync(process.stdin.fd).isDirectory()) throw new Error('it is a folder');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
