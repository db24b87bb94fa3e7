/** A set of paths which finds those at and below one without a look at the others. */
import { parentPath } from '../plan/paths.ts';

export interface PathSet {
  add(path: string): void;
  delete(path: string): void;
  /** Those at and below a path, in the order in which they came below the same one. */
  within(path: string): string[];
  /** The paths right below one: those in the set, and those with some below them, such as `a/finally`. */
  rightBelow(path: string): Iterable<string>;
}

export function createPathSet(): PathSet {
  const paths = new Set<string>();
  const branches = new Map<string, Set<string>>();
  const within = (path: string): string[] => {
    const below = [...(branches.get(path) ?? [])].flatMap(within);
    return paths.has(path) ? [path, ...below] : below;
  };
  return {
    add(path) {
      paths.add(path);
      for (let at = path; at !== '.'; at = parentPath(at)) {
        const branch = branches.get(parentPath(at));
        branch?.add(at);
        if (branch !== undefined) return;
        branches.set(parentPath(at), new Set([at]));
      }
    },
    delete(path) {
      if (!paths.delete(path)) return;
      for (let at = path; at !== '.' && !paths.has(at) && !branches.has(at); at = parentPath(at)) {
        const branch = branches.get(parentPath(at));
        branch?.delete(at);
        if (branch?.size === 0) branches.delete(parentPath(at));
      }
    },
    within,
    rightBelow: path => branches.get(path) ?? [],
  };
}
