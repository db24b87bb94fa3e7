/** `if`: whether a step is started at all. */
import type { Outcome } from '../events/outcome.ts';
import type { Condition, RunStep } from '../plan/plan.ts';
import type { RunContext, Running } from './context.ts';
import { withDeadline } from './deadline.ts';
import { executeLeaf } from './leaf.ts';
import { type Scope, withScope } from './scope.ts';
import { giveBack, takeSlot } from './turn.ts';

/** What the test of an `if` may take, in milliseconds. */
const TEST_MS = 10_000;

/**
 * Judges the condition, once: a step that had started in a run that is resumed is not asked again. A test is a command of
 * the step: it takes a slot, its output is in the step's log, and it is told to stop with the step.
 * @returns the end of the step where it is not started: skipped, or failed where the test could not say.
 */
export async function judgeCondition(
  run: RunContext,
  running: Running,
  condition: Condition,
  scope: Scope,
): Promise<Outcome | undefined> {
  if (scope.past !== undefined && (scope.past.attempt > 0 || scope.past.tick !== undefined)) return undefined;
  switch (condition.type) {
    case 'equal': {
      const other = Object.entries(condition.values).find(
        ([name, values]) => !values.includes(scope.variables.get(name) ?? ''),
      );
      return other && { state: 'skipped', reason: { type: 'if', name: other[0] } };
    }
    case 'test':
      return test(run, running, condition.command, scope);
    default:
      return condition satisfies never;
  }
}

async function test(run: RunContext, running: Running, command: RunStep, scope: Scope): Promise<Outcome | undefined> {
  if (!scope.slotless) await takeSlot(run, running, scope);
  if (scope.closed !== undefined) return { state: 'cancelled', reason: scope.closed };
  running.testedAt = run.clock.now();
  const outcome = await withScope(scope, {}, inner =>
    withDeadline(run.clock, inner, TEST_MS, async () => {
      const ending = await executeLeaf(run, running, command, inner, 1, () => running.onBegun());
      return inner.cancelled === undefined ? ending.outcome : { state: 'cancelled' as const, reason: inner.cancelled };
    }),
  );
  giveBack(running);
  switch (outcome.state) {
    case 'succeeded':
      return undefined;
    case 'skipped':
      return outcome;
    case 'cancelled': {
      const { reason } = outcome;
      const isOwn = scope.cancelled === undefined && reason.type === 'timeout';
      return isOwn ? failed(`took over ${TEST_MS / 1000} s`) : outcome;
    }
    case 'failed':
      switch (outcome.reason.type) {
        case 'exit':
          return { state: 'skipped', reason: { type: 'if', exitCode: outcome.exitCode ?? 1 } };
        case 'signal':
          return failed(`was killed by ${outcome.signal ?? 'a signal'}`);
        case 'start':
          return failed(`cannot be started: ${outcome.reason.message}`);
        default:
          return outcome;
      }
    default:
      return outcome satisfies never;
  }
}

function failed(words: string): Outcome {
  return { state: 'failed', reason: { type: 'start', message: `the test of "if" ${words}` } };
}
