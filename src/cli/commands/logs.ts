/** `runjobs logs [run] [step] [-f]`: what steps have printed, and go on to print. */
import { join } from 'node:path';
import type { KeptRun } from '../../journal/find.ts';
import { openJournalTail } from '../../journal/journal-tail.ts';
import { logFile } from '../../journal/log-reader.ts';
import { isHeld, planIn, stepsIn } from '../../journal/past.ts';
import { RUN_FILES } from '../../journal/runs.ts';
import { unknownStepWords } from '../../reporters/finding.ts';
import { hasColour } from '../colour.ts';
import { EXIT } from '../exit.ts';
import { nameRun } from '../named-run.ts';
import type { LogsFlags } from '../options.ts';
import { createPrinters, type Printers } from '../printers.ts';
import { openStreams, type Streams } from '../streams.ts';

const POLL_MS = 100;
/** Whether the run is alive costs more than to look for output. */
const POLLS_PER_LOOK = 5;

/** Prints on standard output; resolves to the exit code: 2 where there is no such run or step. */
export async function logsCommand(name: string, step: string | undefined, flags: LogsFlags): Promise<number> {
  const streams = openStreams();
  const named = nameRun(name, flags);
  if (named.type === 'unknown') void streams.stderr.write(named.words);
  const isKnown = named.type === 'found' && isStepOf(named.run, step, streams);
  if (named.type === 'found' && isKnown) {
    const { run } = named;
    const printers = createPrinters(run.folder, {
      stdout: streams.stdout,
      maxLog: planIn(run.folder)?.maxLog,
      isOnly: step !== undefined,
      colour: flags.color && hasColour(),
      rootLabel: planIn(run.folder)?.name ?? '.',
    });
    await (flags.follow ? follow(run, step, printers, streams) : printAll(run, step, printers, streams));
  }
  await streams.flush();
  if (!isKnown) return EXIT.usage;
  return streams.hasFailed ? EXIT.notWritable : EXIT.ok;
}

function isStepOf(run: KeptRun, step: string | undefined, { stderr }: Streams): boolean {
  if (step === undefined || logFile(run.folder, step) !== undefined) return true;
  const known = stepsIn(run.folder);
  if (known.includes(step)) return true;
  void stderr.write(unknownStepWords(step, known, run.id));
  return false;
}

async function printAll(
  run: KeptRun,
  step: string | undefined,
  printers: Printers,
  { stderr }: Streams,
): Promise<void> {
  if (step !== undefined) {
    await printers.finish(step);
    if (!printers.hasPrinted) void stderr.write(`runjobs: "${step}" has printed nothing\n`);
    return;
  }
  const journal = openJournalTail(join(run.folder, RUN_FILES.journal));
  const started = new Set<string>();
  for (const event of journal.next()) if (event.type === 'step.started') started.add(event.step);
  journal.close();
  for (const path of started) await printers.finish(path);
}

/** Goes on until the run has ended, or nobody reads any more. */
async function follow(run: KeptRun, step: string | undefined, printers: Printers, streams: Streams): Promise<void> {
  const journal = openJournalTail(join(run.folder, RUN_FILES.journal));
  const active = new Set<string>(step === undefined ? [] : [step]);
  let hasEnded = false;
  for (let polls = 0; !streams.stdout.isGone; polls += 1) {
    // Asked before the rest is read: what it has printed by its end is not missed.
    const isAlive = polls % POLLS_PER_LOOK !== 0 || (await isHeld(run.folder));
    const over: string[] = [];
    for (const event of journal.next()) {
      if (event.type === 'run.started') hasEnded = false;
      else if (event.type === 'run.finished') hasEnded = true;
      else if (step === undefined && event.type === 'step.started') active.add(event.step);
      else if (step === undefined && event.type === 'step.finished') over.push(event.step);
    }
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
