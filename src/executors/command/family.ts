/** The processes of one step, wherever they have gone: found by their mark, and through their parents. */
import { kinshipAmong } from './kinship.ts';
import { type MarksOf, marksAmong } from './marks.ts';
import { type Process, type Processes, scanProcesses } from './processes.ts';

/** A process of the step. */
export interface Member extends Process {
  /** It belongs to a runjobs inside the step, which tells it to stop. */
  readonly isNested: boolean;
}

/** Looks for the processes of one step. */
export interface Family {
  /** Those that run, and never one that is kept on purpose or belongs to another run. Empty where there is no /proc. */
  look(): Promise<readonly Member[]>;
}

export interface FamilyOptions {
  readonly run: string;
  /** The mark of the launch. */
  readonly mark: string;
  /** The process group of the step, or its process, where it exists: its members count in the first look, and their children later. */
  readonly group?: number;
}

/** Opens the search; those seen once are known again, by id and start, when their parents are gone. */
export function openFamily({ run, mark, group }: FamilyOptions): Family {
  let known: readonly Member[] = [];
  let root = group;
  let since = 0;
  return {
    async look() {
      const processes = await scanProcesses();
      if (processes === undefined) return [];
      // Nothing of a step is older than its leader: the environments of all others need not be read.
      if (root !== undefined) since = processes.get(root)?.startedAt ?? 0;
      known = membersAmong(processes, { run, mark, known, group: root, marks: marksAmong(processes), since });
      // Once the group is gone, its id may become another's.
      root = undefined;
      return known;
    },
  };
}

export interface Search {
  readonly run: string;
  readonly mark: string;
  readonly known: readonly Process[];
  readonly group: number | undefined;
  readonly marks: MarksOf;
  /** The start of the oldest that may be a member. */
  readonly since: number;
}

/** The members among these processes: the known, the marked, those of the group, and all of their descendants. */
export function membersAmong(processes: Processes, { run, mark, known, group, marks, since }: Search): Member[] {
  const kinship = kinshipAmong(processes, marks);
  const members = new Map<number, Member>();

  const add = (process: Process, own: ReturnType<MarksOf>, isNested: boolean) => {
    const { pid, startedAt } = process;
    if (members.has(pid) || (typeof own === 'object' && !own.runs.includes(run))) return;
    const nested = typeof own === 'object' ? own.runs.at(-1) !== run : isNested;
    members.set(pid, { ...process, isNested: nested });
    for (const child of kinship.childrenOf(pid)) {
      if (child.startedAt >= startedAt) add(child, marks(child.pid), nested);
    }
  };
  const leader = group === undefined ? undefined : processes.get(group);
  const heads = new Set([
    ...known.flatMap(one => sameIn(processes, one)),
    ...kinship.marked(mark, since),
    ...(group === undefined ? [] : kinship.inGroup(group)),
    ...(leader === undefined ? [] : [leader]),
  ]);
  for (const head of [...heads].sort((one, other) => one.pid - other.pid)) {
    if (head.startedAt >= since) add(head, marks(head.pid), false);
  }
  return [...members.values()];
}

/** The process itself, if it still runs. */
function sameIn(processes: Processes, { pid, startedAt }: Process): Process[] {
  const process = processes.get(pid);
  return process?.startedAt === startedAt ? [process] : [];
}
