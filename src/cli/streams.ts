/** The process's standard streams, each with one owner. */
import type { WriteStream } from 'node:tty';
import { whyUnwritable } from '../plan/unwritable.ts';
import type { Terminal } from '../reporters/reporter.ts';
import { type HeldSink, holdable } from './held.ts';
import { type ByteSink, createSink } from './sink.ts';

export interface Streams {
  readonly stdout: Terminal & ByteSink;
  readonly stderr: Terminal;
  /** Whether something could not be written, for another reason than that its reader has gone. */
  readonly hasFailed: boolean;
  /** Resolves when all that was written has left the process. */
  flush(): Promise<void>;
  /** Holds back what is written to a terminal, as a program has it; what goes elsewhere is written on. */
  hold(): void;
  /** Begins a new line on the terminal, and writes what was held back. */
  release(): void;
}

/** Opens the standard streams, once in a process. That standard output cannot be written is said on standard error. */
export function openStreams(): Streams {
  let hasFailed = false;
  const stderr = openTerminal(process.stderr, () => {
    hasFailed = true;
  });
  const stdout = openTerminal(process.stdout, error => {
    hasFailed = true;
    void stderr.write(`runjobs: standard output cannot be written: ${whyUnwritable(error)}\n`);
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
    hold() {
      for (const stream of [stdout, stderr]) if (stream.isTTY) stream.hold();
    },
    release() {
      const terminals = [stdout, stderr].filter(({ isTTY }) => isTTY);
      terminals[0]?.beginLine();
      for (const stream of terminals) stream.release();
    },
  };
}

interface HeldTerminal extends Omit<Terminal, keyof HeldSink>, HeldSink {
  /** Where the cursor is not at the beginning of a line, moves it to that of the next one. */
  beginLine(): void;
}

/**
 * As many blanks as the terminal is wide: from the beginning of a line they fill it and the cursor stays there, from
 * anywhere else they go over into the next one. Nothing but the terminal knows where it is.
 */
function lineBreak(columns: number): string {
  return `${' '.repeat(columns)}\r`;
}

/** A standard stream as a terminal: its size is read anew each time, as it changes. */
function openTerminal(stream: WriteStream, onFailure: (error: NodeJS.ErrnoException) => void): HeldTerminal {
  const sink = createSink(stream, onFailure);
  const { write, flush, hold, release } = holdable(sink);
  return {
    write,
    flush,
    hold,
    release,
    beginLine: () => void sink.write(process.env.TERM === 'dumb' ? '\n' : lineBreak(stream.columns || 80)),
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
