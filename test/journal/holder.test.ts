import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { lightBeacon } from '../../src/journal/beacon.ts';
import { type Holder, isAlive, parseHolder, thisHolder, thisPlace } from '../../src/journal/holder.ts';
import { temporaryFolder, until } from '../support/cli.ts';

const me = thisHolder({ run: '20261122-081349-7f3a', name: 'backup', plan: '/x/plan.yaml' });
const isLinux = process.platform === 'linux';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that lives until it is killed, and what a record of it says. */
function started(command: string, ...args: string[]): { child: ChildProcess; holder: Holder } {
  const child = spawn(command, args, { stdio: 'ignore' });
  children.push(child);
  const pid = child.pid ?? 0;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const startedAt = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  return { child, holder: { ...me, pid, startedAt } };
}

describe('a holder', () => {
  it('is written down with its machine, its process and its run', () => {
    expect(me).toMatchObject({ pid: process.pid, run: '20261122-081349-7f3a', name: 'backup', plan: '/x/plan.yaml' });
    expect(Date.parse(me.at)).toBeGreaterThan(0);
    if (isLinux) {
      expect(me.boot).toMatch(/^[0-9a-f-]{36}$/);
      expect(me.pidNamespace).toMatch(/^pid:\[\d+\]$/);
      expect(me.startedAt).toBeGreaterThan(0);
    }
    expect(parseHolder(JSON.stringify(me))).toEqual(me);
  });

  it.each([
    ['nothing', ''],
    ['a torn record', '{"host": "a", "pi'],
    ['null', 'null'],
    ['a list', '[]'],
    ['one without a process', JSON.stringify({ ...me, pid: undefined })],
    ['one whose process would be a group', JSON.stringify({ ...me, pid: -1 })],
    ['one whose beacon is elsewhere', JSON.stringify({ ...me, beacon: '../../x' })],
    ['bytes', '\u0000\u0000\u0000'],
  ])('is not read from %s', (_, text) => {
    expect(parseHolder(text)).toBeUndefined();
  });
});

describe.runIf(isLinux)('of a holder in the same place', () => {
  it('this process is alive', async () => {
    expect(await isAlive(me, '/')).toBe('alive');
  });

  it('a process is alive until it is killed, also while it is suspended', async () => {
    const { child, holder } = started('sleep', '100');
    expect(await isAlive(holder, '/')).toBe('alive');
    child.kill('SIGSTOP');
    expect(await isAlive(holder, '/')).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isAlive(holder, '/')).toBe('dead');
  });

  it('a process that only has its id is not it', async () => {
    expect(await isAlive({ ...me, startedAt: (me.startedAt ?? 0) - 1 }, '/')).toBe('dead');
  });

  it('a zombie is dead', async () => {
    const { child } = started('sh', '-c', 'sleep 0.01 & exec sleep 100');
    const stats = () =>
      readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
        .trim()
        .split(' ')
        .filter(Boolean)
        .map(pid => ({ pid: Number(pid), stat: readFileSync(`/proc/${pid}/stat`, 'utf8') }));
    await until(() => stats().some(({ stat }) => stat.includes(') Z ')));
    const [zombie] = stats();
    const startedAt = Number(zombie?.stat.split(') ')[1]?.split(' ')[19]);
    expect(await isAlive({ ...me, pid: zombie?.pid ?? 0, startedAt }, '/')).toBe('dead');
  });

  it('one whose start nobody knows is alive or dead as its beacon says', async () => {
    const { startedAt: _, ...unknown } = me;
    const folder = temporaryFolder();
    expect(await isAlive(unknown, folder)).toBe('unknown');
    const beacon = await lightBeacon(`${folder}/lock`);
    expect(await isAlive({ ...unknown, ...named(beacon.name) }, folder)).toBe('alive');
    beacon.close();
  });
});

describe.runIf(isLinux)('of a holder elsewhere', () => {
  it('one of an earlier start of this machine is dead, one of another machine may be alive', async () => {
    const restarted = { ...thisPlace(), boot: '00000000-0000-4000-8000-000000000000' };
    expect(await isAlive(me, '/', restarted)).toBe('dead');
    expect(await isAlive(me, '/', { ...restarted, host: 'another' })).toBe('unknown');
  });

  it('one on this machine under another name, as in a container, is looked at', async () => {
    expect(await isAlive(me, '/', { ...thisPlace(), host: 'another' })).toBe('alive');
  });

  it('one whose machine cannot be told apart may be alive', async () => {
    expect(await isAlive(me, '/', { host: 'another' })).toBe('unknown');
  });

  it('one in another pid namespace is alive while its beacon is lit, dead when it was killed, else unknown', async () => {
    const elsewhere = { ...thisPlace(), pidNamespace: 'pid:[1]' };
    const folder = temporaryFolder();
    expect(await isAlive(me, folder, elsewhere)).toBe('unknown');
    expect(await isAlive({ ...me, beacon: 'none' }, folder, elsewhere)).toBe('unknown');
    const script = `
      const server = require('node:net').createServer().listen('${folder}/beacon', () => console.log('lit'));`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    await once(child.stdout, 'data');
    const holder = { ...me, beacon: 'beacon' };
    expect(await isAlive(holder, folder, elsewhere)).toBe('alive');
    child.kill('SIGSTOP');
    expect(await isAlive(holder, folder, elsewhere)).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isAlive(holder, folder, elsewhere)).toBe('dead');
  });
});

describe('a beacon', () => {
  it('is lit beside what it is about until it is closed, however long its path', async () => {
    const { mkdirSync, readdirSync, statSync } = await import('node:fs');
    const folder = `${temporaryFolder()}/${'deep/'.repeat(40)}`;
    mkdirSync(folder, { recursive: true });
    const beacon = await lightBeacon(`${folder}lock`);
    expect(readdirSync(folder)).toEqual([beacon.name]);
    expect(statSync(`${folder}${beacon.name}`).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(dirname(folder)))).toEqual(['deep']);
    const elsewhere = { ...thisPlace(), pidNamespace: 'pid:[1]' };
    expect(await isAlive({ ...me, ...named(beacon.name) }, folder, elsewhere)).toBe(isLinux ? 'alive' : 'unknown');
    beacon.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is done without where it cannot be', async () => {
    expect((await lightBeacon('/no/such/folder/lock')).name).toBeUndefined();
  });
});

function named(beacon: string | undefined): { beacon?: string } {
  return beacon === undefined ? {} : { beacon };
}
