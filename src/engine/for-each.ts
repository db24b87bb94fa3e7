/** `forEach`: copies of a step, one for each item, as a gather would run them; nothing is kept of one that has ended. */
import type { ForEachStep, Step } from '../plan/plan.ts';
import type { Begun, Ending, RunContext, Running } from './context.ts';
import { Copies } from './copies.ts';
import { fanOut, policyOf, type Turn } from './fan-out.ts';
import { Group } from './group.ts';
import { evaluate } from './items.ts';
import { missingCopy } from './missing-copies.ts';
import { Scope } from './scope.ts';
import type { Values, Variables } from './variables.ts';

/**
 * Reads the list, then starts the copies in its order, each once the one before has started or waits for its slot, at
 * most `limit` at once. Resolves when all have ended. Once the scope is closed, by a failure or from outside, those that
 * are left are skipped, and told together, as are those that the command line leaves out. A list that cannot be read fails the step before any copy; what the copies save
 * fails it once that is too much for a variable.
 * @param started called once, when the list has been read or cannot be; not when it was told to stop before anything began.
 */
export async function forEach(
  run: RunContext,
  running: Running,
  step: ForEachStep,
  scope: Scope,
  attempt: number,
  started: (facts?: { readonly items?: number; readonly list?: string }) => void,
): Promise<Ending> {
  const evaluation = await evaluate(run, running, step, scope, attempt);
  if (evaluation.type === 'ended') {
    const { outcome } = evaluation;
    if (outcome.state === 'failed' || running.startedAt !== undefined) started();
    return { outcome };
  }
  const { items, list } = evaluation;
  const missing = missingCopy(step, items.count);
  if (missing !== undefined) {
    started();
    return { outcome: { state: 'failed', reason: { type: 'start', message: `forEach: ${missing}` } } };
  }
  started({ items: items.count, ...(list === undefined ? {} : { list }) });

  const group = new Group(run, scope, policyOf(step, items.count));
  const copies = new Copies(run, step, scope, items.count, () => group.endOthers(scope.path));
  const copyOf = copiesOf(step);
  const runCopy = async (number: number, begun: Begun) => {
    const item = items.at(number - 1);
    const copy = copyOf(number);
    const variables = withItem(scope.variables, item, step, scope.path);
    const between = Scope.below(scope, { variables, item });
    await group.child(copy, begun, between);
    between.end();
    copies.ended(number, group.takeSaved(copy));
  };
  const next = (): Turn | undefined => {
    const number = copies.next();
    return number === undefined ? undefined : { type: 'run', run: begun => runCopy(number, begun) };
  };
  await fanOut(step.limit ?? run.parallelism, next, running.onBegun);
  return copies.end(await group.end());
}

/** The variables around a copy of the forEach at a path. */
export function withItem(outer: Variables, item: Values, { env }: ForEachStep, path: string): Variables {
  return outer.with(without(item, env), { type: 'forEach', step: path });
}

/** The copies by their numbers, from 1. */
export function copiesOf(step: ForEachStep): (number: number | string) => Step {
  const each = withEnvOf(step);
  return number => ({ ...each, id: `[${number}]` });
}

/** The values that are seen by a copy: the variables of the forEach itself are nearer. */
function without(item: Values, env: Values): Values {
  const names = Object.keys(item);
  if (!names.some(name => Object.hasOwn(env, name))) return item;
  return Object.fromEntries(Object.entries(item).filter(([name]) => !Object.hasOwn(env, name)));
}

/** One copy: what the steps in it save is further out than the variables of the forEach itself. */
function withEnvOf({ each, env }: ForEachStep): Step {
  const names = Object.keys(env);
  if (names.length === 0) return each;
  const own = Object.fromEntries(names.map(name => [name, `\${${name}}`]));
  const [first, ...rest] = each.used?.levels ?? [];
  if (each.used === undefined || first === undefined) return { ...each, env: { ...own, ...each.env } };
  // Around what is used, not in it.
  return { ...each, used: { ...each.used, levels: [{ ...first, env: { ...own, ...first.env } }, ...rest] } };
}
