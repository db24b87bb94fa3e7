/** Conducts a root run from its opening to the end of the process: signals, bugs, reporters, the exit code. */

import type { Plan } from '../plan/plan.ts';
import type { Reporter } from '../reporters/reporter.ts';
import type { RootRun, RootRunOptions } from '../root-run.ts';
import { endOnBugs } from './bugs.ts';
import { EXIT, exitProcess } from './exit.ts';
import { openChosenReporters } from './reporting.ts';
import { ownSignals } from './signals.ts';
import type { Streams } from './streams.ts';

/** How long output may take to leave us once a signal has asked us to go: nobody may be reading any more. */
const PARTING_MS = 2000;

export interface Conducted {
  readonly streams: Streams;
  /** As it will run. */
  readonly plan: Plan;
  /** What `--reporter` says. */
  readonly reporter: readonly string[];
  readonly color: boolean;
  /** Opens the run; called once the signals are ours. Rejects when that cannot be, with nothing started. */
  open(options: Pick<RootRunOptions, 'listeners' | 'onListenerFailure'>): Promise<RootRun>;
}

/** Opens and starts the run, and ends the process with its exit code. */
export async function conduct({ streams, plan, reporter, color, open }: Conducted): Promise<void> {
  const opened = await openChosenReporters(reporter, plan, streams, color);
  if (opened.type === 'wrong') return refuse(streams, EXIT.usage, `runjobs: ${opened.message}\n`);
  const { reporters } = opened;

  const signals = ownSignals();
  let run: RootRun;
  try {
    run = await open({ listeners: reporters, onListenerFailure });
  } catch (error) {
    const why = `the run cannot be recorded, so nothing was started: ${(error as Error).message}`;
    return refuse(streams, EXIT.notWritable, `runjobs: ${why}\n`);
  }
  endOnBugs(run);
  signals.direct(run);
  const { exitCode } = await run.start();

  const leave = () => exitProcess(exitCode, signals.received);
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
