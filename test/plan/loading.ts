/** Loads a plan from a text in a fresh folder, and shows its problems one a line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadResult, loadPlan } from '../../src/plan/load.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Problem } from '../../src/plan/problems.ts';

/** Calls `body` with a new folder that is removed afterwards. */
export async function inFolder<Result>(body: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'runjobs-plan-'));
  try {
    return await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Loads the text as a file of that name; without a name, from standard input. */
export function load(text: string | Uint8Array, name?: string): Promise<LoadResult> {
  if (name === undefined) return loadPlan('-', { cwd: '/plans', stdin: async () => Buffer.from(text) });
  return inFolder(async folder => {
    await writeFile(join(folder, name), text);
    return loadPlan(name, { cwd: folder });
  });
}

/** The plan, which must have no problem. */
export async function planOf(text: string, name?: string): Promise<Plan> {
  const result = await load(text, name);
  if (result.type === 'rejected') throw new Error(lines(result.problems).join('\n'));
  return result.plan;
}

/** The problems as `line:column path: message`. */
export async function problemsOf(text: string | Uint8Array, name?: string): Promise<string[]> {
  const result = await load(text, name);
  return result.type === 'loaded' ? [] : lines(result.problems);
}

/** The warnings as `line:column path: message`. */
export async function warningsOf(text: string, name?: string): Promise<string[]> {
  const result = await load(text, name);
  if (result.type === 'rejected') throw new Error(lines(result.problems).join('\n'));
  return lines(result.warnings);
}

function lines(problems: readonly Problem[]): string[] {
  return problems.map(({ line, column, path, message }) => {
    const place = line === undefined ? '' : `${line}:${column} `;
    return `${place}${path === '' ? '' : `${path}: `}${message}`;
  });
}
