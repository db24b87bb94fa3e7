/** `runjobs logs [run] [step] [-f]`: what steps have printed, and go on to print. */
import { join } from 'node:path';
import { createHistory } from '../../events/history.ts';
import type { KeptRun } from '../../journal/find.ts';
import { openJournalTail } from '../../journal/journal-tail.ts';
import { groupsIn, isHeld, planIn, readPast } from '../../journal/past.ts';
import { openRunLogs, type RunLogs } from '../../journal/run-logs.ts';
import { RUN_FILES } from '../../journal/runs.ts';
import { isAtOrBelow } from '../../plan/plan.ts';
import { noSuchStep } from '../../reporters/known-steps.ts';
import { indexSteps } from '../../reporters/steps.ts';
import { hasColour } from '../colour.ts';
import { EXIT } from '../exit.ts';
import { nameRun } from '../named-run.ts';
import { createPrinters, type Printers } from '../printers.ts';
import type { LogsFlags } from '../requests.ts';
import { openStreams, type Streams } from '../streams.ts';

const POLL_MS = 100;
/** Whether the run is alive costs more than to look for output. */
const POLLS_PER_LOOK = 5;

/** Prints on standard output; resolves to the exit code: 2 where there is no such run or step. */
export async function logsCommand(name: string, step: string | undefined, flags: LogsFlags): Promise<number> {
  const streams = openStreams();
  const named = nameRun(name, flags);
  if (named.type === 'unknown') void streams.stderr.write(named.words);
  const logs = named.type === 'found' ? openRunLogs(named.run.folder, planIn(named.run.folder)?.maxLog) : undefined;
  const isKnown = named.type === 'found' && logs !== undefined && isStepOf(named.run, step, logs, streams);
  if (named.type === 'found' && logs !== undefined && isKnown) {
    const { run } = named;
    const groups = groupsIn(run.folder);
    const wanted: Wanted = {
      step,
      isGroup: step === undefined || groups.isGroup(step),
      isForEach: step !== undefined && groups.isForEach(step),
    };
    const printers = createPrinters(logs, {
      stdout: streams.stdout,
      isOnly: !wanted.isGroup,
      colour: flags.color && hasColour(true),
      rootLabel: planIn(run.folder)?.name ?? '.',
    });
    await (flags.follow ? follow(run, wanted, printers, streams) : printAll(run, wanted, printers, streams));
  }
  await streams.flush();
  if (!isKnown) return EXIT.usage;
  return streams.hasFailed ? EXIT.notWritable : EXIT.ok;
}

/** Whose output is wanted: all steps', those at and below a group, or one step's. */
interface Wanted {
  readonly step: string | undefined;
  readonly isGroup: boolean;
  readonly isForEach: boolean;
}

function isWanted(path: string, { step, isGroup }: Wanted): boolean {
  return step === undefined || (isGroup ? isAtOrBelow(path, step) : path === step);
}

function isStepOf(run: KeptRun, step: string | undefined, logs: RunLogs, { stderr }: Streams): boolean {
  if (step === undefined || logs.file(step) !== undefined) return true;
  const history = createHistory(groupsIn(run.folder), { focus: step });
  readPast(run.folder, history.take);
  const unknown = noSuchStep(step, { plan: planIn(run.folder), history }, run.id);
  if (unknown !== undefined) void stderr.write(unknown);
  return unknown === undefined;
}

async function printAll(run: KeptRun, wanted: Wanted, printers: Printers, { stderr }: Streams): Promise<void> {
  for (const path of pathsOf(run, wanted)) await printers.finish(path);
  if (wanted.step !== undefined && !printers.hasPrinted)
    void stderr.write(
      `runjobs: "${wanted.step}" ${isInteractive(run, wanted.step) ? UNSEEN : 'has printed nothing'}\n`,
    );
}

const UNSEEN = 'is interactive: what it prints goes to the terminal only';

function isInteractive({ folder }: KeptRun, path: string): boolean {
  const plan = planIn(folder);
  const step = plan && indexSteps(plan).at(path);
  return step?.type === 'run' && step.interactive === true;
}

/** The steps that are wanted, in the order they first started; copies in the order of their list. */
function pathsOf(run: KeptRun, wanted: Wanted): Iterable<string> {
  const { step = '.', isGroup, isForEach } = wanted;
  if (!isGroup) return [step];
  const started = new Set<string>();
  const journal = openJournalTail(join(run.folder, RUN_FILES.journal));
  journal.next(event => {
    if (event.type === 'step.started' && isWanted(event.step, wanted)) started.add(event.step);
  });
  journal.close();
  if (!isForEach) return started;
  const from = step === '.' ? 1 : step.length + 1;
  // What its list has printed stands first, its `finally` last.
  const numberOf = (path: string) =>
    path === step ? 0 : Number.parseInt(path.slice(from), 10) || Number.MAX_SAFE_INTEGER;
  const numbered = [...started].map(path => ({ path, number: numberOf(path) }));
  return numbered.sort((one, other) => one.number - other.number).map(({ path }) => path);
}

/** Goes on until the run has ended, or nobody reads any more. */
async function follow(run: KeptRun, wanted: Wanted, printers: Printers, streams: Streams): Promise<void> {
  const journal = openJournalTail(join(run.folder, RUN_FILES.journal));
  const { step } = wanted;
  const active = new Set<string>(step === undefined || wanted.isGroup ? [] : [step]);
  let hasEnded = false;
  for (let polls = 0; !streams.stdout.isGone; polls += 1) {
    // Asked before the rest is read: what it has printed by its end is not missed.
    const isAlive = polls % POLLS_PER_LOOK !== 0 || (await isHeld(run.folder));
    const over: string[] = [];
    journal.next(event => {
      if (event.type === 'run.started') hasEnded = false;
      else if (event.type === 'run.finished') hasEnded = true;
      else if (!wanted.isGroup) return;
      else if (event.type === 'step.started' && isWanted(event.step, wanted)) active.add(event.step);
      else if (event.type === 'step.finished' && active.has(event.step)) over.push(event.step);
    });
    for (const path of active) await printers.pump(path);
    for (const path of over) {
      if (active.delete(path)) await printers.finish(path);
    }
    if (hasEnded || !isAlive) break;
    await new Promise(done => setTimeout(done, POLL_MS));
  }
  for (const path of active) await printers.finish(path);
  journal.close();
  if (!hasEnded && !streams.stdout.isGone) void streams.stderr.write(`runjobs: ${run.id} has died\n`);
}
