/** The plan of a run, kept beside its journal: what the run was to do, whatever becomes of the file. */
import { closeSync, constants, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pid } from 'node:process';
import type { Plan, PlanLock, Step } from '../plan/plan.ts';
import { type Selection, selectSteps } from '../plan/select.ts';
import { RUN_FILES } from './runs.ts';

const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;

/** The version of the copy that this runjobs writes and reads. */
const VERSION = 1;

export const NOTHING_GIVEN: KeptGiven = { set: {}, envFiles: [] };

export interface PlanCopy {
  /** As the file said; the overrides are not in it. */
  readonly plan: Plan;
  readonly overrides: Overrides;
  readonly given: KeptGiven;
}

/** What the caller gave to the plan, so that a resumed run has it again. */
export interface KeptGiven {
  /** Values of inputs, but those of secrets, which are kept nowhere. */
  readonly set: Readonly<Record<string, string>>;
  /** Absolute paths of files of variables, the later over the earlier; what can be read only once is not among them. */
  readonly envFiles: readonly string[];
}

/** What of it may be kept. */
export function keptGiven({ secrets }: Plan, { set, envFiles }: KeptGiven): KeptGiven {
  const kept = Object.entries(set).filter(([name]) => !secrets.includes(name));
  return { set: Object.fromEntries(kept), envFiles: envFiles.filter(isReadable) };
}

function isReadable(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** What the command line, or the caller of the library, put in the place of the plan's own. */
export interface Overrides {
  readonly slots?: number;
  readonly timeoutMs?: number;
  /** The steps that are left out; every path in it is known. */
  readonly selection?: Selection;
  /** Where the plan has no lock of its own. */
  readonly lock?: PlanLock;
}

/** The plan with the overrides in their places. */
export function overridden(plan: Plan, { slots = plan.slots, timeoutMs, lock, selection }: Overrides): Plan {
  return {
    ...plan,
    slots,
    ...(lock === undefined || plan.lock !== undefined ? {} : { lock }),
    root: selected(timeoutMs === undefined ? plan.root : withTimeout(plan.root, timeoutMs), selection),
  };
}

/** Where the plan's own would be: of a forEach the copies have it. */
function withTimeout(root: Step, timeoutMs: number): Step {
  return root.type === 'forEach' ? { ...root, each: withTimeout(root.each, timeoutMs) } : { ...root, timeoutMs };
}

/** Writes the copy, without the values of secrets, in place of an earlier one; whole, or not at all. @throws the file system's error. */
export function writePlanCopy(folder: string, { plan, overrides, given }: PlanCopy): void {
  const file = join(folder, RUN_FILES.plan);
  const draft = `${file}.${pid}`;
  const descriptor = openSync(draft, O_CREAT | O_TRUNC | O_WRONLY | (O_NOFOLLOW ?? 0), 0o600);
  try {
    writeFileSync(descriptor, JSON.stringify({ v: VERSION, plan, overrides, given: keptGiven(plan, given) }));
    renameSync(draft, file);
  } finally {
    closeSync(descriptor);
    rmSync(draft, { force: true });
  }
}

/** The copy, or in words why there is none that can be read. */
export function readPlanCopy(folder: string): PlanCopy | { readonly wrong: string } {
  const file = join(folder, RUN_FILES.plan);
  try {
    const { v, plan, overrides, given } = JSON.parse(readFileSync(file, 'utf8')) ?? {};
    if (v !== VERSION)
      return { wrong: `"${file}" is of version ${String(v)}, and this runjobs knows ${VERSION}: use a newer one` };
    if (!isTree(plan?.root)) return { wrong: `"${file}" holds no plan` };
    return { plan, overrides: overrides ?? {}, given: givenOf(given) };
  } catch (error) {
    return { wrong: `"${file}" cannot be read: ${(error as Error).message}` };
  }
}

/** What a copy says was given; what is damaged is left out. */
function givenOf(kept: unknown): KeptGiven {
  const { set, envFiles } = Object(kept);
  const isText = (value: unknown) => typeof value === 'string';
  return {
    set: Object.fromEntries(Object.entries<string>(Object(set)).filter(([, value]) => isText(value))),
    envFiles: Array.isArray(envFiles) ? envFiles.filter(isText) : [],
  };
}

/** Whether it holds steps all the way down. */
function isTree(step: unknown): boolean {
  const { type, id, children, each, items, finally: block } = Object(step);
  const isGroup = type === 'steps' || type === 'gather' || type === 'any';
  const isForEach = type === 'forEach';
  const below = [isGroup ? children : [], isForEach ? [each] : [], block === undefined ? [] : block?.steps];
  const isStep =
    typeof type === 'string' && typeof id === 'string' && (type !== 'run' || Object(step).stop?.graceMs >= 0);
  return isStep && (!isForEach || areItems(items)) && below.every(list => Array.isArray(list) && list.every(isTree));
}

function areItems(items: unknown): boolean {
  const { type, lists, exclude, rows } = Object(items);
  if (type === 'rows') return Array.isArray(rows);
  const isList = (named: unknown) => typeof Object(Object(named).list).type === 'string';
  return type === 'product' && Array.isArray(lists) && Array.isArray(exclude) && lists.every(isList);
}

function selected(root: Step, selection: Selection | undefined): Step {
  if (selection === undefined) return root;
  const found = selectSteps(root, selection);
  return found.type === 'selected' ? found.root : root;
}
