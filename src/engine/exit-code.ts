/** The exit code of a run: the first rule that holds. */
import type { CancelReason, Failed, Outcome } from '../events/outcome.ts';

const INTERRUPTED = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;

/**
 * 3 a bug in runjobs · 129, 130, 131, 143 a signal came · 124 the root's own clock ran out · 74 a log or the journal could
 * not be written · 1 a step failed or the caller cancelled · 0.
 * @param why what the whole run was cancelled for, if it was.
 */
export function exitCodeOf(
  outcome: Outcome,
  why: CancelReason | undefined,
  failures: readonly { readonly outcome: Failed }[],
): number {
  if (why?.type === 'internal' || failures.some(failure => failure.outcome.reason.type === 'internal')) return 3;
  if (why?.type === 'interrupted') return INTERRUPTED[why.signal];
  if (outcome.state === 'failed' && outcome.reason.type === 'timeout') return outcome.allowed ? 0 : 124;
  if (why?.type === 'unwritable') return 74;
  // A plan that its own `if`, or the lock of what it uses, leaves out has nothing to do.
  if (outcome.state === 'skipped' && ['if', 'locked'].includes(outcome.reason.type)) return 0;
  return outcome.state === 'succeeded' || (outcome.state === 'failed' && outcome.allowed) ? 0 : 1;
}
