/** The process's own output streams and files, as reporters write to them. */
import type { Writable } from 'node:stream';
import type { Sink } from '../reporters/reporter.ts';

/** A sink that takes bytes as well, and knows whether anybody still reads. */
export interface ByteSink extends Sink {
  write(chunk: string | Uint8Array): Promise<void> | undefined;
  /** Nothing that is written arrives any more. */
  readonly isGone: boolean;
}

/** Texts of so many characters are encoded into memory that is used again, if they fit into so many bytes. */
const LARGE = 8 * 1024;
const MEMORY = 256 * 1024;

/**
 * A sink over a stream. Once the reader has gone (EPIPE, a closed terminal) everything written is swallowed: the run
 * goes on and its exit status is not lost. @param onFailure told once about any other error, such as a full disk.
 */
export function createSink(stream: Writable, onFailure: (error: NodeJS.ErrnoException) => void = () => {}): ByteSink {
  const encoded = createEncoding(stream);
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
      // What was written at once is never waited for, however much the stream says that it is.
      if (gone || stream.write(encoded(text)) || stream.writableLength === 0) return undefined;
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

/** A large text as bytes, which stay as they are until the stream has written them: memory made for each costs more than all else of its way. */
function createEncoding(stream: Writable): (chunk: string | Uint8Array) => string | Uint8Array {
  const encoder = new TextEncoder();
  let memory: Uint8Array | undefined;
  return chunk => {
    if (typeof chunk !== 'string' || chunk.length < LARGE || stream.writableLength > 0) return chunk;
    memory ??= new Uint8Array(MEMORY);
    const { read, written } = encoder.encodeInto(chunk, memory);
    return read < chunk.length ? chunk : memory.subarray(0, written);
  };
}
