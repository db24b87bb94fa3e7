/** Laws of a TLS handshake that never comes to an end: it is told from a connection that was not accepted. */
import { createServer } from 'node:net';
import { buildConnector } from 'undici';
import { expect, it } from 'vitest';
import type { Connect } from '../../../src/executors/http/connection.ts';
import { tellHandshake } from '../../../src/executors/http/handshake.ts';
import type { HttpRequest } from '../../../src/executors/http/request.ts';
import { createRoutes } from '../../../src/executors/http/route.ts';
import { explain } from '../../../src/executors/http/trouble.ts';
import { tunnel } from '../../../src/executors/http/tunnel.ts';
import { closed, listen, serveBytes } from './rig.ts';

/** undici looks at its clock about once a second, so that a connection to the loopback is made long before. */
const LIMIT_MS = 1;

const silent = () => listen(createServer(socket => void socket.resume()));

/** Why no connection to `url` comes about. */
function failureOf(connect: Connect, { hostname, host, protocol, port }: URL): Promise<Error | null> {
  return new Promise(resolve => connect({ hostname, host, protocol, port }, (...[error]) => resolve(error)));
}

function explained(error: Error | null, url: URL, more: Partial<HttpRequest> = {}) {
  return explain(error, { method: 'GET', url, headers: {}, way: {}, ...more }, {});
}

it('a server that accepts the connection and says nothing of TLS is left in time', async () => {
  const { port, sockets } = await silent();
  const url = new URL(`https://127.0.0.1:${port}/`);
  const { connect } = createRoutes(LIMIT_MS)(url, {}, undefined);
  expect(explained(await failureOf(connect, url), url)).toEqual({
    kind: 'connect-timeout',
    words: `the TLS handshake with 127.0.0.1:${port} did not come to an end within 10s`,
  });
  await closed(sockets[0]);
});

it('so is one behind a proxy, and it is not the proxy that is named', async () => {
  const { url: proxyUrl, sockets } = await serveBytes(socket => void socket.write('HTTP/1.1 200 OK\r\n\r\n'));
  const [proxy, url] = [new URL(proxyUrl), new URL('https://site.test/')];
  const toProxy = buildConnector({}) as Connect;
  const toOrigin = tellHandshake(buildConnector({ timeout: LIMIT_MS }) as Connect);
  const connect = tunnel(url, proxy, { toProxy, toOrigin, limitMs: 10_000 });
  expect(explained(await failureOf(connect, url), url, { proxy })).toEqual({
    kind: 'connect-timeout',
    words: 'the TLS handshake with site.test:443 did not come to an end within 10s',
  });
  await closed(sockets[0]);
});

it('a proxy that is spoken to over TLS is named where it is the silent one', async () => {
  const { port } = await silent();
  const [proxy, url] = [new URL(`https://127.0.0.1:${port}`), new URL('https://site.test/')];
  const { connect } = createRoutes(LIMIT_MS)(url, {}, proxy);
  expect(explained(await failureOf(connect, url), url, { proxy })).toEqual({
    kind: 'connect-timeout',
    words: `the TLS handshake with the proxy ${proxy.host} did not come to an end within 10s`,
  });
});

it('a connection that was not accepted is no matter of TLS', async () => {
  const connect = tellHandshake(buildConnector({ timeout: LIMIT_MS, lookup: () => {} }) as Connect);
  const url = new URL('https://site.test/');
  expect(explained(await failureOf(connect, url), url)).toEqual({
    kind: 'connect-timeout',
    words: 'site.test:443 did not accept the connection within 10s',
  });
});

it('a handshake that fails in time says why', async () => {
  const { url: plain } = await listen(createServer(socket => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  const url = new URL(plain.replace('http:', 'https:'));
  const connect = tellHandshake(buildConnector({}) as Connect);
  expect(explained(await failureOf(connect, url), url)).toMatchObject({ kind: 'tls' });
});
