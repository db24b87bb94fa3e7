/** The process's own output streams and files, as reporters write to them. */
import type { Writable } from 'node:stream';
import type { Sink } from '../reporters/reporter.ts';

/** A sink that takes bytes as well, and knows whether anybody still reads. */
export interface ByteSink extends Sink {
  write(chunk: string | Uint8Array): Promise<void> | undefined;
  /** Nothing that is written arrives any more. */
  readonly isGone: boolean;
}

/**
 * A sink over a stream. Once the reader has gone (EPIPE, a closed terminal) everything written is swallowed: the run
 * goes on and its exit status is not lost. @param onFailure told once about any other error, such as a full disk.
 */
export function createSink(stream: Writable, onFailure: (error: NodeJS.ErrnoException) => void = () => {}): ByteSink {
  let gone = false;
  let drained: Promise<void> | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!gone && error.code !== 'EPIPE' && error.code !== 'EIO') onFailure(error);
    gone = true;
  });
  return {
    get isGone() {
      return gone;
    },
    write(text) {
      if (gone || stream.write(text)) return undefined;
      drained ??= new Promise<void>(resolve => {
        const done = () => {
          stream.off('drain', done).off('error', done).off('close', done);
          drained = undefined;
          resolve();
        };
        stream.on('drain', done).on('error', done).on('close', done);
      });
      return drained;
    },
    flush() {
      if (gone) return Promise.resolve();
      return new Promise(resolve => {
        const done = () => {
          stream.off('error', done);
          resolve();
        };
        stream.on('error', done);
        stream.write('', done);
      });
    },
  };
}
