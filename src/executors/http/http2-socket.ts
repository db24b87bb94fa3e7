/** The socket under an HTTP/2 session, watched for the farewell with which node gives a server up: it tells nobody. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** What the server has sent is no HTTP/2. */
export class NotHttp2 extends Error {
  readonly code = 'NOT_HTTP2';
}

/** Before the first frame that a client sends. Source: RFC 9113, 3.4. */
const PREFACE_LENGTH = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'.length;
const HEAD_LENGTH = 9;
const GOAWAY = 7;
/** What stands before the words of a GOAWAY: the last stream, and the code. */
const WORDS_AT = HEAD_LENGTH + 8;

/** The session that the socket serves. */
export interface Served {
  /** Calls back once nothing waits to be read of an answer that has come whole: at once, where none has. */
  whenRead(done: () => void): void;
  /** Ends it, and the requests on it; nothing where there is none. undici counts on that before it hears that the socket is closed. */
  end(error: Error | undefined): void;
}

/**
 * The socket as a session of node's takes it. Where that session ends by itself, because it cannot go on with what it has
 * read, it only says so to the server, then reads nothing more, not even that the server hangs up: its requests would
 * wait for ever. So what is written is listened to, and that farewell fails the socket with {@link NotHttp2}.
 *
 * That the server has hung up it is told once the answer that has come whole is read: undici would break it off.
 */
export function watchedSocket(socket: Socket, { whenRead, end }: Served): Socket {
  const farewell = listenForFarewell();
  const write = (bytes: Buffer, done: () => void) => {
    const words = farewell(bytes);
    // A failure that node tells of comes first.
    if (words !== undefined) setImmediate(() => duplex.destroy(new NotHttp2(words)));
    // That it fails, the socket tells; what was read before is still of use.
    if (socket.writable) socket.write(bytes, () => done());
    else done();
  };
  let hangUp: (() => void) | undefined;
  const duplex = new Duplex({
    allowHalfOpen: false,
    // More is asked for only once all of it has been taken.
    readableHighWaterMark: 0,
    read() {
      if (hangUp === undefined) socket.resume();
      else whenRead(hangUp);
    },
    write: (bytes, _, done) => write(bytes, done),
    writev(chunks, done) {
      socket.cork();
      for (const [at, { chunk }] of chunks.entries()) write(chunk, at === chunks.length - 1 ? done : () => {});
      socket.uncork();
    },
    final(done) {
      if (socket.writableEnded || socket.destroyed) done();
      else socket.end(() => done());
    },
    destroy(error, done) {
      end(error ?? undefined);
      const close = () => setImmediate(done, error);
      if (socket.closed) return void close();
      socket.once('close', close);
      socket.destroy();
    },
  });
  socket.on('data', bytes => {
    if (!duplex.push(bytes)) socket.pause();
  });
  const hangingUp = (how: () => void) => {
    hangUp ??= how;
    if (duplex.readableLength === 0) whenRead(hangUp);
  };
  socket.on('end', () => hangingUp(() => duplex.push(null)));
  socket.on('error', error => hangingUp(() => duplex.destroy(error)));
  socket.on('close', () => hangingUp(() => duplex.destroy()));
  const { alpnProtocol } = socket as Socket & { alpnProtocol?: string };
  return Object.assign(duplex, {
    alpnProtocol,
    ref: () => socket.ref(),
    unref: () => socket.unref(),
  }) as unknown as Socket;
}

/** The returned function takes what a client writes, and gives the words of its farewell once it is there with an error. */
function listenForFarewell(): (bytes: Buffer) => string | undefined {
  let passed = PREFACE_LENGTH;
  let held: Buffer = Buffer.alloc(0);
  return bytes => {
    // Content is not looked at, and what is sent may be long.
    let at = Math.min(passed, bytes.length);
    passed -= at;
    if (at === bytes.length) return undefined;
    held = Buffer.concat([held, bytes.subarray(at)]);
    for (at = 0; held.length >= at + HEAD_LENGTH; ) {
      const end = at + HEAD_LENGTH + held.readUIntBE(at, 3);
      if (held[at + 3] === GOAWAY) {
        if (held.length < end) break;
        if (held.readUInt32BE(at + HEAD_LENGTH + 4) !== 0) return held.toString('utf8', at + WORDS_AT, end);
      }
      at = end;
    }
    passed = Math.max(0, at - held.length);
    held = held.subarray(Math.min(at, held.length));
    return undefined;
  };
}
