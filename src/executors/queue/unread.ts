/** What a worker has sent of a job and its root may not have read yet: where that is much, the command waits. */
import type { Store } from './connect.ts';
import { IN_FLIGHT_BYTES } from './pace.ts';

/** An entry of the stream. */
export interface Sent {
  readonly bytes: number;
  /** Set it once Redis has the entry. */
  id?: string;
}

export interface UnreadOptions {
  readonly run: string;
  /** Settles when all that was added before has been sent. */
  readonly sent: () => Promise<unknown>;
}

export interface Unread {
  add(bytes: number): Sent;
  /** Undefined while it is little, else it resolves when the root has read enough; it never rejects. */
  caughtUp(): Promise<void> | undefined;
  /** The job is over: nobody need wait any more. */
  end(): void;
}

/** Between two looks at what the root has read. */
const LOOK_MS = 20;

export function openUnread({ client, keys }: Store, { run, sent }: UnreadOptions): Unread {
  /** The oldest first. */
  const flying: Sent[] = [];
  let inFlight = 0;
  let waiting: Promise<void> | undefined;
  let isOver = false;
  /** Waits until the root has read enough, or the job is over: a root that is gone may be resumed, and wants all of it. */
  const catchUp = async () => {
    while (inFlight > IN_FLIGHT_BYTES / 2 && !isOver) {
      await sent().catch(() => {});
      const read = String((await client.get(keys.read(run)).catch(() => undefined)) ?? '0-0');
      let hasMoved = false;
      while (flying[0]?.id !== undefined && isRead(flying[0].id, read)) {
        inFlight -= flying.shift()?.bytes ?? 0;
        hasMoved = true;
      }
      if (!hasMoved) await new Promise(done => setTimeout(done, LOOK_MS));
    }
    waiting = undefined;
  };
  return {
    add(bytes) {
      const entry: Sent = { bytes };
      flying.push(entry);
      inFlight += bytes;
      return entry;
    },
    caughtUp() {
      if (inFlight <= IN_FLIGHT_BYTES) return undefined;
      waiting ??= catchUp();
      return waiting;
    },
    end() {
      isOver = true;
    },
  };
}

/** Whether the entry is not behind the position. */
function isRead(id: string, position: string): boolean {
  const [ms = 0, n = 0] = id.split('-').map(Number);
  const [readMs = 0, readN = 0] = position.split('-').map(Number);
  return ms < readMs || (ms === readMs && n <= readN);
}
