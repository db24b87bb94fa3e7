/** Conducts a root run from its opening to the end of the process: signals, bugs, reporters, the exit code. */

import { StopSource } from '../engine/stop.ts';
import type { Overrides } from '../journal/plan-copy.ts';
import type { Plan } from '../plan/plan.ts';
import { whyUnwritable } from '../plan/unwritable.ts';
import type { Controls } from '../reporters/controls.ts';
import type { Reporter } from '../reporters/reporter.ts';
import { type Claim, type GivenToRun, QueueUnusable, type RootRun, type RootRunOptions } from '../root-run.ts';
import { endOnBugs } from './bugs.ts';
import { openControls } from './controls.ts';
import { EXIT, exitProcess } from './exit.ts';
import { takePlanLock } from './locking.ts';
import { chooseNamedReporters, isQuiet, openChosenReporters, type ReporterFlags } from './reporting.ts';
import { ownSignals, type SignalOwner } from './signals.ts';
import type { Streams } from './streams.ts';
import { findTerminal, seatAt } from './terminal.ts';

/** How long output may take to leave us once a signal has asked us to go: nobody may be reading any more. */
const PARTING_MS = 2000;

type GivenToOpen = Pick<RootRunOptions, 'listeners' | 'onListenerFailure' | 'lock' | 'terminal' | 'leftovers'>;

export interface Conducted extends ReporterFlags {
  readonly streams: Streams;
  /** As it will run. */
  readonly plan: Plan;
  readonly given: GivenToRun;
  /** The options that name its queue. */
  readonly queueWords: readonly string[];
  /** What the command line has put in the place of the plan's own. */
  readonly overrides: Overrides;
  readonly color: boolean;
  /** The paths of the interactive steps that it may come to. */
  readonly interactive: readonly string[];
  /** The process, claimed for the run. */
  readonly claim: Claim;
  /** Opens the run; called once the signals and the plan's lock are ours. Rejects when that cannot be, with nothing started. */
  open(given: GivenToOpen): Promise<RootRun>;
  /** Called in its place where the run is not to be. */
  abandon?(): void;
}

/** Opens and starts the run, and ends the process with its exit code. */
export async function conduct(asked: Conducted): Promise<void> {
  const { streams, plan, interactive, claim, open, abandon = () => {} } = asked;
  const choice = chooseNamedReporters(asked, streams);
  if (choice.type === 'wrong') {
    abandon();
    return refuse(streams, EXIT.usage, `runjobs: ${choice.message}\n`);
  }
  const seat = findTerminal(interactive, choice.reporters, streams);
  if (seat.type === 'wrong') {
    abandon();
    return refuse(streams, EXIT.usage, `runjobs: ${seat.message}\n`);
  }
  const signals = ownSignals();
  const locking = await takePlanLock(plan, claim, { signals, streams, isQuiet: isQuiet(asked) });
  if (locking.type !== 'free') abandon();
  if (locking.type === 'refused') return refuse(streams, locking.exitCode, locking.words);
  if (locking.type === 'interrupted') return leaveUnstarted(streams, signals);
  const { lock } = locking;
  // Not before: their files may be those of the run that has the lock.
  let running: RootRun | undefined;
  let controls: Controls | undefined;
  const controlled = () => {
    controls ??= openControls(() => running, signals);
    return controls;
  };
  const opened = await openChosenReporters(choice.reporters, { ...asked, openControls: controlled });
  if (opened.type === 'wrong') {
    lock?.release();
    abandon();
    return refuse(streams, EXIT.usage, `runjobs: ${opened.message}\n`);
  }
  const { reporters } = opened;
  let run: RootRun;
  // What a dead run has left is ended in order, and killed by the second signal.
  const killing = new StopSource();
  signals.direct({ cancel() {}, kill: reason => killing.cancel(reason) });
  const onWait = (words: string) => {
    if (!isQuiet(asked)) void streams.stderr.write(`runjobs: ${words}\n`);
  };
  try {
    const terminal = seat.type === 'found' ? seatAt(seat.streams, { streams, signals, reporters }) : undefined;
    run = await open({ listeners: reporters, onListenerFailure, lock, terminal, leftovers: { onWait, kill: killing } });
  } catch (error) {
    if (error instanceof QueueUnusable)
      return refuse(streams, EXIT.usage, `runjobs: ${error.message}; nothing was started\n`);
    const next = (error as NodeJS.ErrnoException).syscall === undefined ? '' : '; see to that, and start it again';
    const why = `the run cannot be recorded, so nothing was started: ${whyUnwritable(error)}${next}`;
    return refuse(streams, EXIT.notWritable, `runjobs: ${why}\n`);
  }
  running = run;
  endOnBugs(run);
  signals.direct(run);
  const { exitCode } = await run.start();

  const leave = () => {
    // Also where the view has not come to its end: a signal that is raised again ends us without a word.
    controls?.keyboard.release();
    exitProcess(exitCode, signals.received);
  };
  signals.direct({ cancel() {}, kill: leave });
  await Promise.race([closed(reporters, streams), signals.came.then(() => wait(PARTING_MS))]);
  signals.release();
  leave();

  function onListenerFailure(name: string, error: unknown): void {
    // Where there are other reporters, they tell it.
    if (reporters.length > 1) return;
    void streams.stderr.write(`runjobs: the reporter "${name}" failed, the run goes on: ${String(error)}\n`);
  }
}

/** A signal has ended the wait for the lock. */
async function leaveUnstarted(streams: Streams, signals: SignalOwner): Promise<void> {
  void streams.stderr.write('runjobs: the wait for the lock was ended; nothing was started\n');
  await streams.flush();
  signals.release();
  exitProcess(EXIT.held, signals.received);
}

/** Says why nothing was started, and ends the process. */
export async function refuse(streams: Streams, code: number, words: string): Promise<void> {
  void streams.stderr.write(words);
  await streams.flush();
  exitProcess(code);
}

async function closed(reporters: readonly Reporter[], streams: Streams): Promise<void> {
  await Promise.all(reporters.map(reporter => reporter.close()));
  await streams.flush();
}

function wait(ms: number): Promise<void> {
  return new Promise(done => setTimeout(done, ms));
}
