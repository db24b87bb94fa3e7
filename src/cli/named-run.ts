/** The run that a command names: by its id, a beginning of it, `last`, or the path of its folder. */
import { resolve } from 'node:path';
import { whyClosed } from '../journal/closed.ts';
import { findRun, type KeptRun, type RunPlaces } from '../journal/find.ts';
import { userStateOf } from '../journal/known.ts';
import { closedRunWords, unfoundWords } from '../reporters/finding.ts';

export type NamedRun =
  | { readonly type: 'found'; readonly run: KeptRun }
  /** In words, for standard error. */
  | { readonly type: 'unknown'; readonly words: string };

/** Where this user's runs are looked for. @param stateDir what `--state-dir` says; else RUNJOBS_STATE_DIR counts. */
export function runPlaces({ stateDir = process.env.RUNJOBS_STATE_DIR }: { readonly stateDir?: string }): RunPlaces {
  return {
    cwd: process.cwd(),
    userState: userStateOf(process.env),
    ...(stateDir ? { stateDir: resolve(stateDir) } : {}),
  };
}

/** Finds the run, or says what there is instead, or that it may not be read. */
export function nameRun(name: string, flags: { readonly stateDir?: string }): NamedRun {
  const finding = findRun(name, runPlaces(flags));
  if (finding.type !== 'found') return { type: 'unknown', words: unfoundWords(name, finding) };
  const why = whyClosed(finding.folder);
  return why === undefined ? { type: 'found', run: finding } : { type: 'unknown', words: closedRunWords(finding, why) };
}
