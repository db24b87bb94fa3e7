import { describe, expect, test } from 'vitest';
import { hasPipe } from '../../src/plan/pipes.ts';

describe('a pipe', () => {
  test.each(['a | b', 'a|b', 'a |& b', 'echo "x" | tee y', 'a || b | c', 'a\nb | c # d', "grep 'a|b' f | wc"])(
    'is seen in %j',
    script => {
      expect(hasPipe(script)).toBe(true);
    },
  );

  test.each([
    'a || b',
    "grep 'a|b' f",
    'grep "a|b" f',
    'echo a\\|b',
    'echo a # b | c',
    'echo x >| f',
    'set -o pipefail; a | b',
    'cat <<EOF\na | b\nEOF\necho',
    "cat <<-'EOF'\n\ta | b\n\tEOF",
    'case $x in\n  a|b) echo;;\n  c | d) echo;;\nesac',
    'case $x in a|b) echo;; esac',
  ])('is not seen in %j', script => {
    expect(hasPipe(script)).toBe(false);
  });
});
