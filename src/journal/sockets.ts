/** Unix sockets at paths of any length. */
import { chmodSync, closeSync, constants, existsSync, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';
import { platform, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { env } from 'node:process';

/** What the system takes; libuv cuts off the rest without a word, and binds to another name. */
const LONGEST_PATH = platform() === 'linux' ? 107 : 103;

/** A short name for a path, which is one only for so long. */
interface Near {
  readonly path: string;
  /** Whether a server that listens there must have it until it is closed: Node removes by this name what it has bound. */
  readonly isLasting: boolean;
  leave(): void;
}

/**
 * Lets the server listen at the path, for this user only; it does not keep the process alive. Rejects with the system's
 * error, such as EADDRINUSE where the name is taken. Who closes the server removes the file.
 */
export async function listenAt(server: Server, path: string): Promise<void> {
  const near = nearTo(path);
  try {
    await new Promise<void>((done, failed) => {
      server.once('error', failed);
      server.listen(near.path, () => {
        server.off('error', failed);
        done();
      });
    });
    if (near.isLasting) server.once('close', near.leave);
  } finally {
    if (!(near.isLasting && server.listening)) near.leave();
  }
  server.unref();
  chmodSync(path, 0o600);
}

/** Connects to the server at the path; rejects with the system's error. */
export async function connectTo(path: string): Promise<Socket> {
  const near = nearTo(path);
  try {
    return await new Promise<Socket>((done, failed) => {
      const socket = connect({ path: near.path, allowHalfOpen: true });
      socket.once('error', failed);
      socket.once('connect', () => {
        socket.off('error', failed);
        done(socket);
      });
    });
  } finally {
    near.leave();
  }
}

/** A path that is short enough: through the open folder where the system names these (Linux), else through a link to it. */
function nearTo(path: string): Near {
  if (platform() === 'win32') throw Object.assign(new Error('no unix sockets here'), { code: 'ENOTSUP' });
  if (Buffer.byteLength(path) <= LONGEST_PATH) return { path, isLasting: false, leave() {} };
  return throughDescriptor(path) ?? throughLink(path);
}

/** Nothing of it is left where we are killed, as would be of a link. */
function throughDescriptor(path: string): Near | undefined {
  if (platform() !== 'linux') return undefined;
  const folder = openSync(dirname(path), constants.O_DIRECTORY);
  const leave = () => closeSync(folder);
  const open = `/proc/self/fd/${folder}`;
  if (existsSync(open)) return { path: join(open, basename(path)), isLasting: true, leave };
  leave();
  return undefined;
}

function throughLink(path: string): Near {
  const folder = shortFolder(basename(path));
  const leave = () => rmSync(folder, { recursive: true, force: true });
  try {
    const link = join(folder, 'l');
    symlinkSync(dirname(path), link);
    return { path: join(link, basename(path)), isLasting: false, leave };
  } catch (error) {
    leave();
    throw error;
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
