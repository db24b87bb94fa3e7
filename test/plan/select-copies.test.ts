/** `--only` and `--skip` with the numbers of copies. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/plan/plan.ts';
import { type Selection, selectSteps } from '../../src/plan/select.ts';
import { simulate } from '../support/simulate.ts';
import { forEach, gather, leaf, steps } from '../support/steps.ts';

const TESTS = steps('.', [leaf('install'), forEach('test', 6, steps('', [leaf('build'), leaf('check')]))]);
const NESTED = forEach('.', 3, steps('', [leaf('x'), forEach('in', 3, gather('', [leaf('y'), leaf('z')]))]));

function selected(tree: Step, selection: Selection): Step {
  const selected = selectSteps(tree, selection);
  if (selected.type !== 'selected') throw new Error(selected.message);
  return selected.root;
}

/** The leaves that start. */
async function started(tree: Step, selection: Selection): Promise<string[]> {
  const executed: string[] = [];
  const run = await simulate(selected(tree, selection), { onExecute: ({ path }) => void executed.push(path) });
  expect(run.exitCode).toBe(0);
  return executed.sort();
}

/** Why there is none. */
function refusal(tree: Step, selection: Selection): string {
  const selected = selectSteps(tree, selection);
  return selected.type === 'selected' ? 'selected' : selected.message;
}

describe('a selection with numbers', () => {
  it.each<[Selection, string[]]>([
    [{ only: ['test[3]'] }, ['test[3]/build', 'test[3]/check']],
    [{ only: ['test[3]/build'] }, ['test[3]/build']],
    [{ only: ['test[2-3]/build'] }, ['test[2]/build', 'test[3]/build']],
    [{ only: ['test[1, 4,5-6]/build'] }, ['test[1]/build', 'test[4]/build', 'test[5]/build', 'test[6]/build']],
    [{ only: ['test[3]/build', 'test[5]/build'] }, ['test[3]/build', 'test[5]/build']],
    [{ only: ['test[3]/build', 'test[3]/check'] }, ['test[3]/build', 'test[3]/check']],
    [{ only: ['test[3]/*'] }, ['test[3]/build', 'test[3]/check']],
    [{ only: ['**[3]/check'] }, ['test[3]/check']],
    [{ only: ['install', 'test[3]/check'] }, ['install', 'test[3]/check']],
    [{ only: ['test[3]', 'test[3]/build', 'test[2-4]/build', 'test[2-4]'] }, bothOf('test', [2, 3, 4])],
    [{ skip: ['test[2-5]'] }, ['install', ...bothOf('test', [1, 6])]],
    [{ skip: ['test[1]', 'test[2,3]', 'test[4-6]'] }, ['install']],
    [{ only: ['test[2-4]'], skip: ['test[3]', 'test[]/check'] }, ['test[2]/build', 'test[4]/build']],
    [{ from: 'test', skip: ['test[1-5]'] }, bothOf('test', [6])],
  ])('of %j runs these copies alone', async (selection, leaves) => {
    expect(await started(TESTS, selection)).toEqual(leaves);
  });

  it('with brackets that name none, or all, means all copies', async () => {
    const all = bothOf('test', [1, 2, 3, 4, 5, 6]);
    for (const only of [
      ['test[]'],
      ['test[*]'],
      ['test[]', 'test[3]'],
      ['test[3]', 'test'],
      ['test[2]/build', 'test[*]'],
    ])
      expect(await started(TESTS, { only })).toEqual(all);
    expect(await started(TESTS, { only: ['test[]/build', 'test[3]/build'] })).toHaveLength(6);
    expect(await started(TESTS, { from: 'test[]' })).toEqual(all);
    for (const skip of [['test[]'], ['test[*]']]) {
      const run = await simulate(selected(TESTS, { skip }));
      expect(run.steps.get('test')).toEqual({ state: 'skipped', reason: { type: 'left-out', by: '--skip' } });
    }
  });

  it('reaches into copies of copies', async () => {
    expect(await started(NESTED, { only: ['[2]/in[3]'] })).toEqual(['[2]/in[3]/y', '[2]/in[3]/z']);
    expect(await started(NESTED, { only: ['[2]/in[1]/y', '[2]/in[3]/y'] })).toEqual(['[2]/in[1]/y', '[2]/in[3]/y']);
    expect(await started(NESTED, { only: ['[2-3]/in[1]/y', '[2]/in[1]/y'] })).toEqual(['[2]/in[1]/y', '[3]/in[1]/y']);
    expect(await started(NESTED, { only: ['[2]', '[2]/in[3]'] })).toHaveLength(7);
    expect(await started(NESTED, { only: ['[1]'], skip: ['[]/in[2-3]', '[]/x'] })).toEqual([
      '[1]/in[1]/y',
      '[1]/in[1]/z',
    ]);
  });

  it('is kept on the step as sorted ranges, plain as JSON', () => {
    const chosen = (selection: Selection) => {
      const root = selected(forEach('.', 9, leaf('')), selection);
      return JSON.parse(JSON.stringify(root)).chosen;
    };
    expect(chosen({ only: ['[7]', '[2-3]', '[4,1]'], skip: ['[9]', '[2]'] })).toEqual({
      only: [
        { first: 1, count: 4 },
        { first: 7, count: 1 },
      ],
      skip: [
        { first: 2, count: 1 },
        { first: 9, count: 1 },
      ],
    });
    expect(chosen({ only: ['[]'] })).toBeUndefined();
  });

  it.each<[Step, string[], string]>([
    [TESTS, ['test[2]/build', 'test[3]/check'], 'test[2]/build, --only test[3]/check: all copies of "test"'],
    [TESTS, ['test[]/build', 'test[3]'], 'test[3], --only test[]/build: all copies of "test"'],
    [NESTED, ['[2]/in[3]', '[3]/in[2]'], '[2]/in[3], --only [3]/in[2]: all copies of the plan'],
    [NESTED, ['[2]/x', '[3]'], '[3], --only [2]/x: all copies of the plan'],
    [NESTED, ['[1]/in[1]/y', '[1]/in[2]/z'], '[1]/in[1]/y, --only [1]/in[2]/z: all copies of "[]/in"'],
  ])('is refused where more would run than it names: %#', (tree, only, words) => {
    const why = ' that are chosen run the same steps; choose these in two runs';
    expect(refusal(tree, { only })).toBe(`--only ${words}${why}`);
  });

  it('runs what it names and nothing else, or is refused', async () => {
    const paths = ['[]/x', '[]/in[]', '[]/in[]/y', '[]/in[]/z', '[]'];
    const one = fc.constantFrom(...paths).chain(path => {
      const numbers = fc.constantFrom('[1]', '[2]', '[1-2]', '[3,1]', '[]');
      return fc.tuple(numbers, numbers).map(([outer, inner]) => {
        const found = [outer, inner];
        return path.replaceAll('[]', () => found.shift() ?? '');
      });
    });
    const all = await started(NESTED, {});
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 4 }), async only => {
        if (refusal(NESTED, { only }) !== 'selected') return;
        const isNamed = (leaf: string) => only.some(text => regexOf(text).test(leaf));
        expect(await started(NESTED, { only })).toEqual(all.filter(isNamed));
      }),
      { numRuns: 150 },
    );
  });

  it.each<[Selection, string]>([
    [{ only: ['test[0]'] }, '--only test[0]: copies are numbered from 1'],
    [{ skip: ['test[1,0-3]'] }, '--skip test[1,0-3]: copies are numbered from 1'],
    [{ only: ['test[5-3]'] }, '--only test[5-3]: "5-3" runs backwards; write [3-5]'],
    ...['x', '3-', '-3', '1,,2', '1.5', '3-4-5', ' ', '1e3', `${10 ** 16}`].map((text): [Selection, string] => [
      { only: [`test[${text}]`] },
      `--only test[${text}]: "${text === '1,,2' ? '' : text}" is no number of a copy; write [3], [3-5] or [1,4,7-9], or [] for all copies`,
    ]),
    [{ from: 'test[3]' }, '--from test[3]: a run cannot start from some copies: write [] for all of them'],
    [
      { skip: ['test[3]/build'] },
      '--skip test[3]/build: what is in some copies cannot be left out there only: write [] for all copies, or leave whole copies out',
    ],
    [{ only: ['tset[3]'] }, '--only tset[3]: no step has this path, did you mean "test[]"?'],
    [{ only: ['install[1]'] }, '--only install[1]: no step has this path, did you mean "install"?'],
  ])('of %j is refused in words', (selection, words) => {
    expect(refusal(TESTS, selection)).toBe(words);
  });

  it('of very many steps is found in a moment', () => {
    const many = Array.from({ length: 3000 }, (_, index) => forEach(`f${index}`, 3, steps('', [leaf('a'), leaf('b')])));
    const root = selected(steps('.', many), { only: ['**[2]/a', 'f7[2]/b'] });
    expect(JSON.stringify(root).match(/"chosen"/g)).toHaveLength(3000);
  });
});

function bothOf(forEach: string, numbers: readonly number[]): string[] {
  return numbers.flatMap(number => [`${forEach}[${number}]/build`, `${forEach}[${number}]/check`]);
}

/** The leaves that a path with numbers names, written out anew. */
function regexOf(text: string): RegExp {
  const source = text.replace(/\[(\d*)([-,]?)(\d*)\]/g, (_, one, between, other) => {
    if (one === '') return '\\[\\d+\\]';
    return between === '' ? `\\[${one}\\]` : `\\[(${one}|${other})\\]`;
  });
  return new RegExp(`^${source}(/.*)?$`);
}
