/** What the output of one step goes through. */
import type { ChildProcess } from 'node:child_process';

/** How long the end of a channel waits, in milliseconds, for something that outlived its command and still holds it. */
export const drainMs = 100;

/** Takes output; a returned promise asks for no more until it resolves. The bytes are copied. */
export type Write = (bytes: Uint8Array) => Promise<void> | undefined;

/** Whom the output of a channel is for. */
export interface Listener {
  write(bytes: Uint8Array): Promise<void> | undefined;
  warn(message: string): void;
}

/** What one step's processes write to. */
export interface Channel {
  /** For both stdout and stderr of a spawn. A descriptor is the caller's to close. Throws the system's error. */
  openOutput(): number | 'pipe';
  /** Call with each process that was spawned onto {@link openOutput}. */
  attach(child: ChildProcess): void;
  /**
   * Call once the processes have ended: reads the rest and gives the channel back. Takes 100 ms at most when something
   * that outlived them still holds it.
   */
  finish(): Promise<void>;
}
