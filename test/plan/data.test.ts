/** The rules about data, each with the exact message that tells of its breach. */
import { describe, expect, test } from 'vitest';
import { planFrom } from '../../src/plan/load.ts';
import { problemsOf } from './loading.ts';

/** Problems of a value, as `path: message`. */
function problemsWith(value: unknown): string[] {
  const result = planFrom(value, { folder: '/plans', given: { set: {}, files: [], env: {} } });
  return result.type === 'loaded' ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('what is saved', () => {
  const hides = (place: string) => `nobody sees what is saved here: ${place} comes first; rename one of them`;
  const both = (place: string) => `${place} saves "X", too, and both run at once; rename one`;
  const save = { run: 'x', save: 'X' };
  const background = 'nobody waits for a background step, so it cannot save; take it out, or let another step save';

  test.each<[unknown, string]>([
    [{ gather: [save, save] }, `root.gather[1].save: ${both('root.gather[0].save')}`],
    [
      { gather: [{ steps: ['y', { run: 'x', save: ['X'] }] }, { any: [{ forEach: { A: [1] }, ...save }] }] },
      `root.gather[1].any[0].save: ${both('root.gather[0].steps[1].save[0]')}`,
    ],
    [
      { gather: [{ steps: [save] }, { steps: [{ run: 'x', save: { X: '' } }] }] },
      `root.gather[1].steps[0].save.X: ${both('root.gather[0].steps[0].save')}`,
    ],
    [{ env: { X: 1 }, steps: [save] }, `root.steps[0].save: ${hides('root.env.X')}`],
    [{ env: { X: 1 }, steps: [{ steps: [save] }] }, `root.steps[0].steps[0].save: ${hides('root.env.X')}`],
    [{ steps: [{ env: { X: 1 }, gather: [save] }] }, `root.steps[0].gather[0].save: ${hides('root.steps[0].env.X')}`],
    [{ run: 'x', save: ['X', 'Y', 'X'] }, 'root.save[2]: "X" stands twice; keep one'],
    [{ steps: [{ ...save, background: true }] }, `root.steps[0].save: ${background}`],
    [
      { run: 'x', save: { X: 'status' } },
      'root.save.X: a command has no status; expected a JSON pointer into its output such as "/id"',
    ],
    [
      { run: 'x', save: { X: 'header:etag' } },
      'root.save.X: a command has no headers; expected a JSON pointer into its output such as "/id"',
    ],
    [
      { http: 'http://x.test', save: ['X'] },
      'root.save: a request writes no $RUNJOBS_OUTPUT; expected a name for the whole body, or an object such as {X: "/id"}',
    ],
    [{ run: 'x', save: {} }, 'root.save: expected at least one variable name, got an empty object'],
    [
      { run: 'x', save: { X: '/a~2' } },
      'root.save.X: a "~" in a JSON pointer is written "~0", a slash in a name "~1"; got "/a~2"',
    ],
    [{ sleep: 1, save: 'X' }, 'root.save: save goes with run, http or use, not with sleep; take it out'],
  ])('cannot be told or seen: %j', (plan, problem) => {
    expect(problemsWith(plan)).toEqual([problem]);
  });

  test.each<[string, unknown]>([
    ['by one step after the other', { steps: [save, save] }],
    ['by those of whom one wins', { any: [save, save] }],
    ['by the copies of one step', { steps: [{ forEach: { A: [1, 2] }, ...save }] }],
    ['by a step with that name in its own env', { env: { X: 1 }, ...save }],
    ['under the env of a group, in a finally', { env: { X: 1 }, steps: [], finally: [save] }],
    ['by a request, from its answer', { http: 'http://a', save: { X: 'status', Y: 'header:etag', Z: '/a' } }],
  ])('may be saved twice, or where it is seen: %s', (_, plan) => {
    expect(problemsWith(plan)).toEqual([]);
  });
});

describe('the values of a forEach without a name', () => {
  const words = 'root.forEach: expected an object of variable names and lists, or an array of objects, got an array';

  test.each([
    [['x', 'y'], '["x", "y"]'],
    [[1, true, 'z', 4], '[1, true, "z", …]'],
  ])('are told once, with how to give them one: %j', (forEach, shown) => {
    expect(problemsWith({ run: 'x', forEach })).toEqual([`${words}; give the values a name, as in {"ITEM": ${shown}}`]);
  });

  test('beside one that has a name are told each', () => {
    expect(problemsWith({ run: 'x', forEach: ['x', { A: 1 }] })).toEqual([
      'root.forEach[0]: expected an object of variable names and values, got "x"',
    ]);
  });
});

describe('names that begin with RUNJOBS_', () => {
  const own = 'names that begin with RUNJOBS_ are those of runjobs; choose another';

  test.each<[unknown, string]>([
    [{ run: 'x', env: { RUNJOBS_A: 1 } }, 'root.env.RUNJOBS_A'],
    [{ run: 'x', inputs: { RUNJOBS_A: {} } }, 'root.inputs.RUNJOBS_A'],
    [{ run: 'x', secrets: ['RUNJOBS_A'] }, 'root.secrets[0]'],
    [{ run: 'x', save: 'RUNJOBS_A' }, 'root.save'],
    [{ run: 'x', save: ['RUNJOBS_A'] }, 'root.save[0]'],
    [{ run: 'x', save: { RUNJOBS_A: '' } }, 'root.save.RUNJOBS_A'],
    [{ run: 'x', forEach: { RUNJOBS_A: [1] } }, 'root.forEach.RUNJOBS_A'],
    [{ run: 'x', forEach: [{ RUNJOBS_A: 1 }] }, 'root.forEach[0].RUNJOBS_A'],
  ])('are refused: %j', (plan, path) => {
    expect(problemsWith(plan)).toContain(`${path}: ${own}`);
  });

  test.each([
    ['{"run": "x", "inputs": {"__proto__": {}}}', 'root.inputs.__proto__'],
    ['{"run": "x", "save": {"__proto__": ""}}', 'root.save.__proto__'],
    ['{"run": "x", "forEach": {"A": [1], "__proto__": [1]}}', 'root.forEach.__proto__'],
    ['{"run": "x", "forEach": [{"A": 1, "__proto__": 1}]}', 'root.forEach[0].__proto__'],
  ])('are as little allowed as __proto__: %s', async (text, path) => {
    const kept = '"__proto__" means something of its own to JavaScript and is no variable here; choose another name';
    expect((await problemsOf(text)).map(problem => problem.replace(/^\S+ /, ''))).toEqual([`${path}: ${kept}`]);
  });
});

describe('the values of an if', () => {
  const problem = (place: string, name: string) =>
    `root.if.${place}: "\${${name}}" stands as it is written: values of if are not expanded; to compare two variables, write a script: {"if": "test \\"$A\\" = \\"$${name}\\""}`;

  test('name no variable', () => {
    expect(problemsWith({ run: 'x', if: { A: '${B}' } })).toEqual([problem('A', 'B')]);
    expect(problemsWith({ run: 'x', if: { A: [1, 'x-${B:-c}'] } })).toEqual([problem('A[1]', 'B')]);
  });

  test('may hold dollars', () => {
    expect(problemsWith({ run: 'x', if: { A: ['$5', '$', '{B}'] } })).toEqual([]);
  });
});

describe('the lists of a forEach', () => {
  const asked = 'such as [{"NODE": 20, "OS": "mac"}]';

  test.each<[unknown, string]>([
    [{ A: {} }, 'root.forEach.A: expected one of lines, json, csv, glob'],
    [{ A: { lines: 'a', glob: 'b' } }, 'root.forEach.A.glob: lines and glob exclude each other; keep one'],
    [{ A: { csv: {} } }, 'root.forEach.A.csv: expected one of run, var'],
    [{ A: { csv: { run: 'x', var: 'X' } } }, 'root.forEach.A.csv.var: run and var exclude each other; keep one'],
    [
      { A: [{ X: 1 }] },
      'root.forEach.A: expected values; a list of objects stands in the place of all lists: "forEach": [{"A": 1}]',
    ],
    [{}, 'root.forEach: no list: name a variable and its values, such as {"NODE": [20, 24]}'],
    [{ exclude: [] }, 'root.forEach: no list: name a variable and its values, such as {"NODE": [20, 24]}'],
    [{ A: [1], exclude: [1] }, `root.forEach.exclude[0]: expected an object of values that are left out, ${asked}`],
    [
      { A: [1], exclude: { glob: 'x' } },
      `root.forEach.exclude: expected objects of values that are left out, ${asked}`,
    ],
    [{ A: [1], exclude: [{}] }, 'root.forEach.exclude[0]: leaves everything out; take it out'],
    [
      { NODE: [1], exclude: [{ NODES: 1 }] },
      'root.forEach.exclude[0].NODES: no list has the name "NODES", did you mean "NODE"?',
    ],
    [
      { A: [1], B: [1], exclude: [{ OTHER: 1 }] },
      'root.forEach.exclude[0].OTHER: no list has the name "OTHER"; there are A and B',
    ],
  ])('have their rules: %j', (forEach, problem) => {
    expect(problemsWith({ run: 'x', forEach, env: { X: 1 } })).toEqual([problem]);
  });

  test.each<[unknown, string]>([
    [
      { forEach: { A: [1] }, gather: ['x'] },
      'root.forEach: forEach repeats no gather; wrap it in steps: {"forEach": …, "steps": [{"gather": …}]}',
    ],
    [
      { forEach: { A: [1] }, run: 'x', env: { A: 2 } },
      'root.env.A: root.forEach sets "A", too, which this would hide; rename one',
    ],
    [
      { forEach: [{ A: 1 }, { B: 1 }], run: 'x', env: { B: 2 } },
      'root.env.B: root.forEach sets "B", too, which this would hide; rename one',
    ],
    [
      { forEach: { A: [1] }, run: 'x', failFast: false, tolerate: 1 },
      'root.tolerate: tolerate and failFast exclude each other; keep one',
    ],
    [
      { gather: [], failFast: 'soon', tolerate: '5%' },
      'root.tolerate: tolerate and failFast exclude each other; keep one',
    ],
    [
      { forEach: { A: [1] }, run: 'x', if: { A: 1 } },
      'root.if.A: if is judged once, before forEach sets "A"; to judge it for each copy: {"forEach": …, "steps": [{"if": …, …}]}',
    ],
    [
      { forEach: { U: { json: 'u' } }, run: 'x', if: { U_role: 1 } },
      'root.if.U_role: if is judged once, before forEach sets "U_role"; to judge it for each copy: {"forEach": …, "steps": [{"if": …, …}]}',
    ],
    ...['test "$A" = linux', '[ ${A} = 1 ]', 'test -e x &&\n test ${A:-x} = 1', 'test ${#A} = 1'].map(
      (test): [unknown, string] => [
        { forEach: { A: [1] }, run: 'x', if: test },
        'root.if: if is judged once, before forEach sets "A"; to judge it for each copy: {"forEach": …, "steps": [{"if": …, …}]}',
      ],
    ),
    [
      { forEach: { U: { json: 'u' } }, run: 'x', if: 'test "$U_role" = admin' },
      'root.if: if is judged once, before forEach sets "U_role"; to judge it for each copy: {"forEach": …, "steps": [{"if": …, …}]}',
    ],
    [
      { forEach: { A: [1] }, env: { B: 'b${A}', C: 1 }, run: 'x', if: 'test "$C$B" = 1b1' },
      'root.if: if is judged once, before forEach sets "B", which env makes of its items; to judge it for each copy: {"forEach": …, "steps": [{"if": …, …}]}',
    ],
    [
      { forEach: { U: { json: 'u' } }, env: { B: '${U_role}', C: 1 }, run: 'x', if: { C: 1, B: 'b' } },
      'root.if.B: if is judged once, before forEach sets "B", which env makes of its items; to judge it for each copy: {"forEach": …, "steps": [{"if": …, …}]}',
    ],
  ])('and what stands beside them: %j', (plan, problem) => {
    expect(problemsWith(plan)).toEqual([problem]);
  });

  test('leave an if alone that looks at a variable of the same name further out', () => {
    const test = { forEach: { A: [1] }, run: 'x', if: { A: 1, B: 2 } };
    expect(problemsWith({ env: { A: 1, B: 2 }, steps: [test] })).toEqual([]);
  });

  test.each([
    'test "$AB$_A" = A',
    'test "\\$A" = x',
    'A=$(date +%u); test "$A" -le 5',
    'for A in a b; do test -e "$A"; done',
    'read -r X A < x; test "$A"',
    'test -e x # like $A',
  ])('leave an if alone whose test expands none of its variables, or sets them itself: %j', test => {
    expect(problemsWith({ forEach: { A: [1] }, run: 'x', if: test })).toEqual([]);
    expect(problemsWith({ forEach: { A: [1] }, steps: [{ run: 'x', if: 'test "$A" = 1' }] })).toEqual([]);
  });

  test('leave an if alone that looks at the env of the forEach as a whole', () => {
    const plan = { forEach: { A: [1] }, env: { B: 'b', C: '${A}' }, run: 'x', if: 'test "$B" = b' };
    expect(problemsWith(plan)).toEqual([]);
    expect(problemsWith({ env: { C: 1 }, steps: [{ ...plan, if: { C: 1 } }] })).toEqual([]);
  });

  test('leave an if alone whose test expands a variable that the environment has, too', () => {
    const plan = { forEach: { A: [1] }, run: 'x', if: 'test "$A" = 1' };
    expect(problemsWith({ env: { A: 1 }, steps: [plan] })).toEqual([]);
  });

  test('leave out by members and columns, of tables and JSON only', () => {
    const exclude = [{ U_role: 'guest', R_role: 'x' }];
    expect(problemsWith({ run: 'x', forEach: { U: { json: 'u.json' }, R: { csv: 'r.csv' }, exclude } })).toEqual([]);
    expect(problemsWith({ run: 'x', forEach: { U: { json: 'u.json' }, R: { lines: 'r' }, exclude } })).toEqual([
      'root.forEach.exclude[0].R_role: no list has the name "R_role"; there are U and R',
    ]);
  });

  test('are products, files, tables, or objects as they stand', () => {
    const lists = { A: [1, 'x'], B: { lines: { run: 'x' } }, C: { json: 'c.json' }, exclude: [{ A: 1, B: 'y' }] };
    expect(problemsWith({ run: 'x', forEach: lists })).toEqual([]);
    expect(problemsWith({ run: 'x', forEach: [{ A: 1 }, { A: 2, B: 3 }] })).toEqual([]);
    expect(problemsWith({ run: 'x', forEach: { A: [] } })).toEqual([]);
  });
});

describe('needs', () => {
  const steps = (needs: Record<string, unknown>) =>
    Object.entries(needs).map(([id, need]) => ({ id, run: 'x', ...(need === undefined ? {} : { needs: need }) }));

  test.each<[Record<string, unknown>, string[]]>([
    [{ build: undefined, b: 'biuld' }, ['[1].needs: no sibling has the id "biuld", did you mean "build"?']],
    [{ a: undefined, b: 'zzz' }, ['[1].needs: no sibling has the id "zzz"; there are a']],
    [{ a: 'zzz' }, ['[0].needs: no sibling has the id "zzz"; it has none']],
    [{ a: ['a'] }, ['[0].needs[0]: a step cannot wait for itself; take it out']],
    [{ a: undefined, b: ['a', { id: 'a', when: 'ended' }] }, ['[1].needs[1].id: "a" stands twice; keep one']],
    [{ a: 'b', b: 'a' }, ['[0].needs: needs go in a circle: a → b → a; take one of them out']],
    [
      { d: 'a', c: 'a', b: ['c'], a: ['x', 'b'], x: undefined },
      ['[1].needs: needs go in a circle: c → a → b → c; take one of them out'],
    ],
    [
      { a: 'b', b: 'a', c: 'd', d: 'c' },
      [
        '[0].needs: needs go in a circle: a → b → a; take one of them out',
        '[2].needs: needs go in a circle: c → d → c; take one of them out',
      ],
    ],
  ])('%j is refused', (needs, problems) => {
    expect(problemsWith({ gather: steps(needs) })).toEqual(problems.map(problem => `root.gather${problem}`));
  });

  test.each<[unknown, string]>([
    [
      { run: 'x', needs: 'a' },
      'root.needs: needs stands on the children of a gather; the plan itself has no siblings: take it out',
    ],
    [
      { steps: ['x', { run: 'x', needs: '1' }] },
      'root.steps[1].needs: needs stands on the children of a gather; in steps each one waits for the one before: take it out',
    ],
    [
      { any: ['x', { run: 'x', needs: '1' }] },
      'root.any[1].needs: needs stands on the children of a gather; those of an any start at once: take it out',
    ],
    [
      { run: 'x', finally: ['x', { run: 'x', needs: '1' }] },
      'root.finally[1].needs: needs stands on the children of a gather; in finally each one waits for the one before: take it out',
    ],
    [
      { any: ['x', { run: 'x', background: true }] },
      'root.any[1].background: a background step cannot win an any; take it out, or put it around the any',
    ],
  ])('stands where there is something to wait for: %j', (plan, problem) => {
    expect(problemsWith(plan)).toEqual([problem]);
  });

  test('may name an id that is made from a name or a position', () => {
    expect(
      problemsWith({ gather: ['x', { name: 'Build it', run: 'x' }, { run: 'x', needs: ['1', 'build-it'] }] }),
    ).toEqual([]);
  });
});
