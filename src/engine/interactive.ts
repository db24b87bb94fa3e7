/** Which interactive steps a run may come to. */
import type { Past } from '../events/past.ts';
import { childPath, childrenOf, type Step } from '../plan/plan.ts';
import { firstTick } from './first-tick.ts';
import { firstAttempt, isOver, pastOf } from './takeover.ts';

/**
 * The paths of the interactive steps that may start, in declared order: those that the command line leaves out are not among them,
 * nor those that a resumed run takes over.
 * @param past what the run that is resumed had come to.
 */
export function interactiveAhead(root: Step, past?: Past): string[] {
  const found: string[] = [];
  const visit = (step: Step, path: string, known: Past | undefined) => {
    if (step.leftOut !== undefined || isOver(step, known)) return;
    visitBody(step, path, known);
    const block = childPath(path, 'finally');
    for (const child of step.finally?.steps ?? []) visit(child, childPath(block, child.id), undefined);
  };
  const visitBody = (step: Step, path: string, known: Past | undefined) => {
    const tick =
      step.every === undefined ? ({ type: 'once', past: known } as const) : firstTick(step, step.every, known);
    if (tick.type === 'over') return;
    const first = firstAttempt(step, tick.past);
    if (first.type === 'succeeded') return;
    if (step.type === 'run' && step.interactive) found.push(path);
    for (const child of childrenOf(step)) visit(child, childPath(path, child.id), pastOf(child, first.past));
  };
  visit(root, '.', root.rerun ? undefined : past);
  return found;
}
