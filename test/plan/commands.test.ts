/** Laws of the keys that go with commands: what a plan makes of them, and what is wrong with them. */
import { describe, expect, test } from 'vitest';
import { planFrom } from '../../src/plan/load.ts';
import type { Step } from '../../src/plan/plan.ts';

const given = { set: {}, files: [], env: {} };

/** Problems of a value, as `path: message`. */
function problemsWith(value: unknown): string[] {
  const result = planFrom(value, { folder: '/plans', given });
  return result.type === 'loaded' ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

function rootOf(value: unknown): Step {
  const result = planFrom(value, { folder: '/plans', given });
  if (result.type === 'rejected') throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.plan.root;
}

describe('stdin', () => {
  test('is a text, an empty one too, or a file', () => {
    expect(rootOf({ run: 'cat', stdin: { text: '' } })).toMatchObject({ stdin: { type: 'text', text: '' } });
    expect(rootOf({ run: ['cat'], stdin: { file: 'a' } })).toMatchObject({ stdin: { type: 'file', path: 'a' } });
    expect(rootOf({ run: 'cat' })).not.toHaveProperty('stdin');
  });

  test('is for the command of the step, and for no test and no list of it', () => {
    const step = rootOf({ if: 'true', forEach: { A: { lines: { run: 'ls' } } }, run: 'cat', stdin: { text: 'a' } });
    expect(step).toMatchObject({ type: 'forEach', each: { stdin: { type: 'text', text: 'a' } } });
    expect(JSON.stringify(step.if)).not.toContain('stdin');
    expect(JSON.stringify(step.type === 'forEach' && step.items)).not.toContain('stdin');
  });

  test.each<[unknown, string]>([
    [{ run: 'x', stdin: 'text' }, 'root.stdin: expected an object with text or file, got "text"'],
    [{ run: 'x', stdin: {} }, 'root.stdin: nothing to read: add text or file'],
    [{ run: 'x', stdin: { text: 'a', file: 'b' } }, 'root.stdin.file: text and file exclude each other; keep one'],
    [{ run: 'x', stdin: { txt: 'a' } }, 'root.stdin.txt: unknown key, did you mean "text"?'],
    [{ run: 'x', stdin: { text: 5 } }, 'root.stdin.text: expected text, got 5'],
    [{ run: 'x', stdin: { file: ' ' } }, 'root.stdin.file: expected the path of a file, got " "'],
    [{ http: 'http://a', stdin: { text: 'a' } }, 'root.stdin: stdin goes with run, not with http; take it out'],
    [{ steps: [], stdin: { text: 'a' } }, 'root.stdin: stdin goes with run, not with steps; take it out'],
  ])('%j is refused', (plan, problem) => {
    expect(problemsWith(plan)).toEqual([problem]);
  });
});
