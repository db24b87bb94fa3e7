/** Who among the processes of one scan is whose child, in which group, and marked by which launch: found once for all who ask. */
import type { MarksOf } from './marks.ts';
import type { Process, Processes } from './processes.ts';

export interface Kinship {
  childrenOf(pid: number): readonly Process[];
  inGroup(group: number): readonly Process[];
  /** Those that carry the mark of a launch and started at `since` or later; only of these the environments are read. */
  marked(mark: string, since: number): readonly Process[];
}

const NOBODY: readonly Process[] = [];

const found = new WeakMap<Processes, Kinship>();

/** The kinship of the processes of one scan, shared by all who ask. @param marks those of its processes. */
export function kinshipAmong(processes: Processes, marks: MarksOf): Kinship {
  const before = found.get(processes);
  if (before !== undefined) return before;
  const children = new Map<number, Process[]>();
  const groups = new Map<number, Process[]>();
  for (const process of processes.values()) {
    put(children, process.parent, process);
    put(groups, process.group, process);
  }
  const newestFirst = [...processes.values()].sort((one, other) => other.startedAt - one.startedAt);
  const launched = new Map<string, Process[]>();
  let read = 0;
  const readSince = (since: number) => {
    for (let next = newestFirst[read]; next !== undefined && next.startedAt >= since; next = newestFirst[read]) {
      const own = marks(next.pid);
      if (typeof own === 'object') for (const mark of own.launches) put(launched, mark, next);
      read += 1;
    }
  };
  const kinship: Kinship = {
    childrenOf: pid => children.get(pid) ?? NOBODY,
    inGroup: group => groups.get(group) ?? NOBODY,
    marked(mark, since) {
      readSince(since);
      return launched.get(mark) ?? NOBODY;
    },
  };
  found.set(processes, kinship);
  return kinship;
}

function put<K>(lists: Map<K, Process[]>, key: K, process: Process): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [process]);
  else list.push(process);
}
