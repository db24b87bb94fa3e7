/** What may stand next on a command line: commands, options, plans, steps, runs. */
import { type Dirent, readdirSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { runsNearby } from '../../journal/find.ts';
import { headOf } from '../../journal/head.ts';
import { planIn } from '../../journal/past.ts';
import { MODULES, PLANS } from '../../plan/near-plan.ts';
import { visitSteps } from '../../plan/paths.ts';
import type { Plan, Step } from '../../plan/plan.ts';
import { NAMES } from '../../reporters/choose.ts';
import { defaultPlan } from '../default-plan.ts';
import { nameRun, runPlaces } from '../named-run.ts';
import { loadNamedPlan } from '../plan-source.ts';
import type { CommandFacts, Line, Wanted } from './line.ts';
import { SHELLS } from './scripts.ts';

/** One thing that may stand there, and what it is. */
export interface Candidate {
  readonly value: string;
  readonly about?: string;
}

/** Their names say that they are for others. */
const OF_OTHERS =
  /^(package(-lock)?|tsconfig.*|jsconfig|composer|npm-shrinkwrap)\.json$|\.config\.\w+$|^(docker-)?compose\.ya?ml$|-lock\.ya?ml$/;
const SEVERAL = 50;
const VERSION: Candidate = { value: '--version', about: 'the version of runjobs' };
const RUN_COMMANDS = ['resume', 'show', 'logs', 'replay', 'stop', 'restart', 'clean'];

/** The candidates that begin with what is typed. Starts nothing, and throws for nothing that a file holds. */
export async function candidatesFor({ wanted, typed, before }: Line, commands: readonly CommandFacts[]) {
  const found = await all(wanted, typed, commands);
  return found
    .filter(({ value }) => value.startsWith(typed))
    .map(candidate => ({ ...candidate, value: before + candidate.value }));
}

async function all(wanted: Wanted, typed: string, commands: readonly CommandFacts[]): Promise<Candidate[]> {
  switch (wanted.type) {
    case 'command':
      return [...firstWords(commands), ...(await plansFrom(typed))];
    case 'option':
      return [...optionsOf(wanted.command, commands), ...(wanted.isFirst ? [VERSION] : [])];
    case 'value':
      return valuesOf(wanted, typed);
    case 'argument':
      return argumentsOf(wanted, typed, commands);
    default:
      return wanted satisfies never;
  }
}

function firstWords(commands: readonly CommandFacts[]): Candidate[] {
  const words = commands.map(({ name, description }) => ({ value: name.split(' ')[0] ?? '', about: description }));
  return words.filter(({ value }, index) => words.findIndex(other => other.value === value) === index);
}

function optionsOf(command: string, commands: readonly CommandFacts[]): Candidate[] {
  const options = commands.find(({ name }) => name === command)?.options ?? [];
  return options.flatMap(({ names, description }) => {
    const long = names.find(name => name.startsWith('--'));
    return long === undefined ? [] : [{ value: long, about: description }];
  });
}

async function valuesOf(
  { option, command, plan: named, input }: Extract<Wanted, { type: 'value' }>,
  typed: string,
): Promise<Candidate[]> {
  const plan = named ?? planHere(command);
  switch (option) {
    case '--only':
    case '--skip':
    case '--from':
      return plan === undefined ? [] : stepsIn((await planAt(plan))?.root);
    case '--set':
      return inputsOf(plan === undefined ? undefined : await planAt(plan), input);
    case '--reporter':
    case '-r':
      return NAMES.map(value => ({ value }));
    case '--allow':
      return ['run', 'http', 'run,http'].map(value => ({ value }));
    case '--on-lock-lost':
      return ['kill', 'finish'].map(value => ({ value }));
    case '--speed':
      return ['10x', '100x', 'max'].map(value => ({ value }));
    case '--env-file':
    case '--queue-password-file':
      return entries(typed, () => true);
    case '--state-dir':
    case '--workdir':
      return entries(typed, () => false);
    default:
      return [];
  }
}

/** The plan of a command that names none. */
function planHere(command: string): string | undefined {
  const here = ['run', 'check'].includes(command) ? defaultPlan('') : undefined;
  return here?.type === 'found' ? here.plan : undefined;
}

async function argumentsOf(
  { command, given }: Extract<Wanted, { type: 'argument' }>,
  typed: string,
  commands: readonly CommandFacts[],
): Promise<Candidate[]> {
  const [first] = given;
  if (['run', 'check', 'cron print'].includes(command)) return first === undefined ? plansFrom(typed) : [];
  if (command === 'help' && first === undefined) return firstWords(commands).filter(({ value }) => value !== 'help');
  if (command === 'cron' || (command === 'help' && first === 'cron')) return [{ value: 'print' }];
  if (command === 'completion') return first === undefined ? SHELLS.map(value => ({ value })) : [];
  if (!RUN_COMMANDS.includes(command)) return [];
  if (first === undefined || command === 'clean') return runs();
  return ['show', 'logs', 'stop', 'restart'].includes(command) && given.length === 1 ? stepsOfRun(first) : [];
}

/** Plans in the folder that is typed, and folders; behind a `#` the definitions of the plan. */
async function plansFrom(typed: string): Promise<Candidate[]> {
  const at = typed.indexOf('#');
  if (at === -1) return entries(typed, name => PLANS.includes(extname(name)) && !OF_OTHERS.test(name));
  const file = typed.slice(0, at);
  const { definitions = {} } = (await planAt(file)) ?? {};
  return Object.entries(definitions).map(([name, { description }]) => ({
    value: `${file}#${name}`,
    ...(description === undefined ? {} : { about: description }),
  }));
}

function entries(typed: string, isWanted: (name: string) => boolean): Candidate[] {
  const folder = typed.endsWith('/') ? typed : typed.includes('/') ? `${dirname(typed)}/` : '';
  const isHidden = (name: string) => name.startsWith('.') && !typed.slice(folder.length).startsWith('.');
  const prefix = typed.startsWith('/') && folder === '//' ? '/' : folder;
  return listed(folder === '' ? '.' : folder)
    .filter(entry => !isHidden(entry.name) && entry.name !== 'node_modules')
    .flatMap(entry => {
      if (entry.isDirectory()) return [{ value: `${prefix}${entry.name}/` }];
      return isWanted(entry.name) ? [{ value: join(prefix === '' ? '.' : prefix, entry.name) }] : [];
    })
    .map(({ value }) => ({ value: typed.startsWith('./') && !value.startsWith('./') ? `./${value}` : value }));
}

function listed(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The plan as it is, where it can be had without running anything. */
async function planAt(source: string): Promise<Plan | undefined> {
  const [file = ''] = source.split('#');
  // To look at a module would run it.
  if (source === '-' || MODULES.includes(extname(file))) return undefined;
  const env = process.env as Record<string, string>;
  const loaded = await loadNamedPlan(source, { set: {}, files: [], env, isPartial: true });
  return loaded.type === 'loaded' ? loaded.plan : undefined;
}

function stepsIn(root: Step | undefined): Candidate[] {
  const found: Candidate[] = [];
  if (root === undefined) return found;
  visitSteps(root, ({ name }, path) => {
    if (path === '.' || path.endsWith('[]') || path.split('/').includes('finally')) return;
    found.push({ value: path, ...(name === undefined ? {} : { about: name }) });
  });
  return found;
}

/** The inputs of a plan; or the values that one of them may have. */
function inputsOf(plan: Plan | undefined, input: string | undefined): Candidate[] {
  if (input !== undefined) {
    const { enum: values, type } = plan?.inputs[input] ?? {};
    return (values ?? (type === 'boolean' ? ['true', 'false'] : [])).map(value => ({ value }));
  }
  return Object.entries(plan?.inputs ?? {}).map(([name, { description }]) => ({
    value: `${name}=`,
    ...(description === undefined ? {} : { about: description }),
  }));
}

function runs(): Candidate[] {
  const nearby = runsNearby(runPlaces({})).slice(0, SEVERAL);
  const latest = nearby.length === 0 ? [] : [{ value: 'last', about: 'the latest one' }];
  return [...latest, ...nearby.map(({ id, folder }) => ({ value: id, about: headOf(folder)?.name ?? '' }))];
}

function stepsOfRun(name: string): Candidate[] {
  const named = nameRun(name, {});
  return named.type === 'found' ? stepsIn(planIn(named.run.folder)?.root) : [];
}
