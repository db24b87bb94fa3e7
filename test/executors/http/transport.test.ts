/** Laws of the ways that a request takes: TLS of several kinds, HTTP/2, proxies, sockets of this machine, cookies. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createH2cServer, createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCookies } from '../../../src/executors/http/cookies.ts';
import { proxyFor } from '../../../src/executors/http/proxy.ts';
import type { HttpStep } from '../../../src/plan/plan.ts';
import { closed, context, listen, open, serve, step } from './rig.ts';

const PEM = join(import.meta.dirname, '../../support/tls');
const SERVER = readFileSync(join(PEM, 'server.pem'));
const CA = readFileSync(join(PEM, 'ca.pem'));

const secure = async (answer: RequestListener, options: object = {}) => {
  const server = await listen(createHttpsServer({ key: SERVER, cert: SERVER, ...options }, answer));
  return { ...server, url: server.url.replace('http:', 'https:') };
};

async function ask(
  url: string,
  request: Partial<HttpStep> = {},
  env: Record<string, string> = {},
  executor = open(PEM),
) {
  const ctx = { ...context(), env };
  const outcome = await executor.execute(step(url, request), ctx);
  const reason = outcome.state === 'failed' ? (outcome.reason as { kind?: string; message: string }) : undefined;
  return { outcome, output: ctx.output(), kind: reason?.kind, message: reason?.message ?? '' };
}

describe('TLS', () => {
  const whoAsks: RequestListener = (request, response) => {
    const { subject } = (
      request.socket as unknown as { getPeerCertificate(): { subject?: { CN: string } } }
    ).getPeerCertificate();
    response.end(`hello ${subject?.CN ?? 'nobody'}`);
  };

  it('trusts whom the step says, and nobody else', async () => {
    const { url } = await secure(whoAsks);
    const refused = await ask(url);
    expect(refused.kind).toBe('tls');
    expect(refused.message).toMatch(/is signed by an authority that is not trusted here; name a file .* in tls.ca or /);
    expect((await ask(url, { tls: { ca: 'ca.pem' } })).output).toBe('hello nobody');
    expect((await ask(url, { tls: { insecure: true } })).output).toBe('hello nobody');
    const other = await ask(url, { tls: { ca: 'client.pem' } });
    expect(other.kind).toBe('tls');
  });

  it('says who asks, where the step does', async () => {
    const { url } = await secure(whoAsks, { requestCert: true, ca: CA });
    const tls = { ca: 'ca.pem', cert: 'client.pem', key: 'client.pem' };
    expect((await ask(url, { tls })).output).toBe('hello runjobs test client');
  });

  it('keeps connections of one kind apart from those of another', async () => {
    const { url, sockets } = await secure(whoAsks, { requestCert: true, ca: CA, rejectUnauthorized: false });
    const executor = open(PEM);
    const tls = { ca: 'ca.pem', cert: 'client.pem', key: 'client.pem' };
    const outputs: string[] = [];
    for (const one of [tls, { ca: 'ca.pem' }, tls]) outputs.push((await ask(url, { tls: one }, {}, executor)).output);
    expect(outputs).toEqual(['hello runjobs test client', 'hello nobody', 'hello runjobs test client']);
    expect(sockets).toHaveLength(2);
  });

  it('does not tell another origin who asks', async () => {
    const other = await secure(whoAsks, { requestCert: true, ca: CA, rejectUnauthorized: false });
    const first = await secure((_, response) => void response.writeHead(302, { location: other.url }).end());
    const tls = { ca: 'ca.pem', cert: 'client.pem', key: 'client.pem' };
    expect((await ask(first.url, { tls })).output).toBe('hello nobody');
  });

  it('is refused where its certificate has expired, or is that of another host', async () => {
    const expired = readFileSync(join(PEM, 'expired.pem'));
    const { url, port } = await secure(whoAsks, { key: expired, cert: expired });
    const tls = { ca: 'ca.pem' };
    const old = await ask(url, { tls });
    expect([old.kind, old.message]).toEqual(['tls', `GET ${url}/: the certificate of 127.0.0.1:${port} has expired`]);
    const site = await secure(whoAsks);
    const { url: through } = await proxy(site.port);
    const other = await ask('https://other.test/', { tls, proxy: through });
    expect([other.kind, other.message]).toEqual([
      'tls',
      'GET https://other.test/: the certificate of other.test:443 is for another host than "other.test": it is for "127.0.0.1", "localhost" and "secure.test"',
    ]);
  });

  it('says which file cannot be read, before anything is sent', async () => {
    const { outcome } = await ask('https://127.0.0.1:1/', { tls: { ca: 'missing.pem' } });
    expect(outcome).toEqual({
      state: 'failed',
      reason: { type: 'start', message: 'tls.ca: "missing.pem" does not exist' },
    });
  });
});

describe('HTTP/2', () => {
  it('is spoken over TLS where both want it, and HTTP/1.1 where one does not', async () => {
    const answer = (request: { httpVersion: string }, response: { end(text: string): void }) =>
      response.end(request.httpVersion);
    const both = await listen(
      createSecureServer({ key: SERVER, cert: SERVER, allowHTTP1: true }, answer as never) as unknown as Server,
    );
    const url = both.url.replace('http:', 'https:');
    const tls = { ca: 'ca.pem' };
    expect((await ask(url, { tls, http2: true })).output).toBe('2.0');
    expect((await ask(url, { tls })).output).toBe('1.1');
    const old = await secure(answer as never);
    expect((await ask(old.url, { tls, http2: true })).output).toBe('1.1');
  });

  it('is spoken without TLS where the step says so; bodies, and connections that are used again, as ever', async () => {
    const seen: string[] = [];
    const server = await listen(
      createH2cServer((request, response) => {
        request.on('data', data => seen.push(String(data)));
        request.on('end', () => response.end(`${request.method} ${request.httpVersion}`));
      }) as unknown as Server,
    );
    const executor = open();
    const post = { method: 'POST', http2: true, body: { type: 'text', text: 'ping' } } as const;
    for (let count = 0; count < 3; count += 1) {
      expect((await ask(server.url, post, {}, executor)).output).toBe('POST 2.0');
    }
    expect(seen).toEqual(['ping', 'ping', 'ping']);
    expect(server.sockets).toHaveLength(1);
  });

  it('is closed at once when the step is cancelled', async () => {
    const ctx = context(() => void ctx.cancel());
    const server = await listen(createH2cServer((_, response) => void response.write('half')) as unknown as Server);
    const outcome = await open().execute(step(server.url, { http2: true }), ctx);
    expect(outcome.state).toBe('cancelled');
    await closed(server.sockets[0]);
  });
});

describe('a socket of this machine', () => {
  it('is asked in the place of the host', async () => {
    const at = mkdtempSync(join(tmpdir(), 'rj-'));
    onTestFinished(() => rmSync(at, { recursive: true, force: true }));
    const server = createHttpServer((request, response) => void response.end(`${request.headers.host}${request.url}`));
    server.listen(join(at, 's'));
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    expect((await ask('http://docker/info', { socket: join(at, 's') })).output).toBe('docker/info');
    const missing = await ask('http://docker/info', { socket: join(at, 'no') });
    expect(missing.message).toBe(`GET http://docker/info: the socket "${join(at, 'no')}" does not exist`);
    expect(missing.kind).toBe('refused');
  });
});

/** A proxy that leads every host to one server, and tells what it was asked. */
async function proxy(target: number, { refuses = false, password = '' } = {}) {
  const asked: string[] = [];
  const mayPass = (request: IncomingMessage) =>
    password === '' ||
    request.headers['proxy-authorization'] === `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;
  const server = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url} host ${request.headers.host}`);
    if (!mayPass(request)) return void response.writeHead(407).end();
    response.end(`through the proxy${request.headers['proxy-authorization'] === undefined ? '' : ', known'}`);
  });
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    asked.push(`CONNECT ${request.url}`);
    if (refuses || !mayPass(request)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const onward = connect(target, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return { ...(await listen(server)), asked };
}

describe('a proxy', () => {
  it('passes on what is not secret, and is told the whole url', async () => {
    const { url, asked } = await proxy(0);
    expect((await ask('http://site.test:81/a?b', { proxy: url })).output).toBe('through the proxy');
    expect(asked).toEqual(['GET http://site.test:81/a?b host site.test:81']);
  });

  it('makes a tunnel for what is secret, and sees nothing of it; the connection is used again', async () => {
    const site = await secure((request, response) => void response.end(`${request.headers.host}${request.url}`));
    const { url, asked } = await proxy(site.port);
    const executor = open(PEM);
    const request = { proxy: url, tls: { ca: 'ca.pem' } };
    for (const path of ['a', 'b']) {
      const { output } = await ask(`https://secure.test/${path}`, request, {}, executor);
      expect(output).toBe(`secure.test/${path}`);
    }
    expect(asked).toEqual(['CONNECT secure.test:443']);
    expect(site.sockets).toHaveLength(1);
    await executor.close();
    await closed(site.sockets[0]);
  });

  it('may be told who asks, and only the proxy is', async () => {
    const site = await secure((request, response) => {
      response.end(String(request.headers['proxy-authorization']));
    });
    const { port } = await proxy(site.port, { password: 'open-sesame' });
    const through = `http://me:open-sesame@127.0.0.1:${port}`;
    expect((await ask('https://secure.test/', { proxy: through, tls: { ca: 'ca.pem' } })).output).toBe('undefined');
    expect((await ask('http://site.test/', { proxy: through })).output).toBe('through the proxy, known');
  });

  it('that refuses, is not there, or is none is told apart from the site, without its password', async () => {
    const { port } = await proxy(0, { refuses: true });
    const refused = await ask('https://secure.test/', { proxy: `http://me:secret@127.0.0.1:${port}` });
    expect(refused.kind).toBe('proxy');
    expect(refused.message).toBe(
      `GET https://secure.test/: the proxy 127.0.0.1:${port} does not lead to secure.test:443: it answered 407 Proxy Authentication Required`,
    );
    const gone = await ask('http://site.test/', { proxy: 'http://127.0.0.1:1' });
    expect(gone.message).toBe('GET http://site.test/: nothing listens on the proxy 127.0.0.1:1');
    const { outcome } = await ask('http://site.test/', { proxy: 'socks5://me:secret@h' });
    expect(outcome).toEqual({
      state: 'failed',
      reason: { type: 'start', message: 'proxy is not a URL such as "http://proxy.example:3128"' },
    });
  });

  it('that never answers is left at once when the step is cancelled', async () => {
    const server = createHttpServer();
    let reached = () => {};
    const isReached = new Promise<void>(resolve => {
      reached = resolve;
    });
    server.on('connect', (_, socket) => {
      socket.resume().on('end', () => socket.end());
      reached();
    });
    const { url, sockets } = await listen(server);
    const ctx = context();
    const running = open().execute(step('https://secure.test/', { proxy: url }), ctx);
    await isReached;
    ctx.cancel();
    expect((await running).state).toBe('cancelled');
    await closed(sockets[0]);
  });

  it('is that of the environment where the step names none', async () => {
    const { url, asked } = await proxy(0);
    await ask('http://site.test/', {}, { HTTP_PROXY: url });
    await ask('http://site.test/', { proxy: false }, { HTTP_PROXY: url });
    await ask('http://site.test/', {}, { HTTP_PROXY: url, NO_PROXY: 'site.test' });
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['http://h/', { http_proxy: 'http://p' }, 'http://p/'],
    ['http://h/', { HTTP_PROXY: 'p:3128' }, 'http://p:3128/'],
    ['http://h/', { http_proxy: 'http://a', HTTP_PROXY: 'http://b' }, 'http://a/'],
    ['https://h/', { HTTP_PROXY: 'http://p' }, undefined],
    ['https://h/', { HTTPS_PROXY: 'http://p' }, 'http://p/'],
    ['https://h/', { ALL_PROXY: 'http://p' }, 'http://p/'],
    ['http://h/', { HTTP_PROXY: 'http://p', NO_PROXY: '*' }, undefined],
    ['http://a.h.org/', { HTTP_PROXY: 'http://p', NO_PROXY: 'x, h.org' }, undefined],
    ['http://a.h.org/', { HTTP_PROXY: 'http://p', no_proxy: '.h.org' }, undefined],
    ['http://ah.org/', { HTTP_PROXY: 'http://p', NO_PROXY: 'h.org' }, 'http://p/'],
    ['http://h:81/', { HTTP_PROXY: 'http://p', NO_PROXY: 'h:80' }, 'http://p/'],
    ['http://h/', { HTTP_PROXY: 'http://p', NO_PROXY: 'h:80' }, undefined],
    ['http://[2001:db8::1]/', { HTTP_PROXY: 'http://p', NO_PROXY: '2001:db8::1' }, undefined],
    ['http://[2001:db8::1]/', { HTTP_PROXY: 'http://p', NO_PROXY: '2001:db8:0::1' }, undefined],
    ['http://[2001:db8::1]/', { HTTP_PROXY: 'http://p', NO_PROXY: '2001:db8::/32' }, undefined],
    ['http://[2001:db9::1]/', { HTTP_PROXY: 'http://p', NO_PROXY: '2001:db8::/32,::/129' }, 'http://p/'],
    ['http://10.1.2.3/', { HTTP_PROXY: 'http://p', NO_PROXY: '192.168.0.0/16,10.0.0.0/8' }, undefined],
    ['http://11.1.2.3/', { HTTP_PROXY: 'http://p', NO_PROXY: '10.0.0.0/8,0.0.0.0/33,10.0.0.0/,::/0' }, 'http://p/'],
    ['http://h.org/', { HTTP_PROXY: 'http://p', NO_PROXY: '10.0.0.0/8' }, 'http://p/'],
    ['http://localhost:1/', { HTTP_PROXY: 'http://p' }, undefined],
    ['http://127.0.0.1/', { HTTP_PROXY: 'http://p' }, undefined],
    ['http://[::1]/', { HTTP_PROXY: 'http://p' }, undefined],
  ])('for %s, by %j, is %s', (url, env, expected) => {
    expect((proxyFor(new URL(url), undefined, { env: env as Record<string, string> }) as URL | undefined)?.href).toBe(
      expected,
    );
  });
});

describe('cookies', () => {
  async function site() {
    const seen: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      seen.push(request.headers.cookie);
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://h');
      const set = searchParams.getAll('set');
      if (set.length > 0) response.setHeader('set-cookie', set);
      if (pathname === '/moved') return void response.writeHead(302, { location: '/end' }).end();
      response.end();
    });
    const executor = open();
    const visit = (path: string, request: Partial<HttpStep> = {}) => ask(server.url + path, request, {}, executor);
    return { seen, visit, url: server.url };
  }
  const set = (...cookies: string[]) => `?${cookies.map(cookie => `set=${encodeURIComponent(cookie)}`).join('&')}`;

  it('that an answer sets are sent from then on, where they belong, until they expire', async () => {
    const { seen, visit } = await site();
    await visit(`/${set('a=1', 'b=2; Path=/deep', 'd=4; Domain=example.org', 'e=5; Max-Age=0')}`);
    await visit('/');
    await visit('/deep/er');
    await visit(`/${set('a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT')}`);
    await visit('/');
    expect(seen).toEqual([undefined, 'a=1', 'b=2; a=1', 'a=1', undefined]);
  });

  it('that are secure, and those of a host, go nowhere else; nobody sets one for a whole registry', async () => {
    const cookies = createCookies();
    await cookies.keep('', new URL('https://a.site.test/'), ['s=1; Secure', 'h=2', 'd=3; Domain=site.test']);
    expect(cookies.headerFor('', new URL('https://a.site.test/'))).toBe('s=1; h=2; d=3');
    expect(cookies.headerFor('', new URL('http://a.site.test/'))).toBe('h=2; d=3');
    expect(cookies.headerFor('', new URL('https://b.site.test/'))).toBe('d=3');
    await cookies.keep('', new URL('https://a.co.uk/'), ['x=1; Domain=co.uk']);
    expect(cookies.headerFor('', new URL('https://b.co.uk/'))).toBeUndefined();
  });

  it('that a redirect sets are sent to where it leads', async () => {
    const { seen, visit } = await site();
    await visit(`/moved${set('a=1')}`);
    expect(seen).toEqual([undefined, 'a=1']);
  });

  it('are kept for each session by itself, and for none where the step has none', async () => {
    const { seen, visit } = await site();
    await visit(`/${set('who=alice')}`, { session: 'alice' });
    await visit(`/${set('who=bob')}`, { session: 'bob' });
    await visit(`/${set('who=nobody')}`, { session: false });
    for (const session of ['alice', 'bob']) await visit('/', { session });
    await visit('/');
    await visit('/', { session: false });
    expect(seen.slice(3)).toEqual(['who=alice', 'who=bob', undefined, undefined]);
  });

  it('of the step itself come first', async () => {
    const { seen, visit } = await site();
    await visit(`/${set('a=1')}`);
    await visit('/', { headers: { Cookie: 'own=1' } });
    expect(seen[1]).toBe('own=1');
  });

  it('are not told to another origin', async () => {
    const other = await site();
    const server = await serve((_, response) => {
      response.writeHead(302, { location: other.url.replace('127.0.0.1', 'localhost'), 'set-cookie': 'a=1' }).end();
    });
    await ask(server.url);
    expect(other.seen).toEqual([undefined]);
  });
});
