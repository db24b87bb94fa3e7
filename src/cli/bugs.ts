/** What happens when runjobs itself is broken: everything is ended, and the user is told in words. */
import type { Interruptible } from './signals.ts';

/** One line for the user, and the trace for whoever asks for it. */
export function reportBug(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const trace = error instanceof Error ? (error.stack ?? message) : message;
  const more = process.env.RUNJOBS_DEBUG ? trace : 'RUNJOBS_DEBUG=1 shows where it happened.';
  process.stderr.write(`runjobs: this is a bug in runjobs, please report it: ${message}\n${more}\n`);
}

/** From now on an error that nobody caught kills the run, which then ends with 3, instead of leaving processes behind. */
export function endOnBugs(run: Interruptible): void {
  const onBug = (error: unknown) => {
    reportBug(error);
    run.kill({ type: 'internal', message: error instanceof Error ? error.message : String(error) });
  };
  process.on('uncaughtException', onBug);
  process.on('unhandledRejection', onBug);
}
