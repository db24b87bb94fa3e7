import { describe, expect, test } from 'vitest';
import { keysAt } from '../../src/plan/schema-keys.ts';
import { didYouMean, suggest } from '../../src/plan/suggest.ts';

describe('did you mean', () => {
  test.each([
    ['timout', 'timeout'],
    ['Timeout', 'timeout'],
    ['step', 'steps'],
    ['gahter', 'gather'],
    ['allow_failure', 'allowFailure'],
    ['allow-failure', 'allowFailure'],
    ['evry', 'every'],
    ['command', 'run'],
    ['parallel', 'gather'],
    ['working-directory', 'cwd'],
    ['working_dir', 'cwd'],
    ['depends_on', 'needs'],
    ['depends', 'needs'],
    ['matrix', 'forEach'],
    ['restart', 'retry'],
    ['when', 'if'],
    ['preconditions', 'if'],
    ['cmds', 'steps'],
    ['timeout-minutes', 'timeout'],
    ['vars', 'env'],
    ['outputs', 'save'],
    ['handlerOn', 'finally'],
  ])('%s is taken for %s', (word, meant) => {
    expect(suggest(word, keysAt(['steps', 0]))).toBe(meant);
  });

  test.each(['', 'x', 'xyz', 'makes', 'constructor', '__proto__', 'a'.repeat(1000)])(
    '%s is taken for nothing',
    word => {
      expect(suggest(word, keysAt(['steps', 0]))).toBeUndefined();
    },
  );

  test('a word that may stand there is never taken for another, nor for itself', () => {
    expect(suggest('limit', ['limit', 'times'])).toBeUndefined();
    expect(suggest('value', ['file', 'value', 'values'])).toBeUndefined();
  });

  test('a synonym counts only where its key may stand', () => {
    expect(suggest('command', keysAt(['retry']))).toBeUndefined();
  });

  test('a word that means several things is taken for what may stand there', () => {
    expect(suggest('interval', keysAt(['steps', 0]))).toBe('every');
    expect(suggest('interval', keysAt(['retry']))).toBe('delay');
    expect(suggest('limit', keysAt(['retry']))).toBe('times');
    expect(suggest('backoff', keysAt(['retry']))).toBe('factor');
    expect(suggest('params', keysAt([]))).toBe('inputs');
  });

  test('the end of a word is enough', () => {
    expect(didYouMean('TERM', ['SIGKILL', 'SIGTERM'])).toBe(', did you mean "SIGTERM"?');
  });
});
