/** `runjobs <plan>`: one root run, seen by the chosen reporters, ended by its own end or by a signal. */
import { resolve } from 'node:path';
import type { Run } from '../../engine/run.ts';
import type { Plan } from '../../plan/plan.ts';
import { claimRootRun, openRootRun } from '../../root-run.ts';
import { endOnBugs } from '../bugs.ts';
import { EXIT, exitProcess } from '../exit.ts';
import type { RunFlags } from '../options.ts';
import { explainRejection, loadNamedPlan } from '../plan-source.ts';
import { ownSignals } from '../signals.ts';
import { openChosenReporters, openTerminal } from '../terminal.ts';

/** How long output may take to leave us once a signal has asked us to go: nobody may be reading any more. */
const PARTING_MS = 2000;

/** Runs the plan, and ends the process with the run's exit code. */
export async function runCommand(source: string, flags: RunFlags): Promise<void> {
  const signals = ownSignals();
  const streams = { stdout: openTerminal(process.stdout), stderr: openTerminal(process.stderr) };
  const leave = async (code: number, closing: Promise<unknown> = Promise.resolve()) => {
    const flushed = closing.then(() => Promise.all([streams.stdout.flush(), streams.stderr.flush()]));
    await (signals.received === undefined ? flushed : Promise.race([flushed, wait(PARTING_MS)]));
    signals.release();
    exitProcess(code, signals.received);
  };
  const refuse = (code: number, words: string) => {
    void streams.stderr.write(words);
    return leave(code);
  };

  const loaded = await loadNamedPlan(source);
  if (loaded.type === 'rejected') return refuse(EXIT.usage, explainRejection(source, loaded));
  const plan = withFlags(loaded.plan, flags);
  const opened = await openChosenReporters(flags.reporter, plan, streams, flags.color);
  if (opened.type === 'wrong') return refuse(EXIT.usage, `runjobs: ${opened.message}\n`);

  const closeReporters = () => Promise.all(opened.reporters.map(reporter => reporter.close()));
  let run: Run;
  try {
    run = await openRootRun({
      plan,
      id: claimRootRun(plan.name).id,
      listeners: opened.reporters,
      onListenerFailure(name, error) {
        // Where there are other reporters, they tell it.
        if (opened.reporters.length > 1) return;
        void streams.stderr.write(`runjobs: the reporter "${name}" failed, the run goes on: ${String(error)}\n`);
      },
      env: process.env as Record<string, string>,
      ...stateDirOf(flags),
    });
  } catch (error) {
    await closeReporters();
    return refuse(
      EXIT.notWritable,
      `runjobs: logs cannot be kept, so nothing was started: ${(error as Error).message}\n`,
    );
  }
  endOnBugs(run);
  signals.direct(run);
  const { exitCode } = await run.start();
  return leave(exitCode, closeReporters());
}

function withFlags(plan: Plan, { slots = plan.slots, timeout }: RunFlags): Plan {
  return { ...plan, slots, root: timeout === undefined ? plan.root : { ...plan.root, timeoutMs: timeout } };
}

function stateDirOf({ stateDir = process.env.RUNJOBS_STATE_DIR }: RunFlags): { stateDir?: string } {
  return stateDir ? { stateDir: resolve(stateDir) } : {};
}

function wait(ms: number): Promise<void> {
  return new Promise(done => setTimeout(done, ms));
}
