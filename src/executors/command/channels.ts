/** The pool of channels: named pipes, made in batches when first needed and used again and again. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { uniqueDigits } from '../../plan/unique.ts';
import { type Channel, type Listener, type StreamName, split } from './channel.ts';
import { Fifo } from './fifo.ts';
import { openPipes } from './pipes.ts';

export interface Channels {
  /**
   * Makes the first pipes. Never rejects: what is wrong shows when one is lent.
   * @param by makes those at the paths, and the folder that they are in; false where it could not.
   */
  prepare(
    by: (pipes: { readonly folder: string; readonly paths: readonly string[] }) => Promise<boolean>,
  ): Promise<void>;
  /**
   * A channel that nothing else writes to. Rejects with the system's error, such as EMFILE.
   * @param isSplit whether stdout and stderr are told apart; their order is then only that in which they arrive.
   */
  lend(listener: Listener, isSplit?: boolean): Promise<Channel>;
  /** Removes the pipes. Call when no channel is lent. */
  close(): Promise<void>;
}

const firstBatch = 8;
const largestBatch = 512;
/** Each idle pipe holds two descriptors. */
const mostIdle = 64;

/**
 * Opens the pool; nothing is made before the first {@link Channels.lend}.
 * @param onFolder called with each temporary folder that is made.
 */
export function openChannels(onFolder: (folder: string) => void): Channels {
  const run = promisify(execFile);
  const buffer = new Uint8Array(64 * 1024);
  const idle: Fifo[] = [];
  const paths: string[] = [];
  const folders: string[] = [];
  let making: Promise<void> | undefined;
  let preparing: Promise<void> | undefined;
  let made = 0;
  let waiting = 0;
  let hasFifos = true;

  function placeIn(folder: string, size: number) {
    folders.push(folder);
    return { folder, paths: Array.from({ length: size }, (_, index) => join(folder, String(index))) };
  }

  async function makeBatch(): Promise<void> {
    const size = Math.min(Math.max(firstBatch, made, waiting), largestBatch);
    const batch = placeIn(mkdtempSync(join(tmpdir(), 'runjobs-')), size);
    // At once, so that no moment is left in which we could be killed and nobody would know of it.
    onFolder(batch.folder);
    await run('mkfifo', ['-m', '600', ...batch.paths]);
    haveMade(batch.paths);
  }

  function haveMade(batch: readonly string[]): void {
    paths.push(...batch);
    made += batch.length;
  }

  async function nextPath(): Promise<string> {
    waiting += 1;
    try {
      for (;;) {
        const path = paths.pop();
        if (path !== undefined) return path;
        making ??= makeBatch().finally(() => {
          making = undefined;
        });
        await making;
      }
    } finally {
      waiting -= 1;
    }
  }

  /** A pipe from the pool, or undefined where the system has none. */
  async function take(warn: (message: string) => void): Promise<Fifo | undefined> {
    const ready = idle.pop();
    if (ready !== undefined || !hasFifos) return ready;
    try {
      return await makeFifo().catch(error => {
        if (isShortage(error)) throw error;
        // In a run of weeks, those who clean the temporary folder may have taken ours away.
        paths.length = 0;
        return makeFifo();
      });
    } catch (error) {
      if (isShortage(error)) throw error;
      if (hasFifos) warn(withoutFifos(error as Error));
      hasFifos = false;
      return undefined;
    }
  }

  async function makeFifo(): Promise<Fifo> {
    return new Fifo(await nextPath(), buffer);
  }

  function through(fifo: Fifo, { write }: Listener, stream: StreamName): Channel {
    let isUsed = false;
    return {
      pipes: [fifo.descriptor, fifo.descriptor],
      openOutputs() {
        const writer = fifo.openWriter();
        return [writer, writer];
      },
      attach() {
        // Not before it is known that there is a process: it has started before it prints.
        if (!isUsed) fifo.read(bytes => write(bytes, stream));
        isUsed = true;
      },
      async finish() {
        const isClean = await fifo.drain();
        // Where nothing could be started, descriptors may be what was short: do not keep them.
        if (isClean && isUsed && idle.length < mostIdle) idle.push(fifo);
        else fifo.close();
      },
    };
  }

  async function makeFirst(by: Parameters<Channels['prepare']>[0]): Promise<void> {
    try {
      // Whoever makes the pipes makes the folder, and knows of it: were we killed now, nobody else would.
      const batch = placeIn(join(tmpdir(), `runjobs-${uniqueDigits(12)}`), firstBatch);
      if (await by(batch)) haveMade(batch.paths);
      else await makeBatch();
    } catch {
      // Whoever needs one is told.
    }
  }

  return {
    prepare(by) {
      preparing = makeFirst(by);
      return preparing;
    },
    async lend(listener, isSplit = false) {
      const out = await take(message => listener.warn(message));
      if (out === undefined) return openPipes(listener.write, isSplit);
      if (!isSplit) return through(out, listener, 'out');
      const err = await take(message => listener.warn(message)).catch(error => {
        out.close();
        throw error;
      });
      if (err !== undefined) return split(through(out, listener, 'out'), through(err, listener, 'err'));
      out.close();
      return openPipes(listener.write, isSplit);
    },
    async close() {
      for (const fifo of idle.splice(0)) fifo.close();
      // What is still being made cannot be removed.
      await preparing;
      await making?.catch(() => {});
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether the system is short of something: the step fails. Any other error means that there are no named pipes. */
function isShortage(error: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function withoutFifos(error: Error): string {
  return (
    `Named pipes cannot be made in "${tmpdir()}" (${error.message.trim()}): stdout and stderr go through two pipes, so ` +
    'their lines may change places and "> /dev/stderr" fails. Install mkfifo, or set TMPDIR to a folder that takes pipes.'
  );
}
