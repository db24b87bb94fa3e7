/** `runjobs <plan>`: one root run, seen by the chosen reporters, ended by its own end or by a signal. */
import { resolve } from 'node:path';
import type { Run } from '../../engine/run.ts';
import { type Overrides, overridden } from '../../journal/plan-copy.ts';
import type { Reporter } from '../../reporters/reporter.ts';
import { claimRootRun, openRootRun } from '../../root-run.ts';
import { endOnBugs } from '../bugs.ts';
import { EXIT, exitProcess } from '../exit.ts';
import type { RunFlags } from '../options.ts';
import { explainRejection, loadNamedPlan } from '../plan-source.ts';
import { openChosenReporters } from '../reporting.ts';
import { ownSignals } from '../signals.ts';
import { openStreams, type Streams } from '../streams.ts';

/** How long output may take to leave us once a signal has asked us to go: nobody may be reading any more. */
const PARTING_MS = 2000;

/** Runs the plan, and ends the process with the run's exit code. */
export async function runCommand(source: string, flags: RunFlags): Promise<void> {
  const streams = openStreams();
  const loaded = await loadNamedPlan(source);
  if (loaded.type === 'rejected') return refuse(streams, EXIT.usage, explainRejection(source, loaded));
  const { plan } = loaded;
  const overrides = overridesOf(flags);
  const opened = await openChosenReporters(flags.reporter, overridden(plan, overrides), streams, flags.color);
  if (opened.type === 'wrong') return refuse(streams, EXIT.usage, `runjobs: ${opened.message}\n`);
  const { reporters } = opened;

  const signals = ownSignals();
  // Never given back: the process ends with its run.
  const claim = claimRootRun(plan.name);
  let run: Run;
  try {
    run = await openRootRun({ plan, overrides, claim, listeners: reporters, ...environment(flags), onListenerFailure });
  } catch (error) {
    const why = `logs cannot be kept, so nothing was started: ${(error as Error).message}`;
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

async function refuse(streams: Streams, code: number, words: string): Promise<void> {
  void streams.stderr.write(words);
  await streams.flush();
  exitProcess(code);
}

async function closed(reporters: readonly Reporter[], streams: Streams): Promise<void> {
  await Promise.all(reporters.map(reporter => reporter.close()));
  await streams.flush();
}

function overridesOf({ slots, timeout }: RunFlags): Overrides {
  return { ...(slots === undefined ? {} : { slots }), ...(timeout === undefined ? {} : { timeoutMs: timeout }) };
}

function environment({ stateDir = process.env.RUNJOBS_STATE_DIR }: RunFlags) {
  return { env: process.env as Record<string, string>, ...(stateDir ? { stateDir: resolve(stateDir) } : {}) };
}

function wait(ms: number): Promise<void> {
  return new Promise(done => setTimeout(done, ms));
}
