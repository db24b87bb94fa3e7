import { describe, expect, test } from 'vitest';
import { KEYS } from '../../src/plan/schema-keys.ts';
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
    expect(suggest(word, KEYS.step)).toBe(meant);
  });

  test.each(['', 'x', 'xyz', 'makes', 'constructor', '__proto__', 'a'.repeat(1000)])(
    '%s is taken for nothing',
    word => {
      expect(suggest(word, KEYS.step)).toBeUndefined();
    },
  );

  test('a synonym counts only where its key may stand', () => {
    expect(suggest('command', KEYS.retry)).toBeUndefined();
  });

  test('a word that means several things is taken for what may stand there', () => {
    expect(suggest('interval', KEYS.step)).toBe('every');
    expect(suggest('interval', KEYS.retry)).toBe('delay');
    expect(suggest('limit', KEYS.retry)).toBe('times');
    expect(suggest('backoff', KEYS.retry)).toBe('factor');
    expect(suggest('params', KEYS.root)).toBe('inputs');
  });

  test('the end of a word is enough', () => {
    expect(didYouMean('TERM', ['SIGKILL', 'SIGTERM'])).toBe(', did you mean "SIGTERM"?');
  });
});
