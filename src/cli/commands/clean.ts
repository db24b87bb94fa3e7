/** `runjobs clean [run…]`: removes runs that have ended. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { whyClosed } from '../../journal/closed.ts';
import { type KeptRun, runsNearby } from '../../journal/find.ts';
import { isHeld, lookAt, type PastRun } from '../../journal/past.ts';
import { removeRun } from '../../journal/prune.ts';
import { bytesIn } from '../../journal/result.ts';
import { RUN_FILES } from '../../journal/runs.ts';
import { type Cleaned, cleanedWords } from '../../reporters/cleaned.ts';
import { EXIT } from '../exit.ts';
import { nameRun, runPlaces } from '../named-run.ts';
import type { CleanFlags } from '../requests.ts';
import { openStreams } from '../streams.ts';

/** Between the making of a run's folder and its first holder. */
const STARTING_MS = 5000;
const MIXED = '--keep counts the runs nearby, and does not go with named ones: give one or the other';

/**
 * Removes the named runs, or those nearby, and says what; one that is alive never, one that died only when it is named or
 * with `--all`. Resolves to the exit code: 2 where a name leads to no run, or comes with a number of those to keep (nothing
 * is removed then), 75 where a named one is alive, or may be about to start.
 */
export async function cleanCommand(names: readonly string[], flags: CleanFlags): Promise<number> {
  const streams = openStreams();
  const named = names.map(name => nameRun(name, flags));
  const isMixed = names.length > 0 && flags.keep !== undefined;
  if (isMixed) void streams.stderr.write(`runjobs: ${MIXED}; nothing was removed\n`);
  const isWrong = isMixed || named.some(({ type }) => type === 'unknown');
  for (const each of named) if (each.type === 'unknown') void streams.stderr.write(each.words);
  let cleaned: Cleaned | undefined;
  if (!isWrong) {
    const isNamed = names.length > 0;
    const runs = isNamed
      ? unique(named.flatMap(each => (each.type === 'found' ? [each.run] : [])))
      : runsNearby(runPlaces(flags)).slice(flags.keep ?? 0);
    cleaned = await clean(runs, flags, isNamed);
    void streams.stdout.write(cleanedWords(cleaned, flags.dryRun === true));
  }
  await streams.flush();
  if (isWrong) return EXIT.usage;
  if (streams.hasFailed) return EXIT.notWritable;
  return names.length > 0 && cleaned !== undefined && cleaned.alive.length + cleaned.starting.length > 0
    ? EXIT.held
    : EXIT.ok;
}

async function clean(runs: readonly KeptRun[], flags: CleanFlags, isNamed: boolean): Promise<Cleaned> {
  const removed: string[] = [];
  const alive: string[] = [];
  const starting: string[] = [];
  const died: string[] = [];
  const stuck: string[] = [];
  let bytes = 0;
  for (const run of runs) {
    const past = await lookAt(run, isHeld);
    if (past.state === 'running') alive.push(run.id);
    else if (past.state === 'unreadable' && whyClosed(run.folder) !== undefined) stuck.push(run.id);
    else if (mayBeStarting(past)) starting.push(run.id);
    else if (past.state !== 'ended' && !isNamed && !flags.all) died.push(run.id);
    else {
      const size = bytesIn(run.folder);
      if (!flags.dryRun && !(await removeRun(run, isHeld))) {
        stuck.push(run.id);
        continue;
      }
      removed.push(run.id);
      bytes += size;
    }
  }
  return { removed, bytes, alive, starting, died, stuck };
}

/** Nobody has ever held it, and it is quite new. */
function mayBeStarting({ state, folder }: PastRun): boolean {
  if (state !== 'unreadable' || existsSync(join(folder, RUN_FILES.owner))) return false;
  const changed = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Math.abs(Date.now() - changed) < STARTING_MS;
}

function unique(runs: readonly KeptRun[]): KeptRun[] {
  return [...new Map(runs.map(run => [run.folder, run])).values()];
}
