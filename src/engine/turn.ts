/** The wait for a slot. */
import type { RunContext, Running } from './context.ts';
import type { Scope } from './scope.ts';

/** Takes a slot for the step, at once or as soon as one is free; none where the scope closes before. */
export async function takeSlot(run: RunContext, running: Running, scope: Scope): Promise<void> {
  running.slot = run.slots.tryTake();
  if (running.slot !== undefined) return;
  run.publish({ type: 'step.queued', step: running.path, t: run.t(), for: 'slot' });
  running.onBegun();
  running.slot = await run.slots.take(scope);
}
