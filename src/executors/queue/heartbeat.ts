/** What live workers say of themselves, and how others find them. */
import { hostname } from 'node:os';
import { pid } from 'node:process';
import type { Connection, Store } from './connect.ts';
import { MESSAGE_VERSION } from './message.ts';
import { WORKER_BEAT_MS, WORKER_TTL_MS } from './pace.ts';

export interface WorkerCard {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly label: string;
  /** Steps that it carries out at once, and those that it carries out now. */
  readonly slots: number;
  readonly busy: number;
  /** Milliseconds since 1970 by its own clock: since when it has been there. */
  readonly since: number;
  /** Its runjobs. */
  readonly version: number;
  /** It takes nothing more. */
  readonly isLeaving: boolean;
}

export interface HeartbeatOptions extends Pick<WorkerCard, 'id' | 'label' | 'slots'> {
  readonly busy: () => number;
}

export interface Heartbeat {
  /** The worker takes nothing more, and says so. */
  leave(): void;
  /** It goes, and says so. */
  end(): Promise<void>;
}

/** Tells of the worker until it ends, at once when Redis is back. While that is away nobody hears it. */
export function openHeartbeat(connection: Connection, { id, label, slots, busy }: HeartbeatOptions): Heartbeat {
  const { client, keys } = connection;
  const own = { id, host: hostname(), pid, label, slots };
  const since = Date.now();
  let isLeaving = false;
  const beat = () => {
    const card: WorkerCard = { ...own, busy: busy(), since, version: MESSAGE_VERSION, isLeaving };
    client.set(keys.worker(id), JSON.stringify(card), 'PX', WORKER_TTL_MS).catch(() => {});
    client.zadd(keys.workers, String(Date.now()), id).catch(() => {});
  };
  beat();
  connection.whenBack(beat);
  const timer = setInterval(beat, WORKER_BEAT_MS);
  return {
    leave() {
      isLeaving = true;
      beat();
    },
    async end() {
      clearInterval(timer);
      await Promise.all([client.del(keys.worker(id)), client.zrem(keys.workers, id)]);
    },
  };
}

/** Those that are there, in the order of their names; the dead are struck off the list. */
export async function liveWorkers({ client, keys }: Store): Promise<readonly WorkerCard[]> {
  const ids = await client.zrange(keys.workers, '0', '-1');
  const cards = await cardsOf({ client, keys }, ids);
  const dead = ids.filter(id => !cards.has(id));
  if (dead.length > 0) await client.zrem(keys.workers, ...dead);
  return [...cards.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** Those of these workers that are there. */
export async function cardsOf(
  { client, keys }: Store,
  ids: readonly string[],
): Promise<ReadonlyMap<string, WorkerCard>> {
  if (ids.length === 0) return new Map();
  const found = await client.mget(ids.map(id => keys.worker(id)));
  return new Map(
    ids.flatMap((id, index) => {
      const card = cardIn(found[index]);
      return card === undefined ? [] : [[id, card] as const];
    }),
  );
}

function cardIn(text: string | null | undefined): WorkerCard | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    const card = JSON.parse(text) as WorkerCard;
    return typeof card.id === 'string' && typeof card.label === 'string' ? card : undefined;
  } catch {
    return undefined;
  }
}
