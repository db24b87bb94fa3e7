/** The run that a command names: by its id, a beginning of it, `last`, or the path of its folder. */
import { resolve } from 'node:path';
import { findRun, type KeptRun, type RunPlaces } from '../journal/find.ts';
import { userStateOf } from '../journal/known.ts';

/** So many places are named. */
const NAMED = 5;

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

/** Finds the run, or says what there is instead. */
export function nameRun(name: string, flags: { readonly stateDir?: string }): NamedRun {
  const finding = findRun(name, runPlaces(flags));
  switch (finding.type) {
    case 'found':
      return { type: 'found', run: finding };
    case 'ambiguous': {
      const words = `runjobs: several runs begin with "${name}": ${listed(finding.candidates.map(({ id }) => id))}\n`;
      return { type: 'unknown', words };
    }
    case 'none': {
      const what = name === 'last' ? 'there is no run here yet' : `there is no run "${name}"`;
      const { recent, looked } = finding;
      const others = recent.length === 0 ? '' : ` The latest: ${listed(recent.map(({ id }) => id))}.`;
      const places = looked.length === 0 ? '.runjobs' : listed(looked);
      return { type: 'unknown', words: `runjobs: ${what}; looked in ${places}.${others}\n` };
    }
    default:
      return finding satisfies never;
  }
}

function listed(words: readonly string[]): string {
  const more = words.length - NAMED;
  return words.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
