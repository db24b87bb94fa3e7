/** The process's standard streams, each with one owner. */
import type { WriteStream } from 'node:tty';
import type { Terminal } from '../reporters/reporter.ts';
import { type ByteSink, createSink } from './sink.ts';

export interface Streams {
  readonly stdout: Terminal & ByteSink;
  readonly stderr: Terminal;
  /** Whether something could not be written, for another reason than that its reader has gone. */
  readonly hasFailed: boolean;
  /** Resolves when all that was written has left the process. */
  flush(): Promise<void>;
}

/** Opens the standard streams, once in a process. That standard output cannot be written is said on standard error. */
export function openStreams(): Streams {
  let hasFailed = false;
  const stderr = openTerminal(process.stderr, () => {
    hasFailed = true;
  });
  const stdout = openTerminal(process.stdout, error => {
    hasFailed = true;
    void stderr.write(`runjobs: standard output cannot be written: ${error.message}\n`);
  });
  return {
    stdout,
    stderr,
    get hasFailed() {
      return hasFailed;
    },
    async flush() {
      await stdout.flush();
      await stderr.flush();
    },
  };
}

/** A standard stream as a terminal: its size is read anew each time, as it changes. */
function openTerminal(stream: WriteStream, onFailure: (error: NodeJS.ErrnoException) => void): Terminal & ByteSink {
  const sink = createSink(stream, onFailure);
  return {
    write: sink.write,
    flush: sink.flush,
    get isGone() {
      return sink.isGone;
    },
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
  };
}
