/** What a worker sends of one job to its root: in order, in batches, no faster than the root reads. */
import type { Client, Store } from './connect.ts';
import { fieldsOf, type Told } from './entry.ts';
import { BATCH_BYTES, BATCH_MS, KEPT_MS } from './pace.ts';
import { patiently } from './patiently.ts';
import { openUnread } from './unread.ts';

export interface Outlet {
  tell(told: Told): void;
  /** Takes output; the bytes are copied. A returned promise asks for no more until it resolves. */
  write(bytes: Uint8Array, stream: 'out' | 'err'): Promise<void> | undefined;
  /** Says the last word; resolves when Redis has it, and all before. */
  end(told: Told): Promise<void>;
}

export interface OutletOptions {
  /** A connection for what is sent: on a slow link much may wait in it. */
  readonly sending: Client;
  readonly run: string;
  readonly job: string;
  /** Whether Redis takes nothing for now: what is told waits as while it is away. */
  readonly isForNow: (error: unknown) => boolean;
}

/** What an entry takes besides its bytes: of very small ones there must not be too many either. */
const ENTRY_BYTES = 1024;

/** Opens the outlet of one job. While Redis is away what is told waits, and the command with it once that is much. */
export function openOutlet(store: Store, { sending, run, job, isForNow }: OutletOptions): Outlet {
  const stream = store.keys.log(run);
  let seq = 0;
  let batch: { readonly stream: 'out' | 'err'; readonly pieces: Uint8Array[]; bytes: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const unread = openUnread(store, { run, sent: () => last });

  /** Set while Redis takes nothing: what comes then has to keep its place. */
  let isRefused = false;
  const put = async (fields: readonly (string | Buffer)[]): Promise<string> => {
    const id = await patiently(
      () => sending.xadd(stream, '*', ...fields),
      error => {
        isRefused = isForNow(error);
        return isRefused;
      },
    );
    isRefused = false;
    return String(id);
  };

  const send = (told: Told, length = 0) => {
    seq += 1;
    const sent = unread.add(length + ENTRY_BYTES);
    const fields = fieldsOf({ job, seq, told }).map(field => (typeof field === 'string' ? field : Buffer.from(field)));
    const placed = isRefused ? last.then(() => put(fields)) : put(fields);
    last = placed.then(id => {
      sent.id = id;
    });
    // Whoever asks for the end is told.
    last.catch(() => {});
    // The last one, too: a root that has not waited for it has removed the stream.
    if (seq === 1 || told.type === 'ended') void sending.pexpire(stream, KEPT_MS).catch(() => {});
  };

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (batch === undefined) return;
    const { stream: which, pieces, bytes } = batch;
    batch = undefined;
    send({ type: 'output', stream: which, bytes: Buffer.concat(pieces) }, bytes);
  };

  return {
    tell(told) {
      flush();
      send(told);
    },
    write(bytes, which) {
      if (batch !== undefined && (batch.stream !== which || batch.bytes + bytes.length > BATCH_BYTES)) flush();
      batch ??= { stream: which, pieces: [], bytes: 0 };
      batch.pieces.push(Buffer.from(bytes));
      batch.bytes += bytes.length;
      if (batch.bytes >= BATCH_BYTES) flush();
      else timer ??= setTimeout(flush, BATCH_MS);
      return unread.caughtUp();
    },
    async end(told) {
      flush();
      send(told);
      unread.end();
      await last;
    },
  };
}
