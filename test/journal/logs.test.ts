import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logName, openLogs } from '../../src/journal/logs.ts';
import { whyUnwritable } from '../../src/plan/unwritable.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runjobs-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function whyOf(write: () => void): string | undefined {
  try {
    write();
  } catch (error) {
    return whyUnwritable(error);
  }
  return undefined;
}

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

  it('cannot be made any more where somebody has removed the folder, and says so', () => {
    const logs = openLogs(folder);
    logs.open('a').append(Buffer.from('one'));
    rmSync(folder, { recursive: true });
    expect(whyOf(() => logs.open('b').append(Buffer.from('two')))).toBe('its folder was removed while the run went on');
  });

  it('of a copy lies in a folder of a thousand, for its owner only, and goes on where it ended', () => {
    const logs = openLogs(folder);
    for (const words of ['one', 'two']) {
      const log = logs.open('test[1234]/build');
      expect(log.size).toBe(words === 'one' ? 0 : 3);
      log.append(Buffer.from(words));
      log.close();
    }
    const file = join(folder, 'logs/test.copies/1001-2000/1234.build.log');
    expect(readFileSync(file, 'utf8')).toBe('onetwo');
    expect(statSync(join(folder, 'logs/test.copies/1001-2000')).mode & 0o777).toBe(0o700);
    expect(openLogs(folder).open('test[1234]/build').size).toBe(6);
  });

  it('of a copy does not follow a link in the place of a folder of copies', () => {
    mkdirSync(join(folder, 'elsewhere/1-1000'), { recursive: true });
    mkdirSync(join(folder, 'logs'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'logs/test.copies'));
    expect(() => openLogs(folder).open('test[3]').append(Buffer.from('x'))).toThrow(/is a symbolic link/);
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
    ['test[3]', 'test.copies/1-1000/3.log'],
    ['test[1000]', 'test.copies/1-1000/1000.log'],
    ['test[1001]/build', 'test.copies/1001-2000/1001.build.log'],
    ['[7]', 'plan.copies/1-1000/7.log'],
    ['[7]/finally/1', 'plan.copies/1-1000/7.finally.1.log'],
    ['a/b[2]/c[1500]/d', 'a.b.copies/1-1000/2.c.copies/1001-2000/1500.d.log'],
    ['deploy/finally/1', 'deploy.finally.1.log'],
  ])('of %s is %s', (path, name) => {
    expect(logName(path)).toBe(name);
  });

  it('is that of no other path, copies and steps of like names among them', () => {
    const ids = ['a', 'b', 'copies', '1', '1-1000', 'log', 'plan', 'finally', `${'x'.repeat(60)}`];
    const part = fc.tuple(fc.constantFrom(...ids), fc.option(fc.constantFrom(1, 2, 1000, 1001), { nil: undefined }));
    const path = fc
      .array(part, { minLength: 1, maxLength: 5 })
      .map(parts => parts.map(([id, copy]) => (copy === undefined ? id : `${id}[${copy}]`)).join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 2, maxLength: 40 }), paths => {
        const names = paths.map(logName);
        expect(new Set(names).size).toBe(names.length);
        const folders = new Set(
          names.flatMap(name => name.split('/').map((_, end, all) => all.slice(0, end).join('/'))),
        );
        expect(names.filter(name => folders.has(name))).toEqual([]);
      }),
    );
  });

  it.each(['a[0]', 'a[01]', 'a[x]', 'a[', 'a]', '[', ']', 'a[1', '[1]x'])('of %s, which is no copy, is safe', path => {
    expect(logName(path)).toMatch(/^[A-Za-z0-9._[\]/-]{1,113}$/);
    expect(logName(path)).not.toContain('..');
  });

  it('is safe and unique whatever the path', () => {
    const names = ['a b', 'a\u0000b', 'a😀b', '../../etc/passwd', `${'x'.repeat(300)}1`, `${'x'.repeat(300)}2`].map(
      logName,
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9._[\]-]{1,113}$/);
  });
});
