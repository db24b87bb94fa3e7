import { describe, expect, it } from 'vitest';
import type { CancelReason, Outcome } from '../../src/events/outcome.ts';
import { formatDuration, formatLeft, formatLimit } from '../../src/reporters/durations.ts';
import { commandWords, indexSteps } from '../../src/reporters/steps.ts';
import { outcomeWords } from '../../src/reporters/wording.ts';
import { gather, planOf, run, sleep, steps } from './stage.ts';

const failed = (reason: Extract<Outcome, { state: 'failed' }>['reason'], more = {}): Outcome => ({
  state: 'failed',
  reason,
  ...more,
});
const cancelled = (reason: CancelReason): Outcome => ({ state: 'cancelled', reason });

describe('an outcome in words', () => {
  it.each<[Outcome, string]>([
    [{ state: 'succeeded' }, 'succeeded'],
    [{ state: 'skipped', reason: { type: 'if', exitCode: 2 } }, 'skipped: if: exit 2 (by test, grep and sh an error)'],
    [{ state: 'skipped', reason: { type: 'if', exitCode: 127 } }, 'skipped: if: exit 127 (command not found)'],
    [failed({ type: 'exit' }, { exitCode: 1 }), 'exit 1'],
    [failed({ type: 'exit' }, { exitCode: 2, allowed: true }), 'exit 2, allowed'],
    [failed({ type: 'exit' }), 'failed'],
    [failed({ type: 'exit' }, { exitCode: 126 }), 'exit 126 (found but not executable)'],
    [failed({ type: 'exit' }, { exitCode: 127 }), 'exit 127 (command not found)'],
    [failed({ type: 'exit' }, { exitCode: 137 }), 'exit 137 (SIGKILL, often out of memory)'],
    [failed({ type: 'signal' }, { signal: 'SIGKILL' }), 'killed by SIGKILL (137, often out of memory)'],
    [failed({ type: 'signal' }, { signal: 'SIGSEGV' }), 'killed by SIGSEGV (139, segmentation fault)'],
    [failed({ type: 'signal' }, { signal: 'SIGABRT' }), 'killed by SIGABRT (134, aborted)'],
    [failed({ type: 'signal' }, { signal: 'SIGTERM' }), 'killed by SIGTERM (143)'],
    [failed({ type: 'signal' }, { signal: 'SIGUSR1' }), 'killed by SIGUSR1'],
    [failed({ type: 'signal' }), 'killed by a signal'],
    [
      failed({ type: 'exit', list: 'L' }, { exitCode: 127 }),
      "forEach.L: the list's command: exit 127 (command not found)",
    ],
    [
      failed({ type: 'signal', list: 'L' }, { signal: 'SIGTERM' }),
      "forEach.L: the list's command: killed by SIGTERM (143)",
    ],
    [failed({ type: 'timeout', limitMs: 5000 }), 'timed out after 5s'],
    [failed({ type: 'timeout', limitMs: 5000, clock: 'queue' }), 'timed out: no free slot or pool for 5s'],
    [failed({ type: 'start', message: 'no such command: "x"\nmore' }), 'no such command: "x"'],
    [failed({ type: 'http', message: 'GET x: \x1b[31m404' }), 'GET x: 404'],
    [failed({ type: 'child', step: 'a/b' }), '"a/b" failed'],
    [failed({ type: 'finally', step: 'a/finally/1' }), '"a/finally/1" failed'],
    [failed({ type: 'finally', step: 'a/finally', limitMs: 60_000 }), '"a/finally" timed out after 1m'],
    [failed({ type: 'internal', message: 'Error: x\n at y' }), 'a bug in runjobs: Error: x'],
    [cancelled({ type: 'interrupted', signal: 'SIGINT' }), 'cancelled: interrupted by Ctrl-C (SIGINT)'],
    [cancelled({ type: 'interrupted', signal: 'SIGTERM' }), 'cancelled: told to end (SIGTERM)'],
    [cancelled({ type: 'interrupted', signal: 'SIGHUP' }), 'cancelled: the terminal was closed (SIGHUP)'],
    [cancelled({ type: 'aborted' }), 'cancelled: aborted by the caller'],
    [cancelled({ type: 'timeout', step: 'deploy', limitMs: 90_000 }), 'cancelled: "deploy" timed out after 1m30s'],
    [cancelled({ type: 'sibling-failed', step: 'lint' }), 'cancelled: "lint" failed'],
    [cancelled({ type: 'timeout', step: '.', limitMs: 1000 }), 'cancelled: the plan timed out after 1s'],
    [cancelled({ type: 'group-ended', step: '.' }), 'cancelled: everything else has ended'],
    [cancelled({ type: 'group-ended', step: 'g' }), 'cancelled: "g" has ended'],
    [cancelled({ type: 'unwritable', message: 'the log cannot be written' }), 'cancelled: the log cannot be written'],
    [cancelled({ type: 'internal', message: 'Error: x\n at y' }), 'cancelled: a bug in runjobs: Error: x'],
    [{ state: 'skipped', reason: { type: 'earlier-failed', step: 'build' } }, 'skipped: "build" failed before it'],
    [{ state: 'skipped', reason: { type: 'not-started', step: 'a' } }, 'skipped: "a" never started'],
    [{ state: 'skipped', reason: { type: 'aborted' } }, 'skipped: aborted by the caller'],
  ])('%j is %j', (outcome, words) => {
    expect(outcomeWords(outcome)).toBe(words);
  });
});

describe('a duration in words', () => {
  it.each([
    [0, '0.0 s'],
    [-5, '0.0 s'],
    [249, '0.2 s'],
    [12_340, '12.3 s'],
    [59_949, '59.9 s'],
    [59_960, '1m 00s'],
    [60_000, '1m 00s'],
    [125_000, '2m 05s'],
    [3_599_600, '1h 00m'],
    [3_720_000, '1h 02m'],
    [90_000_000, '1d 01h'],
  ])('%i ms is %j', (ms, words) => {
    expect(formatDuration(ms)).toBe(words);
  });

  it.each([
    [250, '250ms'],
    [5000, '5s'],
    [1500, '1.5s'],
    [60_000, '1m'],
    [5_400_000, '1h30m'],
    [172_800_000, '2d'],
  ])('%i ms as a limit is %j', (ms, words) => {
    expect(formatLimit(ms)).toBe(words);
  });

  it.each([
    [0, 'now'],
    [1, 'in 0.1 s'],
    [500, 'in 0.5 s'],
    [1000, 'in 1 s'],
    [2500, 'in 3 s'],
    [61_000, 'in 1m 01s'],
  ])('%i ms to go is %j', (ms, words) => {
    expect(formatLeft(ms)).toBe(words);
  });
});

describe('what a step does, in words', () => {
  it.each([
    [run('a', 'npm test'), 'npm test'],
    [run('a', '\n  make all  \nmake install\n'), 'make all …'],
    [run('a', ['git', 'commit', '-m', "it's done", '']), "git commit -m 'it'\\''s done' ''"],
    [run('a', `echo ${'x'.repeat(500)}`), `echo ${'x'.repeat(195)}…`],
    [run('a', 'printf "\x1b[31m"'), 'printf ""'],
    [sleep('a', 1500), 'sleep 1.5s'],
    [sleep('a', 'forever'), 'sleep forever'],
    [steps('a', [run('x')]), '1 step in order'],
    [gather('a', [run('x'), run('y')]), '2 steps at once'],
  ])('%#', (step, words) => {
    expect(commandWords(step)).toBe(words);
  });

  it('of a request is its method and address', () => {
    const http = {
      ...run('a'),
      type: 'http' as const,
      method: 'GET',
      url: 'http://x.test/',
      headers: {},
      expect: { status: [] },
    };
    expect(commandWords(http)).toBe('GET http://x.test/');
    const url = 'https://me:secret@example.org/x@y';
    expect(commandWords({ ...http, url })).toBe('GET https://***@example.org/x@y');
  });
});

describe('the steps of a plan, by path', () => {
  const lastly = { steps: [run('sweep')], timeoutMs: 60_000 };
  const index = indexSteps(planOf(steps('root', [gather('g', [run('a'), run('b', 'x', { finally: lastly })])])));

  it('are found wherever they are', () => {
    expect(index.at('.')?.id).toBe('root');
    expect(index.at('g/a')?.id).toBe('a');
    expect(index.at('g/b/finally/sweep')?.id).toBe('sweep');
    expect(index.at('g/c')).toBeUndefined();
  });

  it('are groups or leaves, and counted', () => {
    expect([index.isGroup('.'), index.isGroup('g'), index.isGroup('g/a'), index.isGroup('nobody')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(
      [index.leavesBelow('.'), index.leavesBelow('g'), index.leavesBelow('g/b'), index.leavesBelow('g/a')].map(
        ({ count }) => count,
      ),
    ).toEqual([3, 3, 2, 1]);
  });

  it('go by their path, the root by the name of the plan', () => {
    expect([index.label('.'), index.label('g/a')]).toEqual(['tour', 'g/a']);
  });
});
