/** A step that is begun again by hand. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { simulate } from '../support/simulate.ts';
import { forEach, gather, lastly, leaf, retry, steps } from '../support/steps.ts';

const background = { background: true };

/** Asks for a restart of the step when so many milliseconds have passed. */
const restarting = (path: string, ...at: readonly number[]) => ({
  during: ((run, clock) => {
    for (const ms of at) clock.at(ms, () => void run.restart(path));
  }) satisfies NonNullable<Parameters<typeof simulate>[1]>['during'],
});
const types = (events: readonly RunEvent[], step: string) =>
  events.flatMap(event => ('step' in event && event.step === step ? [event.type] : []));

describe('a step that is begun again by hand', () => {
  it('has its attempt ended, and the next one follows at once, beside siblings that go on', async () => {
    const server = leaf('server', { durationMs: 1e9, stopMs: 5 }, background);
    const run = await simulate(gather('.', [server, leaf('test', { durationMs: 100 })]), restarting('server', 40));
    expect(run.lines).toEqual([
      '0 . started',
      '0 server started',
      '0 test started',
      '45 server retrying in 0',
      '45 server started attempt 2',
      '100 test succeeded',
      '105 server succeeded',
      '105 . succeeded',
    ]);
    expect(types(run.events, 'server')).toEqual([
      'step.started',
      'attempt.finished',
      'step.retrying',
      'step.started',
      'attempt.finished',
      'step.finished',
    ]);
    expect([run.exitCode, run.failures]).toEqual([0, []]);
  });

  it('has all its retries still, and waits for none', async () => {
    const failing = leaf('.', [{ durationMs: 1e9 }, { exitCode: 1 }, {}], retry(1));
    const run = await simulate(failing, restarting('.', 10));
    expect(run.lines.at(-1)).toBe('1010 . succeeded');
    expect(run.exitCode).toBe(0);
  });

  it('has its next attempt at once where it waits for that, which counts as ever', async () => {
    const failing = leaf('.', [{ durationMs: 10, exitCode: 1 }, { durationMs: 10, exitCode: 1 }, {}], retry(1));
    let endedAt: number | undefined;
    const run = await simulate(failing, {
      during: (going, clock) =>
        void clock.at(50, () => {
          const restarting = going.restart('.');
          if (restarting.type === 'stopping') void restarting.ended.then(() => (endedAt = clock.now()));
        }),
    });
    expect(run.lines).toEqual(['0 . started', '10 . retrying in 1000', '50 . started attempt 2', '60 . failed']);
    expect([run.exitCode, endedAt, run.timersLeft]).toEqual([1, 50, 0]);
  });

  it('may be a group, with all that runs in it', async () => {
    const group = steps('group', [leaf('a', { durationMs: 10 }), leaf('b', { durationMs: 10 })], lastly([leaf('c')]));
    const run = await simulate(steps('.', [group, leaf('after')]), restarting('group', 15));
    expect(run.lines).toEqual([
      '0 . started',
      '0 group started',
      '0 group/a started',
      '10 group/a succeeded',
      '10 group/b started',
      '15 group/b cancelled',
      '15 group retrying in 0',
      '15 group started attempt 2',
      '15 group/a started',
      '25 group/a succeeded',
      '25 group/b started',
      '35 group/b succeeded',
      '35 group/finally/c started',
      '35 group/finally/c succeeded',
      '35 group succeeded',
      '35 after started',
      '35 after succeeded',
      '35 . succeeded',
    ]);
  });

  it('may be a copy of a forEach, as often as one likes', async () => {
    const run = await simulate(forEach('.', 2, leaf('', { durationMs: 100 })), restarting('[2]', 50, 120));
    expect(run.tookMs).toBe(220);
    expect(run.lines.filter(line => line.includes('[2] started'))).toEqual([
      '0 [2] started',
      '50 [2] started attempt 2',
      '120 [2] started attempt 3',
    ]);
  });

  it('is not found where it does not run, or where all is being stopped', async () => {
    const found: unknown[] = [];
    const run = await simulate(steps('.', [leaf('a', { durationMs: 10, stopMs: 10 }), leaf('b')]), {
      during(going, clock) {
        found.push(going.restart('a'));
        clock.at(5, () => {
          found.push(going.restart('b'));
          going.cancel({ type: 'interrupted', signal: 'SIGINT' });
          found.push(going.restart('a'));
        });
      },
    });
    expect(found).toEqual([
      { type: 'not-running', running: [] },
      { type: 'not-running', running: ['.', 'a'] },
      { type: 'not-running', running: ['.', 'a'] },
    ]);
    expect(run.exitCode).toBe(130);
  });

  it('is told of when nothing of its attempt is left', async () => {
    let endedAt: number | undefined;
    await simulate(leaf('.', [{ durationMs: 1e9, stopMs: 30 }, {}]), {
      during: (run, clock) =>
        void clock.at(10, () => {
          const restarting = run.restart('.');
          if (restarting.type === 'stopping')
            void restarting.ended.then(() => {
              endedAt = clock.now();
            });
        }),
    });
    expect(endedAt).toBe(40);
  });
});
