/** One request and its response, over one connection of the session. */
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Stop } from '../../engine/stop.ts';
import { isBodiless } from '../../plan/bodiless.ts';
import { isIdempotent } from '../../plan/http-methods.ts';
import { CalledOff, goOnUnless } from './called-off.ts';
import type { Connection } from './connection.ts';
import { inPieces, sendable } from './http2.ts';
import { isUnread } from './http2-trouble.ts';
import type { AnswerBody, AnswerHead } from './incoming.ts';
import { proxyAuthorization } from './proxy.ts';
import type { HttpRequest } from './request.ts';
import { RESET } from './reset.ts';
import type { Session } from './session.ts';

export interface HttpResponse extends AnswerHead {
  readonly body: AnswerBody;
  /** Bytes of the body that the server has promised; undefined where it has not, and where none comes. */
  readonly announced: number | undefined;
  /** Whether its body was cut off, although it has ended. @param received bytes of it. */
  isCutOff(received: number): boolean;
}

const CLOSED_BY_SERVER = ['UND_ERR_SOCKET', RESET, 'ECONNRESET', 'EPIPE'];

/**
 * Sends the request and resolves with what `receive` makes of the response, whose body it must read to the end, unless it
 * says that it hangs up.
 *
 * A server may close a waiting connection just as the next request is on its way: if it may safely be sent twice, that
 * request is repeated once, over a new connection. So is any that the server says, over HTTP/2, not to have read.
 *
 * Rejects with the error of node, undici or `receive`. Once it must stop it rejects, too. Either way the connection is
 * closed by then.
 */
export async function exchange<T>(
  session: Session,
  request: HttpRequest,
  stop: Stop,
  receive: (response: HttpResponse, hangUp: () => void) => Promise<T>,
): Promise<T> {
  goOnUnless(stop);
  const route = session.routeTo(request.url, request.way, request.proxy);
  let isAnswered = false;
  const converseOver = (connection: Connection) =>
    converse(session, connection, stop, async hangUp => {
      const body = openBody(request);
      try {
        const incoming = connection.request(optionsOf(request, body));
        const { statusCode, headers } = await incoming.head;
        isAnswered = true;
        const announced = announcedBy(request, statusCode, headers);
        const isCutOff = (received: number) =>
          announced === undefined ? connection.resetCode !== 0 : received < announced;
        return await receive({ statusCode, headers, body: incoming, announced, isCutOff }, hangUp);
      } finally {
        if (body.stuff instanceof Readable) body.stuff.destroy();
      }
    });

  const connection = session.borrow(route);
  try {
    return await converseOver(connection);
  } catch (error) {
    const wasStale = connection.isUsed && !isAnswered && CLOSED_BY_SERVER.includes((error as { code: string }).code);
    const isRepeated = isUnread(error) || (wasStale && mayRepeat(request));
    if (!isRepeated || stop.cancelled !== undefined) throw error;
  }
  return converseOver(session.open(route));
}

interface Body {
  readonly stuff: string | Readable | null;
  /** Bytes, where undici cannot count them. */
  readonly length?: number;
}

function openBody({ method, payload, way }: HttpRequest): Body {
  if (payload === undefined) return { stuff: null };
  const stuff = payload.open();
  if (way.http2 === true && typeof stuff === 'string')
    return { stuff: sendable(method, stuff), length: Buffer.byteLength(stuff) };
  return { stuff, ...(payload.length === undefined ? {} : { length: payload.length }) };
}

function announcedBy({ method }: HttpRequest, statusCode: number, headers: AnswerHead['headers']) {
  const length = headers['content-length'];
  if (typeof length !== 'string' || isBodiless(method, statusCode)) return undefined;
  return Number(length);
}

function mayRepeat({ method, headers }: HttpRequest): boolean {
  const key = headers['idempotency-key'];
  return isIdempotent({ method, ...(key === undefined ? {} : { idempotencyKey: key }) });
}

async function converse<T>(
  session: Session,
  connection: Connection,
  stop: Stop,
  talk: (hangUp: () => void) => Promise<T>,
) {
  let isOver = false;
  let forget = () => {};
  try {
    const result = await new Promise<T>((resolve, reject) => {
      forget = stop.whenCancelled(() => reject(new CalledOff()));
      talk(() => (isOver = true)).then(resolve, reject);
    });
    if (isOver) await session.discard(connection);
    else session.giveBack(connection);
    return result;
  } catch (error) {
    await session.discard(connection);
    throw connection.alert ?? connection.causeOf(error);
  } finally {
    forget();
  }
}

function optionsOf(
  { method, url, headers, proxy, way }: HttpRequest,
  { stuff, length: bytes }: Body,
): Dispatcher.DispatchOptions {
  const body = way.http2 === true ? inPieces(stuff) : stuff;
  const length = bytes === undefined ? {} : { 'content-length': String(bytes) };
  const path = url.pathname + url.search;
  if (proxy === undefined || url.protocol === 'https:') {
    return { method, path, headers: { ...headers, ...length }, body };
  }
  const toProxy = { host: url.host, ...proxyAuthorization(proxy) };
  return { method, path: url.origin + path, headers: { ...toProxy, ...headers, ...length }, body };
}
