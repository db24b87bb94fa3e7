/** `any`: children concurrently; the first success wins, and the others are cancelled. */
import type { Outcome } from '../events/outcome.ts';
import type { Past } from '../events/past.ts';
import type { AnyStep, Step } from '../plan/plan.ts';
import type { Ending, RunContext } from './context.ts';
import { FAIL_NOBODY, Group } from './group.ts';
import { type Scope, withScope } from './scope.ts';

/**
 * Starts the children in declared order, each once the one before has started or waits for its slot; resolves when all
 * have ended: well with the first one that succeeded, whose saved variables stay, and failed when none did. One that had
 * succeeded in a run that is resumed has won.
 * @param onBegun called when all have started or wait for their slots.
 */
export function any(run: RunContext, step: AnyStep, scope: Scope, onBegun: () => void): Promise<Ending> {
  return withScope(scope, {}, async race => {
    const group = new Group(run, race, FAIL_NOBODY);
    const earlier = step.children.find(child => hadSucceeded(child, scope.past));
    let winner: Step | undefined;
    /** Whether one that might still have won was stopped, or never started, for what is outside. */
    let isCutOff = false;
    const ended = (child: Step, { state }: Outcome) => {
      if (winner !== undefined) return;
      if (state !== 'succeeded') {
        isCutOff ||= race.closed !== undefined && state !== 'failed';
        return;
      }
      winner = child;
      race.cancel({ type: 'lost', step: group.pathOf(child) });
    };
    // Where something in it starts again, and fails now, the others have their chance.
    if (earlier !== undefined) ended(earlier, await group.child(earlier, onBegun));
    const runners: Promise<void>[] = [];
    for (const child of step.children) {
      if (child === earlier) continue;
      if (race.closed !== undefined) {
        ended(child, group.skip(child, race.closed));
        continue;
      }
      await new Promise<void>(begun => {
        runners.push(group.child(child, () => begun()).then(outcome => ended(child, outcome)));
      });
    }
    onBegun();
    await Promise.all(runners);
    const { outcome } = await group.end();
    if (winner !== undefined) return { outcome: { state: 'succeeded' }, saved: group.savedBy(winner) };
    const reason = race.cancelled ?? race.closed;
    return { outcome: isCutOff && reason !== undefined ? { state: 'cancelled', reason } : outcome };
  });
}

function hadSucceeded(child: Step, group: Past | undefined): boolean {
  return group?.children.get(child.id)?.finished?.outcome.state === 'succeeded';
}
