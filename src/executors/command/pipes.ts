/** The channel where there are no named pipes: two ordinary ones, their order only as it arrives. */
import type { Readable } from 'node:stream';
import { type Channel, drainMs, type StreamName, type Write } from './channel.ts';
import { firstOf } from './wait.ts';

/** A channel over the stdout and stderr pipes of each attached process. @param isSplit whether they are told apart. */
export function openPipes(write: Write, isSplit: boolean): Channel {
  const streams: Readable[] = [];
  let isEnding = false;
  return {
    pipes: undefined,
    openOutputs: () => ['pipe', 'pipe'],
    attach({ stdout, stderr }) {
      for (const [stream, name] of [
        [stdout, 'out'],
        [stderr, isSplit ? 'err' : 'out'],
      ] satisfies [Readable | null, StreamName][]) {
        if (stream === null) continue;
        streams.push(stream);
        stream.on('data', (bytes: Buffer) => {
          const pressure = write(bytes, name);
          if (pressure === undefined || isEnding) return;
          stream.pause();
          const resume = () => stream.resume();
          pressure.then(resume, resume);
        });
      }
    },
    async finish() {
      // What is left fits into memory: whoever is slow to take it must not hold up the end of the step.
      isEnding = true;
      for (const stream of streams) stream.resume();
      const open = streams.filter(stream => !stream.closed);
      const closed = Promise.all(open.map(stream => new Promise(resolve => stream.once('close', resolve))));
      await firstOf(closed, { limitMs: drainMs });
      for (const stream of streams) stream.destroy();
    },
  };
}
