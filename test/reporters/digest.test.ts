import { describe, expect, it } from 'vitest';
import { fold } from '../../src/events/fold.ts';
import { createProgress } from '../../src/events/progress.ts';
import type { Step, StepCommon } from '../../src/plan/plan.ts';
import { againOf } from '../../src/reporters/again.ts';
import { digestLines } from '../../src/reporters/digest.ts';
import { monochrome } from '../../src/reporters/palette.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import { any, childFailed, exit, forEach, gather, ok, planOf, run, script, skippedAfter, steps } from './stage.ts';

const PLAN = {
  ...planOf(
    steps('root', [
      gather('checks', [run('unit'), run('lint'), run('flaky')]),
      forEach('each', run('', 'make')),
      run('publish'),
    ]),
  ),
  file: '/plans/a plan.yaml',
};

function stage(plan = PLAN, again = againOf(plan, undefined, '/plans')) {
  const all = indexSteps(plan);
  const progress = createProgress(all);
  const tell = script(
    event => fold(progress, event),
    () => 0,
  );
  tell.begin();
  tell.start('.');
  return { tell, lines: () => digestLines({ progress, steps: all, palette: monochrome, cwd: '/plans', again }) };
}

const cancelledBy = (step: string) => ({ state: 'cancelled', reason: { type: 'sibling-failed', step } }) as const;

describe('the digest of a run that failed', () => {
  it('shows of a step whose test of `if` was killed the test and what that printed, as nothing else of it ran', () => {
    const iffy: Partial<StepCommon> = { if: { type: 'test', command: run('', 'docker info') } };
    const outcome = { state: 'failed', reason: { type: 'start', message: 'the test of "if" was killed' } } as const;
    const { tell, lines } = stage({
      ...PLAN,
      root: steps('root', [run('leaf', 'make', iffy), steps('group', [run('a')], iffy), run('late', 'make', iffy)]),
    });
    for (const step of ['leaf', 'group']) {
      tell.queue(step);
      tell.print(step, `asking\nfor ${step}\n`);
      tell.end(step, outcome, { attempts: 0 });
    }
    tell.print('late', 'asking\n');
    tell.start('late');
    tell.end('late', exit(1));
    expect(lines().filter(line => /^ {2}[$│]|✖/.test(line))).toEqual([
      '✖ leaf the test of "if" was killed (1.0 s)',
      '  $ docker info',
      '  │ asking',
      '  │ for leaf',
      '✖ group the test of "if" was killed (1.0 s)',
      '  $ docker info',
      '  │ asking',
      '  │ for group',
      '✖ late exit 1 (1.0 s)',
      '  $ make',
    ]);
  });

  it('has the root cause on top, then what was allowed to fail, what was cancelled, what was skipped, and what to do', () => {
    const { tell, lines } = stage();
    for (const step of ['checks', 'checks/flaky', 'checks/unit', 'checks/lint']) tell.start(step);
    tell.end('checks/flaky', { ...exit(2), allowed: true });
    tell.print('checks/unit', 'out of memory\n');
    tell.end('checks/unit', exit(137), { log: 'logs/checks.unit.log', attempts: 2 });
    tell.end('publish', skippedAfter('checks/unit'));
    tell.end('checks/lint', cancelledBy('checks/unit'));
    tell.end('checks', childFailed('checks/unit'));
    tell.end('each', skippedAfter('checks/unit'));
    tell.finish(childFailed('checks/unit'), 1);
    expect(lines()).toEqual([
      '',
      '✖ checks/unit exit 137 (SIGKILL, often out of memory) (1.0 s, 2 attempts)',
      '  $ make unit',
      '  │ out of memory',
      '  log: .runjobs/runs/r1/logs/checks.unit.log',
      '',
      '⚠ checks/flaky exit 2, allowed (1.0 s)',
      '  $ make flaky',
      '',
      '◼ checks/lint cancelled: "checks/unit" failed',
      '↓ publish skipped: "checks/unit" failed before it',
      '↓ each skipped: "checks/unit" failed before it',
      '',
      "to run it again: runjobs 'a plan.yaml' --only checks/unit",
    ]);
  });

  it('speaks of several copies as several, though one path chooses them', () => {
    const { tell, lines } = stage();
    for (const copy of ['each[1]', 'each[2]', 'each[3]']) tell.start(copy);
    for (const copy of ['each[1]', 'each[3]']) tell.end(copy, exit(1));
    tell.finish(childFailed('each[1]'), 1);
    expect(lines().at(-1)).toBe("to run them again: runjobs 'a plan.yaml' --only 'each[1,3]'");
  });

  it('names twenty of those that were cancelled or skipped, and counts the others, copies too', () => {
    const { tell, lines } = stage();
    tell.end('checks/unit', exit(1));
    for (let n = 1; n <= 2000; n++) tell.end(`s${n}`, cancelledBy('checks/unit'));
    tell.copies('each', { first: 1, count: 500 }, skippedAfter('checks/unit'));
    tell.finish(childFailed('checks/unit'), 1);
    const told = lines().filter(line => /^[◼…]/u.test(line));
    expect(told).toHaveLength(21);
    expect(told[19]).toBe('◼ s20 cancelled: "checks/unit" failed');
    expect(told[20]).toBe('… 2480 more cancelled or skipped');
  });

  it('leaves out what was skipped or cancelled because that was wanted', () => {
    const { tell, lines } = stage();
    tell.end('publish', { state: 'skipped', reason: { type: 'if', exitCode: 1 } });
    tell.end('checks/lint', { state: 'skipped', reason: { type: 'left-out', by: '--only' } });
    tell.end('checks/flaky', { state: 'cancelled', reason: { type: 'lost', step: 'checks/unit' } });
    tell.end('checks/unit', exit(1));
    tell.finish(childFailed('checks/unit'), 1);
    expect(lines().slice(0, 4)).toEqual(['', '✖ checks/unit exit 1 (1.0 s)', '  $ make unit', '']);
  });

  it('forgets what came of an attempt that was made again', () => {
    const { tell, lines } = stage();
    tell.start('checks');
    tell.end('checks/unit', exit(1));
    tell.end('checks/lint', cancelledBy('checks/unit'));
    tell.start('checks', { attempt: 2 });
    tell.end('checks/lint', exit(3));
    tell.finish(childFailed('checks/lint'), 1);
    expect(lines().filter(line => /^[✖◼]/u.test(line))).toEqual(['✖ checks/lint exit 3 (1.0 s)']);
  });

  it('says nothing of a run that went well, but of what was allowed to fail', () => {
    const { tell, lines } = stage();
    tell.end('checks/lint', { state: 'cancelled', reason: { type: 'aborted' } });
    tell.end('checks/unit', { ...exit(1), allowed: true });
    tell.finish(ok);
    expect(lines()).toEqual(['', '⚠ checks/unit exit 1, allowed (1.0 s)', '  $ make unit']);
  });

  it('has crosses for failures for good, also of groups of which there were very many', () => {
    const each = any('', [run('a'), run('b')]);
    const { tell, lines } = stage({ ...PLAN, root: steps('root', [forEach('f', each, { failFast: false })]) });
    tell.start('f', { items: 250 });
    for (let n = 1; n <= 250; n++) {
      tell.start(`f[${n}]`);
      for (const step of ['a', 'b']) tell.end(`f[${n}]/${step}`, exit(1));
      tell.end(`f[${n}]`, childFailed(`f[${n}]/a`));
    }
    tell.end('f', childFailed('f[1]/a'));
    tell.end('.', childFailed('f[1]/a'));
    tell.finish(childFailed('f[1]/a'), 1);
    expect(lines().filter(line => line.startsWith('✖'))).toHaveLength(500);
    expect(lines().filter(line => line.startsWith('⚠'))).toEqual([]);
  });

  it('says why a failure was none', () => {
    const tolerating = { ...gather('g', [run('x'), run('y')]), tolerate: { type: 'count', count: 1 } } as const;
    const { tell, lines } = stage({ ...PLAN, root: steps('root', [tolerating, any('race', [run('a'), run('b')])]) });
    tell.end('g/x', exit(1));
    tell.end('g/y');
    tell.end('g');
    tell.end('race/a', exit(2));
    tell.end('race/b');
    tell.end('race');
    tell.finish(ok);
    expect(lines().filter(line => !line.startsWith(' '))).toEqual([
      '',
      '⚠ g/x exit 1, tolerated (1.0 s)',
      '',
      '⚠ race/a exit 2, lost the race (1.0 s)',
    ]);
  });

  it('leaves to the line above that the whole run was cancelled', () => {
    const { tell, lines } = stage(planOf(run('root')) as typeof PLAN);
    tell.end('.', { state: 'cancelled', reason: { type: 'aborted' } });
    tell.finish({ state: 'cancelled', reason: { type: 'aborted' } }, 1);
    expect(lines()).toEqual([]);
  });

  it('is of the interruption alone where nothing failed', () => {
    const { tell, lines } = stage();
    const reason = { type: 'interrupted', signal: 'SIGTERM' } as const;
    tell.end('checks/unit');
    tell.end('checks/lint', { state: 'cancelled', reason });
    tell.finish({ state: 'cancelled', reason }, 143);
    expect(lines()).toEqual([
      '',
      '◼ checks/lint cancelled: told to end (SIGTERM)',
      '',
      'to go on from here: runjobs resume r1',
    ]);
  });
});

describe('how to go on', () => {
  const reason = { type: 'interrupted', signal: 'SIGQUIT' } as const;
  const stopped = { state: 'cancelled', reason } as const;
  const goesOn = (lines: readonly string[]) => lines.some(line => line.startsWith('to go on from here'));

  it('is told where something is done that a resumed run does not do again', () => {
    const { tell, lines } = stage();
    tell.end('checks/flaky');
    tell.end('checks/unit', stopped);
    tell.finish(stopped, 131);
    expect(goesOn(lines())).toBe(true);
  });

  it('is told where a step has ticked', () => {
    const { tell, lines } = stage();
    tell.start('checks/unit', { tick: 1 });
    tell.event({ type: 'tick.finished', step: 'checks/unit', t: 0, tick: 1, outcome: ok });
    tell.end('checks/unit', stopped);
    tell.finish(stopped, 131);
    expect(goesOn(lines())).toBe(true);
  });

  it('is not where nothing is: that would be to start anew', () => {
    const { tell, lines } = stage();
    tell.end('checks/unit', stopped);
    tell.finish(stopped, 131);
    expect(goesOn(lines())).toBe(false);
  });
});

it('where a finally has run after the failure, it says that what that has undone is not done again', () => {
  const tidying = { finally: { steps: [run('undo')], timeoutMs: 1000 } };
  for (const [root, done, words] of [
    [
      steps('root', [run('a'), run('b')], tidying),
      'a',
      'to go on from here (what a finally has undone is not done again): runjobs resume r1',
    ],
    [steps('root', [steps('a', [run('x')], tidying), run('b')]), 'a/x', 'to go on from here: runjobs resume r1'],
  ] as const) {
    const { tell, lines } = stage({ ...PLAN, root });
    tell.end(done, ok);
    tell.end('b', exit(1));
    tell.finish(childFailed('b'), 1);
    expect(lines().find(line => line.startsWith('to go on'))).toBe(words);
  }
});

describe('the command that runs a step again', () => {
  const LISTED = {
    ...forEach('b', run('')),
    items: {
      type: 'product',
      lists: [{ name: 'N', list: { type: 'json', from: { type: 'variable', name: 'L' } } }],
      exclude: [],
    },
  } as unknown as Step;
  const numbersTo = (last: number, step: number) =>
    Array.from({ length: Math.floor(last / step) }, (_, index) => (index + 1) * step);
  const again = (steps: readonly string[], plan = PLAN, given?: Parameters<typeof againOf>[1]) =>
    againOf(plan, given, '/plans').only(steps);

  it.each([
    [['checks/unit'], "runjobs 'a plan.yaml' --only checks/unit"],
    [['checks/unit', 'publish', 'publish'], "runjobs 'a plan.yaml' --only checks/unit --only publish"],
    [['checks/unit', 'checks'], "runjobs 'a plan.yaml' --only checks"],
    [['each[2]'], "runjobs 'a plan.yaml' --only 'each[2]'"],
    [['each[2]/x', 'each[3]/x', 'each[7]/x'], "runjobs 'a plan.yaml' --only 'each[2-3,7]/x'"],
    [['each[2]/x', 'each[2]/y'], "runjobs 'a plan.yaml' --only 'each[2]/x' --only 'each[2]/y'"],
    [['each[2]/x', 'each[3]/y'], "runjobs 'a plan.yaml' --only 'each[]/x' --only 'each[]/y'"],
    [['a[2]/x', 'b[3]/x'], "runjobs 'a plan.yaml' --only 'a[2]/x' --only 'b[3]/x'"],
    [['a[2]/b[3]/x'], "runjobs 'a plan.yaml' --only 'a[2]/b[3]/x'"],
    [['a[2]/b[3]', 'a[2]/b[4]'], "runjobs 'a plan.yaml' --only 'a[2]/b[3-4]'"],
    [['a[2]/b[3]', 'a[4]/b[1]'], "runjobs 'a plan.yaml' --only 'a[]/b'"],
    [['a[1]/c', 'a[1]/b[2]', 'a[3]/b[2]'], "runjobs 'a plan.yaml' --only 'a[]/c' --only 'a[]/b'"],
    [
      numbersTo(20, 2).map(number => `each[${number}]`),
      "runjobs 'a plan.yaml' --only 'each[2,4,6,8,10,12,14,16,18,20]'",
    ],
    [numbersTo(22, 2).map(number => `each[${number}]/x`), "runjobs 'a plan.yaml' --only 'each[]/x'"],
    [numbersTo(100, 1).map(number => `each[${number}]`), "runjobs 'a plan.yaml' --only 'each[1-100]'"],
    [numbersTo(101, 1).map(number => `each[${number}]`), "runjobs 'a plan.yaml' --only each"],
    [['.'], "runjobs 'a plan.yaml'"],
    [['[2]'], "runjobs 'a plan.yaml' --only '[2]'"],
    [['[2]/x'], "runjobs 'a plan.yaml' --only '[2]/x'"],
    [['checks/unit', 'finally/1'], "runjobs 'a plan.yaml' --only checks/unit"],
    [['finally/1'], undefined],
    [['a', 'b', 'c', 'd', 'e', 'f'], undefined],
    [[], undefined],
  ])('of %j is %s', (paths, command) => {
    expect(again(paths)).toBe(command);
  });

  it('gives the plan what it was given, quoted for a shell', () => {
    const given = { set: { TARGET: "the 'old' one", A: '1' }, envFiles: ['/plans/ci.env', '/etc/x.env'] };
    expect(again(['publish'], { ...PLAN, file: '/srv/plan.yaml', definition: 'all' }, given)).toBe(
      "runjobs '/srv/plan.yaml#all' --set 'TARGET=the '\\''old'\\'' one' --set A=1 --env-file ci.env --env-file /etc/x.env --only publish",
    );
  });

  it('has the options that stand in the place of what the plan says', () => {
    const given = { set: { A: '1' }, envFiles: [], instead: ['--timeout', '10m', '--lock'] };
    const { resume, only } = againOf(PLAN, given, '/plans');
    expect(only(['publish'])).toBe("runjobs 'a plan.yaml' --set A=1 --timeout 10m --lock --only publish");
    // The run itself knows them.
    expect(resume('r1')).toBe('runjobs resume r1');
  });

  it('names the queue that the run was given', () => {
    const given = { set: {}, envFiles: [], queue: ['--queue', 'rediss://h:1/?ca=a b.pem', '--queue-prefix', 'x'] };
    const { resume, only } = againOf(PLAN, given, '/plans');
    expect([resume('r1'), only(['publish'])]).toEqual([
      "runjobs resume r1 --queue 'rediss://h:1/?ca=a b.pem' --queue-prefix x",
      "runjobs 'a plan.yaml' --queue 'rediss://h:1/?ca=a b.pem' --queue-prefix x --only publish",
    ]);
  });

  it.each([
    [['use'], 'echo ${AV}', undefined],
    [['use'], 'echo "$AV"', undefined],
    [['use'], 'echo $AVE', 'runjobs plan.yaml --only use'],
    [['make', 'use'], 'echo $AV', 'runjobs plan.yaml --only make --only use'],
    [['.'], 'echo $AV', 'runjobs plan.yaml'],
  ])('of %j that runs %s is %s where another step saves AV', (paths, command, words) => {
    const make = { ...run('make'), save: { type: 'output', name: 'AV' } } as Step;
    const saving = { ...planOf(steps('root', [make, run('use', command)])), file: '/plans/plan.yaml' };
    expect(again(paths, saving)).toBe(words);
  });

  it.each<[string, Step[], string[]]>([
    ['has a sibling in the background', [{ ...run('a'), background: true }, steps('b', [run('c')])], ['b/c']],
    ['speaks of the folder of the run', [run('a'), run('b', 'cat "$RUNJOBS_TMP/x"')], ['b']],
    [
      'goes over a list that another step saves',
      [{ ...run('a'), save: { type: 'output', name: 'L' } } as Step, LISTED],
      ['b'],
    ],
    [
      'goes over such a list, of a copy as well',
      [{ ...run('a'), save: { type: 'output', name: 'L' } } as Step, LISTED],
      ['b[2]'],
    ],
  ])('is none of one that %s, as alone it would not do what it did', (_, children, paths) => {
    const plan = { ...planOf(steps('root', children)), file: '/plans/plan.yaml' };
    expect(again(paths, plan)).toBeUndefined();
    expect(again(['.'], plan)).toBe('runjobs plan.yaml');
  });

  it('counts only those that it runs', () => {
    const { tell, lines } = stage();
    tell.end('publish', exit(1));
    tell.end('finally/1', exit(1));
    tell.finish(childFailed('publish'), 1);
    expect(lines().at(-1)).toBe("to run it again: runjobs 'a plan.yaml' --only publish");
  });

  it('is none where the plan has no file, or where it could not be copied from a screen', () => {
    const { file: _, ...nowhere } = PLAN;
    expect(againOf(nowhere).only(['publish'])).toBeUndefined();
    expect(again(['publish'], PLAN, { set: { A: 'two\nlines' }, envFiles: [] })).toBeUndefined();
  });
});
