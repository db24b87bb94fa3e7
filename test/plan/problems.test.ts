import { describe, expect, test } from 'vitest';
import { planFrom } from '../../src/plan/load.ts';
import { formatPath, formatProblems } from '../../src/plan/problems.ts';
import { load } from './loading.ts';

async function shown(text: string, name?: string): Promise<string> {
  const result = await load(text, name);
  return result.type === 'loaded' ? '' : formatProblems(result.problems);
}

describe('a problem', () => {
  test('is shown with its place, the line before it, and a caret', async () => {
    expect(await shown('steps:\n  - run: x\n    timout: 5\n', 'plan.yaml')).toBe(
      [
        'plan.yaml:3:5 root.steps[0].timout: unknown key, did you mean "timeout"?',
        '  2 |   - run: x',
        '  3 |     timout: 5',
        '    |     ^',
      ].join('\n'),
    );
  });

  test('on line 10 and beyond keeps the gutter straight', async () => {
    expect(await shown(`steps:\n${'  - x\n'.repeat(8)}  - 5\n`)).toMatch(
      /\n {3}9 \| {3}- x\n {2}10 \| {3}- 5\n {5}\| {5}\^$/,
    );
  });

  test('has tabs copied and wide characters counted twice before its caret', async () => {
    expect(await shown('{\t"name": "日本e\u0301🎉", "nam": 1, "run": "x"}')).toContain(
      `\n    | ${' '}\t${' '.repeat('"name": "'.length)}    ${' '}  ${' '.repeat('", '.length)}^`,
    );
  });

  test('in a very long line is cut around the caret, and no wider than a terminal, where its caret would be elsewhere', async () => {
    const text = `{"run": "${'a'.repeat(5000)}", "nam": 1, "description": "${'b'.repeat(5000)}"}`;
    const [, line = '', caret = ''] = (await shown(text)).split('\n');
    expect(line).toHaveLength('  1 | '.length + 72);
    expect(line[caret.indexOf('^')]).toBe('"');
    expect(line.slice(caret.indexOf('^'))).toMatch(/^"nam": 1/);
  });

  test('never shows a character that moves the cursor', async () => {
    const told = await shown('run: x\n"\\e[2J\\u202e": "\x9b\u202e\x7f\x07"\n# \x1b[2J\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not appear.
    expect(told).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(told).toContain('root["\\u001b[2J\\u202e"]: unknown key');
  });

  test('without a text is shown without a place', () => {
    expect(formatProblems([{ message: 'no body', path: 'root', file: '' }])).toBe('root: no body');
    expect(formatProblems([{ message: 'no such file', path: '', file: 'a\u001b.json' }])).toBe(
      'a\\u001b.json: no such file',
    );
    expect(formatProblems([{ message: 'nothing', path: '', file: '' }])).toBe('nothing');
    expect(formatProblems([{ message: 'm', path: '', file: 'f', line: 3 }])).toBe('f:3:1: m');
  });

  test('quotes a long value shortened', async () => {
    expect(await shown(`{"sleep": "${'x'.repeat(1000)}"}`)).toMatch(/got "x{30}…x{29}"\n/);
  });
});

describe('a problem of a long text is short', () => {
  const long = 'k'.repeat(1_000_000);
  const bell = '\u0007'.repeat(1_000_000);

  test.each([
    ['an unknown key of JSON', `{"run": "x", "${long}": 1}`],
    ['an unknown key of YAML', `run: x\n? ${long}\n: 1\n`],
    ['an unknown key that is quoted', `{"run": "x", "${long} ${long}": 1}`],
    ['an unknown key inside', `{"run": "x", "retry": {"times": 1, "${long}": 1}}`],
    ['a key that stands twice', `{"${long}": 1, "${long}": 1}`],
    ['a variable', `{"run": "x", "env": {"${long}-": 1}}`],
    ['the value of a variable', `{"run": "x", "env": {"${long}": null}}`],
    ['a header', `{"http": {"url": "http://a", "headers": {"${long}": "\u00ff\u0100"}}}`],
    ['an id', `{"steps": [{"id": "a${long}", "run": "x"}, {"id": "a${long}", "run": "x"}]}`],
    ['a block of YAML', `run: |${long}\n  x\n`],
    ['a tag of YAML', `run: !${long} x\n`],
    ['an alias of YAML', `run: *${long}\n`],
    ['an escape', `{"run": "${'\\u0007'.repeat(10)}", "${bell.replaceAll('\u0007', '\\u0007')}": 1}`],
  ])('%s', async (_, text) => {
    const told = await shown(text);
    expect(told).not.toBe('');
    for (const line of told.split('\n')) expect(line.length).toBeLessThan(800);
  });

  test('a number without end, and a symbol', () => {
    for (const run of [10n ** 100_000n, Symbol(`${long}\u001b`)]) {
      const told = planFrom({ run }, { folder: '/' });
      expect(told.type === 'rejected' && formatProblems(told.problems)).toMatch(/got [ -~…]{1,100}$/);
    }
  });
});

describe('a path', () => {
  test('is written as in JavaScript', () => {
    expect(formatPath([])).toBe('root');
    expect(formatPath(['steps', 0, '$schema', 'a-b', 'a b', 'a"\n'])).toBe(
      'root.steps[0].$schema.a-b["a b"]["a\\"\\n"]',
    );
  });
});
