import { describe, expect, test } from 'vitest';
import { readJson } from '../../src/plan/json.ts';
import { load, planOf, problemsOf } from './loading.ts';

describe('a syntax error of JSON is told with its place and its cure', () => {
  test.each([
    ['{"run": "x",}', '1:12 a comma before "}"; take it out'],
    ['{"steps": ["x",]}', '1:15 a comma before "]"; take it out'],
    ['{"run": "x" "name": "y"}', '1:13 expected "," or "}", got "name"; is a comma missing before it?'],
    ['{"steps": ["x" "y"]}', '1:16 expected "," or "]", got "y"; is a comma missing before it?'],
    ['{"steps": ["x": "y"]}', '1:15 expected "," or "]", got ":"'],
    ['{"run" "x"}', '1:8 expected ":" after the key, got "x"'],
    ['{"run"}', '1:7 expected ":" after the key, got "}"'],
    ['{"run":}', '1:8 expected a value, got "}"'],
    ['{"run":,}', '1:8 expected a value, got ","'],
    ['{"run": "x"]', '1:12 expected "}", got "]"'],
    ['{"steps": ["x"}', '1:15 expected "]", got "}"'],
    ['{"steps": [}', '1:12 expected a value, got "}"'],
    ['{]', '1:2 expected a key in double quotes, got "]"'],
    ['{"run": "x", {}}', '1:14 expected a key in double quotes, got "{"'],
    ['{1: 2}', '1:2 expected a key in double quotes, got "1"'],
    ['{"run": "x"} {}', '1:14 expected the end of the file after the plan, got "{"'],
    ['{\n  // note\n  "run": "x"}', '2:3 a comment; JSON has none: take it out, or write the plan in YAML'],
    ['{ /* note */ "run": "x"}', '1:3 a comment; JSON has none: take it out, or write the plan in YAML'],
    ['{\n# note\n"run": "x"}', '2:1 a comment; JSON has none: take it out, or write the plan in YAML'],
    ["{'run': 'x'}", '1:2 texts stand in double quotes, got "\'run\'"'],
    ['{run: "x"}', '1:2 keys stand in double quotes; write "run"'],
    ['{"run": "echo "hi""}', '1:16 the text ended before "hi"; a double quote inside a text is written \\"'],
    ['{"run": "x";}', '1:12 expected a value or punctuation of JSON, got ";"'],
    ['{"slots": 0x1F}', '1:11 expected a value or punctuation of JSON, got "0x1F"'],
    ['{"slots": 1.}', '1:11 expected a value or punctuation of JSON, got "1."'],
    ['{"background": True}', '1:16 expected a value or punctuation of JSON, got "True"; write true'],
    ['{"slots": 012}', '1:11 a number has no leading zero, got "012"'],
    ['{"slots": +1}', '1:11 expected a value or punctuation of JSON, got "+1"'],
    ['{"run": "x', '1:9 the text that begins here is never closed; add the closing "'],
    ['{"run": "x\\', '1:9 the text that begins here is never closed; add the closing "'],
    ['{"run": "', '1:9 the text that begins here is never closed; add the closing "'],
    ['{"run": "a\nb"}', '1:9 the text that begins here is not closed on its line; add the closing "'],
    ['{"run": "a\\\nb"}', '1:9 the text that begins here is not closed on its line; add the closing "'],
    ['{"run": "a\tb"}', '1:11 a control character inside a text; write it as "\\t"'],
    ['{"run": "a\\xb"}', '1:11 "\\x" is no escape of JSON; a backslash itself is written "\\\\"'],
    ['{"run": "a\\u12"}', '1:11 "\\u" is no escape of JSON; a backslash itself is written "\\\\"'],
    ['{', '1:2 the file ends inside the object that begins at 1:1; expected "}"'],
    ['{"steps": [\n', '2:1 the file ends inside the array that begins at 1:11; expected "]"'],
    ['', '1:1 the file is empty; write a plan such as {"run": "echo hello"}'],
    [' \n ', '1:1 the file is empty; write a plan such as {"run": "echo hello"}'],
  ])('%j', async (text, problem) => {
    expect(await problemsOf(text, 'plan.json')).toEqual([problem]);
  });

  test.each<[string, string]>([
    ['without an end', '{"steps":['.repeat(100_000)],
    ['with an error before it', `[,\n${'['.repeat(100_000)}`],
    ['closed', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['closed, with a key that stands twice', `{"a":1,"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('nested too deep, %s', async (_, text) => {
    const problems = await problemsOf(text, 'plan.json');
    expect(problems.at(-1)).toMatch(/^\d+:\d+ .*nested more than 256 deep; flatten the plan$/);
  });
});

describe('the syntax errors of JSON', () => {
  test('come at once where they are told apart', async () => {
    const text = `{
      // the site
      'run': 'x',
      "name": "y"
      "env": {"A": True, "B": "a\\d",},
      "slots": 01,
      "id": "never closed,
      "timeout": 5,
    }`;
    expect(await problemsOf(text, 'plan.json')).toEqual([
      '2:7 a comment; JSON has none: take it out, or write the plan in YAML',
      '3:7 texts stand in double quotes, got "\'run\'"',
      '5:7 expected "," or "}", got "env"; is a comma missing before it?',
      '6:16 a number has no leading zero, got "01"',
      '7:13 the text that begins here is not closed on its line; add the closing "',
      '8:19 a comma before "}"; take it out',
    ]);
  });

  test.each([
    ['two on a line', '{"a": True, "b": None}'],
    ['an unknown word', '{"a":\n  soon\n}'],
    ['a text of several lines', '{"run": "a\nb, c\nd: e",\n"name": "x",\n}'],
    ['an object that is not closed', '{"steps": [\n{"run": "a",\n{"run": "b"},\n{"run": "c"}\n]\n}'],
    ['a bracket of the wrong kind', '{"steps": [\n{"run": "a"}\n}\n"slots": 01,\n}'],
    ['an unquoted key with a list', "{steps: [\n'a',\n'b'\n],\n}"],
    ['a bracket too many', '{"run": "a"}}\n}\n}'],
  ])('are told once for %s', async (_, text) => {
    expect(await problemsOf(text, 'plan.json')).toHaveLength(1);
  });

  test('are ten at most', async () => {
    expect(await problemsOf(`{"steps": [${'\n"a"'.repeat(100)}]}`, 'plan.json')).toHaveLength(10);
  });
});

describe('a key that stands twice', () => {
  test('is an error that names the first place', async () => {
    const text = '{\n  "run": "a: b",\n  "env": {"A": "1", "B": "2", "A": "3"},\n  "run": "b"\n}';
    expect(await problemsOf(text, 'plan.json')).toEqual([
      '3:31 root.env.A: duplicate key "A", first at 3:11; keep one',
      '4:3 root.run: duplicate key "run", first at 2:3; keep one',
    ]);
  });

  test('is told once when its value is wrong too', async () => {
    expect(await problemsOf('{"run": "a", "run": 5}', 'plan.json')).toEqual([
      '1:14 root.run: duplicate key "run", first at 1:2; keep one',
    ]);
  });

  test('is seen though it is written with escapes', async () => {
    expect(await problemsOf('{"run": "a", "r\\u0075n": "b"}', 'plan.json')).toHaveLength(1);
  });

  test('is not seen in a colon inside a text', async () => {
    expect(await problemsOf('{"run": "a:b\\":c", "name": "\\\\"}', 'plan.json')).toEqual([]);
  });
});

describe('places in JSON', () => {
  test('are those of keys and values', () => {
    const { source } = readJson('{"steps": ["a", {"run": 5}]}');
    expect(source.find([])?.value).toBe(0);
    expect(source.find(['steps', 0])).toEqual({ value: 11, written: '"a"' });
    expect(source.find(['steps', 1, 'run'])).toEqual({ key: 17, value: 24, written: '5' });
    expect(source.find(['steps', 2])).toBeUndefined();
  });

  test('count lines that end in CRLF', async () => {
    expect(await problemsOf('{\r\n  "run": "x",\r\n  "nam": 1\r\n}', 'plan.json')).toEqual([
      '3:3 root.nam: unknown key, did you mean "name"?',
    ]);
  });

  test('of what is missing are those of the object around it', async () => {
    expect(await problemsOf('{"run": "x",\n "retry": {}}', 'plan.json')).toEqual([
      expect.stringMatching(/^2:2 root\.retry\.times: missing; /),
    ]);
  });
});

describe('a JSON plan', () => {
  test('may begin with a byte order mark', async () => {
    expect((await planOf('\ufeff{"run": "x"}', 'plan.json')).root).toMatchObject({ type: 'run', command: 'x' });
  });

  test('keeps numbers in env as they are written', async () => {
    const { root } = await planOf(
      '{"run": "x", "env": {"A": 3.10, "B": 1e3, "C": true, "D": "012", "E": -0}}',
      'plan.json',
    );
    expect(root.env).toEqual({ A: '3.10', B: '1e3', C: 'true', D: '012', E: '-0' });
    const { root: long } = await planOf('{"run": "x", "env": {"A": 12345678901234567890, "B": 7}}', 'plan.json');
    expect(long.env).toEqual({ A: '12345678901234567890', B: '7' });
  });

  test.each(['-1', '0', '1234567890123456', '-12345678901234567', '1.50', '1E5', '1e+5', '-0', '-0.0', '0.0'])(
    'keeps a number that stands alone among others as it is written: %s',
    async number => {
      const plan = `{"run": "echo 1.5 -0", "env": {"S": "2.50, 1e3", "A" :\t${number}, "B": 7}}`;
      expect((await planOf(plan, 'plan.json')).root.env).toEqual({ S: '2.50, 1e3', A: number, B: '7' });
    },
  );

  test('is JSON on standard input when it begins with a brace', async () => {
    expect(await problemsOf(' {"run": x}')).toEqual(['1:10 expected a value or punctuation of JSON, got "x"']);
    expect((await load('{"run": "x"}')).type).toBe('loaded');
  });
});
