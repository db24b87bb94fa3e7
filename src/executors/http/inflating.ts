/** Unpacks what is called `deflate`: zlib's format by the book (RFC 9110, 8.4.1.2), and without its head from some servers. */
import { Duplex, pipeline } from 'node:stream';
import { createInflate, createInflateRaw, type ZlibOptions } from 'node:zlib';

/** A stream that unpacks both. */
export function createInflateAny(options: ZlibOptions): Duplex {
  return Duplex.from(async function* (packed: AsyncIterable<Uint8Array>) {
    const pieces = packed[Symbol.asyncIterator]();
    const first = await pieces.next();
    const unpacker = !first.done && isRaw(first.value) ? createInflateRaw(options) : createInflate(options);
    const all = async function* () {
      if (!first.done) yield first.value;
      yield* { [Symbol.asyncIterator]: () => pieces };
    };
    // Errors reach the reader.
    yield* pipeline(all, unpacker, () => {}) as AsyncIterable<Uint8Array>;
  });
}

/** The head of zlib's format begins with the method, which is 8 in all there is. */
function isRaw([first = 0]: Uint8Array): boolean {
  return (first & 0x0f) !== 8;
}
