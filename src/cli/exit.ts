/** How the process ends. */
import { constants } from 'node:os';
import type { InterruptSignal } from '../events/outcome.ts';

/** Exit codes of commands that run nothing; those of a run are in the engine's `exit-code.ts`. */
export const EXIT = { ok: 0, failed: 1, usage: 2, bug: 3, notWritable: 74, held: 75 } as const;

/** Long enough for the default action of a signal; it does not end a process that is PID 1. */
const SIGNAL_PATIENCE_MS = 200;

/**
 * Ends the process; everything that can be flushed has been. After a signal, also one that came when the run had ended
 * already, it is raised again, so that the shell that called us sees it and stops too: `runjobs plan && echo next` says
 * nothing after Ctrl-C. SIGQUIT is not: it would leave a core dump.
 */
export function exitProcess(code: number, signal?: InterruptSignal): void {
  if (signal === undefined || code === EXIT.bug) process.exit(code);
  if (signal === 'SIGQUIT') process.exit(128 + constants.signals.SIGQUIT);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(128 + constants.signals[signal]), SIGNAL_PATIENCE_MS);
}
