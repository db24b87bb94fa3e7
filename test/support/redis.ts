/** A redis-server of a test's own: on a free loopback port, with a password and an append-only file, ended by its id. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** Why tests with Redis are left out here; where CI=true they are not, and fail. */
export const noRedis: string | undefined = hasServer() || process.env.CI === 'true' ? undefined : 'no redis-server';

function hasServer(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Where the life of a test ends: its context. */
export interface Ending {
  onTestFinished(end: () => void | Promise<void>): void;
}

export interface TestRedis {
  readonly port: number;
  /** For `--queue`. */
  readonly url: string;
  readonly password: string;
  /** All that was ever written to it, as its append-only file holds it. */
  written(): string;
  /** A client that may do anything. */
  readonly client: Redis;
  /** Ends the server in order, or at once, and resolves when it is gone. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again on the same port, with what its file holds. */
  start(): Promise<void>;
}

export interface RedisOptions {
  /** Further arguments of the server. */
  readonly args?: readonly string[];
  readonly host?: string;
}

const PASSWORD = 'a-test-password';

/** Starts one that lives as long as the test. */
export async function startRedis(
  ending: Ending,
  { args = [], host = '127.0.0.1' }: RedisOptions = {},
): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'runjobs-redis-'));
  const port = await freePort();
  let server: ChildProcess;
  const start = async () => {
    server = spawn(
      'redis-server',
      [
        ...['--port', String(port), '--bind', host, '--dir', folder, '--save', '', '--appendonly', 'yes'],
        ...['--requirepass', PASSWORD, '--maxmemory-policy', 'noeviction', ...args],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await listening(server);
  };
  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill(signal);
    await gone;
  };
  await start();
  const client = new Redis({ port, host, password: PASSWORD, lazyConnect: true, maxRetriesPerRequest: null });
  client.on('error', () => {});
  ending.onTestFinished(async () => {
    client.disconnect();
    await stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const written = () => {
    const files = join(folder, 'appendonlydir');
    return readdirSync(files)
      .map(name => readFileSync(join(files, name), 'latin1'))
      .join('\n');
  };
  return { port, url: `redis://${host}:${port}`, password: PASSWORD, client, written, start, stop };
}

/** Resolves when the server takes connections; rejects with what it said when it does not. */
function listening(server: ChildProcess): Promise<void> {
  return new Promise((done, failed) => {
    let said = '';
    server.stdout?.on('data', chunk => {
      said += chunk;
      if (said.includes('Ready to accept connections')) done();
    });
    server.once('error', failed);
    server.once('exit', code => failed(new Error(`redis-server ended with ${code}:\n${said}`)));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise(done => server.close(done));
  return port;
}
