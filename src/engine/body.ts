/** The body of a step: the one switch over its kinds. */
import type { StepStarted } from '../events/event.ts';
import { isLeaf, type Step } from '../plan/plan.ts';
import { expand } from '../plan/variables.ts';
import { any } from './any.ts';
import type { Ending, RunContext, Running } from './context.ts';
import { forEach } from './for-each.ts';
import { gather } from './gather.ts';
import { executeLeaf } from './leaf.ts';
import type { Scope } from './scope.ts';
import { sequence } from './sequence.ts';

/** What is told of a start besides. */
type StartFacts = Pick<StepStarted, 'pid' | 'worker' | 'logOffset' | 'items' | 'list'>;

/** Runs one attempt of the body; resolves when nothing of it is left. */
export function runBody(run: RunContext, running: Running, scope: Scope, attempt: number): Ending | Promise<Ending> {
  const { step } = running;
  const started = (facts: StartFacts = {}) => {
    // They are numbered on in a run that is resumed.
    running.attempts = Math.max(running.attempts + 1, attempt);
    run.publish({
      type: 'step.started',
      step: running.path,
      t: run.t(),
      ...(scope.tick === undefined ? {} : { tick: scope.tick }),
      attempt,
      ...(step.name === undefined ? {} : { name: nameIn(scope, step.name) }),
      ...(running.item === undefined ? {} : { item: running.item }),
      ...facts,
      ...(scope.past === undefined ? {} : { resumed: true }),
    });
    running.startedAt ??= run.clock.now();
    running.onStart?.();
    if (step.ready === undefined) running.onReady();
    if (step.ready === undefined) running.readyAt = run.clock.now();
    running.readiness?.started();
    if (!isGroup(step)) running.onBegun();
  };
  switch (step.type) {
    case 'run':
    case 'http':
      return executeLeaf(run, running, step, scope, attempt, started);
    case 'steps':
      started();
      return sequence(run, step, scope, running.onBegun);
    case 'gather':
      started();
      return gather(run, step, scope, running.onBegun);
    case 'any':
      started();
      return any(run, step, scope, running.onBegun);
    case 'sleep':
      started();
      return sleep(run, step.durationMs, scope);
    case 'forEach':
      return forEach(run, running, step, scope, attempt, started);
    default:
      return step satisfies never;
  }
}

/** A wait that goes on until it is over or told to stop. */
function sleep(run: RunContext, durationMs: number | 'forever', scope: Scope): Promise<Ending> {
  return new Promise(resolve => {
    const disarm =
      durationMs === 'forever'
        ? () => {}
        : run.clock.at(run.clock.now() + durationMs, () => {
            forget();
            resolve({ outcome: { state: 'succeeded' } });
          });
    const forget = scope.whenCancelled(() => {
      disarm();
      if (scope.cancelled !== undefined) resolve({ outcome: { state: 'cancelled', reason: scope.cancelled } });
    });
  });
}

/** Whether it has begun only when steps in it have. */
function isGroup(step: Step): boolean {
  return !isLeaf(step) && step.type !== 'sleep';
}

/** The name as people see it: where a variable in it has no value, as it was written. */
function nameIn(scope: Scope, name: string): string {
  const expansion = expand(name, variable => scope.variables.get(variable));
  return expansion.type === 'text' ? expansion.text : name;
}
