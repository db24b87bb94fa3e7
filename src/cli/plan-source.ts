/** Loading the plan that a command names, and telling what is wrong with it. */
import { type LoadResult, loadPlan } from '../plan/load.ts';
import { formatProblems } from '../plan/problems.ts';

/** Loads a plan; `-` is standard input. */
export function loadNamedPlan(source: string): Promise<LoadResult> {
  return loadPlan(source, { cwd: process.cwd(), stdin: readStdin });
}

/** All problems of a plan and what they mean, for standard error. */
export function explainRejection(source: string, { problems }: Extract<LoadResult, { type: 'rejected' }>): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `${formatProblems(problems)}\n\n${count} in ${source === '-' ? 'the plan' : source}; nothing was started.\n`;
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
