import { describe, expect, it } from 'vitest';
import { itemWords, valueWords } from '../../src/reporters/items.ts';
import { createPlain } from '../../src/reporters/plain.ts';
import { formatTree } from '../../src/reporters/plan-tree.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import { stageLive } from './live-stage.ts';
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

const LEAVES = planOf(steps('root', [forEach('test', run('', 'npm test')), run('publish')]));
const INNER = planOf(steps('root', [forEach('test', steps('', [run('build'), run('check')]))]));

function stage(plan = LEAVES) {
  const sink = keptSink();
  const clock = handClock();
  const reporter = createPlain({ sink, steps: indexSteps(plan), clock, cwd: '/plans' });
  const tell = script(event => reporter.report(event), clock.now);
  tell.begin();
  tell.start('.');
  return { sink, tell, clock };
}

describe('the values of a copy', () => {
  it.each([
    [{ NODE: '20', OS: 'linux' }, 'NODE=20 OS=linux'],
    [{ N: '' }, 'N=""'],
    [{ N: 'two words' }, 'N="two words"'],
    [{ N: 'one\ntwo\r\nthree\rfour' }, 'N=one⏎two⏎three⏎four'],
    [{ N: '\u001b[2J\u0000\u202e##[error]' }, 'N=␛[2J␀�#�[error]'],
    [{ H: '{"name":"a","port":1}', H_name: 'a', H_port: '1' }, 'H_name=a H_port=1'],
    [{ H: '{}' }, 'H={}'],
    [{ N: '日本語'.repeat(20) }, `N=${'日本語'.repeat(5)}…`],
    [{ N: 'שלום' }, 'N=שלום'],
    [{ F: `../data/${'x'.repeat(40)}/07.csv` }, `F=…${'x'.repeat(24)}/07.csv`],
    [{ F: `データ/${'日本語'.repeat(20)}/07.csv` }, `F=…${'日本語日本語日本語日本語'}/07.csv`],
    [{ U: `https://example.org/${'x'.repeat(40)}` }, `U=https://example.org/${'x'.repeat(11)}…`],
  ])('of %j are %j', (item, words) => {
    expect(itemWords(item)).toBe(words);
  });

  it('are cut to the columns there are', () => {
    expect(itemWords({ A: 'a'.repeat(30), B: 'b'.repeat(30), C: 'c' }, 20)).toBe(`A=${'a'.repeat(17)}…`);
    expect(valueWords('x'.repeat(96 * 1024))).toBe(`${'x'.repeat(31)}…`);
  });
});

describe('plain lines of a forEach', () => {
  it('tell how many items there are, each copy with its values, and how many have ended', () => {
    const { sink, tell } = stage();
    tell.start('test', { items: 3 });
    tell.start('test[1]', { item: { NODE: '18' } });
    tell.start('test[2]', { item: { NODE: '20' }, name: 'Test on 20' });
    tell.print('test[2]', 'ok\n');
    tell.end('test[1]', exit(1));
    tell.end('test[2]', { state: 'cancelled', reason: { type: 'sibling-failed', step: 'test[1]' } });
    tell.copies(
      'test',
      { first: 3, count: 1 },
      { state: 'skipped', reason: { type: 'sibling-failed', step: 'test[1]' } },
    );
    tell.end('test', childFailed('test[1]'));
    tell.end('publish', skippedAfter('test[1]'));
    tell.finish(childFailed('test[1]'), 1);
    expect(sink.lines).toEqual([
      '❯ test: for each of 3 items: npm test',
      '❯ test[1] NODE=18: npm test',
      '❯ test[2] NODE=20: Test on 20',
      '[test[2]] ok',
      '✖ test[1] (NODE=18) exit 1 (1.0 s)',
      '◼ test[2] (NODE=20) cancelled: "test[1]" failed (1.0 s)',
      '↓ test: 1 copy skipped: "test[1]" failed',
      '✖ test "test[1]" failed (1.0 s, 3 copies, 1 failed)',
      '↓ publish skipped: "test[1]" failed before it',
      '✖ tour failed after 0.0 s: 1 failed, 1 cancelled, 2 skipped',
      '',
      '✖ test[1] (NODE=18) exit 1 (1.0 s)',
      '  $ npm test',
      '',
      '◼ test[2] (NODE=20) cancelled: "test[1]" failed',
      '↓ test: 1 copy skipped: "test[1]" failed',
      '↓ publish skipped: "test[1]" failed before it',
    ]);
  });

  it('tell once for each option how many copies the command line leaves out', () => {
    const { sink, tell } = stage();
    const leftOut = (first: number, count: number, by: '--only' | '--skip') =>
      tell.copies('test', { first, count }, { state: 'skipped', reason: { type: 'left-out', by } });
    tell.start('test', { items: 9 });
    leftOut(1, 2, '--only');
    tell.start('test[3]', { item: { NODE: '18' } });
    leftOut(4, 1, '--skip');
    leftOut(5, 5, '--only');
    tell.end('test[3]', ok);
    tell.event({ type: 'attempt.finished', step: 'test', t: 0, attempt: 1, outcome: ok, durationMs: 0 });
    tell.end('test', ok);
    expect(sink.lines).toEqual([
      '❯ test: for each of 9 items: npm test',
      '❯ test[3] NODE=18: npm test',
      '✔ test[3] 1.0 s',
      '↓ test: 7 copies skipped: by --only',
      '↓ test: 1 copy skipped: by --skip',
      '✔ test 1.0 s (9 copies)',
    ]);
  });

  it('tell the values of a copy with the steps inside it', () => {
    const { sink, tell } = stage(INNER);
    tell.start('test', { items: 1 });
    tell.start('test[1]', { item: { NODE: '18' } });
    tell.start('test[1]/build');
    tell.end('test[1]/build', exit(2));
    tell.end('test[1]/check', skippedAfter('test[1]/build'));
    tell.end('test[1]', childFailed('test[1]/build'));
    tell.end('test', childFailed('test[1]/build'));
    tell.finish(childFailed('test[1]/build'), 2);
    expect(sink.lines).toEqual([
      '❯ test: for the one item: 2 steps in order',
      '❯ test[1] NODE=18: 2 steps in order',
      '❯ test[1]/build: make build',
      '✖ test[1]/build (NODE=18) exit 2 (1.0 s)',
      '↓ test[1]/check skipped: "test[1]/build" failed before it',
      '✖ test[1] (NODE=18) "test[1]/build" failed (1.0 s)',
      '✖ test "test[1]/build" failed (1.0 s, 1 copy, 1 failed)',
      '✖ tour failed after 0.0 s: 1 failed, 1 skipped',
      '',
      '✖ test[1]/build (NODE=18) exit 2 (1.0 s)',
      '  $ make build',
      '',
      '↓ test[1]/check (NODE=18) skipped: "test[1]/build" failed before it',
    ]);
  });

  it('tell a list without items, and one that never came', () => {
    const { sink, tell } = stage();
    tell.start('test', { items: 0 });
    tell.end('test');
    tell.end('test', skippedAfter('a'));
    expect(sink.lines.slice(0, 2)).toEqual(['❯ test: no items, nothing to do', '✔ test 1.0 s (0 copies)']);
    const skipped = stage();
    skipped.tell.end('test', skippedAfter('a'));
    skipped.tell.finish(childFailed('a'), 1);
    expect(skipped.sink.lines).toEqual([
      '↓ test skipped: "a" failed before it',
      '✖ tour failed after 0.0 s: 1 skipped',
      '',
      '↓ test skipped: "a" failed before it',
    ]);
  });

  it('say nothing of copies that were taken over, as of any step', () => {
    const { sink, tell } = stage();
    tell.start('test', { items: 100, resumed: true });
    tell.copies('test', { first: 1, count: 90, resumed: true });
    expect(sink.lines).toEqual(['❯ test: for each of 100 items: npm test']);
  });
});

describe('plain lines of very many copies', () => {
  const stageMany = (items = 1000, plan = LEAVES) => {
    const all = stage(plan);
    all.tell.start('test', { items });
    return { ...all, lines: () => all.sink.lines.slice(1) };
  };

  it('are one for each tenth of them, where all is well and nothing is printed', () => {
    const { tell, lines } = stageMany();
    for (let n = 1; n <= 1000; n++) {
      tell.start(`test[${n}]`, { item: { N: String(n) } });
      tell.end(`test[${n}]`);
    }
    tell.end('test');
    expect(lines()).toEqual([
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map(part => `❯ test: ${part}00 of 1000 copies ended`),
      '✔ test 1.0 s (1000 copies)',
    ]);
  });

  it('tell the start of a copy with the first line that it prints', () => {
    const { tell, lines } = stageMany();
    tell.start('test[1]', { item: { N: 'a' } });
    tell.start('test[2]', { item: { N: 'b' } });
    tell.print('test[2]', 'half');
    expect(lines()).toEqual([]);
    tell.print('test[2]', ' a line\nand more\n');
    tell.end('test[2]');
    tell.end('test[1]');
    expect(lines()).toEqual(['❯ test[2] N=b: npm test', '[test[2]] half a line', '[test[2]] and more']);
  });

  it('tell the starts of what is around a step with the first line that it prints', () => {
    const { tell, lines } = stageMany(1000, INNER);
    tell.start('test[7]', { item: { N: 'a' } });
    tell.start('test[7]/build');
    tell.print('test[7]/build', 'x\n');
    tell.end('test[7]/build');
    tell.start('test[7]/check');
    tell.end('test[7]/check', exit(1));
    tell.end('test[7]', childFailed('test[7]/check'));
    expect(lines()).toEqual([
      '❯ test[7] N=a: 2 steps in order',
      '❯ test[7]/build: make build',
      '[test[7]/build] x',
      '✖ test[7]/check (N=a) exit 1 (1.0 s)',
      '✖ test[7] (N=a) "test[7]/check" failed (1.0 s)',
    ]);
  });

  it('name the first failures and count the others', () => {
    const { tell, lines } = stageMany(1000);
    for (let n = 1; n <= 1000; n++) {
      tell.start(`test[${n}]`, { item: { N: String(n) } });
      tell.end(`test[${n}]`, exit(1));
    }
    expect(lines().filter(line => line.startsWith('✖'))).toHaveLength(200);
    expect(lines()).toContain('⚠ test: further failed copies are counted, not named');
    expect(lines().at(-1)).toBe('❯ test: 900 of 1000 copies ended, 900 failed');
    tell.finish(childFailed('test[1]'), 1);
    expect(lines().at(-1)).toMatch(/^✖ test\[1000\]/);
  });

  it('are full for no more than fifty', () => {
    const { tell, lines } = stageMany(50);
    tell.start('test[1]', { item: { N: '1' } });
    tell.end('test[1]');
    expect(lines()).toEqual(['❯ test[1] N=1: npm test', '✔ test[1] 1.0 s']);
  });
});

describe('the live view of a forEach', () => {
  it('counts its copies in its row, with those that run and their values below', async () => {
    const { tell, look } = await stageLive({ plan: LEAVES });
    expect((await look())[0]).toBe('* tour 0.2 s  0/1+ done');
    tell.start('test', { items: 1000 });
    tell.copies('test', { first: 1, count: 10, resumed: true });
    tell.start('test[11]', { item: { NODE: '20', TEXT: 'two\nlines' } });
    tell.start('test[12]', { item: { NODE: '22', TEXT: '日本語🌙' }, name: 'Test on 22' });
    tell.print('test[12]', 'running\n');
    tell.start('test[13]', { item: { NODE: '18' } });
    tell.end('test[13]', exit(1));
    expect(await look()).toEqual([
      '* tour 0.4 s  11/1001 done · 2 running · 1 failed',
      '  ❯ test 0.2 s 11/1000 1 failed',
      '    * [11] NODE=20 TEXT=two⏎lines 0.2 s',
      '    * [12] Test on 22 0.2 s › running',
      '    ✖ [13] NODE=18 1.0 s exit 1',
    ]);
    tell.copies('test', { first: 14, count: 987 }, skippedAfter('test[13]'));
    tell.end('test[11]');
    tell.end('test[12]');
    tell.end('test', childFailed('test[13]'));
    expect(await look()).toContain('  ✖ test 1.0 s "test[13]" failed 1000 copies, 1 failed');
  });

  it('has the copies of a plan that is a forEach right below its line', async () => {
    const { tell, look } = await stageLive({ plan: planOf(forEach('root', run('', 'npm test'))) });
    tell.start('.', { items: 3 });
    tell.start('[2]', { item: { N: 'b' } });
    expect(await look()).toEqual(['* tour 0.2 s  0/3 done · 1 running', '  * [2] N=b 0.2 s']);
  });

  it.each([
    [80, 24],
    [200, 50],
    [40, 5],
    [12, 3],
  ])('is never higher or wider than a terminal of %i by %i, whatever the values', async (columns, rows) => {
    const { tell, look, terminal } = await stageLive({ plan: INNER, columns, rows });
    tell.start('test', { items: 10_000 });
    for (let n = 1; n <= 10_000; n++) {
      tell.start(`test[${n}]`, { item: { N: `${'日本語🌙שלום\u0301'.repeat(n % 40)}\n\u001b[2J` } });
      tell.start(`test[${n}]/build`);
    }
    const lines = await look();
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(lines[0]).toMatch(/^\* /);
    expect(terminal.written).not.toContain('\u001b[2J');
  });
});

describe('the tree of a plan with lists', () => {
  it('has the lists in words, what is needed, and who may win', () => {
    const values = (name: string, count: number) => ({
      name,
      list: {
        type: 'values',
        values: Array.from({ length: count }, (_, n) => `${name.toLowerCase()}${n + 1}`),
      } as const,
    });
    const command = run('', 'git ls-files "*.ts"\necho more');
    const lists = [
      { name: 'F', list: { type: 'glob', pattern: 'src/**/*.ts' } },
      { name: 'L', list: { type: 'lines', from: { type: 'file', path: 'hosts.txt' } } },
      { name: 'J', list: { type: 'json', from: { type: 'variable', name: 'HOSTS' } } },
      { name: 'C', list: { type: 'csv', from: { type: 'command', command } } },
    ] as const;
    const product = { type: 'product', lists: [values('A', 8), values('B', 2)], exclude: [{ A: 'a1' }] } as const;
    const plan = planOf(
      gather('root', [
        any('fetch', [run('mirror'), run('origin')]),
        forEach('test', run('', 'npm test', { timeoutMs: 5000 }), {
          items: product,
          limit: 4,
          failFast: 'soon',
          needs: [
            { id: 'fetch', when: 'succeeded' },
            { id: 'rows', when: 'ended' },
          ],
        }),
        forEach('each', steps('', [run('x'), sleep('y', 1000)]), { items: { type: 'product', lists, exclude: [] } }),
        forEach('rows', run('', 'true'), {
          items: { type: 'rows', rows: [{ A: '1', B: '2' }, { A: '3' }] },
          tolerate: { type: 'percent', percent: 5 },
        }),
      ]),
    );
    expect(formatTree(plan).trimEnd().split('\n')).toEqual([
      'tour · 4 steps at once',
      '├─ fetch · the first to succeed of 2 steps',
      '│  ├─ mirror · make mirror',
      '│  └─ origin · make origin',
      '├─ test · for each A of a1, a2, a3, a4, a5, a6 and 2 more × B of b1, b2, some excluded: npm test · needs fetch, rows (ended) · limit 4 · failFast soon · timeout 5s',
      '├─ each · for each F of the files src/**/*.ts × L of the lines of hosts.txt × J of the JSON items of $HOSTS × C of the CSV rows of "git ls-files "*.ts"": 2 steps in order',
      '│  ├─ x · make x',
      '│  └─ y · sleep 1s',
      '└─ rows · for each of 2 items of A, B: true · tolerate 5%',
    ]);
  });
});

it('the tree of a plan tells under which conditions a step starts', () => {
  const test = { type: 'test', command: run('', 'test -f Makefile\nmore') } as const;
  const equal = { type: 'equal', values: { OS: ['linux'], NODE: ['20', '22'], TAG: [''] } } as const;
  const plan = planOf(steps('root', [run('a', 'make', { if: test }), run('b', 'make', { if: equal })], { if: test }));
  expect(formatTree(plan).trimEnd().split('\n')).toEqual([
    'tour · 2 steps in order · if test -f Makefile …',
    '├─ a · make · if test -f Makefile …',
    '└─ b · make · if OS=linux, NODE=20 or 22, TAG=""',
  ]);
});

it('a copy that wins or loses an any, and a chain of needs, are told in words', () => {
  const { sink, tell } = stage(planOf(any('root', [run('a'), run('b'), run('c')])));
  tell.start('a');
  tell.start('b');
  tell.end('a', ok);
  tell.end('b', { state: 'cancelled', reason: { type: 'lost', step: 'a' } });
  tell.end('c', { state: 'skipped', reason: { type: 'need', steps: ['b', 'a'] } });
  tell.end('c', { state: 'skipped', reason: { type: 'need', steps: ['a'], when: 'failed' } });
  tell.end('c', { state: 'skipped', reason: { type: 'need', steps: ['b', 'a'], when: 'failed' } });
  tell.end('c', { state: 'failed', reason: { type: 'save', message: 'more than 96 KiB\nsecond line' } });
  expect(sink.lines.slice(2)).toEqual([
    '✔ a 1.0 s',
    '◼ b cancelled: "a" succeeded first (1.0 s)',
    '↓ c skipped: needs "b", which needs "a", which did not succeed',
    '↓ c skipped: "a" did not fail',
    '↓ c skipped: needs "b", which needs "a", which did not fail',
    '⚠ c more than 96 KiB (1.0 s)',
  ]);
});
