/** Signs of life for those who cannot see our process, as in another container of the machine. */
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { uniqueDigits } from '../plan/unique.ts';
import { connectTo, listenAt } from './sockets.ts';

/** A socket that somebody holds as long as they live: whoever reaches it knows. */
export interface Beacon {
  /** Its name beside what it is about; undefined where there can be no sockets. */
  readonly name?: string;
  /** Puts it out. Never throws. */
  close(): void;
}

/** Lights a beacon beside the path. Resolves in any case: it is needed only by those who cannot see our process. */
export async function lightBeacon(path: string): Promise<Beacon> {
  const name = `${basename(path)}~${uniqueDigits(12)}`;
  const place = join(dirname(path), name);
  const server = createServer(socket => socket.destroy());
  const close = () => {
    server.close();
    rmSync(place, { force: true });
  };
  try {
    await listenAt(server, place);
    return { name, close };
  } catch {
    close();
    return { close };
  }
}

/** Whether a beacon is lit: the system answers for a process that is stopped, and refuses for one that is dead. */
export async function isLit(path: string): Promise<'lit' | 'out' | 'unknown'> {
  try {
    (await connectTo(path)).destroy();
    return 'lit';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Those who wait to be let in are too many: somebody is there.
    if (code === 'EAGAIN') return 'lit';
    // The file of one that was killed stays; one that is missing was removed by others, and proves nothing.
    return code === 'ECONNREFUSED' ? 'out' : 'unknown';
  }
}
