import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/plan/plan.ts';
import { createPlain } from '../../src/reporters/plain.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import {
  any,
  childFailed,
  exit,
  forEach,
  gather,
  handClock,
  keptSink,
  ok,
  planOf,
  run,
  script,
  skippedAfter,
  sleep,
  steps,
} from './stage.ts';

const retry = { times: 2, delayMs: 3000, factor: 2, maxDelayMs: 60_000, jitter: 'none' } as const;
const every = { intervalMs: 1000, overlap: 'skip' } as const;
const PLAN = planOf(
  steps('root', [
    sleep('wait', 1000),
    run('a', 'echo a', { retry }),
    run('b', 'echo b', { every }),
    gather('g', [run('x'), run('y'), run('server', 'serve', { background: true })]),
  ]),
);

function stage(plan = PLAN, cwd?: string) {
  const sink = keptSink();
  const clock = handClock();
  const reporter = createPlain({ sink, steps: indexSteps(plan), clock, cwd });
  const tell = script(event => reporter.report(event), clock.now);
  tell.begin();
  tell.start('.');
  return { sink, clock, reporter, tell };
}

it('a resumed run tells how much it takes over in one line, and not each step again', () => {
  const sink = keptSink();
  const reporter = createPlain({ sink, steps: indexSteps(PLAN), clock: handClock(), cwd: '/' });
  void reporter.report({ type: 'run.started', v: 1, run: 'r1', name: 'n', at: '', resumed: { count: 1, taken: 2 } });
  const outcome = { state: 'succeeded' } as const;
  for (const step of ['a', 'g/x']) {
    void reporter.report({ type: 'step.finished', step, t: 0, outcome, durationMs: 5, attempts: 1, resumed: true });
  }
  expect(sink.lines).toEqual(['↻ run r1 goes on: 2 steps are taken over']);
});

describe('a failure that may come to nothing', () => {
  const soft = { allowFailure: true } as const;
  const all = (children: readonly Step[], more = {}) => ({ ...gather('g', children), ...more });
  const some = { tolerate: { type: 'count', count: 1 } } as const;
  const lists = { type: 'product', lists: [], exclude: [] } as const;
  it.each<[string, Step, string]>([
    ['in a gather that tolerates some', all([run('x')], some), 'g/x'],
    ['below a child of one', all([steps('x', [run('deep')])], some), 'g/x/deep'],
    ['of a copy, of which some are tolerated', forEach('g', run(''), { items: lists, ...some }), 'g[2]'],
    ['of one that races', any('g', [run('x'), run('y')]), 'g/x'],
    ['in a group that is allowed to fail', steps('g', [run('x')], soft), 'g/x'],
    ['in a group that is tried again', steps('g', [run('x')], { retry }), 'g/x'],
    ['in a group whose tick may fail', steps('g', [run('x')], { every: { ...every, failureThreshold: 2 } }), 'g/x'],
    ['in a group that waits for one', steps('g', [run('x')], { every: { ...every, until: 'failure' } }), 'g/x'],
  ])('%s is a warning', (_, group, path) => {
    const { sink, tell } = stage(planOf(steps('root', [group])));
    for (const step of ['g', path]) tell.start(step);
    tell.end(path, exit(1));
    expect(sink.lines.at(-1)).toBe(`⚠ ${path} exit 1 (1.0 s)`);
  });

  it.each<[string, Step, string]>([
    ['in a group', steps('g', [run('x')]), 'g/x'],
    ['in a group that ticks', steps('g', [run('x')], { every }), 'g/x'],
    [
      'in what tidies up after one that races',
      any('g', [run('a')], { finally: { steps: [run('1')], timeoutMs: 1000 } }),
      'g/finally/1',
    ],
    ['in the background', all([run('x', 'x', { background: true })], some), 'g/x'],
  ])('but none %s', (_, group, path) => {
    const { sink, tell } = stage(planOf(steps('root', [group])));
    for (const step of ['g', path]) tell.start(step);
    tell.end(path, exit(1));
    expect(sink.lines.at(-1)).toBe(`✖ ${path} exit 1 (1.0 s)`);
  });

  it('but none where the last attempt of the group has it, or where it is a bug', () => {
    const { sink, tell } = stage(planOf(steps('root', [steps('g', [run('x')], { retry })])));
    tell.start('g', { attempt: 3 });
    tell.start('g/x');
    tell.end('g/x', exit(1));
    tell.start('g', { attempt: 2 });
    tell.end('g/x', { state: 'failed', reason: { type: 'internal', message: 'oh' } });
    expect(sink.lines.filter(line => line.startsWith('✖'))).toHaveLength(2);
  });
});

describe('the lines of a plain report', () => {
  it('carry what a child prints after its path, as it was printed', () => {
    const { sink, tell } = stage();
    tell.start('g/x');
    tell.print('g/x', 'Hello, async world!\n  indented\twith tab\n\nha');
    tell.print('g/x', 'lf\n');
    expect(sink.lines.slice(1)).toEqual([
      '[g/x] Hello, async world!',
      '[g/x]   indented\twith tab',
      '[g/x] ',
      '[g/x] half',
    ]);
  });

  it('are whole, also when steps and streams print in turns', () => {
    const { sink, tell } = stage();
    tell.print('g/x', 'one ');
    tell.print('g/y', 'two ');
    tell.print('g/x', 'err ', 'err');
    tell.print('g/x', 'one\n');
    tell.print('g/y', 'two\n');
    tell.end('g/x');
    expect(sink.lines).toEqual(['[g/x] one one', '[g/y] two two', '[g/x] err ', '✔ g/x 1.0 s']);
  });

  it('tell starts and ends of steps, ends of groups, and what happens between', () => {
    const { sink, tell } = stage();
    tell.start('wait');
    tell.end('wait', ok, { durationMs: 1000 });
    tell.start('a');
    tell.print('a', 'no end');
    tell.event({ type: 'attempt.finished', step: 'a', t: 1, attempt: 1, outcome: exit(7), durationMs: 1 });
    tell.event({ type: 'step.retrying', step: 'a', t: 1, attempt: 2, delayMs: 3000, failure: { type: 'exit' } });
    tell.start('a', { attempt: 2 });
    tell.end('a', ok, { attempts: 2, durationMs: 4100 });
    tell.start('g');
    tell.queue('g/x');
    tell.start('g/x');
    tell.start('g/server');
    tell.end('g/x', exit(1));
    tell.event({ type: 'step.stopping', step: 'g/server', t: 1, pid: 5, signal: 'SIGTERM', graceMs: 5000 });
    tell.end('g/server', { state: 'cancelled', reason: { type: 'sibling-failed', step: 'g/x' } });
    tell.end('g/y', { state: 'skipped', reason: { type: 'sibling-failed', step: 'g/x' } });
    tell.end('g', childFailed('g/x'), { durationMs: 1500 });
    expect(sink.lines).toEqual([
      '❯ wait: sleep 1s',
      '✔ wait 1.0 s',
      '❯ a: echo a',
      '[a] no end',
      '⚠ a exit 7, attempt 2 of 3 in 3 s',
      '❯ a: attempt 2 of 3',
      '✔ a 4.1 s',
      '❯ g/x: make x',
      '❯ g/server: serve (background)',
      '✖ g/x exit 1 (1.0 s)',
      '◼ g/server cancelled: "g/x" failed (1.0 s)',
      '↓ g/y skipped: "g/x" failed',
      '✖ g "g/x" failed (1.5 s)',
    ]);
  });

  it('names no end of attempts that restarts by hand have passed', () => {
    const { tell, sink } = stage();
    tell.start('a', { attempt: 3 });
    tell.start('a', { attempt: 4 });
    expect(sink.lines).toEqual(['❯ a: attempt 3 of 3', '❯ a: attempt 4']);
  });

  it('tell that a background step is waited for, and when it is ready', () => {
    const ready = { probe: { type: 'tcp', address: '80' }, everyMs: 500, timeoutMs: 60_000 } as const;
    const server = run('web', 'serve', { background: true, ready, retry });
    const { sink, tell, clock } = stage(planOf(steps('root', [server, gather('g', [run('x')])])));
    tell.start('web');
    clock.advance(60_000);
    tell.event({ type: 'step.ready', step: 'web', t: 1, attempt: 1, durationMs: 61_000 });
    clock.advance(60_000);
    tell.event({ type: 'attempt.finished', step: 'web', t: 1, attempt: 1, outcome: exit(7), durationMs: 1 });
    tell.event({ type: 'step.retrying', step: 'web', t: 1, attempt: 2, delayMs: 3000, failure: { type: 'exit' } });
    tell.start('web', { attempt: 2 });
    const probe = 'nothing listens on 127.0.0.1:80';
    const reason = { type: 'timeout', limitMs: 60_000, clock: 'ready', probe } as const;
    tell.end('web', { state: 'failed', reason, exitCode: 143 });
    tell.start('web', { tick: 2 });
    tell.event({ type: 'step.ready', step: 'web', t: 1, tick: 2, attempt: 1, durationMs: 1 });
    tell.end('web', { state: 'failed', reason: { type: 'not-ready' }, exitCode: 0 });
    tell.end('g', { state: 'failed', reason: { type: 'not-ready' } });
    tell.end('g/x', { state: 'cancelled', reason: { ...reason, step: 'g' } });
    expect(sink.lines).toEqual([
      '❯ web: serve (background, waiting until ready)',
      '❯ still running: web (1m 00s, not ready yet)',
      '❯ web: ready after 1m 01s',
      '❯ still running: web (2m 00s)',
      '⚠ web exit 7, attempt 2 of 3 in 3 s',
      '❯ web: attempt 2 of 3 (waiting until ready)',
      '✖ web not ready after 1m: nothing listens on 127.0.0.1:80 (1.0 s)',
      '✖ web exit 0 before it was ready (1.0 s)',
      '✖ g ended before it was ready (1.0 s)',
      '◼ g/x cancelled: "g" was not ready after 1m: nothing listens on 127.0.0.1:80 (1.0 s)',
    ]);
  });

  it('tell the name of a step that has one in place of what it does', () => {
    const { sink, tell } = stage();
    tell.start('a', { name: 'Build \u001b[31mthe docs' });
    expect(sink.lines).toEqual(['❯ a: Build the docs']);
  });

  it('tell the first tick; of later ones only what they print and what goes wrong', () => {
    const { sink, tell } = stage();
    for (const tick of [1, 2, 3]) {
      tell.start('b', { tick });
      tell.print('b', 'Task executed\n');
      tell.event({ type: 'tick.finished', step: 'b', t: 1, tick, outcome: ok });
      tell.event({ type: 'tick.waiting', step: 'b', t: 1, tick: tick + 1, delayMs: 900 });
    }
    tell.event({ type: 'ticks.missed', step: 'b', t: 1, count: 2 });
    tell.start('g/x', { tick: 2 });
    tell.end('g/x', ok, { tick: 2 });
    tell.end('g/x', exit(1), { tick: 3 });
    tell.end('b', ok, { durationMs: 3000 });
    expect(sink.lines).toEqual([
      '❯ b: echo b (every 1s)',
      '[b] Task executed',
      '[b] Task executed',
      '[b] Task executed',
      '⚠ b left out 2 ticks that fell due meanwhile',
      '✖ g/x exit 1 (1.0 s)',
      '✔ b 3.0 s',
    ]);
  });

  it('tell warnings and the end that somebody asked for', () => {
    const { sink, tell } = stage();
    tell.event({ type: 'warning', t: 1, message: 'state goes to /home' });
    tell.event({ type: 'warning', t: 1, step: 'a', message: 'left a process\nsecond line' });
    tell.event({ type: 'run.cancelling', t: 1, reason: { type: 'interrupted', signal: 'SIGINT' } });
    tell.event({ type: 'run.cancelling', t: 1, reason: { type: 'interrupted', signal: 'SIGINT' }, forced: true });
    tell.finish({ state: 'cancelled', reason: { type: 'interrupted', signal: 'SIGINT' } }, 130);
    expect(sink.lines).toEqual([
      '⚠ state goes to /home',
      '⚠ a: left a process',
      '◼ stopping everything: interrupted by Ctrl-C (SIGINT)',
      '◼ killing everything: interrupted by Ctrl-C (SIGINT)',
      '◼ tour cancelled after 0.0 s, interrupted by Ctrl-C (SIGINT)',
    ]);
  });

  it('name who keeps us waiting, how long, and that a second signal kills', () => {
    const { sink, tell } = stage();
    const stopping = { type: 'step.stopping', step: 'a', pid: 4711, graceMs: 3000 } as const;
    tell.start('a');
    tell.event({ ...stopping, t: 0, signal: 'SIGTERM', graceMs: 4000 });
    tell.event({ ...stopping, t: 1000, signal: 'SIGTERM', waitedMs: 1000 });
    tell.event({ type: 'run.cancelling', t: 1, reason: { type: 'interrupted', signal: 'SIGINT' } });
    tell.event({ ...stopping, t: 1000, signal: 'SIGTERM', waitedMs: 1000 });
    tell.event({ ...stopping, t: 1000, signal: 'stop.run', waitedMs: 1000, command: 'sleep \x1b[2J60' });
    tell.event({ type: 'run.cancelling', t: 1, reason: { type: 'interrupted', signal: 'SIGINT' }, forced: true });
    tell.event({ ...stopping, t: 4000, signal: 'SIGKILL', graceMs: 0, waitedMs: 4000 });
    expect(sink.lines.filter(line => line.includes('4711'))).toEqual([
      '◼ a: waiting for "echo a" (pid 4711), 3 s left',
      '◼ a: waiting for "echo a" (pid 4711), 3 s left; Ctrl-C again kills',
      '◼ a: waiting for "sleep 60" (pid 4711), 3 s left for "stop.run"; Ctrl-C again kills',
      '◼ a: "echo a" (pid 4711) did not end in time: killed (SIGKILL)',
    ]);
  });

  it('name a plan that is one command by the plan’s name, and tell its end once', () => {
    const { sink, tell } = stage(planOf(run('root', 'echo Hello'), 'hello'));
    tell.print('.', 'Hello\n');
    tell.end('.', exit(3), { log: 'logs/root.log' });
    tell.finish(exit(3), 3);
    expect(sink.lines).toEqual([
      '❯ hello: echo Hello',
      '[hello] Hello',
      '✖ tour failed after 0.0 s, exit 3: 1 failed',
      '',
      '✖ hello exit 3 (1.0 s)',
      '  $ echo Hello',
      '  │ Hello',
      '  log: /plans/.runjobs/runs/r1/logs/root.log',
    ]);
  });

  it('tell of a plan that is one command what it runs, as its name is told anyway', () => {
    const { sink, tell } = stage(planOf(run('root', 'echo Hello'), 'hello'));
    tell.start('.', { name: 'hello' });
    expect(sink.lines).toEqual(Array(2).fill('❯ hello: echo Hello'));
  });

  it('tell a group that its own if leaves out with the reason, and nothing of what is in it', () => {
    const { sink, tell } = stage();
    const below = (step: string) => ({ state: 'skipped', reason: { type: 'not-started', step } }) as const;
    const left = { state: 'skipped', reason: { type: 'if', exitCode: 1 } } as const;
    tell.end('a', left);
    for (const child of ['x', 'y', 'server']) tell.end(`g/${child}`, below('g'));
    tell.end('g', left);
    for (const step of ['wait', 'b']) tell.end(step, below('.'));
    tell.end('.', left);
    tell.finish(left);
    expect(sink.lines).toEqual([
      '↓ a skipped: if: exit 1',
      '↓ g skipped: if: exit 1',
      '↓ tour skipped: if: exit 1',
      expect.stringMatching(/^↓ tour skipped after /),
    ]);
  });

  it('tell many steps skipped for one reason as a count, and few by name', () => {
    const { sink, tell } = stage();
    for (let n = 0; n < 2000; n++) tell.end(`s${n}`, skippedAfter('a'));
    tell.end('g', skippedAfter('a'));
    for (const step of ['x', 'y']) tell.end(step, { state: 'skipped', reason: { type: 'aborted' } });
    tell.finish(exit(1), 1);
    expect(sink.lines.slice(0, 3)).toEqual([
      '↓ 2000 steps skipped: "a" failed before it',
      '↓ x skipped: aborted by the caller',
      '↓ y skipped: aborted by the caller',
    ]);
  });
});

describe('the end of a plain report', () => {
  it('is a summary, then each failed step with all that is needed to look further', () => {
    const { sink, tell } = stage(PLAN, '/plans');
    tell.start('a');
    tell.print('a', Array.from({ length: 30 }, (_, n) => `\x1b[31mline ${n + 1}\n`).join(''));
    tell.end('a', exit(1), { durationMs: 2300, attempts: 3, log: 'logs/a.log' });
    tell.start('g/x');
    tell.end('g/x', { ...exit(2), allowed: true });
    tell.start('g/y');
    tell.end('g/y');
    tell.end('.', childFailed('a'));
    const before = sink.lines.length;
    tell.finish(childFailed('a'), 1);
    expect(sink.lines.slice(before)).toEqual([
      '✖ tour failed after 0.0 s: 1 failed, 1 failed but allowed, 1 succeeded',
      '',
      '✖ a exit 1 (2.3 s, 3 attempts)',
      '  $ echo a',
      ...Array.from({ length: 20 }, (_, n) => `  │ line ${n + 11}`),
      '  log: .runjobs/runs/r1/logs/a.log',
      '',
      '⚠ g/x exit 2, allowed (1.0 s)',
      '  $ make x',
      '',
      'to go on from here: runjobs resume r1',
    ]);
  });

  it('tells a bug of ours in one line, without a stack trace', () => {
    const { sink, tell } = stage();
    tell.end('a', { state: 'failed', reason: { type: 'internal', message: 'oops', stack: 'Error: oops\n    at b' } });
    tell.finish(childFailed('a'), 3);
    expect(sink.lines.slice(-2)).toEqual(['✖ a a bug in runjobs: oops (1.0 s)', '  $ echo a']);
  });

  it('gives a line each to failures after the first hundred', () => {
    const { sink, tell } = stage();
    for (let n = 1; n <= 150; n++) tell.end(`s${n}`, exit(1), { log: `logs/s${n}.log` });
    const before = sink.lines.length;
    tell.finish(childFailed('s1'), 1);
    expect(sink.lines.slice(before).filter(line => line.startsWith('✖ s'))).toHaveLength(150);
    expect(sink.lines.slice(before).filter(line => line.includes('log: '))).toHaveLength(100);
  });
});

describe('a plain report of a quiet run', () => {
  it('says nothing of the time in which a program has the terminal', () => {
    const { sink, tell, clock, reporter } = stage();
    tell.start('a');
    const before = sink.lines.length;
    reporter.lend?.();
    clock.advance(3_600_000);
    reporter.takeBack?.();
    clock.advance(59_999);
    expect(sink.lines.length).toBe(before);
    clock.advance(1);
    expect(sink.lines.slice(before)).toEqual(['❯ still running: a (1h 01m)']);
    void reporter.close();
    expect(clock.armed).toBe(0);
  });

  it('tells every minute what is running, when nothing else was printed', () => {
    const { sink, tell, clock, reporter } = stage();
    tell.start('a');
    clock.advance(30_000);
    tell.print('a', 'still here\n');
    const before = sink.lines.length;
    clock.advance(59_999);
    expect(sink.lines.length).toBe(before);
    clock.advance(1);
    expect(sink.lines.slice(before)).toEqual(['❯ still running: a (1m 30s)']);
    clock.advance(60_000);
    expect(sink.lines.at(-1)).toBe('❯ still running: a (2m 30s)');
    for (const step of ['b', 'c', 'd', 'e', 'f', 'g/x']) tell.start(step);
    clock.advance(60_000);
    expect(sink.lines.at(-1)).toBe(
      '❯ still running: a (3m 30s), b (1m 00s), c (1m 00s), d (1m 00s), e (1m 00s) and 2 more',
    );
    void reporter.close();
    expect(clock.armed).toBe(0);
  });

  it('says nothing while nothing runs', () => {
    const { sink, clock, tell } = stage();
    tell.event({ type: 'tick.waiting', step: 'b', t: 0, tick: 2, delayMs: 3_600_000 });
    clock.advance(600_000);
    expect(sink.text).toBe('');
  });
});
