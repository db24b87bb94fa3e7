/** Steps that do nothing but wait for their slots: no more is kept of each than its place in the line. */
import type { Step } from '../plan/plan.ts';
import type { RunContext } from './context.ts';
import type { Place, Waiter } from './place.ts';
import type { Held, Scope } from './scope.ts';
import { pastOf } from './takeover.ts';
import { lineUp, takesPlace } from './turn.ts';
import type { Values } from './variables.ts';

/**
 * The place in the line of a step that is about to run in `group`; none where there is anything else to be done, judged
 * or clocked before it takes its slot.
 */
export function placeAhead(run: RunContext, step: Step, path: string, group: Scope): Place | undefined {
  return onlyWaits(run, step, group) ? lineUp(run, { step, path }, group, true) : undefined;
}

/**
 * Keeps a step of `group` that waits at its place, and lets it enter as soon as it is served, its group closes, or somebody wants to
 * stop it: then it goes on waiting like any other. Resolves as what `enter` returns.
 */
export function hold<T>(group: Scope, path: string, place: Place, enter: () => Promise<T>): Promise<T> {
  return new Promise(resolve => {
    const held = new HeldStep(path, group, () => resolve(enter()));
    place.tell(held);
    group.hold(held);
  });
}

class HeldStep implements Held, Waiter {
  readonly path: string;
  readonly #group: Scope;
  #enter: (() => void) | undefined;

  constructor(path: string, group: Scope, enter: () => void) {
    this.path = path;
    this.#group = group;
    this.#enter = enter;
  }

  enter(): void {
    const enter = this.#enter;
    this.#enter = undefined;
    this.#group.release(this);
    enter?.();
  }

  // Not inside of what has freed the slot, nor of what closes the group.
  served(): void {
    queueMicrotask(() => this.enter());
  }

  closed(): void {
    queueMicrotask(() => this.enter());
  }
}

function onlyWaits({ secretNames }: RunContext, step: Step, group: Scope): boolean {
  return (
    takesPlace(step, group) &&
    group.closed === undefined &&
    step.leftOut === undefined &&
    !step.background &&
    step.used === undefined &&
    step.envFiles === undefined &&
    isFixed(step.env, secretNames) &&
    step.if === undefined &&
    step.every === undefined &&
    step.finally === undefined &&
    step.limits?.totalMs === undefined &&
    step.limits?.queueMs === undefined &&
    pastOf(step, group.past) === undefined
  );
}

/** Whether these variables are what they are written as, and no secrets. */
function isFixed(env: Values, secretNames: readonly string[]): boolean {
  for (const name in env) if (env[name]?.includes('$') || secretNames.includes(name)) return false;
  return true;
}
