/** The wait for a slot and pools. */
import { isLeaf } from '../plan/plan.ts';
import type { RunContext, Running } from './context.ts';
import type { Scope } from './scope.ts';

/**
 * Takes a slot for the step, and what it wants of the pools, at once or as soon as all of it is free; nothing where the
 * scope closes before. @param inPools whether its pools are for what is to start.
 */
export async function takeSlot(run: RunContext, running: Running, scope: Scope, inPools = false): Promise<void> {
  const { step, path } = running;
  const pools = inPools && isLeaf(step) && !scope.poolless ? step.pools : undefined;
  const wants = { slot: !scope.slotless, ...(pools === undefined ? {} : { pools }) };
  running.slot = run.slots.tryTake(wants);
  if (running.slot !== undefined) return;
  const pool = run.slots.lacking(wants);
  run.publish({
    type: 'step.queued',
    step: path,
    t: run.t(),
    for: pool === undefined ? 'slot' : 'pool',
    ...(pool === undefined ? {} : { pool }),
  });
  running.onBegun();
  running.slot = await run.slots.take(scope, wants);
}

/** Gives back what the step holds, before it goes on to something else. */
export function giveBack(running: Running): void {
  running.slot?.();
  running.slot = undefined;
}
