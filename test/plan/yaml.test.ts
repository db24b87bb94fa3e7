import { describe, expect, test } from 'vitest';
import { planOf, problemsOf } from './loading.ts';

const yaml = (text: string) => problemsOf(text, 'plan.yaml');

describe('a YAML plan', () => {
  test('keeps scalars in env as they are written', async () => {
    const text = `
run: x
env: {A: 3.10, B: 012, C: True, D: 1e3, E: "4.50", F: 'no', G: 0x1F, H: yes, I: "", J: 12345678901234567890, K: !!str 7}
`;
    expect((await planOf(text, 'plan.yaml')).root.env).toEqual({
      A: '3.10',
      B: '012',
      C: 'True',
      D: '1e3',
      E: '4.50',
      F: 'no',
      G: '0x1F',
      H: 'yes',
      I: '',
      J: '12345678901234567890',
      K: '7',
    });
  });

  test('may use anchors, aliases and merge keys', async () => {
    const text = `
env: &shared {A: 1, B: 2}
steps:
  - &first
    run: echo
    env: {<<: *shared, B: 3.0}
  - *first
  - {<<: [*first, {cwd: a}], name: third}
`;
    const { root } = await planOf(text, 'plan.yaml');
    expect(root).toMatchObject({
      children: [
        { id: '1', env: { A: '1', B: '3.0' } },
        { id: '2', env: { A: '1', B: '3.0' } },
        { id: 'third', command: 'echo', cwd: 'a', env: { A: '1', B: '3.0' } },
      ],
    });
  });

  test('may keep what anchors name in root keys that begin with "x-", in which nothing else is looked at', async () => {
    const text = `
x-common: &common {retry: 2, timeout: 5s}
x-other: {timout: never, text: "\${NOBODY}", steps: [{}]}
steps:
  - {<<: *common, run: echo}
`;
    const { root } = await planOf(text, 'plan.yaml');
    expect(root).toMatchObject({ children: [{ command: 'echo', timeoutMs: 5000 }] });
  });

  test('may use one anchor more than a hundred times', async () => {
    const aliases = Array.from({ length: 300 }, () => '  - *a').join('\n');
    expect((await planOf(`steps:\n  - &a {run: x}\n${aliases}`, 'plan.yaml')).root).toMatchObject({ type: 'steps' });
  });

  test('may have a comment, a document marker and a directive before it', async () => {
    expect(await yaml('# plan\n%YAML 1.2\n---\nrun: x\n')).toEqual([]);
  });

  test('is YAML on standard input unless it begins with a brace', async () => {
    expect((await planOf('run: |\n  a\n  b\n')).root).toMatchObject({ command: 'a\nb\n' });
  });

  test('takes numbers as keys for what they are written as', async () => {
    expect(await yaml('run: x\n1.0: 2\n')).toEqual(['2:1 root["1.0"]: unknown key; "runjobs schema" prints all keys']);
  });
});

describe('what YAML cannot say is told with its place', () => {
  test.each<[string, string[]]>([
    ['', ['1:1 the file is empty; write a plan such as "run: echo hello"']],
    ['# only a comment\n', ['1:1 the file is empty; write a plan such as "run: echo hello"']],
    ['run: x\nrun: y\n', ['2:1 root.run: duplicate key "run", first at 1:1; keep one']],
    ['run: x\n---\nrun: y\n', ['2:1 a second document begins here; a plan file holds one']],
    ['run: [a\n', ['2:1 not YAML: flow sequence in block collection must be sufficiently indented and end with a ]']],
    ['steps:\n\t- x\n', ['2:1 a tab in the indentation; YAML takes spaces only']],
    ['run: !secret x\n', ['1:6 unknown tag "!secret"; take it out']],
    ['steps: [*none]\n', ['1:9 root.steps[0]: the alias "*none" has no anchor before it']],
    [
      'steps: &a\n  - {run: x, finally: *a}\n',
      ['2:23 root.steps[0].finally: the alias "*a" stands for what it is part of'],
    ],
    ['run: x\n? [a]\n: b\n', ['2:3 expected a text as key, got a list or an object']],
    ['run: x\n<<: 5\n', ['2:1 root["<<"]: expected an object, or an alias of one, after "<<"']],
    ['run: x\n<<: [5]\n', ['2:1 root["<<"]: expected an object, or an alias of one, after "<<"']],
    [
      'run:\n',
      ['1:5 root.run: expected a shell script (text) or a program with its arguments (array of texts), got null'],
    ],
    ['{run: x, name}', ['1:10 root.name: expected a name, not blank, got null']],
    ['run: x\nenv: {A: }\n', ['2:10 root.env.A: expected text, a number, true or false (nothing is ""), got null']],
    ['run: x\nslots: .inf\n', ['2:8 root.slots: expected a whole number, 1 or more, got Infinity']],
    [
      'steps:\n  - run: echo a: b\n',
      ['2:10 not YAML: nested mappings are not allowed in compact mappings; put a text with ": " in it in quotes'],
    ],
    [
      'steps:\n  - echo Done: all\n  - echo "a": b\n',
      [
        '2:5 root.steps[0]["echo Done"]: unknown key; put a command with ": " in it in quotes',
        '3:5 root.steps[1]["echo \\"a\\""]: unknown key; put a command with ": " in it in quotes',
      ],
    ],
    [
      'steps:\n  - if: ! test -e done\n    run: ! true\n',
      [
        '2:11 root.steps[0].if: YAML drops the "!" before this text; put both in quotes',
        '3:12 root.steps[0].run: YAML drops the "!" before this text; put both in quotes',
      ],
    ],
    [
      'steps:\n  - && make\n  - run: &&make all\n  - run: &&\n',
      [
        '2:8 root.steps[0]: YAML takes the "&&" for an anchor and drops it; put the whole text in quotes',
        '3:17 root.steps[1].run: YAML takes the "&&" for an anchor and drops it; put the whole text in quotes',
        '4:12 root.steps[2].run: YAML takes the "&&" for an anchor and drops it; put the whole text in quotes',
      ],
    ],
    ['- a\n- b\n', ['1:1 expected']],
    ['just text', ['1:1 expected']],
  ])('%j', async (text, problems) => {
    const found = await yaml(text);
    if (problems[0] === '1:1 expected') expect(found[0]).toMatch(/^1:1 root: expected a plan: /);
    else expect(found).toEqual(problems);
  });

  test.each(['run: [*a\u001bb]\n', '%A\u0007 x\n---\nrun: a\n', 'run: "a\\\u0007"\n', 'run: *\u202ea\n'])(
    '%j, without what could move a cursor',
    async text => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not appear.
      expect((await yaml(text)).join('')).not.toMatch(/[\x00-\x1f\u202e]/);
    },
  );

  test('once a line, and ten times at most', async () => {
    expect(await yaml('env: {A: *b: [a, b], C: 3}\n')).toEqual(['1:12 not YAML: alias ending in : is ambiguous']);
    expect(await yaml('run: "\\q"\n'.repeat(100))).toHaveLength(10);
  });

  test.each([
    ['flow lists', '['.repeat(100_000)],
    ['block lists', '- '.repeat(100_000)],
    ['keys', '? '.repeat(5000)],
    ['maps', Array.from({ length: 1000 }, (_, level) => `${' '.repeat(level)}steps:`).join('\n')],
  ])('%s that nest too deep', async (_, text) => {
    expect(await yaml(text)).toEqual([expect.stringMatching(/^\d+:\d+ nested more than 256 deep; flatten the plan$/)]);
  });

  test('aliases that multiply without measure', async () => {
    const names = 'abcdefghij'.split('');
    const bomb = names.map((name, index) => {
      const item = index === 0 ? 'x' : `*${names[index - 1]}`;
      return `${name}: &${name} [${Array(9).fill(item).join(', ')}]`;
    });
    const [problem] = await yaml(bomb.join('\n'));
    expect(problem).toMatch(/the aliases of this file stand for too many values; write out less$/);
  });
});

describe('places in YAML', () => {
  test('are those of keys and values, also in merged objects', async () => {
    const text = `
steps:
  - &a
    run: x
    timout: 1
  - <<: *a
    retry: often
`;
    expect(await yaml(text)).toEqual([
      '5:5 root.steps[0].timout: unknown key, did you mean "timeout"?',
      '5:5 root.steps[1].timout: unknown key, did you mean "timeout"?',
      '7:12 root.steps[1].retry: expected a count of further attempts, or an object with times, got "often"',
    ]);
  });
});
