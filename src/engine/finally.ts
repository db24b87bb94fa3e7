/** `finally`: steps that run once after the body has ended, however it ended. */

import type { CancelReason, Outcome } from '../events/outcome.ts';
import { childPath, type FinallyBlock } from '../plan/plan.ts';
import { signalCode } from '../plan/signals.ts';
import type { Ending, RunContext, Running } from './context.ts';
import { withDeadline } from './deadline.ts';
import { FAIL_NOBODY, Group } from './group.ts';
import { killedBy } from './killed-by.ts';
import { type Scope, withScope } from './scope.ts';
import { skipFinally } from './skip.ts';

/**
 * Runs the block after the body came to `own`: all of its steps, in order, whatever becomes of each, outside of every
 * slot and every deadline but its own. A cancellation does not reach it; killing the run does. It does not run when the
 * body never started. Its steps see what the body has saved; what they save stays in the block. Resolves to `own`, or, where that was success (or was forgiven), to a failure when the block failed, and
 * to `cancelled` when it was killed.
 */
export async function conclude(
  run: RunContext,
  running: Running,
  block: FinallyBlock,
  scope: Scope,
  { outcome: own, saved = {} }: Ending,
): Promise<Outcome> {
  const { step, path } = running;
  if (running.startedAt === undefined) {
    skipFinally(run, step, path, { type: 'not-started', step: path });
    return own;
  }
  running.slot?.();
  const options = {
    link: 'shielded',
    path: childPath(path, 'finally'),
    slotless: true,
    poolless: true,
    past: undefined,
    variables: scope.variables.saving(saved, path, step.env).with(factsOf(own, path), { type: 'runjobs' }),
  } as const;
  const failure = await withScope(scope, options, async inner => {
    if (run.killed.cancelled !== undefined) inner.cancel(run.killed.cancelled);
    return withDeadline(run.clock, inner, block.timeoutMs, () => inOrder(run, block, inner));
  });
  if (failure?.limitMs !== undefined) tellCutOff(run, path, failure.step, failure.limitMs);
  const isGood = own.state === 'succeeded' || (own.state === 'failed' && own.allowed);
  if (failure === undefined || !isGood) return own;
  const { cut, ...reason } = failure;
  return cut === undefined
    ? { state: 'failed', reason: { type: 'finally', ...reason } }
    : { state: 'cancelled', reason: cut };
}

/** The first step of the block that failed; or the block itself, where its own time ran out, or it was killed. */
interface BlockFailure {
  readonly step: string;
  readonly limitMs?: number;
  /** Why all of it was killed. */
  readonly cut?: CancelReason;
}

async function inOrder(run: RunContext, block: FinallyBlock, scope: Scope): Promise<BlockFailure | undefined> {
  const group = new Group(run, scope, FAIL_NOBODY);
  await group.inOrder(block.steps);
  await group.end();
  const told = scope.cancelled;
  if (told?.type === 'timeout') return { step: scope.path, limitMs: told.limitMs };
  if (told !== undefined) return { step: scope.path, cut: told };
  return group.failure && { step: group.failure.step };
}

function tellCutOff(run: RunContext, step: string, block: string, limitMs: number): void {
  run.failed(block, { state: 'failed', reason: { type: 'timeout', limitMs } });
  run.publish({ type: 'warning', t: run.t(), step, message: `its finally was cut off: its ${limitMs} ms were over` });
}

/** What the steps of the block are told about the body. */
export function factsOf(outcome: Outcome, path: string): Record<string, string> {
  const reason = outcome.state === 'failed' ? outcome.reason : undefined;
  return {
    RUNJOBS_OUTCOME: outcome.state,
    RUNJOBS_EXIT_CODE: String(codeOf(outcome) ?? ''),
    RUNJOBS_FAILED_STEP: reason === undefined ? '' : reason.type === 'child' ? reason.step : path,
  };
}

/** As `$?` has it in a shell. */
function codeOf(outcome: Outcome): number | undefined {
  switch (outcome.state) {
    case 'succeeded':
      return outcome.exitCode ?? 0;
    case 'failed': {
      const signal = killedBy(outcome);
      return outcome.exitCode ?? (signal === undefined ? undefined : signalCode(signal));
    }
    case 'cancelled':
      return outcome.exitCode;
    case 'skipped':
      return undefined;
    default:
      return outcome satisfies never;
  }
}
