/** Connections to Redis: tried out first, so that what is wrong is said once and in words; then kept up. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Cluster, Redis } from 'ioredis';
import type { QueueAddress, QueuePlace } from './address.ts';
import { fitsCluster, type Keys, keysOf } from './keys.ts';
import { RECONNECT_MS, SILENCE_MS } from './pace.ts';
import { PROBE_MS, probe } from './probe.ts';
import { NOT_INSTALLED, troubleOf } from './trouble.ts';

export type Client = Redis | Cluster;

/** Redis, as most look at it: a place where things are kept under their names. */
export interface Store {
  /** Commands wait in it while Redis is away. */
  readonly client: Client;
  readonly keys: Keys;
}

export interface Connection extends Store {
  /** What may lose work, in words. */
  readonly warnings: readonly string[];
  /** One more connection, for what blocks or listens. */
  another(): Client;
  /** Calls it each time that Redis was away and is back. */
  whenBack(call: () => void): void;
  readonly address: QueueAddress;
  /** The packages that the queue is made of. */
  readonly bullmq: typeof import('bullmq');
  /** Ends all connections at once. */
  close(): void;
}

export interface ConnectOptions {
  /** Redis went away, or is back after so long. */
  readonly onDown: (words: string) => void;
  readonly onUp: (awayMs: number) => void;
  /** It will not come back by itself: called once. */
  readonly onFinal: (words: string) => void;
}

const LEAVING_MS = 100;

/** Connects, or says in words why not. */
export async function connect(
  place: QueuePlace,
  options: ConnectOptions,
): Promise<Connection | { readonly fault: string }> {
  const { address, prefix } = place;
  const packages = await loadPackages();
  if (packages === undefined) return { fault: NOT_INSTALLED };
  const settings = settingsFor(place);
  if ('fault' in settings) return settings;
  const probed = await probe(
    // Its own check prints a warning where it may not ask.
    new packages.ioredis.Redis({ ...settings, lazyConnect: true, enableReadyCheck: false, retryStrategy: () => null }),
    place,
  );
  if ('fault' in probed) return probed;
  const { isCluster } = probed;
  if (isCluster && !fitsCluster(prefix))
    return { fault: `${address.shown} is a cluster, which needs braces in --queue-prefix, such as "{${prefix}}"` };

  const clients: Client[] = [];
  let downSince: number | undefined;
  let isOver = false;
  const waiting: (() => void)[] = [];
  const another = (): Client => {
    const client = isCluster
      ? new packages.ioredis.Cluster([{ host: address.host, port: address.port }], {
          redisOptions: settings,
          clusterRetryStrategy: retryIn,
        })
      : new packages.ioredis.Redis({ ...settings, retryStrategy: retryIn });
    client.on('error', (error: unknown) => {
      if (isOver) return;
      const trouble = troubleOf(error, address);
      if (trouble.isFinal) {
        isOver = true;
        options.onFinal(trouble.words);
      } else if (downSince === undefined) {
        downSince = performance.now();
        options.onDown(trouble.words);
      }
    });
    client.on('ready', () => {
      // It is back when what everybody asks through is.
      if (downSince === undefined || clients[0]?.status !== 'ready') return;
      const awayMs = performance.now() - downSince;
      downSince = undefined;
      options.onUp(awayMs);
      for (const call of waiting) call();
    });
    clients.push(client);
    return client;
  };
  return {
    client: another(),
    keys: keysOf(prefix),
    warnings: probed.warnings,
    another,
    whenBack: call => void waiting.push(call),
    address,
    bullmq: packages.bullmq,
    close() {
      isOver = true;
      for (const client of clients) client.disconnect();
    },
  };
}

function retryIn(times: number): number {
  return Math.min(times * 100, RECONNECT_MS);
}

async function loadPackages() {
  try {
    const [bullmq, ioredis] = await Promise.all([import('bullmq'), import('ioredis')]);
    const isKnown = [bullmq.Queue, bullmq.Worker, ioredis.Redis].every(made => typeof made === 'function');
    return isKnown ? { bullmq, ioredis } : undefined;
  } catch (error) {
    // By whichever way they are asked for.
    if (/MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** What each connection has. */
interface Settings {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly servername: string; readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  readonly maxRetriesPerRequest: null;
  readonly connectTimeout: number;
  readonly disconnectTimeout: number;
  readonly socketTimeout: number;
}

function settingsFor({ address, password }: QueuePlace): Settings | { readonly fault: string } {
  const { host, port, db, user, tls } = address;
  const files: Record<string, Buffer> = {};
  for (const [name, file] of Object.entries(tls ?? {})) {
    try {
      files[name] = readFileSync(file);
    } catch (error) {
      return { fault: `the file of "${name}" in the address of the queue cannot be read: ${(error as Error).message}` };
    }
  }
  return {
    host,
    port,
    db,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: { ...files, servername: isIP(host) === 0 ? host : '' } }),
    // What is asked while Redis is away waits for it.
    maxRetriesPerRequest: null,
    connectTimeout: PROBE_MS,
    // Nobody waits for more than that when all is done.
    disconnectTimeout: LEAVING_MS,
    // A link that was cut breaks no connection by itself.
    socketTimeout: SILENCE_MS,
  };
}
