/** The plan of a run whose folder was moved, or copied, with the runs in it. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ReopenedRun } from '../journal/resume.ts';

export interface FoundPlan {
  /** Where it is now: a path of which there may be no file; undefined where it never had one. */
  readonly file: string | undefined;
  /** What the user should know of that; empty, or a line for standard error. */
  readonly words: string;
}

/** Where the plan of the run is: where it was, else of that name beside the state folder that the run is in. */
export function planOfRun({ folder, id, copy }: ReopenedRun): FoundPlan {
  const { file } = copy.plan;
  if (file === undefined) return { file, words: '' };
  const state = dirname(dirname(folder));
  const beside = join(dirname(state), basename(file));
  if (basename(state) !== '.runjobs' || beside === file || !existsSync(beside)) return { file, words: '' };
  if (!existsSync(file))
    return { file: beside, words: `runjobs: the plan of ${id} is ${beside} now: it goes on with that\n` };
  const isSame = realpathSync(file) === realpathSync(beside);
  return { file, words: isSame ? '' : `runjobs: ${id} goes on where it began, with ${file}, not with ${beside}\n` };
}
