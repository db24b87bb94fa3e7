import { openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { whyUnwritable } from '../../src/plan/unwritable.ts';
import { temporaryFolder } from '../support/cli.ts';

it('why a file cannot be written is told in words, else as the system says it, without the path', () => {
  const folder = temporaryFolder();
  const wordsOf = (path: string) => {
    try {
      return openSync(path, 'wx');
    } catch (error) {
      return whyUnwritable(error);
    }
  };
  expect(wordsOf(join(folder, 'none/x'))).toBe('its folder cannot be made');
  expect(wordsOf(join(folder, 'x'.repeat(300)))).toBe('its name is too long');
  const message = "ENXIO: no such device, or address, open '/x/a, open b.4711.part'";
  expect(whyUnwritable(Object.assign(new Error(message), { code: 'ENXIO', syscall: 'open' }))).toBe(
    'ENXIO: no such device, or address',
  );
  expect(whyUnwritable(Object.assign(new Error(''), { code: 'EACCES', syscall: 'access' }))).toBe(
    'its permissions forbid it',
  );
  expect(whyUnwritable(new Error('a, open b'))).toBe('a, open b');
});
