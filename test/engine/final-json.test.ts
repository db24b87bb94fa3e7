/** The variables in JSON: as texts, and as values. */
import { describe, expect, it } from 'vitest';
import { finalJson, finalJsonText } from '../../src/engine/final-json.ts';
import { Unexpandable, Variables } from '../../src/engine/variables.ts';
import type { Json } from '../../src/plan/plan.ts';

const ID = '9007199254740993';
const variables = new Variables(
  {
    N: '5',
    ID,
    LIST: ' ["a", 1.50, null]\n',
    TEXT: '"a"',
    QUOTE: 'a"\n$',
    WORD: 'word',
    EMPTY: '',
    HOLDS: `{"id": ${ID}}`,
    DEEP: `${'['.repeat(40_000)}${']'.repeat(40_000)}`,
  },
  { type: 'process' },
);
const written = (value: unknown) => finalJsonText(value as Json, variables);
const held = (value: unknown) => finalJson(value as Json, variables);

describe('a value of JSON with variables', () => {
  it('is written as JSON does it, with its texts expanded and the names of its members as they are', () => {
    const value = { a: [1, null, true, 'x', `\${QUOTE}`], $N: { '"': `\${NO:-d}` }, gone: undefined };
    const expanded = { a: [1, null, true, 'x', 'a"\n$'], $N: { '"': 'd' } };
    expect(written(value)).toBe(JSON.stringify(expanded));
    expect(held(value)).toEqual(expanded);
  });

  it('has in the place of a whole text the JSON that a variable holds, with all digits of its numbers', () => {
    const value = { n: `\${N:json}`, id: `\${ID:json}`, list: [`\${LIST:json}`], text: `\${TEXT:json}`, as: `\${N}` };
    expect(written(value)).toBe(`{"n":5,"id":${ID},"list":[["a", 1.50, null]],"text":"a","as":"5"}`);
  });

  it('holds an answer against a number that JavaScript cannot tell from its neighbours by its digits', () => {
    const value = [`\${N:json}`, `\${ID:json}`, `\${LIST:json}`, `\${HOLDS:json}`];
    expect(held(value)).toEqual([5, ID, ['a', 1.5, null], { id: ID }]);
  });

  it.each([
    ['WORD', 'the value of "WORD" is no JSON; write "${WORD}" where it is meant as a text'],
    ['EMPTY', 'the value of "EMPTY" is no JSON'],
    ['NONE', 'the variable "NONE" has no value'],
  ])('is refused where %s is to be JSON, in words that do not quote the value', (name, words) => {
    for (const final of [written, held]) {
      expect(() => final([`\${${name}:json}`])).toThrow(Unexpandable);
      expect(() => final([`\${${name}:json}`])).toThrow(words);
    }
  });

  it('is refused where it is nested too deeply to be compared, and is sent all the same', () => {
    expect(() => held(`\${DEEP:json}`)).toThrow('the value of "DEEP" is nested too deeply to be compared');
    expect(written(`\${DEEP:json}`)).toHaveLength(80_000);
  });
});
