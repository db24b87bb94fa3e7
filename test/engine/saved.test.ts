/** How variables that steps save reach the steps that follow. */
import { describe, expect, it } from 'vitest';
import type { SimulateOptions } from '../support/simulate.ts';
import { simulate } from '../support/simulate.ts';
import { any, gather, lastly, leaf, need, retry, sleep, steps } from '../support/steps.ts';

/** Runs the tree; what each leaf saw of the variables X and Y, in the order of their starts. */
async function seen(root: ReturnType<typeof leaf>, options: SimulateOptions = {}) {
  const saw: string[] = [];
  const run = await simulate(root, {
    ...options,
    onExecute({ path, env }) {
      saw.push(`${path} ${['X', 'Y'].map(name => env[name] ?? '-').join(' ')}`);
      options.onExecute?.({ path, env } as never);
    },
  });
  return { ...run, saw };
}

const saving = (id: string, saves: Record<string, string>, more = {}, modifiers = {}) =>
  leaf(id, { saves, ...more }, modifiers);

it('what goes into a file is told with the path as it has become, fit for a line', async () => {
  const { events } = await simulate(
    leaf('.', { output: 'one' }, { saveTo: 'f-${N}.txt', env: { N: '1\n2' } } as object),
  );
  const shown = events.flatMap(event => (event.type === 'step.output' ? [event.text] : []));
  expect(shown).toEqual(['[not shown: 3 bytes for the file "f-1\\n2.txt"]\n']);
});

describe('a variable that a step saves', () => {
  it('reaches the later steps of its sequence, the later value over the earlier', async () => {
    const { saw } = await seen(
      steps('.', [saving('1', { X: 'a' }), saving('2', { X: 'b', Y: '' }), leaf('3'), leaf('4')]),
    );
    expect(saw).toEqual(['1 - -', '2 a -', '3 b ', '4 b ']);
  });

  it('leaves a group with its end', async () => {
    const { saw } = await seen(steps('.', [steps('1', [saving('1', { X: 'a' }), leaf('2')]), leaf('2')]));
    expect(saw).toEqual(['1/1 - -', '1/2 a -', '2 a -']);
  });

  it('is hidden inside a group by its env, and seen after it', async () => {
    const { saw } = await seen(
      steps('.', [steps('1', [saving('1', { X: 'a' }), leaf('2')], { env: { X: 'env' } }), leaf('2')]),
    );
    expect(saw).toEqual(['1/1 env -', '1/2 env -', '2 a -']);
  });

  it('hides one that is set further out', async () => {
    const { saw } = await seen(
      steps('.', [steps('1', [saving('1', { X: 'a' }), leaf('2')])], { env: { X: 'outer' } }),
      { env: { X: 'process' } },
    );
    expect(saw).toEqual(['1/1 outer -', '1/2 a -']);
  });

  it('is not seen by the siblings in a gather, but after it, in declared order', async () => {
    const slow = saving('1', { X: 'declared first' }, { durationMs: 50 });
    const { saw, events } = await seen(
      steps('.', [gather('1', [slow, saving('2', { Y: 'b' }, { durationMs: 10 }), leaf('3')]), leaf('2')]),
    );
    expect(saw).toEqual(['1/1 - -', '1/2 - -', '1/3 - -', '2 declared first b']);
    const ended = events.find(event => event.type === 'step.finished' && event.step === '1');
    expect(Object.keys((ended as { saved?: object }).saved ?? {})).toEqual(['X', 'Y']);
  });

  it('reaches siblings in a gather through needs, and through the needs of those', async () => {
    const { saw } = await seen(
      gather('.', [
        leaf('last', {}, { needs: [need('second')] }),
        saving('first', { X: 'a' }),
        leaf('second', { saves: { Y: 'b' } }, { needs: [need('first')] }),
        leaf('other'),
      ]),
    );
    expect(saw).toEqual(['first - -', 'other - -', 'second a -', 'last a b']);
  });

  it('reaches a background sibling in a gather through its needs', async () => {
    const server = leaf('3', { durationMs: 50 }, { background: true, needs: [need('1')] });
    const { saw } = await seen(gather('.', [saving('1', { X: 'a' }), leaf('2', { durationMs: 9 }), server]));
    expect(saw.at(-1)).toBe('3 a -');
  });

  it('is not saved by a step that fails, also where that is allowed', async () => {
    const { saw } = await seen(
      steps('.', [saving('1', { X: 'a' }, { exitCode: 1 }, { allowFailure: true }), leaf('2')]),
    );
    expect(saw).toEqual(['1 - -', '2 - -']);
  });

  it('stays when the group around it fails later', async () => {
    const group = steps('1', [saving('1', { X: 'a' }), leaf('2', { exitCode: 1 })], { allowFailure: true });
    const { saw } = await seen(steps('.', [group, leaf('2')]));
    expect(saw).toEqual(['1/1 - -', '1/2 a -', '2 a -']);
  });

  it('is that of the last attempt, which sees nothing of the ones before', async () => {
    const group = steps('1', [saving('1', { X: 'x' }), leaf('2', { exitCode: 1 })], {
      ...retry(1),
      allowFailure: true,
    });
    const flaky = leaf('2', [{ exitCode: 1, saves: { Y: 'first' } }, { saves: { Y: 'second' } }], retry(1));
    const { saw } = await seen(steps('.', [group, flaky, leaf('3')]));
    expect(saw).toEqual(['1/1 - -', '1/2 x -', '1/1 - -', '1/2 x -', '2 x -', '2 x -', '3 x second']);
  });

  it('is that of the last tick that succeeded', async () => {
    let tick = 0;
    const beat = { every: { intervalMs: 100, times: 3, overlap: 'skip' as const }, allowFailure: true };
    const { saw, events } = await seen(
      steps('.', [steps('1', [saving('1', { X: 'a' }), leaf('2')], beat), leaf('2')]),
      {
        onExecute({ path }) {
          if (path === '1/2') tick += 1;
        },
      },
    );
    expect(tick).toBe(3);
    expect(saw.at(-1)).toBe('2 a -');
    expect(events.filter(event => event.type === 'tick.finished').map(event => event.saved)).toEqual([
      { X: 'a' },
      { X: 'a' },
      { X: 'a' },
    ]);
  });

  it('is that of the winner of an any', async () => {
    const { saw } = await seen(
      steps('.', [
        any('1', [
          saving('1', { X: 'slow' }, { durationMs: 20 }),
          saving('2', { X: 'fast' }, { durationMs: 10 }),
          saving('3', { X: 'broken' }, { exitCode: 1 }),
        ]),
        leaf('2'),
      ]),
    );
    expect(saw.at(-1)).toBe('2 fast -');
  });

  it('is seen by the finally of the step, and of the steps around it', async () => {
    const { saw } = await seen(
      steps('.', [saving('1', { X: 'a' }, {}, lastly([leaf('1')])), leaf('2', { exitCode: 1 })], lastly([leaf('1')])),
    );
    expect(saw).toEqual(['1 - -', '1/finally/1 a -', '2 a -', 'finally/1 a -']);
  });

  it('stays in the finally that saves it', async () => {
    const cleanup = lastly([saving('1', { X: 'a' }), leaf('2')]);
    const { saw } = await seen(steps('.', [leaf('1', {}, cleanup), leaf('2')]));
    expect(saw).toEqual(['1 - -', '1/finally/1 - -', '1/finally/2 a -', '2 - -']);
  });

  it('of a background step stays with it', async () => {
    const { saw } = await seen(
      steps('.', [steps('1', [saving('1', { X: 'a' }), leaf('2')], { background: true }), sleep('2', 10), leaf('3')]),
    );
    expect(saw).toEqual(['1/1 - -', '1/2 a -', '3 - -']);
  });

  it('is restored when the run is resumed', async () => {
    const tree = steps('.', [
      gather('1', [saving('1', { X: 'a' }), saving('2', { Y: 'b' }, {}, { needs: [need('1')] })]),
      leaf('2', { exitCode: 1 }),
    ]);
    const { events } = await simulate(tree);
    const { saw } = await seen(tree, { resume: events });
    expect(saw).toEqual(['2 a b']);
  });

  it('is restored where only the end of the step was not recorded', async () => {
    const tree = steps('.', [saving('1', { X: 'a' }), leaf('2')]);
    const { events } = await simulate(tree);
    const attempted = events.findIndex(event => event.type === 'attempt.finished' && event.step === '1');
    const { saw } = await seen(tree, { resume: events.slice(0, attempted + 1) });
    expect(saw).toEqual(['2 a -']);
  });

  it('is brought forth again where it held a secret, which is kept nowhere', async () => {
    const tree = steps('.', [steps('1', [leaf('1'), saving('2', { X: 'a' })]), leaf('2', { exitCode: 1 })]);
    const { events } = await simulate(tree);
    const masked = events.map(event => ('saved' in event ? { ...event, saved: { X: null } } : event));
    const { saw } = await seen(tree, { resume: masked });
    expect(saw).toEqual(['1/2 - -', '2 a -']);
  });

  it('goes on from the last good tick when the run is resumed in the next one', async () => {
    const beat = { every: { intervalMs: 100, times: 2, overlap: 'skip' as const } };
    const tree = steps('.', [steps('1', [saving('1', { X: 'a' })], beat), leaf('2')]);
    const { events } = await simulate(tree);
    const second = events.findIndex(event => event.type === 'step.finished' && event.step === '.');
    const ticks = events.findLastIndex(event => event.type === 'tick.finished');
    expect(second).toBeGreaterThan(ticks);
    const { saw } = await seen(tree, { resume: events.slice(0, ticks + 1) });
    expect(saw).toEqual(['2 a -']);
  });
});
