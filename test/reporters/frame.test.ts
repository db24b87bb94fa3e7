import { describe, expect, it } from 'vitest';
import { fold } from '../../src/events/fold.ts';
import { createProgress } from '../../src/events/progress.ts';
import { composeFrame, type FrameOptions } from '../../src/reporters/frame.ts';
import { monochrome } from '../../src/reporters/palette.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import { composeTitle, type TitleOptions } from '../../src/reporters/title.ts';
import { childFailed, exit, gather, ok, planOf, run, script, skippedAfter, steps } from './stage.ts';

const many = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => run(`${prefix}${n + 1}`));

function stage(plan = planOf(gather('root', [gather('g', many('x', 50)), ...many('a', 50)])), name = 'tour') {
  const index = indexSteps(plan);
  const progress = createProgress(index);
  let now = 0;
  const tell = script(
    event => fold(progress, event),
    () => now,
  );
  tell.begin(name);
  tell.start('.');
  const look = { height: 10, width: 79, t: 1000, spinner: '*', steps: index, palette: monochrome };
  return {
    tell,
    progress,
    frame: (more: Partial<FrameOptions> = {}) => composeFrame(progress, { ...look, ...more }),
    title: (more: Partial<TitleOptions> = {}) => composeTitle(progress, { ...look, ...more }),
    wait: (ms: number) => {
      now += ms;
    },
  };
}

describe('a frame with too little room', () => {
  it('gives half of it to the first failures, the rest to what runs, and counts what is left', () => {
    const { tell, frame } = stage();
    for (let n = 1; n <= 30; n++) tell.start(`a${n}`);
    for (let n = 1; n <= 20; n++) tell.end(`a${n}`, exit(n));
    expect(frame()).toEqual([
      ...[1, 2, 3, 4].map(n => `  ✖ a${n} 1.0 s exit ${n}`),
      ...[21, 22, 23, 24, 25].map(n => `  * a${n} 1.0 s`),
      '  … 16 more failed, 5 more running',
    ]);
  });

  it('shows what runs far inside by its path where there is no room for the groups around it', () => {
    const deep = gather('a', [steps('b', [gather('c', [run('x'), run('y'), run('z')])])]);
    const { tell, frame } = stage(planOf(gather('root', [run('one'), deep])));
    for (const step of ['one', 'a', 'a/b', 'a/b/c', 'a/b/c/x', 'a/b/c/y', 'a/b/c/z']) tell.start(step);
    expect(frame({ height: 4 })).toEqual([
      '  * one 1.0 s',
      '  * a/b/c/x 1.0 s',
      '  * a/b/c/y 1.0 s',
      '  … 1 more running',
    ]);
    expect(frame({ height: 6 })).toEqual([
      ...['  * one 1.0 s', '  ❯ a 1.0 s 0/3', '    ❯ b 1.0 s 0/3', '      ❯ c 1.0 s 0/3', '        * x 1.0 s'],
      '  … 2 more running',
    ]);
  });

  it('gives all of it to failures when nothing else needs it', () => {
    const { tell, frame } = stage();
    for (let n = 1; n <= 20; n++) tell.end(`a${n}`, exit(n));
    expect(frame().filter(line => line.includes('✖'))).toHaveLength(9);
  });

  it('gives to failures what the running ones leave', () => {
    const { tell, frame } = stage();
    for (let n = 1; n <= 20; n++) tell.end(`a${n}`, exit(n));
    tell.start('a21');
    const lines = frame();
    expect(lines.filter(line => line.includes('✖'))).toHaveLength(8);
    expect(lines.at(-2)).toBe('  * a21 1.0 s');
    expect(lines.at(-1)).toBe('  … 12 more failed');
  });

  it('shows the groups around what it shows, and the end of others only as counts', () => {
    const { tell, frame } = stage();
    tell.start('g');
    for (let n = 1; n <= 12; n++) {
      tell.start(`a${n}`);
      tell.end(`a${n}`);
    }
    tell.start('g/x1');
    tell.start('a20');
    expect(frame({ height: 6 })).toEqual([
      '  ❯ g 1.0 s 0/50',
      '    * x1 1.0 s',
      '  ✔ a11 1.0 s',
      '  ✔ a12 1.0 s',
      '  * a20 1.0 s',
    ]);
  });

  it('leaves out what has ended well when it is the last one', () => {
    const { tell, frame } = stage();
    for (let n = 1; n <= 20; n++) tell.end(`a${n}`, n === 7 ? exit(7) : ok);
    expect(frame({ isLast: true })).toEqual(['  ✖ a7 exit 7']);
    expect(frame()).toHaveLength(9);
  });

  it('shows nothing below the run’s line when there is no room', () => {
    const { tell, frame } = stage();
    tell.start('a1');
    tell.start('a2');
    expect(frame({ height: 0 })).toEqual([]);
    expect(frame({ height: -1 })).toEqual([]);
    expect(frame({ height: 1 })).toEqual(['  … 2 more running']);
  });
});

describe('a frame with room', () => {
  it('shows the tree in the order in which steps were met', () => {
    const { tell, frame } = stage();
    tell.start('g');
    tell.start('a1');
    tell.start('g/x1');
    tell.end('a1', ok, { durationMs: 61_000 });
    tell.end('a2', skippedAfter('a9'));
    tell.end('a3', { state: 'cancelled', reason: { type: 'sibling-failed', step: 'a9' } });
    expect(frame()).toEqual([
      '  ❯ g 1.0 s 0/50',
      '    * x1 1.0 s',
      '  ✔ a1 1m 01s',
      '  ↓ a2 skipped: "a9" failed before it',
      '  ◼ a3 cancelled: "a9" failed',
    ]);
  });

  it('shows steps of finally below their step, and the ticks that were left out', () => {
    const lastly = { steps: [run('sweep')], timeoutMs: 1000 };
    const every = { intervalMs: 1000, overlap: 'skip' } as const;
    const { tell, frame } = stage(
      planOf(steps('root', [run('a', 'x', { finally: lastly }), run('b', 'x', { every })])),
    );
    tell.start('a');
    tell.start('a/finally/sweep');
    tell.start('b', { tick: 4 });
    tell.event({ type: 'ticks.missed', step: 'b', t: 0, count: 2 });
    expect(frame()).toEqual(['  ❯ a 1.0 s', '    * finally/sweep 1.0 s', '  * b 1.0 s tick 4 2 left out']);
  });

  it('fits any width', () => {
    const { tell, frame, title } = stage();
    tell.start('a1');
    tell.print('a1', '日本語'.repeat(100));
    tell.end('a2', exit(1));
    for (let width = 1; width < 100; width++) {
      for (const line of [title({ width }), ...frame({ width })]) {
        const columns = line.replace(/[日本語]/g, '##').length;
        expect(columns, line).toBeLessThanOrEqual(Math.max(width, 4));
      }
    }
  });
});

describe('a row of a step with a long name', () => {
  const LONG = 'the-one-step-that-was-given-a-far-too-long-name-by-somebody';
  const rows = (width: number) => {
    const { tell, frame } = stage(planOf(gather('root', [run(LONG), run('b'), gather('c', many('x', 9))])));
    tell.start(LONG);
    tell.print(LONG, 'it says a lot, much more than there is room for, and goes on and on');
    tell.start('b', { name: LONG });
    tell.start('c', { name: LONG });
    tell.end('b', exit(7));
    return frame({ width });
  };

  it('tells its time, and how it ended, all the same', () => {
    expect(rows(60)).toEqual([
      '  * the-one-step-that-was-given-a-far-too-long-name-… 1.0 s',
      '  ✖ the-one-step-that-was-given-a-far-too-long… 1.0 s exit 7',
      '  ❯ the-one-step-that-was-given-a-far-too-long-na… 1.0 s 0/9',
    ]);
    expect(rows(100)[0]).toMatch(new RegExp(`^ {2}\\* ${LONG} 1\\.0 s › it says a lot, .*…$`));
    expect(rows(25)[1]).toBe('  ✖ the-one… 1.0 s exit 7');
  });
});

describe('the run’s line', () => {
  it('counts', () => {
    const { tell, title } = stage();
    expect(title()).toBe('tour 1.0 s  0/100 done');
    tell.start('a1');
    tell.queue('a2');
    tell.start('a3');
    tell.event({ type: 'step.retrying', step: 'a3', t: 0, attempt: 2, delayMs: 10, failure: { type: 'exit' } });
    tell.end('a4', { ...exit(1), allowed: true });
    tell.end('a5', exit(1));
    expect(title()).toBe('tour 1.0 s  2/100 done · 1 running · 1 waiting · 1 queued · 2 failed');
    tell.event({ type: 'run.cancelling', t: 0, reason: { type: 'aborted' }, forced: true });
    expect(title()).toMatch(/^tour 1\.0 s {2}killing everything: aborted by the caller · 2\/100/);
  });

  it('has a long name give way to what is said: what has failed, and that it is being stopped', () => {
    const { tell, title } = stage(undefined, 'the nightly build of all that there is, with a very long name');
    tell.start('a1');
    tell.end('a2', exit(1));
    const hint = '? keys';
    expect(title({ hint })).toBe('the nightly build of all tha… 1.0 s  1/100 done · 1 running · 1 failed · ? keys');
    expect(title({ hint, width: 60 })).toBe('the nightly build … 1.0 s  1/100 done · 1 running · 1 failed');
    expect(title({ hint, width: 50 })).toBe('the nightly build of… 1.0 s  1/100 done · 1 failed');
    expect(title({ hint, width: 20 })).toBe('the nightly… 1.0 s');
    expect(title({ hint, width: 30 })).toBe('the nightly… 1.0 s  1/100 done');
    tell.event({ type: 'run.cancelling', t: 0, reason: { type: 'aborted' } });
    expect(title({ width: 60 })).toBe('the nightly build of… 1.0 s  stopping: aborted by the caller');
  });

  it('has a bar where there is room for all words beside it', () => {
    const { tell, title } = stage();
    tell.start('a1');
    tell.end('a2', exit(1));
    expect(title({ t: 3000, width: 90 })).toMatch(/^tour 3\.0 s {2}[━╸─]{20} 1\/100 done · .*1 running · 1 failed$/u);
    expect(title({ t: 3000, width: 71, hint: '? keys' })).toMatch(
      /^tour 3\.0 s {2}1\/100 done · .*1 failed · \? keys$/,
    );
  });

  it('shows a group that failed through a child, with the child', () => {
    const { tell, frame } = stage();
    tell.start('g');
    tell.start('g/x1');
    tell.end('g/x1', exit(1));
    tell.end('g', childFailed('g/x1'));
    expect(frame()).toEqual(['  ✖ g 1.0 s "g/x1" failed', '    ✖ x1 1.0 s exit 1']);
  });
});

it('a background step is waited for until it is ready, in each attempt', () => {
  const ready = { probe: { type: 'tcp', address: '80' }, everyMs: 500, timeoutMs: 60_000 } as const;
  const retry = { times: 2, delayMs: 3000, factor: 2, maxDelayMs: 60_000, jitter: 'none' } as const;
  const { tell, frame } = stage(
    planOf(steps('root', [run('web', 'serve', { background: true, ready, retry }), steps('b', [run('x')], { ready })])),
  );
  tell.start('web');
  tell.print('web', 'booting\n');
  tell.start('b');
  expect(frame()).toEqual(['  * web 1.0 s waiting until ready › booting', '  ❯ b 1.0 s waiting until ready 0/1']);
  tell.event({ type: 'step.ready', step: 'web', t: 0, attempt: 1, durationMs: 300 });
  tell.event({ type: 'step.ready', step: 'b', t: 0, attempt: 1, durationMs: 300 });
  expect(frame()).toEqual(['  * web 1.0 s ready after 0.3 s › booting', '  ❯ b 1.0 s ready after 0.3 s 0/1']);
  tell.event({ type: 'attempt.finished', step: 'web', t: 0, attempt: 1, outcome: exit(7), durationMs: 1 });
  tell.event({ type: 'step.retrying', step: 'web', t: 0, attempt: 2, delayMs: 3000, failure: { type: 'exit' } });
  expect(frame()[0]).toBe('  ⚠ web 1.0 s exit 7, attempt 2 of 3 in 2 s › booting');
  tell.start('web', { attempt: 2 });
  expect(frame()[0]).toBe('  * web 1.0 s attempt 2 of 3 waiting until ready › booting');
  tell.event({ type: 'step.stopping', step: 'web', t: 0, pid: 7, signal: 'SIGTERM', graceMs: 5000 });
  expect(frame()[0]).toBe('  * web 1.0 s stopping (SIGTERM, pid 7), SIGKILL in 4 s › booting');
});

it('a step whose finally runs is neither being stopped, nor waited for, nor ready', () => {
  const ready = { probe: { type: 'tcp', address: '80' }, everyMs: 500, timeoutMs: 60_000 } as const;
  const { tell, frame } = stage(planOf(steps('root', [run('web', 'serve', { background: true, ready }), run('x')])));
  const outcome = { state: 'cancelled', reason: { type: 'interrupted', signal: 'SIGINT' } } as const;
  const stopped = () => {
    tell.event({ type: 'step.stopping', step: 'web', t: 0, pid: 7, signal: 'SIGTERM', graceMs: 5000 });
    tell.event({ type: 'attempt.finished', step: 'web', t: 0, attempt: 1, outcome, durationMs: 1 });
    tell.start('web/finally/1');
  };
  tell.start('web');
  stopped();
  expect(frame()[0]).toBe('  ❯ web 1.0 s');
  tell.start('web');
  expect(frame()[0]).toBe('  * web 1.0 s waiting until ready');
  tell.event({ type: 'step.ready', step: 'web', t: 0, attempt: 1, durationMs: 300 });
  stopped();
  expect(frame()[0]).toBe('  ❯ web 1.0 s');
});

describe('the wait for a step that does not end', () => {
  const late = { type: 'step.stopping', t: 0, pid: 28341, signal: 'SIGTERM', graceMs: 9000, waitedMs: 1000 } as const;
  const cancelling = { type: 'interrupted', signal: 'SIGINT' } as const;
  const tail = /28341\)?, 8 s left; Ctrl-C again kills$/;

  it('is told whole where there is room, else with a shorter command, or none, or a shorter name', () => {
    const { tell, frame } = stage(planOf(gather('root', [run('ign', 'trap "" TERM; sleep 100'), run('x'.repeat(70))])));
    tell.start('ign');
    tell.start('x'.repeat(70));
    tell.event({ ...late, step: 'ign' });
    tell.event({ ...late, step: 'x'.repeat(70) });
    const rows = (width: number) => frame({ width, cancelling });
    expect(rows(120)[0]).toBe(
      '  * ign 1.0 s waiting for "trap "" TERM; sleep 100" (pid 28341), 8 s left; Ctrl-C again kills',
    );
    expect(rows(79)[0]).toBe('  * ign 1.0 s waiting for "trap "" …" (pid 28341), 8 s left; Ctrl-C again kills');
    expect(rows(70)[0]).toBe('  * ign 1.0 s waiting for pid 28341, 8 s left; Ctrl-C again kills');
    expect(rows(79)[1]).toMatch(/^ {2}\* x{9,}… 1\.0 s waiting for pid 28341, 8 s left; Ctrl-C again kills$/);
    for (let width = 72; width < 130; width += 1)
      for (const row of rows(width)) {
        expect(row.length).toBeLessThanOrEqual(width);
        expect(row).toMatch(tail);
      }
  });

  it('is told before the reason where the plan is one command', () => {
    const { tell, title } = stage(planOf(run('root', 'trap "" TERM; sleep 100')));
    tell.event({ type: 'run.cancelling', t: 0, reason: cancelling });
    tell.event({ ...late, step: '.' });
    expect(title({ width: 77, cancelling })).toMatch(
      /^tour 1\.0 s {2}waiting for "trap .*…" \(pid 28341\), 8 s left; Ctrl-C again kills( ·.*)?…?$/,
    );
    expect(title({ width: 140, cancelling })).toMatch(/Ctrl-C again kills · stopping: interrupted by Ctrl-C/);
  });
});
