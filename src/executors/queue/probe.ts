/** Redis tried out before it is used, so that what is wrong with it is said once and in words. */
import type { Redis } from 'ioredis';
import type { QueuePlace } from './address.ts';
import { OWN_CERTIFICATE, troubleOf } from './trouble.ts';

/** What it may take to answer. */
export const PROBE_MS = 6000;
/** Whether it is ready by now is asked so often. */
const LOADING_MS = 200;

/** What Redis is. */
export interface Probed {
  readonly isCluster: boolean;
  /** What may lose work, in words. */
  readonly warnings: readonly string[];
}

/** Asks Redis what it is, and whether we may write there; in words, where it is of no use. The client is closed in the end. */
export async function probe(
  client: Redis,
  { address, prefix }: QueuePlace,
): Promise<Probed | { readonly fault: string }> {
  let heard: unknown;
  client.on('error', error => {
    heard ??= error;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PROBE_MS / 1000} s`)), PROBE_MS);
  });
  try {
    const asked = client.connect().then(async () => {
      const about = await infoOf(client);
      const isCluster = /^redis_mode:cluster/m.test(about);
      // On another node of a cluster it would be answered with where to go.
      if (!isCluster) await client.set(`${prefix}:probe`, '1', 'PX', 1000);
      // Of a database that is not there it is told on the side.
      if (heard !== undefined && troubleOf(heard, address).isFinal) throw heard;
      return { isCluster, warnings: warningsIn(about, address.shown) };
    });
    return await Promise.race([asked, late]);
  } catch (error) {
    const { words, isFinal } = troubleOf(heard ?? error, address);
    // Its refusal and the end of the connection race each other.
    const isSilent = !isFinal && address.tls !== undefined && address.tls.cert === undefined && /closed/i.test(words);
    return { fault: isSilent ? `${words}; it may want ${OWN_CERTIFICATE}` : words };
  } finally {
    clearTimeout(timer);
    client.disconnect();
  }
}

/** What Redis tells of itself, once it has read what it had written down. */
async function infoOf(client: Redis): Promise<string> {
  for (;;) {
    const about = await client.info();
    if (!/^loading:1/m.test(about)) return about;
    await new Promise(done => setTimeout(done, LOADING_MS));
  }
}

function warningsIn(about: string, shown: string): string[] {
  const warnings: string[] = [];
  const policy = /^maxmemory_policy:(\S+)/m.exec(about)?.[1];
  if (/^aof_enabled:0/m.test(about))
    warnings.push(`${shown} has no append-only file: when it restarts, jobs are lost; set "appendonly yes"`);
  if (policy !== undefined && policy !== 'noeviction')
    warnings.push(
      `${shown} drops what it holds when its memory is full (${policy}); set "maxmemory-policy noeviction"`,
    );
  return warnings;
}
