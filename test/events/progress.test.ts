import { describe, expect, it } from 'vitest';
import { fold } from '../../src/events/fold.ts';
import { type Groups, groupsOf } from '../../src/events/groups.ts';
import { createProgress, ended, failuresOf } from '../../src/events/progress.ts';
import { lastLine } from '../../src/events/tail.ts';
import type { Step } from '../../src/plan/plan.ts';
import { countWords } from '../../src/reporters/summary.ts';
import { any, childFailed, exit, forEach, gather, ok, run, script, skippedAfter, steps } from '../reporters/stage.ts';

const flat = (isGroup: (path: string) => boolean): Groups => ({
  isGroup,
  isForEach: () => false,
  forgivenIn: () => undefined,
  leavesBelow: () => ({ count: 1, lists: 0 }),
});

/** A progress with the given groups, and events told at a time that stands still unless moved. */
function stage(...groups: string[]) {
  const progress = createProgress(flat(path => path === '.' || groups.includes(path)));
  let now = 0;
  const tell = script(
    event => fold(progress, event),
    () => now,
  );
  const at = (t: number) => {
    now = t;
  };
  tell.begin();
  tell.start('.');
  return { progress, tell, counts: progress.root.counts, at };
}
const tolerating = (id: string, children: readonly Step[]) =>
  ({ ...gather(id, children), tolerate: { type: 'count', count: 1 } }) as const;
const none = { queued: 0, running: 0, waiting: 0, succeeded: 0, failed: 0, allowed: 0, cancelled: 0, skipped: 0 };

it('the command of a list that fails leaves its last lines, those of the latest attempt around it', () => {
  const groups = groupsOf(steps('.', [steps('g', [forEach('t', run(''))])]));
  const progress = createProgress(groups);
  const tell = script(
    event => fold(progress, event),
    () => 0,
  );
  const fails = (line: string) => {
    tell.start('g');
    tell.print('g/t', `${line}\n`, 'err');
    tell.start('g/t');
    tell.end('g/t', { state: 'failed', reason: { type: 'exit', list: 'N' }, exitCode: 3 });
  };
  tell.begin();
  tell.start('.');
  fails('first');
  expect(failuresOf(progress).map(({ tail }) => tail)).toEqual([['first']]);
  fails('second');
  expect(failuresOf(progress).map(({ tail }) => tail)).toEqual([['second']]);
});

describe('a group that fails by itself', () => {
  const unfit = { state: 'failed', reason: { type: 'start', message: 'no such file' } } as const;
  const words = (progress: ReturnType<typeof stage>['progress']) => countWords(progress.root.counts);

  it('counts as a failure where nothing in it has failed, and not among the steps that have ended', () => {
    const { tell, progress } = stage('g');
    tell.end('g/1', { state: 'skipped', reason: { type: 'not-started', step: 'g' } });
    tell.end('g', unfit);
    expect(words(progress)).toBe('1 failed, 1 skipped');
    expect(ended(progress.root.counts)).toBe(1);
  });

  it('counts as nothing where a step in it has failed, where it may fail, and at the root', () => {
    const { tell, progress } = stage('g', 'h');
    tell.start('g');
    tell.start('g/1');
    tell.end('g/1', exit(1));
    tell.end('g', { state: 'failed', reason: { type: 'timeout', limitMs: 5 } });
    tell.end('h', { ...unfit, allowed: true });
    tell.end('.', unfit);
    expect(words(progress)).toBe('1 failed');
  });

  it('counts once where it lies in another one, and as nothing once that has ended well', () => {
    const { tell, progress } = stage('g', 'g/h', 'g/i');
    tell.start('g');
    tell.end('g/h', unfit);
    tell.end('g/i', unfit);
    expect(words(progress)).toBe('2 failed');
    tell.end('g', { ...childFailed('g/h'), allowed: true });
    expect(words(progress)).toBe('');
  });

  it('counts no longer once what is around it starts again', () => {
    const { tell, progress } = stage('g', 'g/h');
    tell.start('g');
    tell.end('g/h', unfit);
    tell.start('g', { attempt: 2 });
    expect(words(progress)).toBe('');
  });
});

describe('a finally that fails', () => {
  const attempt = (step: string, code: number) =>
    ({ type: 'attempt.finished', step, t: 1, attempt: 1, outcome: exit(code), durationMs: 1 }) as const;

  it('comes after the failure of its step, though that step ends later', () => {
    const { tell, progress } = stage();
    tell.start('w');
    tell.event(attempt('w', 9));
    tell.start('w/finally/1');
    tell.event(attempt('w/finally/1', 4));
    tell.end('w/finally/1', exit(4));
    tell.end('w', exit(9));
    expect(failuresOf(progress).map(({ step }) => step)).toEqual(['w', 'w/finally/1']);
  });

  it('hides no forgiven failure of its step, and is told once', () => {
    const { tell, progress } = stage();
    tell.start('a');
    tell.event(attempt('a', 3));
    tell.event(attempt('a/finally/1', 7));
    tell.end('a/finally/1', exit(7));
    tell.end(
      'a',
      { state: 'failed', reason: { type: 'finally', step: 'a/finally/1' } },
      { body: { ...exit(3), allowed: true } },
    );
    expect(failuresOf(progress).map(({ step, outcome }) => [step, outcome.exitCode])).toEqual([
      ['a', 3],
      ['a/finally/1', 7],
    ]);
  });

  it('is counted once: its step as what the body had come to', () => {
    const { tell, progress } = stage('g');
    const broken = { state: 'failed', reason: { type: 'finally', step: 'g/a/finally/1' } } as const;
    for (let attempt = 0; attempt < 2; attempt += 1) {
      tell.start('g');
      tell.start('g/a');
      tell.start('g/a/finally/1');
      tell.end('g/a/finally/1', exit(7));
      tell.end('g/a', broken, { body: ok });
      expect(progress.root.counts).toMatchObject({ running: 0, succeeded: 1, failed: 1 });
      expect(progress.nodes.get('g/a')?.outcome).toEqual(broken);
    }
  });

  it('by running out of time is told as its step', () => {
    const { tell, progress } = stage();
    tell.start('a');
    tell.end('a', { state: 'failed', reason: { type: 'finally', step: 'a/finally', limitMs: 200 } }, { body: ok });
    expect(failuresOf(progress)).toMatchObject([{ step: 'a', outcome: { reason: { limitMs: 200 } } }]);
  });
});

describe('the counts', () => {
  it('hold each leaf step in exactly one place', () => {
    const { tell, counts } = stage();
    tell.queue('a');
    expect(counts).toEqual({ ...none, queued: 1 });
    tell.start('a');
    expect(counts).toEqual({ ...none, running: 1 });
    tell.end('a');
    tell.start('b');
    tell.end('b', exit(1));
    tell.start('c');
    tell.end('c', { ...exit(1), allowed: true });
    tell.start('d');
    tell.end('d', { state: 'cancelled', reason: { type: 'sibling-failed', step: 'b' } });
    tell.end('e', skippedAfter('b'));
    tell.queue('f');
    tell.end('f', skippedAfter('b'));
    expect(counts).toEqual({ ...none, succeeded: 1, failed: 1, allowed: 1, cancelled: 1, skipped: 2 });
    expect(ended(counts)).toBe(6);
  });

  it('count no group, whatever becomes of it', () => {
    const { tell, counts } = stage('g', 'h');
    tell.start('g');
    tell.start('g/a');
    tell.end('g/a', exit(1));
    tell.end('g', childFailed('g/a'));
    tell.end('h/a', skippedAfter('g/a'));
    tell.end('h', skippedAfter('g/a'));
    expect(counts).toEqual({ ...none, failed: 1, skipped: 1 });
  });

  it('are kept for each group too, and for a root that is one command', () => {
    const { tell, progress } = stage('g');
    tell.start('g');
    tell.start('g/a');
    tell.queue('g/b');
    expect(progress.nodes.get('g')?.counts).toEqual({ ...none, running: 1, queued: 1 });
    const one = createProgress(flat(() => false));
    const alone = script(
      event => fold(one, event),
      () => 0,
    );
    alone.queue('.');
    expect(one.root.counts).toEqual({ ...none, queued: 1 });
    alone.start('.');
    alone.end('.');
    expect(one.root.counts).toEqual({ ...none, succeeded: 1 });
  });

  it('count the steps of finally, below the step they belong to', () => {
    const { tell, progress, counts } = stage('g');
    tell.start('g');
    tell.start('g/finally/1');
    expect(progress.nodes.get('g/finally/1')?.parent?.path).toBe('g');
    tell.end('g/finally/1');
    expect(counts).toEqual({ ...none, succeeded: 1 });
  });

  it('put copies below their step', () => {
    const { tell, progress } = stage('test');
    tell.start('test');
    tell.start('test[3]');
    expect(progress.nodes.get('test[3]')?.parent?.path).toBe('test');
  });
});

describe('a step that starts again', () => {
  it('is counted once, through retry and queue', () => {
    const { tell, counts, progress, at } = stage();
    tell.start('a');
    tell.print('a', 'first\n');
    tell.event({ type: 'attempt.finished', step: 'a', t: 1, attempt: 1, outcome: exit(7), durationMs: 1 });
    tell.event({ type: 'step.retrying', step: 'a', t: 1, attempt: 2, delayMs: 500, failure: { type: 'exit' } });
    const node = progress.nodes.get('a');
    expect(node).toMatchObject({ phase: 'waiting', retry: { attempt: 2, dueT: 501 }, attempted: exit(7) });
    expect(counts).toEqual({ ...none, waiting: 1 });
    tell.queue('a');
    expect(counts).toEqual({ ...none, queued: 1 });
    at(501);
    tell.start('a', { attempt: 2 });
    expect(node).toMatchObject({ phase: 'running', attempt: 2, retry: undefined, startedT: 0, last: 'first' });
    tell.end('a', ok, { attempts: 2 });
    expect(counts).toEqual({ ...none, succeeded: 1 });
  });

  it('forgets what a group did in the attempt before', () => {
    const { tell, counts, progress } = stage('g', 'g/inner');
    tell.start('other');
    tell.end('other', exit(2));
    tell.start('g');
    tell.start('g/inner');
    tell.start('g/inner/a');
    tell.end('g/inner/a');
    tell.start('g/inner/b');
    tell.end('g/inner/b', exit(1));
    tell.end('g/inner', childFailed('g/inner/b'));
    expect([...progress.failures.keys()]).toEqual(['other', 'g/inner/b']);
    tell.start('g', { attempt: 2 });
    expect(counts).toEqual({ ...none, failed: 1 });
    expect([...progress.failures.keys()]).toEqual(['other']);
    expect([...progress.nodes.keys()]).toEqual(['.', 'other', 'g']);
    tell.start('g/inner');
    tell.start('g/inner/b');
    tell.end('g/inner/b');
    tell.end('g/inner');
    tell.end('g');
    expect(counts).toEqual({ ...none, failed: 1, succeeded: 1 });
  });

  it('counts the steps of a periodic group once, not once a tick', () => {
    const { tell, counts, progress } = stage('g');
    for (let tick = 1; tick <= 50; tick++) {
      tell.start('g', { tick });
      tell.start('g/a', { tick });
      tell.end('g/a', ok, { tick });
      tell.event({ type: 'tick.finished', step: 'g', t: tick, tick, outcome: ok });
      tell.event({ type: 'tick.waiting', step: 'g', t: tick, tick: tick + 1, delayMs: 10 });
    }
    tell.event({ type: 'ticks.missed', step: 'g', t: 50, count: 3 });
    expect(counts).toEqual({ ...none, succeeded: 1 });
    expect(progress.nodes.get('g')).toMatchObject({ ticks: 50, missed: 3, nextTick: { tick: 51, dueT: 60 } });
  });

  it('forgets the failures of the whole plan when the root is tried again', () => {
    const { tell, progress } = stage();
    tell.start('a');
    tell.end('a', exit(1));
    tell.start('.', { attempt: 2 });
    expect(progress.failures.size).toBe(0);
  });
});

describe('what is kept of a step', () => {
  it('is its output while it runs, and one line of it afterwards', () => {
    const { tell, progress } = stage();
    tell.start('a');
    tell.print('a', 'one\ntwo\n');
    const node = progress.nodes.get('a');
    expect(node?.tail && lastLine(node.tail)).toBe('two');
    tell.end('a', ok);
    expect(node).toMatchObject({ tail: undefined, last: 'two', phase: 'succeeded' });
  });

  it('is the last 20 lines of one that failed', () => {
    const { tell, progress } = stage();
    tell.start('a');
    tell.print('a', Array.from({ length: 50 }, (_, n) => `line ${n + 1}\n`).join(''));
    tell.end('a', exit(3), { durationMs: 12, attempts: 2, log: 'logs/a.log' });
    const failure = progress.failures.get('a');
    expect(failure).toMatchObject({ outcome: exit(3), durationMs: 12, attempts: 2, log: 'logs/a.log' });
    expect(failure?.tail).toHaveLength(20);
    expect(failure?.tail.at(-1)).toBe('line 50');
  });

  it('is nothing of what failed through a child only', () => {
    const { tell, progress } = stage('g');
    tell.start('g');
    tell.start('g/b');
    tell.start('g/a');
    tell.end('g/b', exit(1));
    tell.end('g/a', { ...exit(1), allowed: true });
    tell.end('g', childFailed('g/b'));
    expect([...progress.failures.keys()]).toEqual(['g/b', 'g/a']);
  });

  it('is that it is being stopped', () => {
    const { tell, progress } = stage();
    tell.start('a');
    tell.event({ type: 'step.stopping', step: 'a', t: 10, pid: 3, signal: 'SIGTERM', graceMs: 5000 });
    expect(progress.nodes.get('a')?.stopping).toEqual({ pid: 3, signal: 'SIGTERM', killT: 5010, isLate: false });
  });

  it('is that it is being stopped no longer once its attempt has ended, though its finally goes on', () => {
    const { tell, progress } = stage();
    tell.start('a');
    tell.event({ type: 'step.stopping', step: 'a', t: 10, pid: 3, signal: 'SIGTERM', graceMs: 5000 });
    const outcome = { state: 'cancelled', reason: { type: 'interrupted', signal: 'SIGINT' } } as const;
    tell.event({ type: 'attempt.finished', step: 'a', t: 20, attempt: 1, outcome, durationMs: 20 });
    tell.start('a/finally/1');
    expect(progress.nodes.get('a')?.stopping).toBeUndefined();
  });

  it('ignores output of a step that is not there, and warnings', () => {
    const { tell, progress } = stage();
    tell.print('nobody', 'x');
    tell.event({ type: 'warning', t: 1, message: 'careful' });
    expect([...progress.nodes.keys()]).toEqual(['.']);
  });

  it('is folded away with a group that ended well, but for what failed in it', () => {
    const { tell, progress } = stage('g');
    tell.start('g');
    tell.start('g/a');
    tell.end('g/a');
    tell.start('g/b');
    tell.end('g/b', { ...exit(1), allowed: true });
    tell.end('g');
    expect([...progress.nodes.keys()]).toEqual(['.', 'g', 'g/b']);
  });
});

describe('what has failed in a group that ends well', () => {
  it('was allowed to, in the counts of all around it, too', () => {
    const { tell, progress, counts } = stage('a', 'a/b');
    tell.start('x');
    tell.end('x', exit(1));
    for (const step of ['a', 'a/b', 'a/b/lost', 'a/won']) tell.start(step);
    tell.end('a/b/lost', exit(2));
    tell.end('a/b', childFailed('a/b/lost'));
    tell.end('a/won', ok);
    expect(counts).toEqual({ ...none, succeeded: 1, failed: 2 });
    tell.end('a', ok);
    expect(counts).toEqual({ ...none, succeeded: 1, failed: 1, allowed: 1 });
    expect(failuresOf(progress).map(({ step, outcome }) => [step, outcome.allowed ?? false])).toEqual([
      ['x', false],
      ['a/b/lost', true],
    ]);
    expect(progress.nodes.get('a/b/lost')?.phase).toBe('allowed');
  });

  it('was allowed to also where it is a group whose own time was over', () => {
    const { tell, progress } = stage('a', 'a/b');
    for (const step of ['a', 'a/b', 'a/b/slow']) tell.start(step);
    const timeout = { type: 'timeout', step: 'a/b', limitMs: 5 } as const;
    tell.end('a/b/slow', { state: 'cancelled', reason: timeout });
    tell.end('a/b', { state: 'failed', reason: { type: 'timeout', limitMs: 5 } });
    tell.end('a', ok);
    expect(failuresOf(progress).map(({ step, outcome }) => [step, outcome.allowed])).toEqual([['a/b', true]]);
  });

  it('was allowed to by the nearest group that says why', () => {
    const progress = createProgress(
      groupsOf(any('root', [tolerating('m', [run('a'), run('b')]), run('c'), run('d', 'd', { allowFailure: true })])),
    );
    const tell = script(
      event => fold(progress, event),
      () => 0,
    );
    for (const step of ['.', 'm', 'm/a', 'm/b', 'c', 'd']) tell.start(step);
    tell.end('m/a', exit(1));
    tell.end('c', exit(2));
    tell.end('d', { ...exit(3), allowed: true });
    tell.end('m/b', ok);
    tell.end('m', ok);
    tell.end('.', ok);
    expect(progress.root.counts).toEqual({ ...none, succeeded: 1, allowed: 1, tolerated: 1, lost: 1 });
    expect(failuresOf(progress).map(({ step, outcome }) => [step, outcome.allowed, outcome.forgiven])).toEqual([
      ['m/a', true, 'tolerated'],
      ['c', true, 'lost'],
      ['d', true, undefined],
    ]);
    expect(countWords(progress.root.counts)).toBe(
      '1 failed but allowed, 1 failed but tolerated, 1 failed and lost the race, 1 succeeded',
    );
  });

  it('was allowed to where the failure of the group is', () => {
    const { tell, progress, counts } = stage('a');
    for (const step of ['a', 'a/x']) tell.start(step);
    tell.end('a/x', exit(2));
    tell.end('a', { ...childFailed('a/x'), allowed: true });
    expect(counts).toEqual({ ...none, allowed: 1 });
    expect(failuresOf(progress).map(({ outcome }) => outcome)).toEqual([{ ...exit(2), allowed: true }]);
  });

  it('was allowed to also where a resumed run takes the group over, of which no start is told', () => {
    const progress = createProgress(groupsOf(steps('root', [any('race', [run('a'), run('b')]), run('c')])));
    const tell = script(
      event => fold(progress, event),
      () => 0,
    );
    tell.start('.');
    const taken = { type: 'step.finished', t: 0, durationMs: 1, attempts: 1, resumed: true } as const;
    tell.event({ ...taken, step: 'race/a', outcome: exit(1) });
    tell.event({ ...taken, step: 'race/b', outcome: ok });
    tell.event({ ...taken, step: 'race', outcome: ok });
    expect(progress.root.counts).toEqual({ ...none, succeeded: 1, lost: 1 });
  });

  it('counts where the group has failed, though it had room for some, or only one had to succeed', () => {
    const groups = groupsOf(steps('root', [tolerating('m', [run('a'), run('b')])]));
    const progress = createProgress(groups);
    const tell = script(
      event => fold(progress, event),
      () => 0,
    );
    for (const step of ['.', 'm', 'm/a', 'm/b']) tell.start(step);
    for (const step of ['m/a', 'm/b']) tell.end(step, exit(1));
    tell.end('m', childFailed('m/b'));
    expect(progress.root.counts).toEqual({ ...none, failed: 2 });
  });

  it.each(['tolerated', 'allowed'])('takes no room from failures that count, when very many were %s', kind => {
    const isAllowed = kind === 'allowed';
    const each = run('', 'x', { allowFailure: isAllowed });
    const many = forEach('t', each, isAllowed ? {} : { tolerate: { type: 'count', count: 2000 } });
    const progress = createProgress(groupsOf(steps('root', [many, run('last')])));
    const tell = script(
      event => fold(progress, event),
      () => 0,
    );
    for (const step of ['.', 't']) tell.start(step, step === 't' ? { items: 1500 } : {});
    for (let n = 1; n <= 1500; n++) {
      tell.start(`t[${n}]`);
      tell.print(`t[${n}]`, 'oh\n');
      tell.end(`t[${n}]`, isAllowed ? { ...exit(1), allowed: true } : exit(1));
    }
    tell.end('t', ok);
    tell.start('last');
    tell.print('last', 'why\n');
    tell.end('last', exit(2));
    expect(progress.failures.get('last')?.tail).toEqual(['why']);
    expect(progress.failures.size).toBe(1000);
    expect(progress.nodes.size).toBeLessThan(310);
  });

  it('leaves with the group that is tried again', () => {
    const { tell, counts, progress } = stage('a', 'a/b');
    for (const step of ['a', 'a/b', 'a/b/lost']) tell.start(step);
    tell.end('a/b/lost', exit(2));
    tell.end('a/b', ok);
    tell.start('a', { attempt: 2 });
    expect(counts).toEqual(none);
    expect(failuresOf(progress)).toEqual([]);
  });
});

describe('the run', () => {
  it('is told to stop for the first reason', () => {
    const { tell, progress } = stage();
    tell.event({ type: 'run.cancelling', t: 1, reason: { type: 'interrupted', signal: 'SIGINT' } });
    expect(progress).toMatchObject({ cancelling: { signal: 'SIGINT' }, forced: false });
    tell.event({ type: 'run.cancelling', t: 2, reason: { type: 'interrupted', signal: 'SIGTERM' }, forced: true });
    expect(progress).toMatchObject({ cancelling: { signal: 'SIGINT' }, forced: true });
    tell.finish(exit(1), 130);
    expect(progress.outcome).toEqual(exit(1));
  });
});

describe('the memory of a run', () => {
  it('does not grow with the steps that ended well', () => {
    const { tell, progress, counts } = stage();
    for (let n = 1; n <= 100_000; n++) tell.queue(`s${n}`);
    for (let n = 1; n <= 100_000; n++) {
      tell.start(`s${n}`);
      tell.print(`s${n}`, 'done\n');
      tell.end(`s${n}`);
    }
    expect(counts).toEqual({ ...none, succeeded: 100_000 });
    expect(progress.nodes.size).toBeLessThan(120);
    expect(progress.queued.size).toBe(0);
  });

  it('keeps the tree small and all failures in order when everything fails', () => {
    const { tell, progress } = stage();
    for (let n = 1; n <= 1000; n++) {
      tell.start(`s${n}`);
      tell.print(`s${n}`, 'x\n'.repeat(30));
      tell.end(`s${n}`, exit(1));
    }
    expect(progress.nodes.size).toBeLessThan(300);
    const failures = [...progress.failures.values()];
    expect(failures).toHaveLength(1000);
    expect(failures[0]?.tail).toHaveLength(20);
    expect(failures[999]).toMatchObject({ step: 's1000', tail: [] });
  });
});
