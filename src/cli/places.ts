/** Which past run is meant, in the world of this process. */
import { resolve } from 'node:path';
import { findRun, type KeptRun, type RunPlaces } from '../journal/find.ts';
import { userStateOf } from '../journal/known.ts';
import { unfoundWords } from '../reporters/finding.ts';
import type { Streams } from './streams.ts';

/** Where to look for runs: in the named state folder, else around the current one. */
export function placesOf({ stateDir = process.env.RUNJOBS_STATE_DIR }: { readonly stateDir?: string }): RunPlaces {
  const cwd = process.cwd();
  return { cwd, userState: userStateOf(process.env), ...(stateDir ? { stateDir: resolve(stateDir) } : {}) };
}

/** The run of this name; undefined once it was said on standard error why there is no such one. */
export function findOrSay(name: string, places: RunPlaces, { stderr }: Pick<Streams, 'stderr'>): KeptRun | undefined {
  const finding = findRun(name, places);
  if (finding.type === 'found') return finding;
  void stderr.write(unfoundWords(name, finding));
  return undefined;
}
