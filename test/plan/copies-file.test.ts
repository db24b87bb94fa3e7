/** A `saveTo` in a forEach names one file for each copy, or is an error. */
import { describe, expect, test } from 'vitest';
import type { Given } from '../../src/plan/given.ts';
import { planFrom } from '../../src/plan/load.ts';

const GIVEN: Given = { set: {}, files: [], env: { HOME: '/home/ann' } };

/** Problems of a value, as `path: message`. */
function problemsWith(value: unknown): string[] {
  const result = planFrom(value, { folder: '/plans', given: GIVEN });
  return result.type === 'loaded' ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

const oneFile = (item = 'A') =>
  `all copies of the forEach would write this one file; name an item in it, as in "out/\${${item}}.txt"`;
const forEach = { A: ['a', 'b'] };
const save = (saveTo: string) => ({ run: 'x', saveTo });
const d = { inputs: { OUT: {} }, ...save(`\${OUT}/x`) };

describe('a file that all copies of a forEach would write is an error', () => {
  test.each<[unknown, string]>([
    [{ forEach, ...save('x') }, 'root.saveTo'],
    [{ forEach, limit: 1, ...save('x') }, 'root.saveTo'],
    [{ forEach: { A: ['a'] }, ...save('x') }, 'root.saveTo'],
    [{ forEach: [{ A: 1 }, { A: 2 }], ...save('x') }, 'root.saveTo'],
    [{ forEach: { A: { csv: 'a.csv' } }, http: 'http://a', saveTo: 'x' }, 'root.saveTo'],
    [{ forEach, steps: [{ gather: [{ any: [save('x')] }] }] }, 'root.steps[0].gather[0].any[0].saveTo'],
    [{ forEach, steps: [{ run: 'x', finally: [save('x')] }] }, 'root.steps[0].finally[0].saveTo'],
    [{ forEach, ...save(`\${HOME}/x`) }, 'root.saveTo'],
    [{ forEach, ...save(`\${NONE:-a}/x`) }, 'root.saveTo'],
    [{ forEach, env: { OUT: 'out' }, ...save(`\${OUT}/x`) }, 'root.saveTo'],
    [{ forEach, ...save(`\${RUNJOBS_TMP}/\${RUNJOBS_ATTEMPT}`) }, 'root.saveTo'],
    [{ forEach: { B: [1, 2] }, steps: [{ forEach, ...save(`\${B}`) }] }, 'root.steps[0].saveTo'],
    [{ define: { d: save('x') }, forEach, use: '#d' }, 'root.define.d.saveTo'],
  ])('%j', (plan, path) => {
    expect(problemsWith(plan)).toEqual([`${path}: ${oneFile()}`]);
  });

  test.each<[unknown]>([
    [{ forEach, ...save(`out/\${A}.txt`) }],
    [{ forEach: { A: { json: 'a' } }, ...save(`out/\${A_id}.txt`) }],
    [{ forEach, ...save(`\${RUNJOBS_TMP}/\${RUNJOBS_STEP_KEY}`) }],
    [{ forEach, env: { OUT: `out/\${A}` }, ...save(`\${OUT}/x`) }],
    [{ forEach, steps: [{ env: { OUT: 'out' }, ...save(`\${OUT}/x`) }] }],
    [{ forEach, steps: [{ run: 'x', save: 'OUT' }, save(`\${OUT}/x`)] }],
    [{ forEach, run: 'x', finally: [save('x')] }],
    [{ forEach, envFile: { path: 'none.env', optional: true }, ...save(`\${A_OR_B}/x`) }],
    [{ define: { d }, steps: [{ forEach, env: { OUT: `\${A}` }, use: '#d' }] }],
    [{ steps: [{ forEach, run: 'x' }, save('x')] }],
  ])('but not where each has its own, or there is one: %j', plan => {
    expect(problemsWith(plan)).toEqual([]);
  });
});
