/** Failures that may still come to nothing, as something around their step may yet end well: until then they are warnings. */
import type { Outcome } from '../events/outcome.ts';
import type { Progress } from '../events/progress.ts';
import { isFinally, parentPath } from '../plan/paths.ts';
import type { Step } from '../plan/plan.ts';
import { glyphs, monochrome, type Palette } from './palette.ts';
import type { Steps } from './steps.ts';
import { mark } from './summary.ts';

interface Around {
  readonly progress: Progress;
  readonly steps: Pick<Steps, 'at' | 'forgivenIn'>;
}

/** The glyph of how a step has ended, in its colour: of a failure the cross only where it is one for good. */
export function markAt(path: string, outcome: Outcome, around: Around, palette: Palette = monochrome): string {
  return isOpen(path, outcome, around) ? palette.warn(glyphs.allowed) : mark(outcome, palette);
}

/** Whether it is a failure which, by the plan and by where the run stands, the run may end well with. */
export function isOpen(path: string, outcome: Outcome, around: Around): boolean {
  if (outcome.state !== 'failed' || outcome.allowed || outcome.reason.type === 'internal') return false;
  return mayComeToNothing(path, around);
}

/** The same of any failure of a step. */
export function mayComeToNothing(path: string, around: Around): boolean {
  for (let below = path; below !== '.'; ) {
    const above = parentPath(below);
    if (isFinally(above)) {
      // The step whose `finally` fails does so itself, whatever it makes of what fails in its body.
      below = parentPath(above);
      continue;
    }
    if (mayForgive(above, below, around)) return true;
    below = above;
  }
  return false;
}

/** Whether something has failed for good by now. */
export function hasFailedForGood(around: Around): boolean {
  const { root, failures } = around.progress;
  if (root.counts.failed === 0) return false;
  for (const { step, outcome } of failures.values())
    if (!outcome.allowed && !isOpen(step, outcome, around)) return true;
  return false;
}

function mayForgive(path: string, below: string, { progress, steps }: Around): boolean {
  const node = progress.nodes.get(path);
  const step = steps.at(path);
  // What is not in the tree any more has ended as well.
  if (step === undefined || node === undefined || node.outcome !== undefined) return false;
  if (step.allowFailure || mayTickOn(step)) return true;
  const times = step.retry?.times ?? 0;
  if (times === 'forever' || node.attempt <= times) return true;
  return steps.forgivenIn(path) !== undefined && !steps.at(below)?.background;
}

function mayTickOn({ every }: Step): boolean {
  return every !== undefined && (every.until !== undefined || (every.failureThreshold ?? 1) > 1);
}
