import { describe, expect, it } from 'vitest';
import { simulate } from '../support/simulate.ts';
import { gather, lastly, leaf, retry, sleep, steps } from '../support/steps.ts';

const background = { background: true };
const server = (id: string, stopMs = 0) => leaf(id, { durationMs: 1e9, stopMs }, background);

describe('a background step', () => {
  it('is not awaited, and is stopped well when its group’s other children are done', async () => {
    const run = await simulate(steps('.', [server('db'), leaf('test', { durationMs: 100 })]));
    expect(run.lines).toEqual([
      '0 . started',
      '0 db started',
      '0 test started',
      '100 test succeeded',
      '100 db succeeded',
      '100 . succeeded',
    ]);
  });

  it('is stopped after those that were started later, each awaited before the next', async () => {
    const run = await simulate(steps('.', [server('db', 30), server('web', 20), leaf('test', { durationMs: 100 })]));
    expect(run.lines.slice(-3)).toEqual(['120 web succeeded', '150 db succeeded', '150 . succeeded']);
  });

  it('outlives the other children of a failing group, and is cancelled in its turn', async () => {
    const run = await simulate(
      gather('.', [
        server('db'),
        leaf('a', { durationMs: 9000, stopMs: 200 }),
        leaf('bad', { durationMs: 50, exitCode: 1 }),
      ]),
    );
    expect(run.lines.slice(-4)).toEqual(['50 bad failed', '250 a cancelled', '250 db cancelled', '250 . failed']);
  });

  it('that succeeds by itself has succeeded', async () => {
    const run = await simulate(
      steps('.', [leaf('setup', { durationMs: 10 }, background), leaf('b', { durationMs: 50 })]),
    );
    expect(run.state('setup')).toBe('succeeded');
    expect(run.exitCode).toBe(0);
  });

  it('that fails makes its group fail at once', async () => {
    const run = await simulate(
      steps('.', [leaf('db', { durationMs: 20, exitCode: 9 }, background), leaf('b', { durationMs: 5000 }), leaf('c')]),
    );
    expect(run.lines.slice(-4)).toEqual(['20 db failed', '20 b cancelled', '20 c skipped', '20 . failed']);
    expect(run.outcome).toMatchObject({ reason: { type: 'child', step: 'db' }, exitCode: 9 });
  });

  it('that fails before it has started lets nothing after it start', async () => {
    const unset = { ...background, env: { A: '${UNSET}' } };
    for (const group of [steps, gather]) {
      const run = await simulate(group('.', [leaf('db', {}, unset), leaf('b')]));
      expect(run.lines).toEqual(['0 . started', '0 db failed', '0 b skipped', '0 . failed']);
    }
  });

  it('that fails makes also a gather fail at once that lets everything run', async () => {
    const run = await simulate(
      gather('.', [leaf('db', { durationMs: 20, exitCode: 9 }, background), leaf('b', { durationMs: 5000 })], {
        failFast: false,
      }),
    );
    expect(run).toMatchObject({ tookMs: 20, exitCode: 1 });
    expect(run.state('b')).toBe('cancelled');
  });

  it('that fails in a finally list cuts nothing of it', async () => {
    const run = await simulate(
      leaf('.', {}, lastly([leaf('db', { exitCode: 9 }, background), leaf('x', { durationMs: 10 }), leaf('y')])),
    );
    expect([run.state('finally/x'), run.state('finally/y')]).toEqual(['succeeded', 'succeeded']);
    expect(run.outcome).toMatchObject({ reason: { type: 'finally', step: 'finally/db' } });
  });

  it('that crashes is tried again as its retry says', async () => {
    const run = await simulate(
      steps('.', [
        leaf('db', [{ durationMs: 20, exitCode: 9 }, { durationMs: 1e9 }], { ...background, ...retry(3) }),
        leaf('b', { durationMs: 5000 }),
      ]),
    );
    expect(run.lines).toContain('1020 db started attempt 2');
    expect(run.state('db')).toBe('succeeded');
  });

  it('does not start again in the wind-down of its group', async () => {
    const run = await simulate(
      gather('.', [
        leaf('db', { durationMs: 100, exitCode: 9 }, { ...background, ...retry(3, { delayMs: 10 }) }),
        leaf('a', { durationMs: 9000, stopMs: 500 }),
        leaf('bad', { durationMs: 95, exitCode: 1 }),
      ]),
    );
    expect(run.lines.filter(line => line.includes('db started'))).toHaveLength(1);
    expect(run.state('db')).toBe('failed');
    expect(run.outcome).toMatchObject({ reason: { type: 'child', step: 'bad' } });
  });

  it('starts no tick once its group is closed, though it is stopped later', async () => {
    const beat = leaf('beat', {}, { ...background, every: { intervalMs: 100, overlap: 'skip' } });
    const run = await simulate(
      gather('.', [beat, leaf('a', { durationMs: 9000, stopMs: 500 }), leaf('bad', { durationMs: 250, exitCode: 1 })]),
    );
    expect(run.lines.filter(line => line.includes('beat started'))).toHaveLength(3);
    expect(run.state('beat')).toBe('cancelled');
  });

  it('holds no slot, nor does what runs inside it', async () => {
    const servers = Array.from({ length: 200 }, (_, index) =>
      index % 2
        ? server(`s${index}`)
        : steps(`s${index}`, [sleep('wait', 1), server('in'), sleep('on', 'forever')], background),
    );
    const run = await simulate(steps('.', [...servers, leaf('b', { durationMs: 100 })]), { slots: 1 });
    expect(run).toMatchObject({ exitCode: 0, tookMs: 100 });
    expect(run.lines.join()).not.toContain('queued');
  });

  it('keeps a group of nothing but background steps alive until one fails', async () => {
    const run = await simulate(
      gather('.', [server('web'), leaf('db', { durationMs: 5000, exitCode: 3 }, background), server('mail')]),
    );
    expect(run).toMatchObject({ tookMs: 5000, exitCode: 1 });
    expect(run.lines.slice(-4)).toEqual([
      '5000 db failed',
      '5000 mail cancelled',
      '5000 web cancelled',
      '5000 . failed',
    ]);
  });

  it('keeps such a group alive until it is stopped', async () => {
    const run = await simulate(steps('.', [server('web'), server('db')]), {
      during: (run, clock) => clock.at(777, () => run.cancel({ type: 'interrupted', signal: 'SIGTERM' })),
    });
    expect(run).toMatchObject({ tookMs: 777, exitCode: 143 });
    expect(run.state('web')).toBe('cancelled');
  });

  it('whose failure is forgiven leaves the group alone', async () => {
    const run = await simulate(
      steps('.', [leaf('db', { exitCode: 1 }, { ...background, allowFailure: true }), leaf('b', { durationMs: 10 })]),
    );
    expect(run).toMatchObject({ exitCode: 0 });
  });

  it('runs its own finally after it was stopped', async () => {
    const run = await simulate(
      steps('.', [
        leaf('db', { durationMs: 1e9 }, { ...background, ...lastly([leaf('tidy', { durationMs: 5 })]) }),
        leaf('b', { durationMs: 10 }),
      ]),
    );
    expect(run.state('db/finally/tidy')).toBe('succeeded');
    expect(run.lines.slice(-3)).toEqual(['15 db/finally/tidy succeeded', '15 db succeeded', '15 . succeeded']);
  });

  it('runs its finally in its turn, though it waits for an attempt when its group ends', async () => {
    const db = leaf(
      'db',
      { durationMs: 10, exitCode: 1 },
      { ...background, ...retry(9, { delayMs: 60_000 }), ...lastly([leaf('1')]) },
    );
    const lines = async (end: ReturnType<typeof leaf>) => {
      const run = await simulate(steps('.', [db, server('web', 50), end]));
      return run.lines.filter(line => /finally|web (succ|canc)/.test(line));
    };
    expect(await lines(leaf('test', { durationMs: 100 }))).toEqual([
      '150 web succeeded',
      '150 db/finally/1 started',
      '150 db/finally/1 succeeded',
    ]);
    expect(await lines(leaf('test', { durationMs: 100, exitCode: 1 }))).toEqual([
      '150 web cancelled',
      '150 db/finally/1 started',
      '150 db/finally/1 succeeded',
    ]);
  });

  it('has started when its process has: until then it waits for its pool, and those that follow for it', async () => {
    const taking = { ...background, pools: { p: 1 } };
    const run = await simulate(
      steps('.', [
        leaf('one', { durationMs: 300 }, taking),
        leaf('two', { durationMs: 1e9 }, taking),
        leaf('test', { durationMs: 50 }),
      ]),
      { pools: { p: { type: 'size', size: 1 } } },
    );
    expect(run.lines).toContain('300 two started');
    expect(run.lines).toContain('300 test started');
  });

  it('that never started is skipped when its group ends', async () => {
    const taking = { ...background, pools: { p: 1 } };
    const run = await simulate(
      gather('.', [
        leaf('one', { durationMs: 1e9 }, taking),
        leaf('two', {}, taking),
        leaf('test', { durationMs: 50 }),
      ]),
      { pools: { p: { type: 'size', size: 1 } } },
    );
    expect(run.lines).toContain('50 test succeeded');
    expect(run.steps.get('two')).toEqual({ state: 'skipped', reason: { type: 'group-ended', step: '.' } });
    expect(run.exitCode).toBe(0);
  });

  it('inside a background group ends with that group', async () => {
    const run = await simulate(
      steps('.', [steps('stack', [server('db', 10), server('web', 20)], background), leaf('b', { durationMs: 100 })]),
    );
    expect(run.lines.slice(-4)).toEqual([
      '120 stack/web cancelled',
      '130 stack/db cancelled',
      '130 stack succeeded',
      '130 . succeeded',
    ]);
  });

  it('in a finally list lives until that list has ended', async () => {
    const run = await simulate(leaf('.', {}, lastly([server('tunnel'), leaf('upload', { durationMs: 40 })])));
    expect(run.lines.slice(-3)).toEqual([
      '40 finally/upload succeeded',
      '40 finally/tunnel succeeded',
      '40 . succeeded',
    ]);
  });
});
