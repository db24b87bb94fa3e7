import { describe, expect, test } from 'vitest';
import { expand } from '../../src/plan/variables.ts';

const values: Readonly<Record<string, string>> = { A: 'one', EMPTY: '', NESTED: `\${A}` };
const lookup = (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined);

describe('a text without a shell', () => {
  test.each([
    ['plain', 'plain'],
    [`\${A} and \${A}`, 'one and one'],
    [`\${EMPTY}.`, '.'],
    [`\${EMPTY:-two}`, 'two'],
    [`\${NONE:-}`, ''],
    [`\${NONE:-a b}`, 'a b'],
    [`\${A:-two}`, 'one'],
    [`\${NESTED}`, `\${A}`],
    [`$$\{A}`, `\${A}`],
    ['$A $1 $ $(x)', '$A $1 $ $(x)'],
  ])('%j becomes %j', (text, expanded) => {
    expect(expand(text, lookup)).toEqual({ type: 'text', text: expanded });
  });

  test('names the first variable that is not set', () => {
    expect(expand(`\${A}\${B}\${C}`, lookup)).toEqual({ type: 'unset', name: 'B' });
  });
});
