/** The channel where there are no named pipes: two ordinary ones, their order only as it arrives. */
import type { Readable } from 'node:stream';
import type { Channel, Write } from './channel.ts';
import { firstOf } from './wait.ts';

/** How long a leftover that holds a pipe may delay the end. */
const drainMs = 100;

/** After the end, so much is taken from a slow pipe before the deadline counts. */
const pipeCapacity = 1024 * 1024;

/** A channel over the stdout and stderr pipes of each attached process. */
export function openPipes(write: Write): Channel {
  const streams: Readable[] = [];
  let total = 0;
  return {
    openOutput: () => 'pipe',
    attach(child) {
      for (const stream of [child.stdout, child.stderr]) {
        if (stream === null) continue;
        streams.push(stream);
        stream.on('data', (bytes: Buffer) => {
          total += bytes.length;
          const pressure = write(bytes);
          if (pressure === undefined) return;
          stream.pause();
          const resume = () => stream.resume();
          pressure.then(resume, resume);
        });
      }
    },
    async finish() {
      const bound = total + pipeCapacity;
      const open = streams.filter(stream => !stream.closed);
      const closed = Promise.all(open.map(stream => new Promise(resolve => stream.once('close', resolve))));
      const isSlow = () => total < bound && streams.some(stream => stream.isPaused());
      while ((await firstOf(closed, { limitMs: drainMs })) === 'late' && isSlow());
      for (const stream of streams) stream.destroy();
    },
  };
}
