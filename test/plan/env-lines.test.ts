/** What a file of variables says: the values, and the line of what is wrong. */
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEnvText } from '../../src/plan/env-lines.ts';

const valuesOf = (text: string) => {
  const read = parseEnvText(text);
  return read.type === 'read' ? read.values : `${read.line}: ${read.message}`;
};

describe('a file of variables', () => {
  test.each<[string, Record<string, string>]>([
    ['', {}],
    ['A=1', { A: '1' }],
    [' A = 1 \n\n# B=2\nC=', { A: '1', C: '' }],
    ['A=1\n  # x=y\nB=2', { A: '1', B: '2' }],
    ['A=\nB=2', { A: '', B: '2' }],
    ['A= \nB=2', { A: '', B: '2' }],
    ['A=a#b\nB=c # d', { A: 'a#b', B: 'c' }],
    ['A=#b\nB= # c\nC=a\t#b\nD=a#b #c#d', { A: '', B: '', C: 'a', D: 'a#b' }],
    ['A="x\\r\\t\\\\\\n"', { A: 'x\\r\\t\\\\\n' }],
    ['A="a#b" # c\nB=2', { A: 'a#b', B: '2' }],
    [`A="x\n'y' \\n"\nB='\\n'\nC=\`"'\``, { A: "x\n'y' \n", B: '\\n', C: `"'` }],
    ['A=it\'s\nB=5" wide', { A: "it's", B: '5" wide' }],
    ['export A=1\nexport\tB=2\nexport=3', { A: '1', B: '2', export: '3' }],
    ['A=1\r\nB="2\r\n3"\r\n', { A: '1', B: '2\n3' }],
    ['A=1\nA=2', { A: '2' }],
    ['A=$B ${C}\nD.e-f=x=y', { A: '$B ${C}', 'D.e-f': 'x=y' }],
  ])('%j holds %j', (text, values) => {
    expect(valuesOf(text)).toEqual(values);
  });

  const NO_SIGN = 'expected NAME=value, got a line without "="; a value of several lines stands in quotes';
  const NO_NAME =
    'expected NAME=value; a name is of letters, digits, "_", "." and "-", and begins with a letter or "_"';
  const OPEN = 'a quote is opened here, and not closed before the end of the file';
  const more = (where: string) =>
    `a quote is opened here, and something follows where it is closed${where}; put a value with that quote in it in others`;
  test.each([
    ['# a\n\nsecret\nA=1', `3: ${NO_SIGN}`],
    ['A=1\r\nexport B', `2: ${NO_SIGN}`],
    ['A B=secret', `1: ${NO_NAME}`],
    ['A=1\n=secret', `2: ${NO_NAME}`],
    ['1A=secret', `1: ${NO_NAME}`],
    ['A=1\nB="secret', `2: ${OPEN}`],
    ["A='secret\nB=2\n", `1: ${OPEN}`],
    ['A=`\n\n', `1: ${OPEN}`],
    ['A=1\nB="secret\nC=3\nD="secret"\n', `2: ${more(' in line 4')}`],
    ['A="se"cret"', `1: ${more('')}`],
  ])('%j is told with its line, and without what stands there', (text, words) => {
    expect(valuesOf(text)).toBe(words);
  });

  test('holds what util.parseEnv reads in it, for which a # in a word begins a comment', () => {
    const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,5}$/).filter(word => word !== '__proto__');
    const bare = fc.stringMatching(/^[a-z0-9 $={}"'#\\]{0,8}$/).filter(value => !/^ *["']|^ *$|[^ ]#/.test(value));
    const inQuotes = fc
      .tuple(fc.constantFrom('"', "'", '`'), fc.stringMatching(/^[a-z #=\\n\n$]{0,8}$/))
      .map(([quote, value]) => `${quote}${value}${quote}`);
    const line = fc.oneof(
      fc.constantFrom('', '# a', "# it's"),
      fc.tuple(fc.constantFrom('', 'export '), name, fc.oneof(bare, inQuotes)).map(parts => {
        const [before, key, value] = parts;
        return `${before}${key}=${value}`;
      }),
    );
    void fc.assert(
      fc.property(fc.array(line), lines => {
        const text = lines.join('\n');
        expect(valuesOf(text)).toEqual({ ...parseEnv(text) });
      }),
    );
  });
});
