/** The wait for a slot and pools. */
import { isLeaf, type LeafStep, type Step } from '../plan/plan.ts';
import type { RunContext, Running } from './context.ts';
import type { Place } from './place.ts';
import type { Scope } from './scope.ts';

/** Who wants a slot. */
type Wanting = Pick<Running, 'step' | 'path'>;

/**
 * Takes a slot for the step, and what it wants of the pools, at once or as soon as all of it is free; nothing where the
 * scope closes before. It may have its place in the line already. @param inPools whether its pools are for what is to start.
 */
export function takeSlot(run: RunContext, running: Running, scope: Scope, inPools = false): Promise<void> | undefined {
  const place = running.place ?? lineUp(run, running, scope, inPools);
  running.place = undefined;
  running.slot = place.given;
  if (running.slot !== undefined) return undefined;
  running.onBegun();
  return place.taken(scope).then(slot => {
    running.slot = slot;
  });
}

/** Whether it is a step in here that takes a slot, or something of the pools. */
export function takesPlace(step: Step, scope: Scope): step is LeafStep {
  return isLeaf(step) && (!scope.slotless || (step.pools !== undefined && !scope.poolless));
}

/** Takes the step's place in the line, and tells where it has to wait there. */
export function lineUp(run: RunContext, { step, path }: Wanting, scope: Scope, inPools: boolean): Place {
  const pools = inPools && isLeaf(step) && !scope.poolless ? step.pools : undefined;
  const wants = { slot: !scope.slotless, ...(pools === undefined ? {} : { pools }) };
  const place = run.slots.lineUp(wants);
  if (place.given !== undefined) return place;
  const pool = run.slots.lacking(wants);
  run.publish({
    type: 'step.queued',
    step: path,
    t: run.t(),
    for: pool === undefined ? 'slot' : 'pool',
    ...(pool === undefined ? {} : { pool }),
  });
  return place;
}

/** Gives back what the step holds, before it goes on to something else. */
export function giveBack(running: Running): void {
  running.slot?.();
  running.slot = undefined;
}
