/** The reporters of a run, in the world that they are given: streams, files, colours, the clock. */

import { appendFileSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { realClock } from '../engine/clock.ts';
import { outermost } from '../engine/run-options.ts';
import { givenSecrets } from '../events/secrets.ts';
import { isBackgroundJob } from '../executors/command/background-job.ts';
import { keptGiven, type Overrides } from '../journal/plan-copy.ts';
import { usualTimes } from '../journal/usual.ts';
import { readPlaces } from '../plan/places.ts';
import type { Plan } from '../plan/plan.ts';
import { whyUnwritable } from '../plan/unwritable.ts';
import type { AgainGiven } from '../reporters/again.ts';
import { type Choice, type Chosen, chooseReporters } from '../reporters/choose.ts';
import type { Controls } from '../reporters/controls.ts';
import { openReporters } from '../reporters/open.ts';
import type { Clock, FileSink, Reporter } from '../reporters/reporter.ts';
import type { GivenToRun } from '../root-run.ts';
import { hasColour } from './colour.ts';
import { overrideWords } from './override-words.ts';
import { openReportFile } from './report-file.ts';
import type { Streams } from './streams.ts';

export type OpenedReporters =
  | { readonly type: 'opened'; readonly reporters: readonly Reporter[] }
  /** A file cannot be written; in words. */
  | { readonly type: 'wrong'; readonly message: string };

/** What the command line says of reporters. */
export interface ReporterFlags {
  readonly reporter: readonly string[];
  readonly quiet?: boolean;
}

/** Whether nothing may be said but what has gone wrong. */
export function isQuiet({ reporter, quiet }: ReporterFlags): boolean {
  return quiet === true || reporter.includes('quiet');
}

/** Chooses the reporters of a run; opens and writes nothing. */
export function chooseNamedReporters(flags: ReporterFlags, { stdout, stderr }: Streams): Choice {
  const others = flags.reporter.filter(spec => spec !== 'quiet');
  return chooseReporters(isQuiet(flags) ? [...others, 'quiet'] : others, {
    env: process.env,
    stdoutIsTTY: stdout.isTTY === true,
    stderrIsTTY: stderr.isTTY === true,
  });
}

/** What reporters are opened for. */
export interface Reported {
  readonly plan: Plan;
  readonly given: GivenToRun;
  /** The options that name its queue. */
  readonly queueWords?: readonly string[];
  /** What stands in the place of the plan's own. */
  readonly overrides?: Overrides;
  readonly streams: Streams;
  /** Whether the command line lets colours be. */
  readonly color: boolean;
  /** What a person can do to the run. Default: nothing. */
  readonly openControls?: () => Controls | undefined;
  /** The time in which reporters live. Default: that of the machine. */
  readonly clock?: Clock;
}

/** Opens the reporters that were chosen: their files are made anew. */
export async function openChosenReporters(
  chosen: readonly Chosen[],
  { plan, given, queueWords = [], overrides = {}, streams, color, openControls, clock = realClock }: Reported,
): Promise<OpenedReporters> {
  const { stdout, stderr } = streams;
  const clash = clashOf(chosen, plan);
  if (clash !== undefined) return { type: 'wrong', message: clash };
  try {
    const reporters = await openReporters(chosen, {
      plan,
      stdout,
      stderr,
      clock,
      colour: color && hasColour(true),
      openSink: file => sinkFor(file, chosen, error => void stderr.write(`runjobs: ${unwritten(file, error)}\n`)),
      onExit(restore) {
        process.on('exit', restore);
        return () => void process.off('exit', restore);
      },
      openControls,
      isBehind: stream => isBackgroundJob(stream === 'stderr' ? 2 : 1),
      cwd: process.cwd(),
      given: { ...givenShown(plan, given), instead: overrideWords(overrides), queue: queueWords },
      host: hostname(),
      env: process.env,
      readUsual: folder => usualTimes(folder, plan),
      readPlaces: () => readPlaces(plan),
      append: (file, text) => appendFileSync(file, text),
    });
    return { type: 'opened', reporters };
  } catch (error) {
    return { type: 'wrong', message: `a reporter’s file cannot be opened: ${whyUnwritable(error)}` };
  }
}

/** @throws why it cannot be, in words. */
function sinkFor(file: string, chosen: readonly Chosen[], onFailure: (error: Error) => void): FileSink {
  try {
    return openReportFile(file, onFailure);
  } catch (error) {
    const reporter = chosen.find(({ to }) => typeof to !== 'string' && to.file === file)?.name;
    throw new Error(`${unwritten(file, error)}; name another file: --reporter ${reporter}:<file>`);
  }
}

function unwritten(file: string, error: unknown): string {
  return `"${file}" cannot be written: ${whyUnwritable(error)}`;
}

/** Why two files are one, links followed; or why one is the plan itself. */
function clashOf(chosen: readonly Chosen[], { file: ofPlan }: Plan): string | undefined {
  const places = new Set<string>();
  for (const { to } of chosen) {
    if (typeof to === 'string') continue;
    const place = realPlace(to.file);
    // Devices take what comes from all.
    if (place.startsWith('/dev/')) continue;
    if (ofPlan !== undefined && place === realPlace(ofPlan))
      return `"${to.file}" is the plan itself; name another file`;
    if (places.has(place)) return `two reporters cannot share the file "${to.file}"; name another`;
    places.add(place);
  }
  return undefined;
}

function realPlace(file: string): string {
  const path = resolve(file);
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** What was given, as it may be shown: without the values of secrets, and with every secret in the others masked. */
export function givenShown(plan: Plan, given: Pick<GivenToRun, 'levels' | 'kept'>): AgainGiven {
  const env = process.env as Record<string, string>;
  const { masked } = givenSecrets(plan.secrets, name => outermost({ env, given: given.levels }).get(name));
  const { set, envFiles } = keptGiven(plan, given.kept);
  return {
    set: Object.fromEntries(Object.entries(set).map(([name, value]) => [name, masked(value)])),
    envFiles: envFiles.map(masked),
  };
}
