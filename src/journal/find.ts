/** Finding the runs that are kept: nearby, then wherever this user's runs were kept. */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { type ClosedFolder, closedAmong } from './closed.ts';
import { headOf } from './head.ts';
import { foldersIn, isFolder, knownFolders } from './known.ts';

/** Where to look for runs. */
export interface RunPlaces {
  /** The one state folder to look in, when the user names it. */
  readonly stateDir?: string;
  /** The current folder, absolute. */
  readonly cwd: string;
  /** The user's own state folder: see `userStateOf`. */
  readonly userState: string;
}

/** A run that is kept, whatever became of it. */
export interface KeptRun {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
}

/** What a name of a run leads to. */
export type Finding =
  | ({ readonly type: 'found' } & KeptRun)
  /** More than one begins with it, the newest first. */
  | { readonly type: 'ambiguous'; readonly candidates: readonly KeptRun[] }
  /** `recent`: the latest runs there are, at most five; `looked`: the state folders that were searched; `closed`: those that may not be read. */
  | {
      readonly type: 'none';
      readonly recent: readonly KeptRun[];
      readonly looked: readonly string[];
      readonly closed: readonly ClosedFolder[];
    };

const RUN_ID = /^\d{8}-\d{6}-[0-9a-f]{4,}$/;
const RECENT = 5;

/**
 * Finds a run by its id or a beginning of it that no other run nearby has, by `last` (the latest nearby), or by the path
 * of its folder. An id that is not nearby is looked for wherever runs of this user were kept. Throws nothing: a folder
 * that cannot be read has no runs.
 */
export function findRun(name: string, places: RunPlaces): Finding {
  if (name.includes('/') || name.includes(sep)) return findByPath(name, places);
  const nearby = runsNearby(places);
  if (name === 'last') {
    const [latest] = nearby;
    return latest === undefined ? none(nearby, places) : { type: 'found', ...latest };
  }
  if (!/^[\da-f-]+$/i.test(name)) return none(nearby, places);
  return pick(name, nearby) ?? pick(name, allRuns(places)) ?? none(nearby, places);
}

/** The runs nearby, the newest first. */
export function runsNearby(places: RunPlaces): KeptRun[] {
  const nearby = nearbyFolders(places).flatMap(runsIn);
  if (places.stateDir !== undefined) return sorted(nearby);
  const elsewhere = [...knownFolders(places.userState).filter(folder => !isBesidePlans(folder)), places.userState];
  const ofPlansNearby = elsewhere.flatMap(runsIn).filter(({ folder }) => isPlanNearby(folder, places.cwd));
  return sorted([...nearby, ...ofPlansNearby]);
}

/** Every run of this user that can be found, the newest first. */
export function allRuns(places: RunPlaces): KeptRun[] {
  return sorted(allFolders(places).flatMap(runsIn));
}

/** The state folders nearby, all of whose runs are; those elsewhere, such as the user's own, may have some of plans nearby. */
export function nearbyFolders({ stateDir, cwd, userState }: RunPlaces): string[] {
  if (stateDir !== undefined) return [stateDir];
  const own = join(cwd, '.runjobs');
  const known = knownFolders(userState).filter(folder => isBesidePlans(folder) && isNear(dirname(folder), cwd));
  return [...new Set([...(isFolder(own) ? [own] : []), ...known])];
}

/** The state folders that {@link allRuns} searches. */
export function allFolders(places: RunPlaces): string[] {
  if (places.stateDir !== undefined) return [places.stateDir];
  return [...new Set([...nearbyFolders(places), ...knownFolders(places.userState), places.userState])];
}

/** The runs of one state folder, in no order. */
export function runsIn(state: string): KeptRun[] {
  const runs = join(state, 'runs');
  return foldersIn(runs)
    .filter(name => RUN_ID.test(name))
    .map(id => ({ id, folder: join(runs, id) }));
}

/** The newest first. The id tells the second; the journal or the folder, which of the same second is newer. */
export function sorted(runs: readonly KeptRun[]): KeptRun[] {
  const starts = new Map<string, number>();
  const startOf = ({ folder }: KeptRun): number => {
    let start = starts.get(folder);
    if (start === undefined) {
      start = Date.parse(headOf(folder)?.at ?? '') || bornAt(folder);
      starts.set(folder, start);
    }
    return start;
  };
  return [...runs].sort((one, other) => {
    const [second, otherSecond] = [one.id.slice(0, 15), other.id.slice(0, 15)];
    if (second !== otherSecond) return second < otherSecond ? 1 : -1;
    return startOf(other) - startOf(one) || (one.id < other.id ? 1 : -1);
  });
}

function bornAt(folder: string): number {
  return statSync(folder, { throwIfNoEntry: false })?.birthtimeMs ?? 0;
}

function findByPath(name: string, places: RunPlaces): Finding {
  const folder = resolve(places.cwd, name);
  const id = basename(folder);
  if (RUN_ID.test(id) && isFolder(folder)) return { type: 'found', id, folder };
  return none(runsNearby(places), places);
}

/** The run of that id, or the one that begins so; several are told. */
function pick(name: string, runs: readonly KeptRun[]): Finding | undefined {
  const candidates = runs.filter(({ id }) => id.startsWith(name.toLowerCase()));
  const [only] = candidates;
  const exact = candidates.find(({ id }) => id === name.toLowerCase()) ?? (candidates.length === 1 ? only : undefined);
  if (exact !== undefined) return { type: 'found', ...exact };
  return candidates.length === 0 ? undefined : { type: 'ambiguous', candidates };
}

function none(nearby: readonly KeptRun[], places: RunPlaces): Finding {
  const isAnyNearby = nearby.length > 0;
  return {
    type: 'none',
    recent: (isAnyNearby ? nearby : allRuns(places)).slice(0, RECENT),
    looked: isAnyNearby ? nearbyFolders(places) : allFolders(places),
    closed: closedAmong(allFolders(places)),
  };
}

/** Whether a state folder is one that is made beside a plan; where others are says nothing of the plans whose runs they have. */
function isBesidePlans(state: string): boolean {
  return basename(state) === '.runjobs';
}

/** Of a run that is kept elsewhere. Of a plan that has no file nobody knows where it belongs: it counts below the current folder. */
function isPlanNearby(folder: string, cwd: string): boolean {
  const plan = headOf(folder)?.plan;
  return typeof plan === 'string' ? isNear(dirname(plan), cwd) : isAtOrBelow(folder, cwd);
}

/** Below the current folder, above it, or in the same repository. */
function isNear(folder: string, cwd: string): boolean {
  return isAtOrBelow(folder, cwd) || isAtOrBelow(cwd, folder) || isAtOrBelow(folder, repositoryOf(cwd));
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** The nearest folder with a `.git` from here upwards; else the folder itself. */
function repositoryOf(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return cwd;
  }
}
