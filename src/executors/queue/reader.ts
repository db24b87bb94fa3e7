/** The root's reading of what the workers tell of its run: one stream, entry by entry, each dealt with before the next. */
import type { Connection } from './connect.ts';
import { type Entry, entryOf } from './entry.ts';
import { KEPT_MS } from './pace.ts';

export interface ReaderOptions {
  readonly run: string;
  readonly position: string;
  /** A returned promise asks for no more until it resolves. */
  readonly take: (entry: Entry, place: EntryPlace) => Promise<void> | undefined;
  /** The entry at the position, and all before, have been dealt with. Returns up to where nobody needs them any more. */
  readonly moveTo: (position: string) => string;
  /** Reading has failed for good. */
  readonly onFailure: (error: unknown) => void;
}

/** Where an entry stands in the stream. */
export interface EntryPlace {
  readonly id: string;
  /** The position before it. */
  readonly before: string;
}

export interface Reader {
  /** When all that had been told was read and dealt with, the last time, on the clock of `performance`. */
  readonly drainedAt: number;
  /** Resolves when nothing is read any more. */
  stop(): Promise<void>;
}

const ENTRIES_AT_ONCE = 100;
const BLOCK_MS = 2000;

/** Reads until it is stopped; while Redis is away it waits. What has been read is removed from the stream. */
export function openReader(connection: Connection, options: ReaderOptions): Reader {
  const { client, keys } = connection;
  const { run, take, moveTo, onFailure } = options;
  const blocking = connection.another();
  const stream = keys.log(run);
  let position = options.position;
  let done = position;
  let isStopped = false;
  let drainedAt = Number.NEGATIVE_INFINITY;
  /** Redis owes an answer, which never comes once it is away and the connection was given up. */
  let isWaiting = false;

  const read = async () => {
    isWaiting = true;
    const reply = await blocking.xreadBuffer('COUNT', ENTRIES_AT_ONCE, 'BLOCK', BLOCK_MS, 'STREAMS', stream, position);
    isWaiting = false;
    if (isStopped) return false;
    const answeredAt = performance.now();
    const entries = entriesIn(reply);
    for (const [id, fields] of entries) {
      const entry = entryOf(fields);
      const welcome = entry === undefined ? undefined : take(entry, { id: String(id), before: position });
      position = String(id);
      done = moveTo(position);
      if (welcome !== undefined) await welcome;
    }
    if (entries.length < ENTRIES_AT_ONCE) drainedAt = answeredAt;
    return reply !== null;
  };

  const loop = async () => {
    while (!isStopped) {
      if (!(await read()) || isStopped) continue;
      void client.set(keys.read(run), position, 'PX', KEPT_MS).catch(() => {});
      void client.xtrim(stream, 'MINID', done).catch(() => {});
    }
  };

  const ended = loop().catch(error => {
    if (!isStopped) onFailure(error);
  });
  return {
    get drainedAt() {
      return drainedAt;
    },
    async stop() {
      isStopped = true;
      blocking.disconnect();
      if (!isWaiting) await ended;
    },
  };
}

type Reply = readonly (readonly [Uint8Array, readonly (readonly [Uint8Array, readonly Uint8Array[]])[]])[];

function entriesIn(reply: unknown): readonly (readonly [Uint8Array, readonly Uint8Array[]])[] {
  return (reply as Reply | null)?.[0]?.[1] ?? [];
}
