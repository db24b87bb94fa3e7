/** `runjobs replay [run]`: a past run, told again by any reporter. */
import type { KeptRun } from '../../journal/find.ts';
import { isHeld } from '../../journal/past.ts';
import { overridden, readPlanCopy } from '../../journal/plan-copy.ts';
import { openReplay, type Replay, timeOf } from '../../journal/replay.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Reporter } from '../../reporters/reporter.ts';
import { EXIT, exitProcess } from '../exit.ts';
import { nameRun } from '../named-run.ts';
import { queueWordsOf } from '../queue-place.ts';
import { createReplayClock, type ReplayClock } from '../replay-clock.ts';
import { chooseNamedReporters, openChosenReporters } from '../reporting.ts';
import type { ReplayFlags } from '../requests.ts';
import { ownSignals } from '../signals.ts';
import { openStreams, type Streams } from '../streams.ts';

/** Events between which the screen has its turn. */
const AT_ONCE = 64;

/** Tells the run again and ends the process: with 0 however the run went, 2 where there is none that can be told. */
export async function replayCommand(name: string, flags: ReplayFlags): Promise<void> {
  const streams = openStreams();
  const refuse = async (words: string) => {
    void streams.stderr.write(words);
    await streams.flush();
    exitProcess(EXIT.usage);
  };
  const named = nameRun(name, flags);
  if (named.type === 'unknown') return refuse(named.words);
  const { run } = named;
  const copy = readPlanCopy(run.folder);
  if ('wrong' in copy) return refuse(`runjobs: ${run.id} cannot be told again: ${copy.wrong}\n`);
  const plan = overridden(copy.plan, copy.overrides);
  // What CI would have by itself is for runs, not for looks at them.
  const isNamed = flags.reporter.length > 0 || streams.stdout.isTTY === true;
  const choice = chooseNamedReporters({ reporter: isNamed ? flags.reporter : ['plain'] }, streams);
  if (choice.type === 'wrong') return refuse(`runjobs: ${choice.message}\n`);
  const clock = createReplayClock(flags.speed);
  const opened = await openChosenReporters(choice.reporters, {
    plan,
    given: { levels: [], kept: copy.given },
    queueWords: queueWordsOf(run.folder),
    overrides: copy.overrides,
    streams,
    color: flags.color,
    clock,
  });
  if (opened.type === 'wrong') return refuse(`runjobs: ${opened.message}\n`);
  await play(run, plan, { clock, reporters: opened.reporters, streams });
}

interface Stage {
  readonly clock: ReplayClock;
  readonly reporters: readonly Reporter[];
  readonly streams: Streams;
}

async function play(run: KeptRun, { maxLog }: Plan, { clock, reporters, streams }: Stage): Promise<void> {
  const signals = ownSignals();
  const stop = new AbortController();
  const end = () => stop.abort();
  signals.direct({
    cancel: end,
    kill: end,
    suspend() {
      for (const reporter of reporters) reporter.suspend?.();
    },
    proceed() {
      for (const reporter of reporters) reporter.proceed?.();
    },
  });
  const replay = openReplay(run.folder, maxLog);
  let count = 0;
  for (const event of replay.events()) {
    await clock.reach(timeOf(event), stop.signal);
    if (stop.signal.aborted) break;
    const isRead = (reporter: Reporter) => event.type !== 'step.output' || reporter.wantsOutput !== false;
    await Promise.all(reporters.filter(isRead).map(reporter => reporter.report(event)));
    count += 1;
    if (count % AT_ONCE === 0) await new Promise(done => setImmediate(done));
  }
  const isCutShort = stop.signal.aborted;
  await Promise.all(reporters.map(reporter => (isCutShort && reporter.leave ? reporter.leave() : reporter.close())));
  if (!isCutShort) {
    const words = await whatIsMissing(run, replay);
    if (words !== undefined) void streams.stderr.write(`runjobs: ${run.id} ${words}\n`);
  }
  await streams.flush();
  signals.release();
  exitProcess(streams.hasFailed ? EXIT.notWritable : EXIT.ok, signals.received);
}

async function whatIsMissing({ folder }: KeptRun, { hasEnded, trouble }: Replay): Promise<string | undefined> {
  if (trouble !== undefined) return `is not told whole: ${trouble.words}`;
  if (hasEnded) return undefined;
  return (await isHeld(folder)) ? 'still runs: this is what it has told by now' : 'has died here';
}
