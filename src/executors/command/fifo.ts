/** One named pipe that carries the output of one command after the other: both streams, in the order of writing. */
import { closeSync, constants, existsSync, openSync, readSync, unlinkSync } from 'node:fs';
import type { ConnectOpts, SocketConstructorOpts } from 'node:net';
import { Socket } from 'node:net';
import { drainMs } from './channel.ts';
import { pause } from './wait.ts';

/** Takes what was read; a returned promise asks for no more until it resolves. */
type Take = (bytes: Uint8Array) => Promise<void> | undefined;

const pollMs = 10;
/** What a pipe can hold at most (pipe-max-size of Linux): whoever has filled more of it after the end is a leftover. */
const pipeCapacity = 1024 * 1024;

/**
 * The pipe's reader is a socket of the event loop. A writer of ours, the keeper, stays open so that the reader never
 * meets the end of the file while commands come and go; each command gets a fresh writer, because a program that makes
 * its stdout non-blocking does so for everyone who shares the open file.
 */
export class Fifo {
  /** Of its end for reading. */
  readonly descriptor: number;
  /** Opens the pipe for writing. On Linux a path through the descriptor, so that no name has to stay in the folder. */
  readonly #name: string;
  /** Shared by all pipes: bytes leave it before the next read. */
  readonly #buffer: Uint8Array;
  readonly #socket: Socket;
  #keeper = -1;
  #write: Take | undefined;

  /** Opens the named pipe at `path`, which is its own. Throws the system's error, such as EMFILE, with nothing left open. */
  constructor(path: string, buffer: Uint8Array) {
    this.#buffer = buffer;
    this.descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const descriptor = `/proc/self/fd/${this.descriptor}`;
    this.#name = existsSync(descriptor) ? descriptor : path;
    try {
      this.#keeper = this.openWriter();
    } catch (error) {
      closeSync(this.descriptor);
      throw error;
    }
    if (this.#name !== path) unlinkSync(path);
    const options: SocketConstructorOpts & ConnectOpts = {
      fd: this.descriptor,
      readable: true,
      writable: false,
      onread: { buffer, callback: size => this.#take(size) },
    };
    this.#socket = new Socket(options);
    this.#socket.pause();
  }

  /** Starts to hand everything that is written into the pipe to `write`. */
  read(write: Take): void {
    this.#write = write;
    this.#socket.resume();
  }

  /** A new descriptor to write to; the caller closes it. */
  openWriter(): number {
    return openSync(this.#name, constants.O_WRONLY);
  }

  /**
   * Reads what the ended command has left in the pipe, and stops reading. Resolves with whether the pipe is clean: no
   * other process holds it, so the next command may have it. A process that does hold it delays this by 100 ms at most;
   * a taker that is slow does not.
   */
  async drain(): Promise<boolean> {
    const write = this.#write;
    this.#write = undefined;
    this.#socket.pause();
    closeSync(this.#keeper);
    this.#keeper = -1;
    const deadline = performance.now() + drainMs;
    for (let total = 0, wasEmpty = false; ; ) {
      const size = readAvailable(this.descriptor, this.#buffer);
      if (size === 'end') break;
      const bytes = size === 'empty' ? 0 : size;
      // Once the pipe was empty all of the command has been read; what still comes is a leftover's.
      wasEmpty ||= bytes < this.#buffer.length;
      total += bytes;
      if (bytes === 0) await pause(pollMs);
      // What is left fits into memory: whoever is slow to take it must not hold up the end of the step.
      else void write?.(this.#buffer.subarray(0, bytes));
      if (total > pipeCapacity || (wasEmpty && performance.now() >= deadline)) return false;
    }
    return this.#keep();
  }

  /** Frees everything; whoever still writes gets SIGPIPE. */
  close(): void {
    this.#write = undefined;
    this.#socket.destroy();
    if (this.#keeper !== -1) closeSync(this.#keeper);
  }

  /** Opens the keeper again; false when the system has no descriptor left for it. */
  #keep(): boolean {
    try {
      this.#keeper = this.openWriter();
      return true;
    } catch {
      return false;
    }
  }

  /** Returns false to stop reading until the taker has caught up. */
  #take(size: number): boolean {
    const pressure = this.#write?.(this.#buffer.subarray(0, size));
    if (pressure === undefined) return true;
    const taker = this.#write;
    const resume = () => {
      if (this.#write === taker) this.#socket.resume();
    };
    void pressure.then(resume, resume);
    return false;
  }
}

/** Reads without waiting: a size, `empty` (someone may still write), or `end` (nobody can). */
function readAvailable(descriptor: number, buffer: Uint8Array): number | 'empty' | 'end' {
  try {
    return readSync(descriptor, buffer) || 'end';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 'empty';
    throw error;
  }
}
