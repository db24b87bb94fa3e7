/** The way to an origin: straight, over TLS of one kind or another, through a proxy, or to a socket on this machine. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { buildConnector } from 'undici';
import type { HttpManner } from '../../plan/plan.ts';
import type { Connect } from './connection.ts';
import { tellHandshake } from './handshake.ts';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';
import { tunnel } from './tunnel.ts';

/** What a step says of the way of its requests. */
export interface Way {
  readonly tls?: TlsFiles;
  readonly http2?: true;
  /** Path of a Unix socket. */
  readonly socket?: string;
}

/** A way to one origin; connections of the same key are as good as one another. */
export interface Route {
  readonly key: string;
  /** Who is spoken to: the origin, or the proxy that passes requests on. */
  readonly origin: string;
  readonly connect: Connect;
}

/** Milliseconds a server may take to accept a connection, with its TLS handshake; all other time belongs to the engine's clock. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** Reads what the step names, or says in words what is wrong with it. Relative paths start from `folder`. */
export function wayOf({ tls, http2, socket }: HttpManner, folder: string): Way | { readonly fault: string } {
  const files = readTlsFiles(tls, folder);
  if ('fault' in files) return files;
  return {
    ...(Object.keys(files).length === 0 ? {} : { tls: files }),
    ...(http2 === true ? { http2 } : {}),
    ...(socket === undefined ? {} : { socket: resolve(folder, socket) }),
  };
}

/** What of a way leads to another origin, too: no socket, and no certificate that says who we are. */
export function wayElsewhere({ tls, http2 }: Way): Way {
  const { cert: _, key: __, ...rest } = tls ?? {};
  return { ...(tls === undefined ? {} : { tls: rest }), ...(http2 === undefined ? {} : { http2 }) };
}

/** The route to a URL, made once for each kind. @param limitMs in which the other side must have let us in. */
export function createRoutes(limitMs = CONNECT_TIMEOUT_MS): (url: URL, way: Way, proxy: URL | undefined) => Route {
  const connectors = new Map<string, Connect>();
  const connector = (way: Way): Connect => {
    const key = keyOf(way);
    const known = connectors.get(key) ?? connectorOf(way, limitMs);
    connectors.set(key, known);
    return known;
  };
  return (url, way, proxy) => {
    const { origin } = url;
    if (proxy === undefined) return { key: `${origin} ${keyOf(way)}`, origin, connect: connector(way) };
    const key = `${origin} ${keyOf(way)} ${proxy.href}`;
    if (url.protocol === 'http:') return { key: proxy.href, origin: proxy.origin, connect: connector({}) };
    const legs = { toProxy: connector({}), toOrigin: connector(way), limitMs };
    return { key, origin, connect: tunnel(url, proxy, legs) };
  };
}

function keyOf(way: Way): string {
  if (Object.keys(way).length === 0) return '';
  return createHash('sha256').update(JSON.stringify(way)).digest('base64');
}

function connectorOf({ tls, http2, socket }: Way, limitMs: number): Connect {
  const { insecure, ...files } = tls ?? {};
  const connect = buildConnector({
    timeout: limitMs,
    ...files,
    ...(insecure === undefined ? {} : { rejectUnauthorized: false }),
    ...(http2 === undefined ? {} : { allowH2: true, useH2c: true }),
    ...(socket === undefined ? {} : { socketPath: socket }),
  });
  return tellHandshake(connect as Connect);
}
