/** What of a leaf step goes to a worker: its work without its place in the plan, its paths below the plan's folder. */
import { existsSync, realpathSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { wayBelow } from '../../plan/nearer.ts';
import type { HttpStep, LeafStep } from '../../plan/plan.ts';
import { quoteText } from '../../plan/quote.ts';

/** A leaf step on its way. */
export interface Work {
  readonly step: LeafStep;
  /** The folder that its paths start from, below the plan's; the empty text is the plan's own. */
  readonly folder: string;
  /** What it prints to stdout must be told from what it prints to stderr. */
  readonly isSplit: boolean;
}

/**
 * The work of a step whose `${NAME}`s are replaced. Files are not sent: what its folders and files are called must lie below
 * the plan's folder, in the place of which a worker has one of its own; else a fault, in words.
 */
export function workOf(step: LeafStep, planFolder: string, isSplit: boolean): Work | { readonly fault: string } {
  const from = step.folder ?? planFolder;
  const folder = wayBelow(planFolder, from);
  if (folder === undefined) return { fault: outside('the folder of its plan', from) };
  const lean = bareOf(step);
  if (lean.type === 'http') return { step: lean, folder, isSplit };
  const { cwd, stdin } = lean;
  const place = cwd === undefined ? undefined : wayBelow(planFolder, resolve(from, cwd));
  if (cwd !== undefined && place === undefined) return { fault: outside('cwd', cwd) };
  if (stdin?.type === 'file' && wayBelow(planFolder, resolve(from, stdin.path)) === undefined)
    return { fault: outside('stdin', stdin.path) };
  const input = stdin?.type === 'file' ? { stdin: { ...stdin, path: relative(from, resolve(from, stdin.path)) } } : {};
  return {
    step: { ...lean, ...(cwd === undefined ? {} : { cwd: relative(from, resolve(from, cwd)) }), ...input },
    folder,
    isSplit,
  };
}

/** Modifiers stay with the root; so does the file of `saveTo`. */
const STAYS: readonly string[] = [
  'name',
  'description',
  'folder',
  'used',
  'envFiles',
  'needs',
  'if',
  'ready',
  'finally',
  'every',
  'retry',
  'limits',
  'saveTo',
  'pools',
];

function bareOf(step: LeafStep): LeafStep {
  const kept = Object.entries(step).filter(([key]) => !STAYS.includes(key));
  return { ...(Object.fromEntries(kept) as unknown as LeafStep), env: {} };
}

/** The work as a step that a worker carries out in its own folder, or in words why it cannot. */
export function stepFor({ step, folder, isSplit }: Work, workdir: string): LeafStep | { readonly fault: string } {
  const from = join(workdir, folder);
  const cwd = step.type === 'run' ? (step.cwd ?? '') : '';
  const places = [from, resolve(from, cwd)];
  if (step.type === 'run' && step.stdin?.type === 'file') places.push(resolve(from, step.stdin.path));
  if (step.type === 'http') places.push(...filesOf(step).map(file => resolve(from, file)));
  const stray = places.find(place => !isInside(workdir, place));
  if (stray !== undefined) return { fault: `${quoteText(stray)} is not below the folder of this worker, --workdir` };
  // Without a `retry` that reads standard error both would share one channel.
  const split = {
    times: 0,
    delayMs: 0,
    factor: 1,
    maxDelayMs: 0,
    jitter: 'none',
    on: [{ type: 'stderr', source: '', flags: '' }],
  } as const;
  return { ...step, folder: from, ...(isSplit ? { retry: split } : {}) };
}

/** The files that a request reads. */
function filesOf({ body, tls, socket }: HttpStep): readonly string[] {
  const sent = body?.type === 'file' ? [body.path] : [];
  const parts = body?.type === 'multipart' ? body.parts.flatMap(part => (part.type === 'file' ? [part.path] : [])) : [];
  return [
    ...sent,
    ...parts,
    ...(socket === undefined ? [] : [socket]),
    ...Object.values(tls ?? {}).filter(one => typeof one === 'string'),
  ];
}

/** Whether the place lies in the folder, wherever links lead. What does not exist is told by whoever needs it. */
function isInside(folder: string, place: string): boolean {
  if (wayBelow(folder, place) === undefined) return false;
  return !existsSync(place) || wayBelow(realpathSync(folder), realpathSync(place)) !== undefined;
}

function outside(what: string, path: string): string {
  return (
    `${what}, ${quoteText(path)}, is not below the plan's folder, and workers have only what is below theirs: ` +
    'write it relative to the plan, or run the step with the root: "runsOn: root"'
  );
}
