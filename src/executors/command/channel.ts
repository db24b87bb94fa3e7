/** What the output of one step goes through. */
import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';

/** How long the end of a channel waits, in milliseconds, for something that outlived its command and still holds it. */
export const drainMs = 100;

export type StreamName = 'out' | 'err';

/**
 * Takes output; a returned promise asks for no more until it resolves. The bytes are copied. Where both streams are one
 * all of it is `out`.
 */
export type Write = (bytes: Uint8Array, stream: StreamName) => Promise<void> | undefined;

/** Whom the output of a channel is for. */
export interface Listener {
  readonly write: Write;
  warn(message: string): void;
}

/** Where a process writes to. A descriptor is the caller's to close. */
export type Output = number | 'pipe';

/** What one step's processes write to. */
export interface Channel {
  /** For stdout and stderr of a spawn, which may be the same. Throws the system's error, with nothing left open. */
  openOutputs(): readonly [stdout: Output, stderr: Output];
  /** The pipes of stdout and stderr, for a process that opens them anew; undefined where there are none that it can open. */
  readonly pipes: readonly [stdout: number, stderr: number] | undefined;
  /** Call with each process that was spawned onto {@link openOutputs}. */
  attach(child: Pick<ChildProcess, 'stdout' | 'stderr'>): void;
  /**
   * Call once the processes have ended: reads the rest and gives the channel back. Takes 100 ms at most when something
   * that outlived them still holds it.
   */
  finish(): Promise<void>;
}

/** Two channels as one: stdout goes through the first, stderr through the second. */
export function split(out: Channel, err: Channel): Channel {
  return {
    pipes: out.pipes && err.pipes && [out.pipes[0], err.pipes[1]],
    openOutputs() {
      const [stdout] = out.openOutputs();
      try {
        return [stdout, err.openOutputs()[1]];
      } catch (error) {
        closeOutputs([stdout]);
        throw error;
      }
    },
    attach(child) {
      out.attach(child);
      err.attach(child);
    },
    async finish() {
      await Promise.all([out.finish(), err.finish()]);
    },
  };
}

/** Closes the descriptors among them, each once. */
export function closeOutputs(outputs: readonly Output[]): void {
  for (const output of new Set(outputs)) if (typeof output === 'number') closeSync(output);
}
