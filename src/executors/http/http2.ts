/** What HTTP/2 asks for beyond what undici sees to by itself. */
import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import type { Socket } from 'node:net';
import { Duplex, Readable } from 'node:stream';
import type { Client } from 'undici';
import type { Served } from './http2-socket.ts';

/** The methods whose text undici sends as it is. */
const WITH_TEXT: readonly string[] = ['POST', 'PUT', 'PATCH'];

/** The methods whose request undici ends with its headers. */
const WITHOUT_BODY: readonly string[] = ['GET', 'HEAD'];

/** Whether a request of this method can carry a body over HTTP/2. */
export function mayCarry(method: string): boolean {
  return !WITHOUT_BODY.includes(method);
}

/** A text in the form in which undici sends it over HTTP/2: with some methods it fails to send any but streams. */
export function sendable(method: string, text: string): string | Readable {
  return text === '' || WITH_TEXT.includes(method) ? text : Readable.from([Buffer.from(text)]);
}

/**
 * A body in the form in which undici hands it on over HTTP/2, and the answer with it: of a stream that it pipes, it reads
 * the answer, too, and loses what comes at once. Whoever has opened the stream ends it.
 */
export function inPieces(body: string | Readable | null): string | Readable | null {
  if (!(body instanceof Readable)) return body;
  return { [Symbol.asyncIterator]: () => body[Symbol.asyncIterator]() } as unknown as Readable;
}

/** Whether undici will speak HTTP/2 over this socket. */
export function isOfHttp2(socket: Socket): boolean {
  return (socket as Socket & { readonly alpnProtocol?: unknown }).alpnProtocol === 'h2';
}

/** What is known of the session over which a client speaks. */
export interface Watched extends Served {
  /** With which code the server has broken off the last answer: 0 for none, and over HTTP/1. */
  resetCode(): number;
  /** Whether the server has said anything in HTTP/2. */
  hasSpoken(): boolean;
  /** Whether the server takes no further request on it, though it may still be answering one. */
  isLeaving(): boolean;
}

/**
 * Watches the session of a client. undici takes an answer that is cancelled for one that has ended, and shows nobody the
 * stream; so what it asks of node is listened to. What node throws there fails the request; undici would let it through,
 * to nobody.
 *
 * A server that takes its leave without an error (GOAWAY) still answers what it has begun, and node closes the session
 * after that; undici would break it off. What the server will not answer node ends as refused.
 */
export function watch(client: Client): Watched {
  let session: ClientHttp2Session | undefined;
  let last: ClientHttp2Stream | undefined;
  let hasSpoken = false;
  client.on('connect', () => {
    const found = sessionOf(client);
    if (found === undefined) return;
    session = found;
    found.once('remoteSettings', () => {
      hasSpoken = true;
    });
    const request = found.request.bind(found);
    found.request = (...asked) => {
      try {
        last = request(...asked);
      } catch (error) {
        last = failing(error as Error);
      }
      return last;
    };
    breakOffOnlyForErrors(found);
  });
  return {
    resetCode: () => last?.rstCode ?? 0,
    hasSpoken: () => hasSpoken,
    isLeaving: () => session?.closed === true || session?.destroyed === true,
    whenRead(done) {
      if (last?.closed === true && !last.destroyed && last.rstCode === constants.NGHTTP2_NO_ERROR)
        last.once('close', done);
      else done();
    },
    end: error => session?.destroy(error),
  };
}

function breakOffOnlyForErrors(session: ClientHttp2Session): void {
  const listeners = session.listeners('goaway') as ((code: number, ...rest: unknown[]) => void)[];
  session.removeAllListeners('goaway');
  session.on('goaway', (code, ...rest) => {
    if (code === constants.NGHTTP2_NO_ERROR) return;
    for (const listener of listeners) listener.call(session, code, ...rest);
  });
}

function sessionOf(client: Client): ClientHttp2Session | undefined {
  return Object.getOwnPropertySymbols(client)
    .map(key => (client as unknown as Record<symbol, unknown>)[key])
    .find(isSession);
}

function isSession(value: unknown): value is ClientHttp2Session {
  return typeof value === 'object' && value?.constructor.name === 'ClientHttp2Session';
}

/** In the place of a stream that node would not open: fails once undici listens. */
function failing(error: Error): ClientHttp2Stream {
  const stream = new Duplex({ read() {}, write: (_, __, done) => done() });
  process.nextTick(() => stream.destroy(error));
  return Object.assign(stream, { setTimeout() {}, close() {}, rstCode: 0 }) as unknown as ClientHttp2Stream;
}
