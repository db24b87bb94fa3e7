/** `runjobs runs`: the runs that are kept, the newest first. */
import { closedAmong } from '../../journal/closed.ts';
import { allFolders, allRuns, nearbyFolders, runsNearby } from '../../journal/find.ts';
import { isHeld, lookAt } from '../../journal/past.ts';
import { createPalette } from '../../reporters/colours.ts';
import { closedWords, noRunsWords } from '../../reporters/finding.ts';
import { runJson, runsTable } from '../../reporters/past-runs.ts';
import { sparkLines } from '../../reporters/sparks.ts';
import { hasColour } from '../colour.ts';
import { EXIT } from '../exit.ts';
import { runPlaces } from '../named-run.ts';
import type { RunsFlags } from '../requests.ts';
import { openStreams } from '../streams.ts';

/** Lists them on standard output; where there is none, says on standard error where it has looked, and what may not be read. Resolves to the exit code. */
export async function runsCommand(flags: RunsFlags): Promise<number> {
  const streams = openStreams();
  const { stdout, stderr } = streams;
  const places = runPlaces(flags);
  const found = flags.all ? allRuns(places) : runsNearby(places);
  const looked = flags.all ? allFolders(places) : nearbyFolders(places);
  const runs = [];
  for (const run of found.slice(0, flags.number)) runs.push(await lookAt(run, isHeld));
  if (flags.json) for (const run of runs) void stdout.write(runJson(run));
  else if (runs.length > 0) {
    const palette = createPalette(flags.color && hasColour(stdout.isTTY === true));
    const width = stdout.isTTY ? stdout.columns : undefined;
    const sparks = sparkLines(runs, { palette, width });
    void stdout.write(runsTable(runs, { now: Date.now(), palette, width }));
    if (sparks !== '') void stdout.write(`\n${sparks}`);
  } else void stderr.write(noRunsWords(looked, flags.all === true));
  void stderr.write(closedWords(closedAmong(looked)));
  await streams.flush();
  return streams.hasFailed ? EXIT.notWritable : EXIT.ok;
}
