/** Laws of what is told of the variables that a step has seen: it is what the step has seen. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { variablesOf } from '../../src/engine/variables-of.ts';
import type { RunEvent } from '../../src/events/event.ts';
import { createPast } from '../../src/events/past.ts';
import { childPath, isAtOrBelow, type Step } from '../../src/plan/plan.ts';
import { simulate } from '../support/simulate.ts';
import { any, gather, lastly, leaf, need, plan, retry, steps } from '../support/steps.ts';
import { foreground, tree } from '../support/trees.ts';
import { examples } from '../support/way.ts';

/** All that is known of what is around a step. */
function pastFor(path: string, events: readonly RunEvent[]) {
  const past = createPast(copy => isAtOrBelow(path, copy));
  for (const event of events) past.take(event);
  return past.root;
}

/** By copy. */
function itemsIn(events: readonly RunEvent[]) {
  return new Map(
    events.flatMap(event => (event.type === 'step.started' && event.item ? [[event.step, event.item] as const] : [])),
  );
}

/** What is told of a step, after these events. */
async function told(root: Step, path: string, events: readonly RunEvent[], values: Record<string, string> = {}) {
  return variablesOf(path, {
    plan: plan(root),
    past: pastFor(path, events),
    itemOf: copy => itemsIn(events).get(copy),
    given: [{ values, origin: { type: 'input', from: 'given' } }],
    builtIns: { RUNJOBS_RUN: 'test-run' },
  });
}

const from = async (root: Step, path: string, name: string, events: readonly RunEvent[]) => {
  const found = (await told(root, path, events))?.variables.find(name);
  return found === undefined || found.origin.type === 'process' ? undefined : [found.value, found.origin];
};

const saving = (id: string, saves: Record<string, string>, modifiers = {}) => leaf(id, { saves }, modifiers);

/** The tree with variables: each leaf saves one, some steps have an `env`, some children of a gather need another. */
function decorated(step: Step, path: string): Step {
  const name = `V${path.length % 4}`;
  const env = path.length % 3 === 0 ? { [`V${path.length % 5}`]: `${path} over \${V1:-none}` } : {};
  const common = {
    ...step,
    env,
    ...(step.finally === undefined
      ? {}
      : {
          finally: {
            ...step.finally,
            steps: step.finally.steps.map(child => decorated(child, `${path}/finally/${child.id}`)),
          },
        }),
  };
  if (common.type === 'forEach') return { ...common, each: decorated(common.each, childPath(path, '[1]')) };
  if (common.type === 'run') {
    const behaviours = [JSON.parse(String(common.command))].flat().map(each => ({ ...each, saves: { [name]: path } }));
    return { ...common, command: JSON.stringify(behaviours) };
  }
  if (common.type !== 'steps' && common.type !== 'gather' && common.type !== 'any') return common;
  const children = common.children.map((child, index) => {
    const inner = decorated(child, childPath(path, child.id));
    const before = common.children[index - 1];
    return common.type === 'gather' && index % 2 === 1 && before !== undefined
      ? { ...inner, needs: [{ id: before.id, when: 'ended' as const }] }
      : inner;
  });
  return { ...common, children };
}

describe('what is told of the variables of a step', () => {
  it('is what it has seen when it was started for the last time, in any tree', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(tree, async random => {
        const root = decorated({ ...foreground(random), id: '.' }, '.');
        const last = new Map<string, { env: Record<string, string>; index: number }>();
        const events: RunEvent[] = [];
        const env = Object.fromEntries(['V0', 'V1', 'V2', 'V3', 'V4'].map(name => [name, `given ${name}`]));
        await simulate(root, {
          env,
          onEvent: event => void events.push(event),
          onExecute: context => void last.set(context.path, { env: { ...context.env }, index: events.length }),
          during: (run, clock) => void clock.at(5000, () => run.cancel({ type: 'aborted' })),
        });
        for (const [path, { env: seen, index }] of last) {
          // Groups around it that have started again since have steps that were not reached again.
          if (
            events
              .slice(index)
              .some(event => event.type === 'step.started' && path.startsWith(childPath(event.step, '')))
          )
            continue;
          compared += 1;
          expect((await told(root, path, events, env))?.variables.all(), path).toEqual(seen);
        }
      }),
      { numRuns: examples(200) },
    );
    expect(compared).toBeGreaterThan(examples(100));
  });

  it('names the step that has saved a value, however deep it is', async () => {
    const root = steps('.', [
      steps('a', [saving('one', { X: '1' }), gather('g', [saving('x', { X: '2' }), saving('y', { Y: '3' })])]),
      leaf('b'),
    ]);
    const { events } = await simulate(root);
    expect(await from(root, 'b', 'X', events)).toEqual(['2', { type: 'saved', step: 'a/g/x' }]);
    expect(await from(root, 'a/g/x', 'X', events)).toEqual(['1', { type: 'saved', step: 'a/one' }]);
    expect(await from(root, 'a/one', 'X', events)).toBeUndefined();
  });

  it('names the winner of an any, and what is needed in a gather', async () => {
    const race = any('r', [leaf('slow', { durationMs: 9, saves: { X: 'slow' } }), saving('fast', { X: 'fast' })]);
    const root = steps('.', [
      race,
      gather('g', [saving('p', { Y: '1' }), leaf('q', {}, { needs: [need('p')] }), leaf('r')]),
    ]);
    const { events } = await simulate(root);
    expect(await from(root, 'g/q', 'X', events)).toEqual(['fast', { type: 'saved', step: 'r/fast' }]);
    expect(await from(root, 'g/q', 'Y', events)).toEqual(['1', { type: 'saved', step: 'g/p' }]);
    expect(await from(root, 'g/r', 'Y', events)).toBeUndefined();
  });

  it('has nothing of a background sibling that it needs', async () => {
    const root = gather('.', [
      steps('a', [saving('1', { X: '1' }), leaf('2', { durationMs: 50 })], { background: true }),
      leaf('wait', { durationMs: 10 }, { needs: [need('a')] }),
      leaf('b', {}, { needs: [need('a'), need('wait')] }),
    ]);
    const { events } = await simulate(root);
    expect(await from(root, 'b', 'X', events)).toBeUndefined();
  });

  it('tells a finally what the body has saved and come to', async () => {
    const root = steps(
      '.',
      [saving('a', { X: '1' }, { ...retry(1), ...lastly([leaf('f')]) }), leaf('b', { exitCode: 3 })],
      lastly([leaf('f')]),
    );
    const { events } = await simulate(root);
    expect(await from(root, 'a/finally/f', 'X', events)).toEqual(['1', { type: 'saved', step: 'a' }]);
    expect(await from(root, 'finally/f', 'X', events)).toEqual(['1', { type: 'saved', step: 'a' }]);
    expect(await from(root, 'finally/f', 'RUNJOBS_OUTCOME', events)).toEqual(['failed', { type: 'runjobs' }]);
    expect(await from(root, 'finally/f', 'RUNJOBS_FAILED_STEP', events)).toEqual(['b', { type: 'runjobs' }]);
  });

  it('leaves what the process had, and what stands on it, as it is written', async () => {
    const root = steps('.', [leaf('a', {}, { env: { P: '/opt:${PATH}', Q: '<${P}>' } })], { env: { P: 'p' } });
    const { events } = await simulate(root, { env: { PATH: '/bin' } });
    expect(await from(root, 'a', 'P', events)).toEqual(['/opt:${PATH}', { type: 'env', step: 'a' }]);
    expect(await from(root, 'a', 'Q', events)).toEqual(['<p>', { type: 'env', step: 'a' }]);
    expect((await told(root, 'a', events))?.variables.all()).not.toHaveProperty('PATH');
  });

  it('shows where a value was saved that held a secret and was not kept', async () => {
    const root = steps('.', [saving('a', { X: 'secret' }), leaf('b')]);
    const { events } = await simulate(root);
    const masked = events.map(event => ('saved' in event ? { ...event, saved: { X: null } } : event));
    expect(await from(root, 'b', 'X', masked)).toEqual(['***', { type: 'saved', step: 'a' }]);
  });

  it('says why values are missing, and knows no step that is not there', async () => {
    const root = steps('.', [leaf('a', {}, { envFiles: [{ path: 'gone.env', optional: false }] })]);
    expect((await told(root, 'a', []))?.troubles).toEqual([
      'a: envFile: "gone.env" does not exist; write {path, optional: true} where it may be missing',
    ]);
    expect(await told(root, 'b', [])).toBeUndefined();
    expect(await told(root, 'a/b', [])).toBeUndefined();
  });
});
