/** The realistic plans of `jobs/`: what they leave done, what they tell, and what they do when something fails. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printed, processesWith, runjobs, temporaryFolder } from '../support/cli.ts';
import { freePort, type JobResult, job } from '../support/jobs.ts';

/** Tells the processes of this file from all others. */
const MARKER = `real-plans-${randomUUID()}`;

/** What the step at a path prints, line by line. */
const told = ({ lines }: JobResult, path: string) =>
  lines.filter(line => line.startsWith(`[${path}] `)).map(line => line.slice(path.length + 3));

describe('the nightly backup', () => {
  /** Runs it with a store and a lock of its own. */
  const backup = async (env: Record<string, string> = {}, set: Record<string, string> = {}) => {
    const values = { PORT: await freePort(), ...set };
    const args = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    return job('backup.yaml', { MARKER, XDG_STATE_HOME: temporaryFolder(), ...env }, args);
  };
  const PUT = /^PUT \/backups\/shop-\d{8}-\d{6}\.sql\.gz/;

  it('stores what was dumped, then removes the oldest, and tells the monitor last', async () => {
    const result = await backup({}, { DUMP: 'seq 1000', KEEP: '8' });
    expect(result.exitCode, result.stdout).toBe(0);
    const store = told(result, 'store');
    expect(store).toEqual([
      'listening',
      expect.stringMatching(/ 3893 bytes$/),
      'GET /backups',
      expect.stringMatching(/^DELETE \/backups\/shop-[12]\.sql\.gz$/),
      expect.stringMatching(/^DELETE \/backups\/shop-[12]\.sql\.gz$/),
      'POST /ping/succeeded',
      'down',
    ]);
    expect(store[1]).toMatch(PUT);
    expect(new Set(store).size).toBe(store.length);
    expect(processesWith(MARKER)).toEqual([]);
  });

  it('removes nothing when the dump fails, though a part of it was packed, and tells the monitor', async () => {
    const result = await backup({}, { DUMP: 'cat /dev/null /no/such/database' });
    expect(result.exitCode, result.stdout).toBe(1);
    expect(told(result, 'store')).toEqual(['listening', 'POST /ping/failed', 'down']);
    expect(result.stdout).toContain('↓ backup/upload skipped: "backup/dump" failed before it');
    expect(result.stdout).toContain('✖ backup/dump exit 1');
    expect(processesWith(MARKER)).toEqual([]);
  });

  it('uploads again while the store stumbles, and gives up when it is down', async () => {
    const stumbling = await backup({ SHAKY: '/backups' });
    expect(stumbling.exitCode, stumbling.stdout).toBe(0);
    expect(told(stumbling, 'store').filter(line => PUT.test(line))).toEqual([
      expect.stringMatching(/ is down$/),
      expect.stringMatching(/ is down$/),
      expect.stringMatching(/ 588895 bytes$/),
    ]);
    const down = await backup({ DOWN: '/backups' });
    expect(down.exitCode, down.stdout).toBe(1);
    expect(told(down, 'store').filter(line => PUT.test(line))).toHaveLength(4);
    expect(told(down, 'store').slice(-2)).toEqual(['POST /ping/failed', 'down']);
    expect(processesWith(MARKER)).toEqual([]);
  });

  it('runs once at a time, and tells the monitor of Ctrl-C, too', async () => {
    const env = { MARKER, XDG_STATE_HOME: temporaryFolder() };
    const args = ['jobs/backup.yaml', '--state-dir', temporaryFolder(), '--reporter', 'plain', '--set'];
    const child = runjobs([...args, `PORT=${await freePort()}`, '--set', 'DUMP=sleep 60'], { env });
    await printed(child, '❯ backup/dump');
    const second = await runjobs([...args, `PORT=${await freePort()}`], { env });
    expect(second.exitCode).toBe(75);
    child.kill('SIGINT');
    const { exitCode, signal, stdout } = await child;
    expect(signal ?? exitCode).toBe('SIGINT');
    expect(String(stdout)).toContain('[store] POST /ping/cancelled');
    expect(processesWith(MARKER)).toEqual([]);
  });
});

describe('the health check', () => {
  const check = async (env: Record<string, string> = {}, args: readonly string[] = []) =>
    job('health.yaml', { MARKER, ...env }, ['--set', `PORT=${await freePort()}`, ...args]);

  it('asks for each page once, and sends nothing, where all are well', async () => {
    const result = await check();
    expect(result.exitCode, result.stdout).toBe(0);
    const site = told(result, 'site');
    const pages = ['basket', 'home', 'login', 'search'].map(page => `GET /${page}`);
    expect(site[0]).toBe('listening');
    expect(site.slice(1, -1).sort()).toEqual(pages);
    expect(processesWith(MARKER)).toEqual([]);
  });

  it('asks again where a page stumbles, and forgives one that is down', async () => {
    const result = await check({ SHAKY: '/home', DOWN: '/basket' });
    expect(result.exitCode, result.stdout).toBe(0);
    const site = told(result, 'site');
    expect(site.filter(line => line.startsWith('GET /home'))).toEqual([
      'GET /home is down',
      'GET /home is down',
      'GET /home',
    ]);
    expect(site.filter(line => line === 'GET /basket is down')).toHaveLength(3);
    expect(site.filter(line => line.startsWith('POST'))).toEqual([]);
    expect(result.stdout).toMatch(/⚠ pages\/basket GET \S+ answered 503 Service Unavailable, expected 2xx, tolerated/);
  });

  it('says nothing with --quiet when one is down, and all of it when two are', async () => {
    const quietly = async (env: Record<string, string>) => {
      const args = [
        'jobs/health.yaml',
        '--quiet',
        '--set',
        `PORT=${await freePort()}`,
        '--state-dir',
        temporaryFolder(),
      ];
      const { stdout, stderr, exitCode } = await runjobs(args, { env: { MARKER, ...env } });
      return { said: `${stdout}${stderr}`, exitCode };
    };
    expect(await quietly({ DOWN: '/basket' })).toEqual({ said: '', exitCode: 0 });
    const { said, exitCode } = await quietly({ DOWN: '/basket,/login' });
    expect(exitCode).toBe(1);
    expect(said).toMatch(/✖ pages\/login GET \S+ answered 503 Service Unavailable, expected 200 or 401/);
  });

  it('fails with a report when two are down', async () => {
    const result = await check({ DOWN: '/basket,/login' });
    expect(result.exitCode, result.stdout).toBe(1);
    expect(told(result, 'site').at(-2)).toMatch(
      /^POST \/report \{"text":"the shop is down, pages\/(basket|login) and more"\}$/,
    );
    expect(result.stdout).toMatch(/✖ pages\/login GET \S+ answered 503 Service Unavailable, expected 200 or 401/);
    expect(processesWith(MARKER)).toEqual([]);
  });
});

describe('the tables', () => {
  const TABLES = Array.from({ length: 20 }, (_, n) => `${String(n + 1).padStart(2, '0')}.csv`);

  /** A folder of twenty tables, some of them broken. */
  const folderWith = (...broken: readonly string[]) => {
    const folder = join(temporaryFolder(), 'tables');
    mkdirSync(folder);
    for (const table of TABLES) {
      writeFileSync(join(folder, table), broken.includes(table) ? 'article,price\ntea\n' : 'article,price\ntea,1\n');
    }
    return folder;
  };
  const packed = (folder: string) => readdirSync(folder).filter(name => name.endsWith('.gz'));

  it('are packed but for two that are broken, four at a time, with a manifest in their order', async () => {
    const folder = folderWith('03.csv', '11.csv');
    const result = await job('pack.yaml', {}, ['--set', `FOLDER=${folder}`]);
    expect(result.exitCode, result.stdout).toBe(0);
    const good = TABLES.filter(table => !['03.csv', '11.csv'].includes(table));
    expect(packed(folder)).toEqual(good.map(table => `${table}.gz`));
    const manifest = readFileSync(join(folder, 'manifest'), 'utf8').trim().split('\n');
    expect(manifest.map(line => /^\d+ \d+ .*\/(\d+\.csv)\.gz$/.exec(line)?.[1])).toEqual(good);
    expect(result.stdout).toMatch(/⚠ pack\[3\] \(TABLE=\S*\/03\.csv\) exit 1, tolerated/);
    expect(mostAtOnce(result)).toBeGreaterThan(1);
    expect(mostAtOnce(result)).toBeLessThanOrEqual(4);
  });

  it('are left at the third that is broken, without a manifest', async () => {
    const folder = folderWith('02.csv', '03.csv', '04.csv');
    const result = await job('pack.yaml', {}, ['--set', `FOLDER=${folder}`]);
    expect(result.exitCode, result.stdout).toBe(1);
    expect(existsSync(join(folder, 'manifest'))).toBe(false);
    expect(packed(folder).length).toBeLessThan(17);
    expect(result.stdout).toContain('↓ manifest skipped: "pack');
  });

  it('are made up where there is no folder', async () => {
    const result = await job('pack.yaml');
    expect(result.exitCode, result.stdout).toBe(0);
    expect(result.lines.filter(line => /^\[pack\[\d+\]\] \d+ \d+ .*\.csv\.gz$/.test(line))).toHaveLength(19);
    expect(told(result, 'manifest')).toEqual([expect.stringMatching(/^\[not shown: \d+ bytes for the file /)]);
  });

  it('are none in an empty folder, and that is no failure', async () => {
    const folder = temporaryFolder();
    const result = await job('pack.yaml', {}, ['--set', `FOLDER=${folder}`]);
    expect(result.exitCode, result.stdout).toBe(0);
    expect(readFileSync(join(folder, 'manifest'), 'utf8')).toBe('');
  });
});

/** How many copies had started and not ended at most. */
function mostAtOnce({ stdout }: JobResult): number {
  let running = 0;
  let most = 0;
  for (const line of stdout.split('\n')) {
    if (/^❯ pack\[\d+\]/.test(line)) most = Math.max(most, ++running);
    else if (/^[✔✖⚠] pack\[\d+\]/.test(line)) running -= 1;
  }
  return most;
}
