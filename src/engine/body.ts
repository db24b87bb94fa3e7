/** The body of a step: the one switch over its kinds. */
import type { Outcome } from '../events/outcome.ts';
import { expand } from '../plan/variables.ts';
import type { RunContext, Running } from './context.ts';
import { gather } from './gather.ts';
import { executeLeaf } from './leaf.ts';
import type { Scope } from './scope.ts';
import { sequence } from './sequence.ts';

/** Runs one attempt of the body; resolves when nothing of it is left. */
export async function runBody(run: RunContext, running: Running, scope: Scope, attempt: number): Promise<Outcome> {
  const { step } = running;
  const started = (facts: { readonly pid?: number; readonly logOffset?: number } = {}) => {
    running.attempts += 1;
    run.publish({
      type: 'step.started',
      step: running.path,
      t: run.t(),
      ...(scope.tick === undefined ? {} : { tick: scope.tick }),
      attempt,
      ...(step.name === undefined ? {} : { name: nameIn(scope, step.name) }),
      ...facts,
      ...(scope.past === undefined ? {} : { resumed: true }),
    });
    running.startedAt ??= run.clock.now();
    if (step.type !== 'steps' && step.type !== 'gather') running.onBegun();
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
    case 'sleep':
      started();
      return sleep(run, step.durationMs, scope);
    default:
      return step satisfies never;
  }
}

/** A wait that goes on until it is over or told to stop. */
function sleep(run: RunContext, durationMs: number | 'forever', scope: Scope): Promise<Outcome> {
  return new Promise(resolve => {
    const disarm =
      durationMs === 'forever'
        ? () => {}
        : run.clock.at(run.clock.now() + durationMs, () => {
            scope.signal.removeEventListener('abort', stop);
            resolve({ state: 'succeeded' });
          });
    const stop = () => {
      disarm();
      if (scope.cancelled !== undefined) resolve({ state: 'cancelled', reason: scope.cancelled });
    };
    scope.signal.addEventListener('abort', stop, { once: true });
    if (scope.signal.aborted) stop();
  });
}

/** The name as people see it: where a variable in it has no value, as it was written. */
function nameIn(scope: Scope, name: string): string {
  const expansion = expand(name, variable => scope.variables.get(variable));
  return expansion.type === 'text' ? expansion.text : name;
}
