/** Paths as they are told: those that lie in a folder by the way from there. */
import { isAbsolute, relative, sep } from 'node:path';

/** The way from a folder to a place that is it (then it is empty) or lies in it; undefined where it lies elsewhere. */
export function wayBelow(folder: string, place: string): string | undefined {
  const way = relative(folder, place);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : way;
}

/** The path as people know it who are in the folder: by the way from there where it lies in it, else as it is. */
export function nearer(path: string, folder: string): string {
  return wayBelow(folder, path) || path;
}
