/** Unix sockets at paths of any length. */
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';
import { platform, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { env } from 'node:process';

/** What the system takes; libuv cuts off the rest without a word, and binds to another name. */
const LONGEST_PATH = platform() === 'linux' ? 107 : 103;

/**
 * Lets the server listen at the path, for this user only; it does not keep the process alive. Rejects with the system's
 * error, such as EADDRINUSE where the name is taken. Who closes the server removes the file.
 */
export async function listenAt(server: Server, path: string): Promise<void> {
  await reach(path, async near => {
    await new Promise<void>((done, failed) => {
      server.once('error', failed);
      server.listen(near, () => {
        server.off('error', failed);
        done();
      });
    });
    server.unref();
    chmodSync(path, 0o600);
  });
}

/** Connects to the server at the path; rejects with the system's error. */
export function connectTo(path: string): Promise<Socket> {
  return reach(
    path,
    near =>
      new Promise<Socket>((done, failed) => {
        const socket = connect({ path: near, allowHalfOpen: true });
        socket.once('error', failed);
        socket.once('connect', () => {
          socket.off('error', failed);
          done(socket);
        });
      }),
  );
}

/** Calls `use` with a path that is short enough: that of a link to the folder, which lives as long as the call. */
async function reach<T>(path: string, use: (near: string) => Promise<T>): Promise<T> {
  if (platform() === 'win32') throw Object.assign(new Error('no unix sockets here'), { code: 'ENOTSUP' });
  if (Buffer.byteLength(path) <= LONGEST_PATH) return use(path);
  const folder = shortFolder(basename(path));
  try {
    const link = join(folder, 'l');
    symlinkSync(dirname(path), link);
    return await use(join(link, basename(path)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A new folder of this user's alone in which a link to `name` is short enough. */
function shortFolder(name: string): string {
  for (const parent of [env.XDG_RUNTIME_DIR, tmpdir(), '/tmp']) {
    if (!parent || Buffer.byteLength(join(parent, 'runjobs-XXXXXX', 'l', name)) > LONGEST_PATH) continue;
    try {
      return mkdtempSync(join(parent, 'runjobs-'));
    } catch {
      // The next one may do.
    }
  }
  throw Object.assign(new Error('no folder with a short path can be written'), { code: 'ENAMETOOLONG' });
}
