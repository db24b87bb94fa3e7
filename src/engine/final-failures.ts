/** What failures have come to at the end of a run: those in a group that ended well all the same were none. */
import { forgiven, forgivenessIn } from '../events/forgiven.ts';
import { groupsOf } from '../events/groups.ts';
import type { Failed, Outcome } from '../events/outcome.ts';
import { parentPath } from '../plan/paths.ts';
import type { Step } from '../plan/plan.ts';

interface Failure {
  readonly step: string;
  readonly outcome: Failed;
}

/** @param ends the last outcomes of steps by path; of groups that are not among them, such as copies, nothing is known. */
export function finalFailures(
  failures: readonly Failure[],
  root: Step,
  ends: ReadonlyMap<string, Outcome>,
): readonly Failure[] {
  if (failures.length === 0) return failures;
  const groups = groupsOf(root);
  return failures.map(failure => {
    for (let at = failure.step; at !== '.'; ) {
      at = parentPath(at);
      const end = ends.get(at);
      const why = end && forgivenessIn(at, end, groups);
      if (why !== undefined) return { ...failure, outcome: forgiven(failure.outcome, why) };
    }
    return failure;
  });
}
