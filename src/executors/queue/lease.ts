/** The lease of a run: as long as its root lives, workers go on with its steps, and no second root does. */
import type { Store } from './connect.ts';
import { LEASE_BEAT_MS, LEASE_TTL_MS } from './pace.ts';

export interface Lease {
  /** Gives it back. */
  release(): Promise<void>;
  /** Stops renewing it, and leaves it to run out. */
  drop(): void;
}

export interface LeaseOptions {
  readonly run: string;
  /** Unique to this process. */
  readonly holder: string;
  /** Another root has taken the run over. */
  readonly onTaken: () => void;
  /** It cannot be renewed: told each time. */
  readonly onError: (error: unknown) => void;
}

const RENEW = `
local held = redis.call('get', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;

/**
 * Takes the lease, also from a root that has it: the lock of the run's folder has told that this one is dead. Were it only
 * frozen, it learns of it when it goes on. Resolves when Redis has it.
 */
export async function takeLease(
  { client, keys }: Store,
  { run, holder, onTaken, onError }: LeaseOptions,
): Promise<Lease> {
  const key = keys.lease(run);
  await client.set(key, holder, 'PX', LEASE_TTL_MS);
  const timer = setInterval(() => {
    client.eval(RENEW, 1, key, holder, LEASE_TTL_MS).then(answer => {
      if (answer !== 0) return;
      clearInterval(timer);
      onTaken();
    }, onError);
  }, LEASE_BEAT_MS);
  return {
    async release() {
      clearInterval(timer);
      await client.eval(RELEASE, 1, key, holder);
    },
    drop: () => clearInterval(timer),
  };
}
