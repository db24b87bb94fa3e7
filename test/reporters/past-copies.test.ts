import { describe, expect, it } from 'vitest';
import { createFacts } from '../../src/events/facts.ts';
import { groupsOf } from '../../src/events/groups.ts';
import { createHistory } from '../../src/events/history.ts';
import type { Step } from '../../src/plan/plan.ts';
import { noSuchStep } from '../../src/reporters/known-steps.ts';
import { monochrome } from '../../src/reporters/palette.ts';
import type { PastOptions } from '../../src/reporters/past-options.ts';
import { pastJson, runReport, stepReport } from '../../src/reporters/past-run.ts';
import { childFailed, exit, forEach, ok, planOf, run, script, skippedAfter, steps } from './stage.ts';

const LEAVES = steps('.', [forEach('test', run('', 'npm test')), run('publish')]);
const INNER = steps('.', [forEach('test', steps('', [run('build'), run('check')]))]);

type Tell = ReturnType<typeof script>;

function past(
  tellOf: (tell: Tell) => void,
  { root = LEAVES, focus }: { root?: Step; focus?: string } = {},
): PastOptions {
  const history = createHistory(groupsOf(root), { focus });
  const facts = createFacts(groupsOf(root));
  const tell = script(
    event => {
      history.take(event);
      facts.take(event);
    },
    () => 0,
  );
  tell.begin();
  tell.start('.');
  tellOf(tell);
  const known = facts.facts();
  return {
    run: { id: 'r1', folder: '/f', state: 'ended', ...(known === undefined ? {} : { facts: known }) },
    history,
    plan: planOf(root),
    palette: monochrome,
    now: Date.parse('2026-11-22T08:13:49.120Z'),
    tail: () => [],
    logOf: path => (path.endsWith('[3]') ? 'logs/test.copies/1-1000/3.log' : undefined),
  };
}

/** A thousand copies, of which 3 fails, 998 is running, and the rest was not started. */
function thousand(tell: Tell) {
  tell.start('test', { items: 1000 });
  for (let n = 1; n <= 998; n++) {
    tell.start(`test[${n}]`, { item: { N: `v${n}` } });
    if (n < 998) tell.end(`test[${n}]`, n === 3 ? exit(1) : ok);
  }
}

const linesOf = (report: string) => report.split('\n').filter(line => /^ {2,}[^\s$] \S|^ +…/.test(line));

describe('a run with very many copies', () => {
  it('has a line for each that failed or runs, and one for all', () => {
    const options = past(thousand);
    expect(linesOf(runReport(options))).toEqual([
      '  ❯ test was running',
      '    ✖ [3] N=v3 exit 1 (1.0 s)',
      '    ❯ [998] N=v998 was running',
      '    … 996 of 1000 copies succeeded, 1 failed',
      '  · publish not reached',
    ]);
    expect(runReport(options)).toContain('✖ test[3] (N=v3) exit 1 (1.0 s)\n  $ npm test\n');
  });

  it('says of those that were tolerated that they were, by themselves and all together', () => {
    const root = steps('.', [
      forEach('test', run('', 'npm test'), { tolerate: { type: 'count', count: 2 } }),
      run('publish'),
    ]);
    const options = past(
      tell => {
        tell.start('test', { items: 30 });
        for (let n = 1; n <= 30; n++) {
          tell.start(`test[${n}]`, { item: { N: `v${n}` } });
          tell.end(`test[${n}]`, n === 3 ? exit(1) : ok);
        }
        tell.end('test');
        tell.end('publish');
        tell.end('.');
        tell.finish(ok);
      },
      { root },
    );
    expect(linesOf(runReport(options))).toEqual([
      '  ✔ test (1.0 s, 30 copies)',
      '    ⚠ [3] N=v3 exit 1, tolerated (1.0 s)',
      '    … 29 of 30 copies succeeded, 1 failed but tolerated',
      '  ✔ publish (1.0 s)',
    ]);
    expect(stepReport('test[3]', options)).toMatch(/^⚠ test\[3\] N=v3 exit 1, tolerated /);
    const [third] = JSON.parse(pastJson(options)).steps.filter(({ step }: { step: string }) => step === 'test[3]');
    expect(third.outcome).toEqual({ ...exit(1), allowed: true, forgiven: 'tolerated' });
  });

  it('tells of those that were taken over with their forEach as of others', () => {
    const root = steps('.', [forEach('test', run('', 'npm test'), { tolerate: { type: 'count', count: 2 } })]);
    const options = past(
      tell => {
        const taken = { type: 'step.finished', t: 0, durationMs: 1000, attempts: 1, resumed: true } as const;
        tell.copies('test', { first: 1, count: 2, resumed: true });
        tell.event({ ...taken, step: 'test[3]', outcome: exit(1) });
        tell.event({ ...taken, step: 'test', outcome: ok });
      },
      { root },
    );
    expect(linesOf(runReport(options))).toEqual([
      '  ✔ test (1.0 s, taken over)',
      '    ⚠ [3] exit 1, tolerated (1.0 s, taken over)',
      '    … 2 of 3 copies succeeded, 1 failed but tolerated, 3 taken over',
    ]);
  });

  it('tells those that were skipped or taken over', () => {
    const options = past(tell => {
      tell.start('test', { items: 1000 });
      tell.copies('test', { first: 1, count: 900, resumed: true });
      tell.copies('test', { first: 901, count: 100 }, skippedAfter('x'));
      tell.end('test', childFailed('x'));
    });
    expect(linesOf(runReport(options))).toEqual([
      '  ✖ test "x" failed (1.0 s, 1000 copies)',
      '    … 900 of 1000 copies succeeded, 100 skipped, 900 taken over',
      '  · publish not reached',
    ]);
  });

  it('counts those that were left out as skipped, also when they are told again', () => {
    const by = { state: 'skipped', reason: { type: 'left-out', by: '--only' } } as const;
    const options = past(
      tell => {
        tell.copies('test', { first: 3, count: 1, resumed: true });
        tell.copies('test', { first: 1, count: 2, resumed: true }, by);
        tell.copies('test', { first: 4, count: 997, resumed: true }, by);
        tell.event({
          type: 'step.finished',
          t: 0,
          durationMs: 9,
          attempts: 1,
          resumed: true,
          step: 'test',
          outcome: ok,
        });
      },
      { focus: 'test[4]' },
    );
    expect(linesOf(runReport(options))).toContain('    … 1 of 1000 copies succeeded, 999 skipped, 1 taken over');
    expect(stepReport('test[4]', options)).toMatch(/^↓ test\[4\] skipped: by --only\n/);
  });

  it('names no more than fifty that failed', () => {
    const options = past(tell => {
      tell.start('test', { items: 5000 });
      for (let n = 1; n <= 5000; n++) tell.end(`test[${n}]`, exit(1));
    });
    const report = runReport(options);
    expect(linesOf(report).filter(line => line.startsWith('    ✖'))).toHaveLength(50);
    expect(report).toContain('… 0 of 5000 copies succeeded, 5000 failed');
    expect(report).toContain('… 4980 more failed');
  });

  it('is JSON with the counts of its copies', () => {
    const { steps: all } = JSON.parse(pastJson(past(thousand)));
    expect(all.find(({ step }: { step: string }) => step === 'test')).toMatchObject({
      items: 1000,
      copies: { succeeded: 996, failed: 1 },
    });
    expect(all.find(({ step }: { step: string }) => step === 'test[3]')).toMatchObject({
      item: { N: 'v3' },
      state: 'failed',
    });
    expect(all.length).toBeLessThan(50);
  });
});

it('a run with few copies has a line for each, with the steps inside', () => {
  const options = past(
    tell => {
      tell.start('test', { items: 2 });
      for (const n of [2, 1]) {
        tell.start(`test[${n}]`, { item: { N: `v${n}` } });
        tell.end(`test[${n}]/build`);
        tell.end(`test[${n}]/check`);
        tell.end(`test[${n}]`);
      }
      tell.end('test');
    },
    { root: INNER },
  );
  expect(linesOf(runReport(options))).toEqual([
    '  ✔ test (1.0 s, 2 copies)',
    ...[1, 2].flatMap(n => [`    ✔ [${n}] N=v${n} (1.0 s)`, '      ✔ build (1.0 s)', '      ✔ check (1.0 s)']),
  ]);
});

describe('one copy', () => {
  it('is shown with its values, what it did, and its log', () => {
    const options = past(thousand, { focus: 'test[3]' });
    expect(stepReport('test[3]', options)).toBe(
      '✖ test[3] N=v3 exit 1 (1.0 s)\n  N=v3\n  $ npm test\n  log: logs/test.copies/1-1000/3.log\n',
    );
  });

  it('that is a group is shown with its steps, though many others have ended since', () => {
    const options = past(
      tell => {
        tell.start('test', { items: 1000 });
        for (let n = 1; n <= 500; n++) {
          tell.start(`test[${n}]`, { item: { N: 'a\nb' } });
          tell.end(`test[${n}]/build`);
          tell.end(`test[${n}]/check`);
          tell.end(`test[${n}]`);
        }
      },
      { root: INNER, focus: 'test[7]' },
    );
    expect(stepReport('test[7]', options).trimEnd().split('\n')).toEqual([
      '✔ test[7] N=a⏎b (1.0 s)',
      '  N=a⏎b',
      '  $ 2 steps in order',
      '  ✔ build (1.0 s)',
      '  ✔ check (1.0 s)',
    ]);
  });
});

describe('a step that is looked for', () => {
  const wordsOf = (path: string, tellOf = thousand, root = LEAVES) =>
    noSuchStep(path, past(tellOf, { root, focus: path }), 'r1');

  it.each(['test', 'test[1]', 'test[998]', 'test[1000]', 'publish', '.'])('is there: %s', path => {
    expect(wordsOf(path)).toBeUndefined();
  });

  it.each([
    ['test[1001]', 'runjobs: run r1 has no step "test[1001]": "test" has 1000 copies\n'],
    ['tset[3]', 'runjobs: run r1 has no step "tset[3]", did you mean "test[3]"?\n'],
    ['test[]', 'runjobs: run r1 has no step "test[]", did you mean "test"?\n'],
    ['test[0]', 'runjobs: run r1 has no step "test[0]"; there are "test", "publish"\n'],
    ['nothing[3]', 'runjobs: run r1 has no step "nothing[3]"; there are "test", "publish"\n'],
  ])('is not there: %s', (path, words) => {
    expect(wordsOf(path)).toBe(words);
  });

  it('has no copies before the list is known', () => {
    expect(wordsOf('test[1]', () => {})).toBe('runjobs: run r1 has no step "test[1]": "test" has no copies\n');
    expect(wordsOf('test[1]/build', () => {}, INNER)).toContain('"test" has no copies');
  });
});
