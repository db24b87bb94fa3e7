/** A sink whose writes can be held back for a while: as long as a program has the terminal that it leads to. */
import type { ByteSink } from './sink.ts';

export interface HeldSink extends ByteSink {
  /** From now on what is written waits. */
  hold(): void;
  /** Writes what has waited. */
  release(): void;
}

/** Characters that wait at most: then the oldest are left out, and counted by their lines. */
const HELD_MAX = 256 * 1024;

/** What waits asks nobody to slow down: a server beside the program must not come to a stop. */
export function holdable(sink: ByteSink): HeldSink {
  let held: string[] | undefined;
  let size = 0;
  let leftOut = 0;
  return {
    get isGone() {
      return sink.isGone;
    },
    write(chunk) {
      if (held === undefined) return sink.write(chunk);
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      held.push(text);
      size += text.length;
      while (size > HELD_MAX && held.length > 1) {
        const oldest = held.shift() ?? '';
        size -= oldest.length;
        leftOut += linesIn(oldest);
      }
      return undefined;
    },
    flush: () => (held === undefined ? sink.flush() : Promise.resolve()),
    hold() {
      held ??= [];
    },
    release() {
      const text = held?.join('') ?? '';
      const count = leftOut;
      held = undefined;
      size = 0;
      leftOut = 0;
      if (count > 0) void sink.write(`… ${count} lines left out while a step had the terminal; all is in the logs\n`);
      if (text !== '') void sink.write(text);
    },
  };
}

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}
