/** Steps that only wait for their slots, and are held as places in the line: no law knows the difference. */
import { expect, it } from 'vitest';
import type { Stopping } from '../../src/engine/by-hand.ts';
import type { Run } from '../../src/engine/run.ts';
import type { VirtualClock } from '../../src/engine/virtual-clock.ts';
import { simulate } from '../support/simulate.ts';
import { any, gather, lastly, leaf, need, retry, steps } from '../support/steps.ts';
import { inAnyOrderThroughQueue } from '../support/way.ts';

const every = (intervalMs: number, times: number) => ({ every: { intervalMs, times, overlap: 'skip' as const } });
const busy = leaf('busy', { durationMs: 100 });
const at = (ms: number, act: (run: Run) => void) => (run: Run, clock: VirtualClock) =>
  void clock.at(ms, () => act(run));

it.each([
  ['nothing else', leaf('b')],
  ['retries', leaf('b', {}, retry(2))],
  ['an attempt’s clock', leaf('b', {}, { timeoutMs: 1000 })],
  ['variables', leaf('b', {}, { env: { A: 'x' } })],
  ['variables of others', leaf('b', {}, { env: { A: '${A:-x}' } })],
  ['an if', leaf('b', {}, { if: { type: 'equal', values: { A: [''] } } })],
  ['a finally', leaf('b', {}, lastly([leaf('x')]))],
  ['ticks', leaf('b', {}, every(1000, 1))],
  ['a clock for the wait', leaf('b', {}, { limits: { queueMs: 1000 } })],
])('a step with %s keeps its place among those that have something else', async (_, step) => {
  const root = gather('.', [busy, leaf('a', { durationMs: 5 }), step, leaf('c', { durationMs: 5 })]);
  const { lines } = await simulate(root, { slots: 1 });
  expect(lines.filter(line => /^\d+ [abc] (queued|started)$/.test(line))).toEqual([
    '0 a queued',
    '0 b queued',
    '0 c queued',
    '100 a started',
    '105 b started',
    '105 c started',
  ]);
});

it('those that wait are among those that can be stopped', async () => {
  let answer: Stopping | undefined;
  await simulate(gather('.', [busy, steps('g', [leaf('a')]), leaf('b')]), {
    slots: 1,
    during: at(10, run => {
      answer = run.stop('nobody');
    }),
  });
  expect(answer).toEqual({ type: 'not-running', running: ['.', 'busy', 'g', 'g/a', 'b'] });
});

it('one that is stopped by hand while it waits gives its place to the next', async () => {
  const root = gather('.', [busy, leaf('a'), leaf('b'), leaf('c')], { failFast: false });
  const run = await simulate(root, { slots: 1, during: at(10, active => void active.stop('b')) });
  expect(run.lines.slice(5)).toEqual([
    '10 b failed',
    '100 busy succeeded',
    '100 a started',
    '100 a succeeded',
    '100 c started',
    '100 c succeeded',
    '100 . failed',
  ]);
  expect(run.steps.get('b')).toEqual({ state: 'failed', reason: { type: 'stopped-by-user' } });
});

it('a group that is stopped by hand skips those in it that wait', async () => {
  const root = gather('.', [busy, gather('g', [leaf('a'), leaf('b')])], { failFast: false });
  const run = await simulate(root, { slots: 1, during: at(10, active => void active.stop('g')) });
  for (const path of ['g/a', 'g/b'])
    expect(run.steps.get(path)).toEqual({ state: 'skipped', reason: { type: 'stopped-by-user', step: 'g' } });
  expect(run.steps.get('g')).toEqual({ state: 'failed', reason: { type: 'stopped-by-user' } });
});

it('those that are skipped are told in declared order, each once, and never get a slot', async () => {
  const root = gather('.', [leaf('a', { durationMs: 10, exitCode: 1 }), leaf('b'), leaf('c'), leaf('d')]);
  const run = await simulate(root, { slots: 1 });
  expect(run.lines.slice(5)).toEqual(['10 a failed', '10 b skipped', '10 c skipped', '10 d skipped', '10 . failed']);
});

it('one whose group closes in the moment of the hand-over is skipped, and gives back what it got', async () => {
  const pools = (db: number) => ({ pools: { db } });
  const group = gather('g', [leaf('b', { durationMs: 10 }, pools(1)), leaf('c', {}, pools(1))], { allowFailure: true });
  const root = gather('.', [leaf('busy', { durationMs: 100 }, pools(2)), group, leaf('d', {}, pools(2))]);
  let active: Run | undefined;
  const run = await simulate(root, {
    pools: { db: { type: 'size', size: 2 } },
    during: started => {
      active = started;
    },
    // Both have been served; the second has not yet entered.
    onEvent: event => void (event.type === 'step.started' && event.step === 'g/b' && active?.stop('g')),
  });
  expect(run.steps.get('g/c')).toEqual({ state: 'skipped', reason: { type: 'stopped-by-user', step: 'g' } });
  expect(run.state('d')).toBe('succeeded');
  expect(run.timersLeft).toBe(0);
});

it('one that is skipped in a tick says in which', async () => {
  const group = gather('g', [leaf('a', { durationMs: 10, exitCode: 1 }), leaf('b')], every(100, 1));
  const run = await simulate(steps('.', [group]), { slots: 1 });
  const end = run.events.find(event => event.type === 'step.finished' && event.step === 'g/b');
  expect(end).toMatchObject({ tick: 1, outcome: { state: 'skipped' }, attempts: 0 });
});

it('one that lacks a variable fails before it waits', async () => {
  const root = gather('.', [busy, leaf('a', {}, { env: { A: '${NOBODY}' }, allowFailure: true })]);
  const { lines } = await simulate(root, { slots: 1 });
  expect(lines).toContain('0 a failed');
  expect(lines).not.toContain('0 a queued');
});

it('waits again for each attempt, behind those that came meanwhile', async () => {
  const root = gather('.', [busy, leaf('a', [{ exitCode: 1 }, {}], retry(1, { delayMs: 0 })), leaf('b')]);
  const { lines } = await simulate(root, { slots: 1 });
  expect(lines.slice(4)).toEqual([
    '100 busy succeeded',
    '100 a started',
    '100 a retrying in 0',
    '100 b started',
    '100 a queued',
    '100 b succeeded',
    '100 a started attempt 2',
    '100 a succeeded',
    '100 . succeeded',
  ]);
});

it('waits for slot and pools together, and keeps neither from others alone', async () => {
  const db = { pools: { db: 1 } };
  const root = gather('.', [
    leaf('a', { durationMs: 50 }, db),
    leaf('b', { durationMs: 50 }, db),
    leaf('c', { durationMs: 10 }),
    leaf('d', { durationMs: 10 }),
  ]);
  const { lines } = await simulate(root, { slots: 2, pools: { db: { type: 'size', size: 1 } } });
  expect(lines.filter(line => line.includes('started'))).toEqual([
    '0 . started',
    '0 a started',
    '0 c started',
    '10 d started',
    '50 b started',
  ]);
});

it('the winner of an any skips those that wait', async () => {
  const run = await simulate(any('.', [leaf('a', { durationMs: 10 }), leaf('b'), leaf('c')]), { slots: 1 });
  expect(run.steps.get('b')).toEqual({ state: 'skipped', reason: { type: 'lost', step: 'a' } });
  expect(run.steps.get('c')).toEqual({ state: 'skipped', reason: { type: 'lost', step: 'a' } });
});

it('those that need one that waits start when it has ended', async () => {
  const root = gather('.', [leaf('c', {}, { needs: [need('b')] }), busy, leaf('b', { durationMs: 5 })]);
  const { lines } = await simulate(root, { slots: 1 });
  expect(lines).toContain('105 c started');
});

it('a kill while steps wait leaves nothing', async () => {
  const root = gather('.', [busy, leaf('a'), gather('g', [leaf('b'), leaf('c')])]);
  const reason = { type: 'interrupted', signal: 'SIGTERM' } as const;
  const run = await simulate(root, { slots: 1, during: at(10, active => active.kill(reason)) });
  for (const path of ['a', 'g/b', 'g/c']) expect(run.steps.get(path)).toEqual({ state: 'skipped', reason });
  expect(run.timersLeft).toBe(0);
});

it('what a resumed run had left waiting waits again', async () => {
  const root = gather('.', [busy, leaf('a'), leaf('b')]);
  const first = await simulate(root, { slots: 1, during: at(100, active => active.cancel({ type: 'aborted' })) });
  const broken = first.events.filter(event => event.type !== 'run.finished').slice(0, 5);
  const { lines } = await simulate(root, { slots: 1, resume: broken });
  const expected = [
    '0 . started',
    '0 busy started',
    '0 a queued',
    '0 b queued',
    '100 busy succeeded',
    '100 a started',
    '100 a succeeded',
    '100 b started',
    '100 b succeeded',
    '100 . succeeded',
  ];
  expect(inAnyOrderThroughQueue(lines)).toEqual(inAnyOrderThroughQueue(expected));
});
