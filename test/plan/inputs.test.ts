/** Inputs: how they are declared, and which values fit them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Given, levelsOf, readGiven } from '../../src/plan/given.ts';
import { fits, inputProblems, missingInputs } from '../../src/plan/inputs.ts';
import { planFrom } from '../../src/plan/load.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { inFolder, planOf, problemsOf, warningsOf } from './loading.ts';

const NOTHING: Given = { set: {}, files: [], env: {} };

function planWith(inputs: unknown, secrets?: readonly string[]): Plan {
  const result = planFrom({ run: 'x', inputs, ...(secrets ? { secrets } : {}) }, { folder: '/plans', given: NOTHING });
  if (result.type === 'rejected') throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.plan;
}

describe('a declaration that does not hold together is told', () => {
  test.each<[unknown, string]>([
    [{ enum: ['a', 'b'], default: 'c' }, 'default: expected "a" or "b", got "c"'],
    [
      { enum: ['staging', 'production'], default: 'stagin' },
      'default: expected "staging" or "production", got "stagin", did you mean "staging"?',
    ],
    [{ type: 'number', enum: [1, 'x'] }, 'enum[1]: expected a number, got "x"'],
    [{ type: 'boolean', default: 'yes' }, 'default: expected "true" or "false", got "yes"'],
    [{ type: 'number', default: 'NaN' }, 'default: expected a number, got "NaN"'],
    [
      { type: 'number', pattern: '[0-9]+', default: 1.5 },
      'default: expected a number, what matches [0-9]+ as a whole, got "1.5"',
    ],
    [{ pattern: 'v[0-9]', default: 'v12' }, 'default: expected what matches v[0-9] as a whole, got "v12"'],
    [{ pattern: 'a|b', enum: ['ab'] }, 'enum[0]: expected what matches a|b as a whole, got "ab"'],
    [{ pattern: '(' }, 'pattern: expected a regular expression: Unterminated group'],
    [{ pattern: 'a)(b' }, "pattern: expected a regular expression: Unmatched ')'"],
    [{ required: true, default: 'x' }, 'required: required and default exclude each other; keep one'],
  ])('%j', (input, problem) => {
    expect(() => planWith({ A: input })).toThrow(problem.replace(/^\S+: /, ''));
  });

  test('with its place, and a secret never has a default', async () => {
    const text =
      'run: x\nsecrets: [TOKEN]\ninputs:\n  TOKEN: { default: hunter2 }\n  N: { type: number, default: 0x10 }';
    expect(await problemsOf(text)).toEqual([
      '4:12 root.inputs.TOKEN.default: the value of the secret "TOKEN" is written in the plan; it comes from the environment, an envFile or an input',
      '5:31 root.inputs.N.default: expected a number, got "0x10"',
    ]);
  });

  test('but what is written as a number is its text', async () => {
    const { inputs } = await planOf('run: x\ninputs: { V: { enum: [3.10, 012], default: 3.10 } }');
    expect(inputs.V).toMatchObject({ enum: ['3.10', '012'], default: '3.10', required: false });
  });
});

test('a variable in a default, which stands as it is written, is warned of', async () => {
  const define = 'define:\n  d: { inputs: { C: { default: "${A:-x}" } }, run: x }';
  const text = `inputs: { A: { default: "v-\${USER}" }, B: { default: "$5, $USER" } }\n${define}\nrun: x`;
  const what = 'stands as it is written: the default of an input is not expanded';
  const instead = 'where it is to be the value of a variable, make it in "env", or in the script';
  expect(await warningsOf(text)).toEqual([
    `1:25 root.inputs.A.default: "\${USER}" ${what}; ${instead}`,
    `3:32 root.define.d.inputs.C.default: "\${A}" ${what}; ${instead}`,
  ]);
});

describe('a value fits', () => {
  test.each<[Parameters<typeof fits>[0], string[], string[]]>([
    [{ type: 'string' }, ['', 'a\nb', '😀', '"\'`$'], ['a\0b']],
    [
      { type: 'number' },
      ['0', '-1', '+1.5', '.5', '5.', '1e3', '012', '3.10'],
      ['', ' 1', '1 ', '0x10', 'Infinity', '1e999', 'NaN', '1,5', '١'],
    ],
    [{ type: 'boolean' }, ['true', 'false'], ['', 'True', '1', 'yes']],
    [{ type: 'string', enum: ['a', ''] }, ['a', ''], ['b', 'A']],
    [{ type: 'string', pattern: 'v[0-9]+' }, ['v1', 'v12'], ['v', 'xv1', 'v1\n', 'v1x']],
    [{ type: 'string', pattern: 'a|b' }, ['a', 'b'], ['ab', 'a|b']],
    [{ type: 'string', pattern: '.' }, ['😀'], ['ab']],
  ])('%j', (input, good, bad) => {
    for (const value of good) expect(fits(input, value), value).toBe(true);
    for (const value of bad) expect(fits(input, value), value).toBe(false);
  });
});

describe('what is given', () => {
  const plan = planWith(
    {
      TARGET: { enum: ['staging', 'production'], description: 'Where to deploy' },
      COUNT: { type: 'number', default: 3 },
      TAG: { pattern: 'v[0-9]+', required: false },
      TOKEN: { pattern: '[a-z]{6,}' },
    },
    ['TOKEN'],
  );
  const problems = (given: Partial<Given>, isRun = true) =>
    inputProblems(plan, { ...NOTHING, ...given }, { isRun }).map(({ message }) => message);

  test('must be complete for a run: all that is missing and all that is wrong is told at once', () => {
    expect(problems({ set: { TARGT: 'x', COUNT: 'many', TAG: '1' } })).toEqual([
      '--set TARGT: the plan has no such input, did you mean "TARGET"?',
      'input TARGET is missing: "staging" or "production" (Where to deploy); give it with --set TARGET=…, --env-file or the environment',
      'input COUNT: expected a number, got "many"',
      'input TAG: expected what matches v[0-9]+ as a whole, got "1"',
      'input TOKEN is missing: what matches [a-z]{6,} as a whole; give it with --set TOKEN=…, --env-file or the environment',
    ]);
  });

  test('need not be complete where nothing is run', () => {
    expect(problems({ set: { COUNT: 'many' } }, false)).toEqual(['input COUNT: expected a number, got "many"']);
  });

  test('is told without the value where that is a secret', () => {
    const [message] = problems({ set: { TARGET: 'staging', TOKEN: 'HUNTER2' } });
    expect(message).toBe(
      'input TOKEN: expected what matches [a-z]{6,} as a whole; what it has is a secret, and not shown',
    );
  });

  test('may come from a file or the environment, and is looked at as well', () => {
    const env = { TOKEN: 'secretly', TARGET: 'moon' };
    expect(problems({ env })).toEqual(['input TARGET: expected "staging" or "production", got "moon"']);
    expect(problems({ env, files: [{ file: 'a', values: { TARGET: 'staging' } }] })).toEqual([]);
    expect(problems({ env, set: { TARGET: 'production' } })).toEqual([]);
    expect(problems({ env: { ...env, TARGET: 'staging', COUNT: 'none of its business' } })).toEqual([]);
    expect(problems({ env: { ...env, TARGET: 'staging', TAG: 'x' } })).toHaveLength(1);
  });

  test('a plan without inputs takes none', () => {
    expect(inputProblems(planWith({}), { ...NOTHING, set: { A: '1' } }, { isRun: true })).toMatchObject([
      { message: '--set A: the plan has no inputs; take it out, or declare it: inputs: {…}' },
    ]);
  });

  test('is missing by name', () => {
    expect(missingInputs(plan, { ...NOTHING, env: { TARGET: 'staging' } })).toEqual(['TOKEN']);
  });

  test('makes levels: the files, the defaults, and what is set, the outermost first', () => {
    const given: Given = { set: { TAG: 'v1' }, files: [{ file: 'a.env', values: { A: '1' } }], env: { A: '0' } };
    expect(levelsOf(plan, given)).toEqual([
      { values: { A: '1' }, origin: { type: 'given-file', file: 'a.env' } },
      { values: { COUNT: '3' }, origin: { type: 'input', from: 'default' } },
      { values: { TAG: 'v1' }, origin: { type: 'input', from: 'given' } },
    ]);
  });
});

describe('files that are given', () => {
  test('are read in order, without a byte order mark; what cannot be read is a problem', async () => {
    await inFolder(async cwd => {
      writeFileSync(join(cwd, 'a.env'), '\ufeffA=1\nQ="two\nlines"\n');
      writeFileSync(join(cwd, 'b.env'), 'A=1\nA B=1');
      const { given, problems } = await readGiven(
        { envFile: ['a.env', 'none.env', 'b.env', '.'], set: { N: 1, B: true } },
        { cwd, env: {} },
      );
      expect(given).toEqual({
        set: { N: '1', B: 'true' },
        files: [{ file: 'a.env', values: { A: '1', Q: 'two\nlines' } }],
        env: {},
      });
      expect(problems.map(({ file, line, message }) => `${file}:${line ?? ''} ${message}`)).toEqual([
        'none.env: no such file',
        'b.env:2 expected NAME=value; a name is of letters, digits, "_", "." and "-", and begins with a letter or "_"',
        '.: this is a folder; name a file in it',
      ]);
    });
  });

  test('over 4 MiB are none', async () => {
    await inFolder(async cwd => {
      writeFileSync(join(cwd, 'a.env'), 'A=1\n'.repeat(1024 * 1024 + 1));
      const { problems } = await readGiven({ envFile: 'a.env' }, { cwd, env: {} });
      expect(problems).toMatchObject([{ message: 'larger than 4 MiB; is this the right file?' }]);
    });
  });
});
