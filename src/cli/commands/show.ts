/** `runjobs show [run] [step]`: how a run went, from what is kept of it. */

import { fold } from '../../events/fold.ts';
import { createHistory } from '../../events/history.ts';
import { createProgress } from '../../events/progress.ts';
import type { KeptRun } from '../../journal/find.ts';
import { groupsIn, isHeld, lookAt } from '../../journal/past.ts';
import { readPlanCopy } from '../../journal/plan-copy.ts';
import { openRunLogs } from '../../journal/run-logs.ts';
import { nearer } from '../../plan/nearer.ts';
import { againOf } from '../../reporters/again.ts';
import { createPalette } from '../../reporters/colours.ts';
import { noSuchStep } from '../../reporters/known-steps.ts';
import type { Palette } from '../../reporters/palette.ts';
import { seenJson, seenWords } from '../../reporters/past-env.ts';
import type { PastOptions } from '../../reporters/past-options.ts';
import { pastJson, runReport, stepReport } from '../../reporters/past-run.ts';
import { hasColour } from '../colour.ts';
import { EXIT } from '../exit.ts';
import { nameRun } from '../named-run.ts';
import { overrideWords } from '../override-words.ts';
import { queueWordsOf } from '../queue-place.ts';
import { givenShown } from '../reporting.ts';
import type { ShowFlags } from '../requests.ts';
import { seenVariables } from '../seen-variables.ts';
import { openStreams, type Streams } from '../streams.ts';

const TAIL_LINES = 20;

/** Shows it on standard output. Resolves to the exit code: 2 where there is no such run or step. */
export async function showCommand(name: string, step: string | undefined, flags: ShowFlags): Promise<number> {
  const streams = openStreams();
  const { stdout, stderr } = streams;
  const named = nameRun(name, flags);
  let isKnown = named.type === 'found';
  if (named.type === 'unknown') void stderr.write(named.words);
  else {
    const options = await pastOf(named.run, step, flags.color && hasColour(stdout.isTTY === true));
    const unknown = step === undefined ? undefined : noSuchStep(step, options, named.run.id);
    if (unknown !== undefined) {
      isKnown = false;
      void stderr.write(unknown);
    } else if (flags.env) isKnown = await showVariables(named.run, step ?? '.', flags, options.palette, streams);
    else if (flags.json) void stdout.write(pastJson(options, step));
    else void stdout.write(step === undefined ? runReport(options) : stepReport(step, options));
  }
  await streams.flush();
  if (!isKnown) return EXIT.usage;
  return streams.hasFailed ? EXIT.notWritable : EXIT.ok;
}

/** Shows what a step sees; resolves to whether that is known. */
async function showVariables(
  run: KeptRun,
  step: string,
  { json }: ShowFlags,
  palette: Palette,
  { stdout, stderr }: Streams,
): Promise<boolean> {
  const seen = await seenVariables(run, step);
  if (seen === undefined) void stderr.write(`runjobs: run ${run.id} has kept no plan that holds "${step}"\n`);
  else void stdout.write(json ? seenJson(seen) : seenWords(seen, palette));
  return seen !== undefined;
}

async function pastOf(kept: KeptRun, step: string | undefined, colour: boolean): Promise<PastOptions> {
  const groups = groupsIn(kept.folder);
  const history = createHistory(groups, { focus: step });
  let progress = createProgress(groups);
  const run = await lookAt(kept, isHeld, event => {
    history.take(event);
    // What was taken over is told again.
    if (event.type === 'run.started') progress = createProgress(groups);
    fold(progress, event);
  });
  const copy = readPlanCopy(kept.folder);
  const plan = 'plan' in copy ? copy.plan : undefined;
  const again =
    'plan' in copy
      ? againOf(
          copy.plan,
          {
            ...givenShown(copy.plan, { levels: [], kept: copy.given }),
            instead: overrideWords(copy.overrides),
            queue: queueWordsOf(kept.folder),
          },
          process.cwd(),
        )
      : undefined;
  const logs = openRunLogs(kept.folder);
  return {
    run,
    history,
    progress,
    again,
    plan,
    palette: createPalette(colour),
    now: Date.now(),
    tail: path => logs.tail(path, TAIL_LINES),
    logOf(path) {
      const file = logs.file(path);
      return file === undefined ? undefined : nearer(file, process.cwd());
    },
  };
}
