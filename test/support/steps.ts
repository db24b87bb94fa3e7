/** Builders of steps for tests of the engine: what the loader would make of a job file. */
import type { Behaviour } from '../../src/executors/simulated.ts';
import type {
  FailFast,
  FinallyBlock,
  ForEachStep,
  Items,
  Need,
  Plan,
  Probe,
  Ready,
  Retry,
  Step,
  StepCommon,
  Tolerance,
} from '../../src/plan/plan.ts';

type Modifiers = Partial<Omit<StepCommon, 'id'>> & { readonly pools?: Readonly<Record<string, number>> };
type Children = readonly Step[];
type Width = { limit?: number; failFast?: FailFast; tolerate?: Tolerance };

const common = (id: string, modifiers: Modifiers): StepCommon => ({
  id,
  env: {},
  background: false,
  allowFailure: false,
  ...modifiers,
});

/** A simulated command: a behaviour for every attempt, or one for each (the last one stays). */
export function leaf(id: string, behaviour: Behaviour | readonly Behaviour[] = {}, modifiers: Modifiers = {}): Step {
  return {
    type: 'run',
    ...common(id, modifiers),
    command: JSON.stringify(behaviour),
    shell: ['sh', '-ec'],
    stop: { signal: 'SIGTERM', graceMs: 5000 },
    okExitCodes: [0],
  };
}

export function steps(id: string, children: Children, modifiers: Modifiers = {}): Step {
  return { type: 'steps', ...common(id, modifiers), children };
}

export function gather(id: string, children: Children, modifiers: Modifiers & Width = {}): Step {
  return { type: 'gather', failFast: true, ...common(id, modifiers), ...modifiers, children };
}

export function any(id: string, children: Children, modifiers: Modifiers = {}): Step {
  return { type: 'any', ...common(id, modifiers), children };
}

/** The need of a sibling. */
export function need(id: string, when: Need['when'] = 'succeeded'): Need {
  return { id, when };
}

/** Copies of `each`, with the variable N: one for each value, or so many. */
export function forEach(
  id: string,
  items: Items | readonly string[] | number,
  each: Step,
  modifiers: Modifiers & Width = {},
): ForEachStep {
  return {
    type: 'forEach',
    failFast: true,
    ...common(id, modifiers),
    ...modifiers,
    items: itemsOf(items),
    each: { ...each, id: '' },
  };
}

function itemsOf(items: Items | readonly string[] | number): Items {
  if (typeof items === 'object' && 'type' in items) return items;
  const values = typeof items === 'number' ? Array.from({ length: items }, (_, index) => String(index + 1)) : items;
  return { type: 'product', lists: [{ name: 'N', list: { type: 'values', values } }], exclude: [] };
}

export function sleep(id: string, durationMs: number | 'forever', modifiers: Modifiers = {}): Step {
  return { type: 'sleep', ...common(id, modifiers), durationMs };
}

export function lastly(children: Children, timeoutMs = 60_000): { finally: FinallyBlock } {
  return { finally: { steps: children, timeoutMs } };
}

export function retry(times: number, changes: Partial<Retry> = {}): { retry: Retry } {
  return { retry: { times, delayMs: 1000, factor: 2, maxDelayMs: 60_000, jitter: 'none', ...changes } };
}

/** A background step that is ready when its probe says so; a text is an address. */
export function ready(probe: Probe | string, changes: Partial<Ready> = {}): { background: true; ready: Ready } {
  const asked = typeof probe === 'string' ? ({ type: 'tcp', address: probe } as const) : probe;
  return { background: true, ready: { probe: asked, everyMs: 500, timeoutMs: 60_000, ...changes } };
}

export function plan(root: Step, slots = 64): Plan {
  return { name: 'test', folder: '/', slots, keep: 50, keepBytes: 2 ** 30, inputs: {}, secrets: [], root };
}
