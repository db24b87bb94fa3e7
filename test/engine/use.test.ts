/** What surrounds a plan that a step uses: its inputs, its lock, and what goes on of what is saved in it. */
import { describe, expect, it } from 'vitest';
import type { Locks, LockTaking } from '../../src/engine/executor.ts';
import type { Input, StepCommon, Used, UsedLevel } from '../../src/plan/plan.ts';
import { type SimulateOptions, simulate } from '../support/simulate.ts';
import { forEach, gather, lastly, leaf, retry, steps } from '../support/steps.ts';

const input = (more: Partial<Input> = {}): Input => ({ type: 'string', required: more.default === undefined, ...more });

/** Used with this around it. */
function used(level: Partial<UsedLevel>, more: Partial<Used> = {}): Pick<StepCommon, 'used'> {
  return { used: { from: 'lib.yaml', levels: [{ env: {}, inputs: {}, given: [], ...level }], ...more } };
}

/** What each leaf saw of X. */
async function seen(root: ReturnType<typeof leaf>, options: SimulateOptions = {}) {
  const saw: string[] = [];
  const run = await simulate(root, { ...options, onExecute: ({ path, env }) => saw.push(`${path} ${env.X ?? '-'}`) });
  return { ...run, saw };
}

describe('inputs of a used plan', () => {
  it('have their default over what is further out, and what the step gives over the default', async () => {
    const inputs = { X: input({ default: 'default' }) };
    const { saw } = await seen(
      steps('.', [
        leaf('a', {}, used({ inputs })),
        leaf('b', {}, used({ inputs, given: ['X'], env: { X: `\${X}!` } })),
        leaf('c', {}, used({ inputs: { X: input() } })),
        leaf('d'),
      ]),
      { env: { X: 'outer' } },
    );
    expect(saw).toEqual(['a default', 'b outer!', 'c outer', 'd outer']);
  });

  it('are below the env of the plan itself, and below what is saved in it', async () => {
    const inputs = { X: input({ default: 'default' }) };
    const inside = [leaf('1'), leaf('2', { saves: { X: 'saved' } }), leaf('3')];
    const { saw } = await seen(
      steps('.', [
        steps('a', inside, used({ inputs })),
        steps('b', [leaf('1')], { env: { X: `own \${X}` }, ...used({ inputs }) }),
        leaf('c'),
      ]),
    );
    expect(saw).toEqual(['a/1 default', 'a/2 default', 'a/3 saved', 'b/1 own default', 'c saved']);
  });

  it('are those of each copy, where a forEach gives them', async () => {
    const each = leaf('', {}, used({ inputs: { N: input({ default: 'no' }) }, given: ['N'], env: { X: `\${N}` } }));
    const { saw } = await seen(forEach('.', ['a', 'b'], each, { env: {} }));
    expect(saw).toEqual(['[1] a', '[2] b']);
  });

  it.each<[string, Partial<UsedLevel>, string]>([
    [
      'that fits none of its values',
      { inputs: { X: input({ enum: ['a', 'b'] }) }, given: ['X'], env: { X: 'c' } },
      'the input "X" of "lib.yaml": expected "a" or "b", got "c"',
    ],
    ['that is missing', { inputs: { Y: input() } }, '"lib.yaml" needs the input "Y"; give it in env'],
  ])('fail the step before anything of it starts for a value %s', async (_, level, message) => {
    const run = await simulate(
      steps('.', [steps('a', [leaf('1')], { ...used(level), ...lastly([leaf('1')]) }), leaf('b')]),
    );
    expect(run.steps.get('a')).toEqual({ state: 'failed', reason: { type: 'start', message } });
    expect([run.state('a/1'), run.state('a/finally/1'), run.state('b')]).toEqual(['skipped', 'skipped', 'skipped']);
  });
});

describe('a value that is a secret, or may be missing', () => {
  it('is not shown where it does not fit', async () => {
    const level = { inputs: { X: input({ pattern: '[0-9]+' }) }, given: ['X'], env: { X: 'secret-value' } };
    const run = await simulate(leaf('.', {}, used(level)), { secrets: ['X'] });
    expect(run.outcome).toMatchObject({
      reason: {
        message:
          'the input "X" of "lib.yaml": expected what matches [0-9]+ as a whole, what it has is a secret, and not shown',
      },
    });
  });

  it('has no value where none is required', async () => {
    const { saw } = await seen(leaf('.', {}, used({ inputs: { X: input({ required: false }) } })));
    expect(saw).toEqual(['. -']);
  });
});

describe('what is saved in a used plan', () => {
  it('goes on under the names that save gives it, and nothing else; its own finally sees all', async () => {
    const inside = [leaf('1', { saves: { X: 'x', Z: 'z' } })];
    const saw: string[] = [];
    const root = steps('.', [
      steps('a', inside, { ...used({}, { save: { Y: 'X' } }), ...lastly([leaf('1')]) }),
      leaf('b'),
    ]);
    const run = await simulate(root, {
      onExecute: ({ path, env }) => saw.push(`${path} ${['X', 'Y', 'Z'].map(name => env[name] ?? '-').join(' ')}`),
    });
    expect(saw).toEqual(['a/1 - - -', 'a/finally/1 x - z', 'b - x -']);
    const ended = run.events.find(event => event.type === 'step.finished' && event.step === 'a');
    expect(ended).toMatchObject({ saved: { Y: 'x' } });
  });

  it('is an array of what the copies hand on', async () => {
    const each = leaf('', { saves: { X: 'x' } }, used({}, { save: { Y: 'X' } }));
    const { events } = await seen(forEach('.', 2, each));
    expect(events.find(event => event.type === 'step.finished' && event.step === '.')).toMatchObject({
      saved: { Y: '["x","x"]' },
    });
  });

  it('is that of the run that is resumed, where the step had ended', async () => {
    const root = steps('.', [
      steps('a', [leaf('1', { saves: { X: 'x' } })], used({}, { save: { Y: 'X' } })),
      leaf('b', [{ exitCode: 1 }]),
    ]);
    const first = await simulate(root);
    const saw: string[] = [];
    await simulate(root, { resume: first.events, onExecute: ({ path, env }) => saw.push(`${path} ${env.X} ${env.Y}`) });
    expect(saw).toEqual(['b undefined x']);
  });
});

/** Locks that are handed out by hand. */
function heldLocks() {
  const log: string[] = [];
  let grant: (taking: LockTaking) => void = () => {};
  const locks: Locks = {
    take(lock, { path, signal, onWait }) {
      log.push(`${path} wants ${lock.name}`);
      onWait('it is locked');
      return new Promise(resolve => {
        grant = resolve;
        signal.addEventListener('abort', () => resolve({ type: 'aborted' }));
      });
    },
  };
  const held = { type: 'held', release: () => log.push('released') } as const;
  return { locks, log, held, grant: (taking: LockTaking) => grant(taking) };
}

const locked = used({}, { locks: [{ name: 'deploy', plan: 'deploy', waitMs: 'forever' }] });

describe('the lock of a used plan', () => {
  it('is waited for before anything starts, over all attempts and the finally, and then given back', async () => {
    const { locks, log, held, grant } = heldLocks();
    const root = steps('.', [
      leaf('a', [{ exitCode: 1 }, {}], { ...locked, ...retry(1), ...lastly([leaf('1')]) }),
      leaf('b'),
    ]);
    const run = await simulate(root, {
      locks,
      onExecute: ({ path, attempt }) => log.push(`${path} ${attempt}`),
      during: (_, clock) => clock.at(5000, () => grant(held)),
    });
    expect(log).toEqual(['a wants deploy', 'a 1', 'a 2', 'a/finally/1 1', 'released', 'b 1']);
    expect(run.lines.filter(line => line.includes(' a '))).toEqual([
      '0 a queued',
      '5000 a started',
      '5000 a retrying in 1000',
      '6000 a started attempt 2',
      '6000 a succeeded',
    ]);
  });

  it('fails the step that cannot have it', async () => {
    const { locks, log, grant } = heldLocks();
    const run = await simulate(leaf('.', {}, locked), {
      locks,
      during: (_, clock) => clock.at(10, () => grant({ type: 'refused', message: 'it is locked' })),
    });
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'start', message: 'it is locked' } });
    expect(log).toEqual(['. wants deploy']);
  });

  it('skips the step that has nothing to do while another holds it, which a resumed run tries again', async () => {
    const skipped = { type: 'skipped', message: 'it is locked' } as const;
    const root = steps('.', [leaf('a', {}, { ...locked, ...lastly([leaf('1')]) }), leaf('b', { exitCode: 1 })]);
    const first = await simulate(root, { locks: { take: async () => skipped } });
    expect(first.steps.get('a')).toEqual({ state: 'skipped', reason: { type: 'locked', message: 'it is locked' } });
    expect(first.steps.get('a/finally/1')).toMatchObject({ state: 'skipped' });
    expect(first.steps.get('b')).toMatchObject({ state: 'failed' });
    const again = await simulate(root, {
      resume: first.events,
      locks: { take: async () => ({ type: 'held', release: () => {} }) },
    });
    expect(again.steps.get('a')).toMatchObject({ state: 'succeeded' });
  });

  it('skips the whole run where that uses nothing else, with exit code 0', async () => {
    const skipped = { type: 'skipped', message: 'it is locked' } as const;
    const run = await simulate(leaf('.', {}, locked), { locks: { take: async () => skipped } });
    expect([run.outcome.state, run.exitCode]).toEqual(['skipped', 0]);
  });

  it('is waited for no longer once a sibling has failed', async () => {
    const { locks, log } = heldLocks();
    const run = await simulate(gather('.', [leaf('a', {}, locked), leaf('b', { exitCode: 1, durationMs: 10 })]), {
      locks,
    });
    expect(run.steps.get('a')).toEqual({ state: 'skipped', reason: { type: 'sibling-failed', step: 'b' } });
    expect(log).toEqual(['a wants deploy']);
    expect(run.timersLeft).toBe(0);
  });

  it('is given back where it comes when the sibling has just failed', async () => {
    const { log, held } = heldLocks();
    const locks: Locks = {
      take: (_, { path, signal, onWait }) => {
        log.push(`${path} wants`);
        onWait('it is locked');
        // Taken although the wait was ended, as it may be under way.
        return new Promise(resolve => signal.addEventListener('abort', () => resolve(held)));
      },
    };
    const run = await simulate(gather('.', [leaf('a', {}, locked), leaf('b', { exitCode: 1 })]), { locks });
    expect(run.state('a')).toBe('skipped');
    expect(log).toEqual(['a wants', 'released']);
  });
});
