/** One connection to one origin, made when its first request is sent, kept alive between requests. */
import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import { isOfHttp2, type Watched, watch } from './http2.ts';
import { NotHttp2, watchedSocket } from './http2-socket.ts';
import { Incoming } from './incoming.ts';
import { type Interim, passOverInterim } from './interim.ts';
import { renameReset } from './reset.ts';
import { isAlert } from './tls-trouble.ts';

/** Makes the socket. That it is also returned, before it is connected, undici does and its types do not say. */
export type Connect = (options: buildConnector.Options, callback: buildConnector.Callback) => Socket;

/**
 * A Client of undici with its socket in reach. An Agent would not say which of its sockets serves a request, and cannot
 * call off a connection that is still being made; here whoever cancels closes precisely his own, in every phase.
 */
export class Connection {
  /** That of its route. */
  readonly key: string;
  readonly client: Client;
  /** Whether it has answered an earlier request, so that the server may have tired of it meanwhile. */
  isUsed = false;
  #socket: Socket | undefined;
  #interim: Interim | undefined;
  readonly #http2: Watched;
  #alert: Error | undefined;
  #closed: Promise<void> | undefined;

  constructor({ key, origin, connect }: { readonly key: string; readonly origin: string; readonly connect: Connect }) {
    this.key = key;
    this.client = new Client(origin, {
      // The engine owns the clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => {
        this.#socket = connect(options, (...[error, socket]) => {
          if (error !== null) return callback(error, null);
          this.#interim = passOverInterim(socket);
          socket.once('error', fault => {
            // undici tells only that the socket was closed then.
            if (isAlert(fault)) this.#alert = fault;
            renameReset(fault);
          });
          callback(null, isOfHttp2(socket) ? watchedSocket(socket, this.#http2) : socket);
        });
      },
    });
    this.#http2 = watch(this.client);
  }

  /** Sends a request; what comes of it tells of the errors of node and undici. */
  request(options: Dispatcher.DispatchOptions): Incoming {
    this.#interim?.expect();
    const incoming = new Incoming(options.body);
    this.client.dispatch(options, incoming);
    return incoming;
  }

  /** Why the server has hung up, where it has said so in TLS. */
  get alert(): Error | undefined {
    return this.#alert;
  }

  /** What such an error of a request means: node says the same of a server that speaks no HTTP/2, and of one that speaks it wrongly. */
  causeOf(error: unknown): unknown {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ERR_HTTP2_ERROR' && this.#http2.hasSpoken() ? new NotHttp2(message) : error;
  }

  /** With which code of HTTP/2 the last answer was broken off; 0 for none. */
  get resetCode(): number {
    return this.#http2.resetCode();
  }

  /** Whether it takes another request. */
  get isOpen(): boolean {
    return this.#socket !== undefined && !this.#socket.destroyed && !this.#http2.isLeaving();
  }

  /** Closes the socket at once; a request on it fails. Resolves when the socket is closed. Never rejects. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const socket = this.#socket;
    const closed =
      socket === undefined || socket.closed ? undefined : new Promise(resolve => socket.once('close', resolve));
    // It may never be done, where an error inside undici has confused it.
    const destroyed = this.client.destroy().catch(() => {});
    // Needed while it is still connecting. The error makes undici's connector take back its timer.
    socket?.destroy(new Error('The connection was called off'));
    await (socket === undefined ? destroyed : closed);
  }
}
