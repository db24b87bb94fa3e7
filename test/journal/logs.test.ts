import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logName, openLogs } from '../../src/journal/logs.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runjobs-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a log', () => {
  it('is made at its first byte, for its owner only', () => {
    const log = openLogs(folder).open('deploy/smoke');
    expect(existsSync(join(folder, 'logs'))).toBe(false);
    log.append(Buffer.from('a\u0000b'));
    log.close();
    const file = join(folder, 'logs/deploy.smoke.log');
    expect(readFileSync(file)).toEqual(Buffer.from('a\u0000b'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(log.name).toBe('logs/deploy.smoke.log');
  });

  it('goes on where the last attempt ended', () => {
    const logs = openLogs(folder);
    const first = logs.open('a');
    first.append(Buffer.from('one'));
    first.close();
    const second = logs.open('a');
    expect(second.size).toBe(3);
    second.append(Buffer.from('two'));
    second.close();
    expect(readFileSync(join(folder, 'logs/a.log'), 'utf8')).toBe('onetwo');
    expect(second.size).toBe(6);
  });

  it('does not follow a link that somebody has put in its place', () => {
    const logs = openLogs(folder);
    logs.open('x').append(Buffer.from('make the folder'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'logs/a.log'));
    expect(() => logs.open('a').append(Buffer.from('x'))).toThrow(/ELOOP/);
  });

  it('does not follow a link in the place of the folder of logs', () => {
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'logs'));
    expect(() => openLogs(folder).open('a').append(Buffer.from('x'))).toThrow(/is a symbolic link/);
    expect(existsSync(join(folder, 'elsewhere/a.log'))).toBe(false);
  });
});

describe('the name of a log', () => {
  it.each([
    ['.', 'plan.log'],
    ['deploy/smoke', 'deploy.smoke.log'],
    ['test[3]', 'test[3].log'],
    ['deploy/finally/1', 'deploy.finally.1.log'],
  ])('of %s is %s', (path, name) => {
    expect(logName(path)).toBe(name);
  });

  it('is safe and unique whatever the path', () => {
    const names = ['a b', 'a\u0000b', 'a😀b', '../../etc/passwd', `${'x'.repeat(300)}1`, `${'x'.repeat(300)}2`].map(
      logName,
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9._[\]-]{1,113}$/);
  });
});
