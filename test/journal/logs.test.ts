import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logName, openLogs } from '../../src/journal/logs.ts';
import { createRunFolder, createRunId } from '../../src/journal/runs.ts';

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

describe('the folder of a run', () => {
  it('lies in .runjobs beside the plan, which ignores itself in git', () => {
    const { path, notice } = createRunFolder('id', { planFolder: folder, userState: '/nowhere' });
    expect(path).toBe(join(folder, '.runjobs/runs/id'));
    expect(notice).toBeUndefined();
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(folder, '.runjobs/.gitignore'), 'utf8')).toBe('*\n');
    createRunFolder('second', { planFolder: folder, userState: '/nowhere' });
    expect(() => createRunFolder('id', { planFolder: folder, userState: '/nowhere' })).toThrow(/EEXIST/);
  });

  it('is made in a state folder that is there already, without touching what is in it', () => {
    const places = { stateDir: folder, planFolder: '/nowhere', userState: '/nowhere' };
    writeFileSync(join(folder, '.gitignore'), 'node_modules\n');
    expect(createRunFolder('id', places).path).toBe(join(folder, 'runs/id'));
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('node_modules\n');
    rmSync(join(folder, '.gitignore'));
    createRunFolder('second', places);
    expect(existsSync(join(folder, '.gitignore'))).toBe(false);
  });

  it('is where the user says', () => {
    const { path } = createRunFolder('id', {
      stateDir: join(folder, 'deep/state'),
      planFolder: '/nowhere',
      userState: '/nowhere',
    });
    expect(path).toBe(join(folder, 'deep/state/runs/id'));
  });

  it.skipIf(process.getuid?.() === 0)(
    'falls back to the user’s state folder, and says so (needs a user other than root)',
    () => {
      chmodSync(folder, 0o500);
      const userState = mkdtempSync(join(tmpdir(), 'runjobs-user-'));
      const { path, notice } = createRunFolder('id', { planFolder: folder, userState });
      chmodSync(folder, 0o700);
      expect(path).toBe(join(userState, 'runs/id'));
      expect(notice).toMatch(/cannot be written/);
      rmSync(userState, { recursive: true });
    },
  );

  it('has an id that tells its start', () => {
    expect(createRunId(new Date('2026-11-22T08:13:49.120Z'))).toMatch(/^20261122-081349-[0-9a-f]{4}$/);
  });
});
