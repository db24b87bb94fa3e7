/** Loading the plan that a command names, and telling what is wrong with it. */
import { fstatSync } from 'node:fs';
import { givenSecrets } from '../events/secrets.ts';
import { type LoadResult, loadPlan } from '../plan/load.ts';
import { formatProblems } from '../plan/problems.ts';
import { escapeUnsafe } from '../plan/quote.ts';
import { EXIT } from './exit.ts';

type Rejected = Extract<LoadResult, { type: 'rejected' }>;

/** Loads a plan; `-` is standard input. */
export async function loadNamedPlan(source: string): Promise<LoadResult> {
  process.once('beforeExit', neverLoads);
  try {
    return await loadPlan(source, {
      cwd: process.cwd(),
      stdin: readStdin,
      secretsOf: names => givenSecrets(names, name => process.env[name]),
    });
  } finally {
    process.off('beforeExit', neverLoads);
  }
}

/** All problems of a plan and what they mean, for standard error. */
export function explainRejection(source: string, { problems }: Pick<Rejected, 'problems'>): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const file = source === '-' || source === '' ? 'the plan' : escapeUnsafe(source);
  return `${formatProblems(problems)}\n\n${count} in ${file}; nothing was started.\n`;
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
