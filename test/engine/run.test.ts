import { afterEach, describe, expect, it, vi } from 'vitest';
import { claimProcess } from '../../src/engine/active-run.ts';
import { openRun } from '../../src/engine/run.ts';
import { createVirtualClock } from '../../src/engine/virtual-clock.ts';
import { simulate } from '../support/simulate.ts';
import { gather, lastly, leaf, plan, sleep, steps } from '../support/steps.ts';
import { openWay } from '../support/way.ts';

const interrupted = { type: 'interrupted', signal: 'SIGINT' } as const;

describe('a process', () => {
  let release = () => {};
  afterEach(() => release());

  it('holds one root run: a second is refused, by a message that names the first and says what to use', () => {
    release = claimProcess({ id: '20261122-081349-7f3a91c4', name: 'nightly' });
    expect(() => claimProcess({ id: 'b', name: 'other' })).toThrow(
      'a run is active in this process: "nightly" (20261122-081349-7f3a91c4). One process holds one root run: ' +
        'put the work inside it with "use", "steps" or "gather", or await its end first.',
    );
  });

  it('takes another run once the first has given it back', () => {
    const first = claimProcess({ id: 'a', name: 'a' });
    first();
    const second = claimProcess({ id: 'b', name: 'b' });
    first();
    expect(() => claimProcess({ id: 'c', name: 'c' })).toThrow('"b" (b)');
    second();
  });
});

describe('a run', () => {
  it('tells first that it has started and last that it has finished', async () => {
    const { events } = await simulate(leaf('.'));
    expect(events[0]).toEqual({
      type: 'run.started',
      v: 1,
      run: 'test-run',
      name: 'test',
      at: '2026-01-01T00:00:00.000Z',
    });
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', exitCode: 0, outcome: { state: 'succeeded' } });
  });

  it('runs steps one after the other, and skips the rest after a failure', async () => {
    const run = await simulate(
      steps('.', [leaf('a', { durationMs: 5 }), leaf('b', { exitCode: 2 }), steps('c', [leaf('d')])]),
    );
    expect(run.lines.slice(1)).toEqual([
      '0 a started',
      '5 a succeeded',
      '5 b started',
      '5 b failed',
      '5 c/d skipped',
      '5 c skipped',
      '5 . failed',
    ]);
    expect(run.steps.get('c/d')).toEqual({ state: 'skipped', reason: { type: 'earlier-failed', step: 'b' } });
  });

  it('names the deepest step as the first failure', async () => {
    const run = await simulate(steps('.', [gather('g', [steps('s', [leaf('x', { exitCode: 4 })])])]));
    expect(run.outcome).toEqual({ state: 'failed', reason: { type: 'child', step: 'g/s/x' }, exitCode: 4 });
    expect(run.failures.map(({ step }) => step)).toEqual(['g/s/x']);
  });

  it('measures a step from its first start, not from its wait for a slot', async () => {
    const run = await simulate(gather('.', [leaf('a', { durationMs: 900 }), leaf('b', { durationMs: 50 })]), {
      slots: 1,
    });
    expect(run.events.find(event => event.type === 'step.finished' && event.step === 'b')).toMatchObject({
      durationMs: 50,
      t: 950,
    });
  });

  it('is 130, 143 or 129 after a signal, whatever the steps returned', async () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      const run = await simulate(sleep('.', 'forever'), {
        during: (run, clock) => clock.at(10, () => run.cancel({ type: 'interrupted', signal })),
      });
      expect(run.exitCode).toBe(code);
      expect(run.outcome).toEqual({ state: 'cancelled', reason: { type: 'interrupted', signal } });
    }
  });

  it('starts nothing when it is cancelled before its first step', async () => {
    const run = await simulate(steps('.', [leaf('a')], lastly([leaf('x')])), {
      during: run => run.cancel(interrupted),
    });
    expect(run.lines).toEqual(['0 a skipped', '0 finally/x skipped', '0 . skipped']);
    expect(run.exitCode).toBe(130);
  });

  it('keeps the first reason of two', async () => {
    const run = await simulate(sleep('.', 'forever'), {
      during(run, clock) {
        clock.at(10, () => run.cancel({ type: 'aborted' }));
        clock.at(10, () => run.cancel(interrupted));
      },
    });
    expect(run.outcome).toEqual({ state: 'cancelled', reason: { type: 'aborted' } });
    expect(run.exitCode).toBe(1);
  });

  it('tells nothing of a cancellation that comes after its end', async () => {
    const clock = createVirtualClock();
    const publish = vi.fn();
    const executor = { execute: () => Promise.resolve({ state: 'succeeded' as const }) };
    const run = openRun({ plan: plan(leaf('.')), id: 'x', executor, clock, publish });
    await clock.runUntil(run.start());
    const told = publish.mock.calls.length;
    run.cancel(interrupted);
    run.kill(interrupted);
    expect(publish).toHaveBeenCalledTimes(told);
  });

  it('makes of an exception a failure of that step, cancels the siblings, and exits with 3', async () => {
    const clock = createVirtualClock();
    const executor = {
      execute: () => Promise.reject(new Error('oops')),
    };
    const run = openRun({
      plan: plan(gather('.', [sleep('b', 'forever'), leaf('a')])),
      id: 'x',
      executor,
      clock,
      publish: () => undefined,
    });
    const result = await clock.runUntil(run.start());
    expect(result.exitCode).toBe(3);
    expect(result.steps.get('a')).toMatchObject({ state: 'failed', reason: { type: 'internal' } });
    expect(result.steps.get('b')).toMatchObject({ state: 'cancelled' });
  });

  it('gives commands the variables in scope, the inner ones winning, and what they may know of the run', async () => {
    const seen: Record<string, string>[] = [];
    await simulate(
      steps('.', [leaf('a', {}, { env: { B: 'in ${B}', C: '${MISSING:-none}', D: '$$5' } })], {
        env: { B: 'mid', E: '${A}!' },
      }),
      { env: { A: 'outer', B: 'outer' }, onExecute: ({ env }) => void seen.push(env) },
    );
    expect(seen).toEqual([
      {
        A: 'outer',
        B: 'in mid',
        C: 'none',
        D: '$5',
        E: 'outer!',
        RUNJOBS_RUN: 'test-run',
        RUNJOBS_STEP: 'a',
        RUNJOBS_STEP_KEY: 'a',
        RUNJOBS_ATTEMPT: '1',
        RUNJOBS_TICK: '',
      },
    ]);
  });

  it('tells the name of a step with its variables replaced', async () => {
    const run = await simulate(
      steps('.', [
        leaf('a', {}, { name: 'Build ${WHAT}', env: { WHAT: 'docs' } }),
        leaf('b', {}, { name: 'On ${NOPE}' }),
      ]),
    );
    const names = run.events.flatMap(event => (event.type === 'step.started' ? [event.name] : []));
    expect(names).toEqual([undefined, 'Build docs', 'On ${NOPE}']);
  });

  it('fails a step whose env names a variable without a value, in plain words, and starts nothing of it', async () => {
    const run = await simulate(steps('.', [leaf('a', {}, { env: { B: '${NOPE}' } })]));
    expect(run.steps.get('a')).toEqual({
      state: 'failed',
      reason: {
        type: 'start',
        message:
          'env: the variable "NOPE" has no value: no step that saves it has succeeded before, and nothing else sets it; give a default: ${NOPE:-…}',
      },
    });
    expect(run.lines).not.toContain('0 a started');
  });

  it('keeps output in the log, and tells it as text without cutting a character', async () => {
    const clock = createVirtualClock();
    const told: string[] = [];
    const kept: number[] = [];
    const bytes = Buffer.from('grüße\ufeff€');
    const run = openRun({
      plan: plan(leaf('.')),
      id: 'x',
      clock,
      executor: {
        async execute(_, { write, started }) {
          started();
          for (const byte of bytes) void write(Uint8Array.of(byte));
          void write(Uint8Array.of(0xe2));
          return { state: 'succeeded' };
        },
      },
      publish(event) {
        if (event.type === 'step.output') told.push(event.text);
        return undefined;
      },
      logs: {
        open: () => ({
          name: 'logs/plan.log',
          get size() {
            return kept.length;
          },
          get isEmpty() {
            return kept.length === 0;
          },
          append: piece => void kept.push(...piece),
          close() {},
        }),
      },
    });
    await clock.runUntil(run.start());
    expect(Buffer.from(kept)).toEqual(Buffer.concat([bytes, Buffer.of(0xe2)]));
    expect(told.join('')).toBe('grüße\ufeff€\ufffd');
    expect(told).toHaveLength(8);
  });

  it('stops, and exits with 74, when a log cannot be written', async () => {
    const clock = createVirtualClock();
    const events: string[] = [];
    const run = openRun({
      plan: plan(steps('.', [leaf('a'), leaf('b')])),
      id: 'x',
      clock,
      executor: {
        async execute(_, { write, started }) {
          started();
          void write(Uint8Array.of(65));
          return { state: 'succeeded' };
        },
      },
      publish(event) {
        events.push(event.type === 'warning' ? event.message : event.type);
        return undefined;
      },
      logs: {
        open: () => ({
          name: 'l',
          size: 0,
          isEmpty: true,
          append() {
            throw new Error('ENOSPC: no space left on device');
          },
          close() {},
        }),
      },
    });
    const result = await clock.runUntil(run.start());
    expect(result.exitCode).toBe(74);
    expect(result.steps.get('b')).toMatchObject({ state: 'skipped', reason: { type: 'unwritable' } });
    expect(events).toContain('the log of "a" cannot be written: ENOSPC: no space left on device');
  });

  it('hands executors a request with every text final', async () => {
    const works: unknown[] = [];
    const http = {
      id: '.',
      env: { HOST: 'h', N: '5' },
      background: false,
      allowFailure: false,
      type: 'http',
      method: 'POST',
      url: 'http://${HOST}/',
      headers: { x: '${N}' },
      expect: { status: ['2xx'] },
      body: { type: 'json', value: { list: ['${N}', 5, null], deep: { a: '$$', n: '${N:json}' } } },
    } as const;
    for (const root of [http, { ...http, body: { type: 'text', text: '${N}' } as const }]) {
      const way = await openWay(() => ({
        async execute(step, context) {
          context.started();
          works.push(step);
          return { state: 'succeeded', status: 200 };
        },
      }));
      const run = openRun({
        plan: plan(root),
        id: 'x',
        clock: way.clock,
        publish: () => undefined,
        executor: way.executor,
        startsLate: way.startsLate,
      });
      await way.clock.runUntil(run.start()).finally(way.close);
    }
    expect(works).toMatchObject([
      {
        url: 'http://h/',
        headers: { x: '5' },
        body: { text: '{"list":["5",5,null],"deep":{"a":"$","n":5}}', contentType: 'application/json' },
      },
      { body: { text: '5' } },
    ]);
  });

  it('fails a leaf whose text names a variable without a value', async () => {
    const clock = createVirtualClock();
    const step = { ...leaf('.'), type: 'run', command: ['echo', '${NOPE}'], cwd: '${X:-sub}' } as never;
    const run = openRun({
      plan: plan(step),
      id: 'x',
      clock,
      executor: { execute: () => Promise.reject(new Error('no')) },
      publish: () => undefined,
    });
    expect((await clock.runUntil(run.start())).outcome).toMatchObject({ state: 'failed', reason: { type: 'start' } });
  });
});
