/** What happens when runjobs itself is broken: everything is ended, and the user is told in words. */
import { EXIT } from './exit.ts';
import type { Interruptible } from './signals.ts';

/** One line for the user, and the trace for whoever asks for it. */
export function reportBug(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const trace = error instanceof Error ? (error.stack ?? message) : message;
  const more = process.env.RUNJOBS_DEBUG ? trace : 'RUNJOBS_DEBUG=1 shows where it happened.';
  process.stderr.write(`runjobs: this is a bug in runjobs, please report it: ${message}\n${more}\n`);
}

type OnBug = (error: unknown) => void;

/** What is done about an error that nobody caught. */
let onBug: OnBug = error => {
  reportBug(error);
  process.exit(EXIT.bug);
};

/** From now on an error that nobody caught is told in words, and ends the process with 3. */
export function watchForBugs(): void {
  const take: OnBug = error => onBug(error);
  process.on('uncaughtException', take);
  process.on('unhandledRejection', take);
}

/** From now on an error that nobody caught kills the run, which then ends with 3, instead of leaving processes behind. */
export function endOnBugs(run: Interruptible): void {
  onBug = error => {
    // A view that is drawn there would be drawn over it.
    if (process.stderr.isTTY) process.once('exit', () => reportBug(error));
    else reportBug(error);
    run.kill({ type: 'internal', message: error instanceof Error ? error.message : String(error) });
  };
}
