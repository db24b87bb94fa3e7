/** A connection through a proxy that passes on what it does not understand (CONNECT: RFC 9110, 9.3.6). */
import type { Socket } from 'node:net';
import type { Connect } from './connection.ts';
import { proxyAuthorization } from './proxy.ts';

/** The head of an answer that is longer is none. */
const HEAD_MAX = 16 * 1024;

/** Characters of a reason that are told. */
const REASON_MAX = 100;

/** The proxy does not let us through. */
export class TunnelRefused extends Error {
  readonly code = 'TUNNEL_REFUSED';
  /** What the proxy has answered with; undefined where that was no HTTP. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** What went wrong before the proxy was spoken to: they are errors of node, as those of the origin are. */
const beforeTunnel = new WeakSet<Error>();

/** Whether TLS with the proxy has failed, not TLS with the origin. */
export function isOfProxy(error: Error, { url, proxy }: { readonly url: URL; readonly proxy?: URL }): boolean {
  return proxy?.protocol === 'https:' && (url.protocol === 'http:' || beforeTunnel.has(error));
}

/** The proxy has accepted the connection, and does not say whether it lets us through. */
class TunnelSilent extends Error {
  readonly code = 'TUNNEL_SILENT';
}

export interface Legs {
  readonly toProxy: Connect;
  readonly toOrigin: Connect;
  /** Milliseconds in which the proxy must have answered. */
  readonly limitMs: number;
}

/** Makes connections to the origin of a URL through the proxy. Fails, and closes the socket, where that does not let us through. */
export function tunnel(url: URL, proxy: URL, { toProxy, toOrigin, limitMs }: Legs): Connect {
  const { hostname, host, protocol } = proxy;
  const port = proxy.port || (protocol === 'https:' ? '443' : '80');
  return (options, callback) =>
    toProxy({ hostname: bare(hostname), host, protocol, port }, (error, socket) => {
      if (error !== null) {
        beforeTunnel.add(error);
        return callback(error, null);
      }
      const clock = setTimeout(() => socket.destroy(new TunnelSilent()), limitMs);
      ask(socket, url, proxy, refusal => {
        clearTimeout(clock);
        if (refusal !== undefined) {
          socket.destroy();
          return callback(refusal, null);
        }
        toOrigin({ ...options, httpSocket: socket }, callback);
      });
    });
}

/** IPv6 addresses without their brackets. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Asks for the tunnel; `done` is called once, with why there is none, or when it is there. */
function ask(socket: Socket, url: URL, proxy: URL, done: (refusal: Error | undefined) => void): void {
  const target = `${url.hostname}:${url.port || 443}`;
  let head: Buffer = Buffer.alloc(0);
  const end = (refusal?: Error) => {
    socket.off('data', take);
    socket.off('close', closed);
    socket.off('error', end);
    socket.pause();
    done(refusal);
  };
  const closed = () => end(new TunnelRefused('closed the connection in the place of an answer'));
  const take = (bytes: Buffer) => {
    head = behindInterim(Buffer.concat([head, bytes]));
    const at = head.indexOf('\r\n\r\n');
    if (at === -1 && head.length < HEAD_MAX) return;
    const [, status, reason] = /^HTTP\/1\.[01] (\d{3}) ?([^\r\n]*)/.exec(head.toString('latin1')) ?? [];
    if (at === -1 || status === undefined) return end(new TunnelRefused('answered with something that is not HTTP'));
    if (!status.startsWith('2'))
      return end(new TunnelRefused(`answered ${status} ${reason?.slice(0, REASON_MAX)}`.trim(), Number(status)));
    const rest = head.subarray(at + 4);
    end();
    if (rest.length > 0) socket.unshift(rest);
  };
  socket.on('data', take);
  socket.once('close', closed);
  socket.once('error', end);
  const { 'proxy-authorization': pass } = proxyAuthorization(proxy);
  const authorization = pass === undefined ? '' : `Proxy-Authorization: ${pass}\r\n`;
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`);
}

/** What stands behind answers that are none yet (1xx: RFC 9110, 15.2). */
function behindInterim(bytes: Buffer): Buffer {
  let rest = bytes;
  while (/^HTTP\/1\.[01] 1/.test(rest.toString('latin1', 0, 10))) {
    const at = rest.indexOf('\r\n\r\n');
    if (at === -1) break;
    rest = rest.subarray(at + 4);
  }
  return rest;
}
