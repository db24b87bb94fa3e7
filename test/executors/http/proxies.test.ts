/** Laws of proxies that are bad: none is passed by, and none holds a request up for ever. */
import { readFileSync } from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { buildConnector } from 'undici';
import { describe, expect, it } from 'vitest';
import type { Connect } from '../../../src/executors/http/connection.ts';
import { explain } from '../../../src/executors/http/trouble.ts';
import { tunnel } from '../../../src/executors/http/tunnel.ts';
import { closed, context, listen, open, serve, serveBytes, step } from './rig.ts';

const TLS = join(import.meta.dirname, '../../support/tls');

const ENV = { HTTP_PROXY: 'socks5://me:secret@h' };
const FAULT = 'HTTP_PROXY is not a URL such as "http://proxy.example:3128"';

describe('a proxy whose url is bad', () => {
  it('is not passed by on the way that a redirect leads', async () => {
    const { url } = await serve(
      (_, response) => void response.writeHead(302, { location: 'http://site.test/a' }).end(),
    );
    expect(await open().execute(step(url), { ...context(), env: ENV })).toEqual({
      state: 'failed',
      reason: { type: 'http', kind: 'proxy', message: `GET ${url}/: this leads to "http://site.test/a", and ${FAULT}` },
    });
  });

  it('is not passed by on the way to the next page', async () => {
    const { url } = await serve((_, response) => void response.end('{"next": "http://site.test/a"}'));
    const request = step(url, { paginate: { next: { type: 'pointer', pointer: '/next' } } });
    expect(await open().execute(request, { ...context(), env: ENV })).toMatchObject({
      reason: { kind: 'proxy', message: `GET ${url}/: this leads to "http://site.test/a", and ${FAULT}` },
    });
  });
});

it('a proxy that accepts the connection and never says whether it lets us through is left in time', async () => {
  const { url, sockets } = await listen(createServer(socket => void socket.resume()));
  const toProxy = buildConnector({}) as Connect;
  const toOrigin: Connect = () => {
    throw new Error('nobody was let through');
  };
  const proxy = new URL(url);
  const origin = new URL('https://site.test/');
  const connect = tunnel(origin, proxy, { toProxy, toOrigin, limitMs: 1 });
  const error = await new Promise(resolve =>
    connect({ hostname: 'site.test', protocol: 'https:', port: '443' }, (...[failure]) => resolve(failure)),
  );
  await closed(sockets[0]);
  const request = { method: 'GET', url: origin, headers: {}, way: {}, proxy };
  expect(explain(error, request, {})).toEqual({
    kind: 'connect-timeout',
    words: `the proxy ${proxy.host} did not say within 10s whether it leads to site.test:443`,
  });
});

it('a proxy may say before its answer that it is at work, and is quoted in short', async () => {
  const busy = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nx: y\r\n\r\n';
  const { url, port } = await serveBytes(socket => void socket.end(`${busy}HTTP/1.1 502 ${'x'.repeat(5000)}\r\n\r\n`));
  expect(await open().execute(step('https://site.test/', { proxy: url }), context())).toMatchObject({
    reason: {
      kind: 'unreachable',
      message: `GET https://site.test/: the proxy 127.0.0.1:${port} does not lead to site.test:443: it answered 502 ${'x'.repeat(100)}`,
    },
  });
});

it.each([
  [403, 'proxy'],
  [407, 'proxy'],
  [502, 'unreachable'],
  [503, 'unreachable'],
  [504, 'unreachable'],
])('a proxy that answers %i is a failure of the kind %s', async (status, kind) => {
  const { url } = await serveBytes(socket => void socket.end(`HTTP/1.1 ${status} x\r\n\r\n`));
  const outcome = await open().execute(step('https://site.test/', { proxy: url }), context());
  expect(outcome).toMatchObject({ state: 'failed', reason: { kind } });
});

it.each(['https', 'http'])('a proxy whose certificate is not trusted is named, not the %s site', async protocol => {
  const pem = readFileSync(join(TLS, 'server.pem'));
  const { port } = await listen(createSecureServer({ key: pem, cert: pem }));
  const request = { proxy: `https://127.0.0.1:${port}`, tls: { ca: join(TLS, 'ca.pem') } };
  expect(await open().execute(step(`${protocol}://site.test/`, request), context())).toMatchObject({
    reason: {
      kind: 'tls',
      message: `GET ${protocol}://site.test/: the certificate of the proxy 127.0.0.1:${port} is signed by an authority that is not trusted here; name a file with its authority in NODE_EXTRA_CA_CERTS (tls is not for proxies) to trust it`,
    },
  });
});
