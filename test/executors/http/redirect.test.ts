/** Which redirects an HTTP step follows, and what it takes along. */
import { createServer as createH2cServer } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { closed, context, listen, open, serve, serveBytes, step } from './rig.ts';

type Seen = { method: string | undefined; url: string | undefined; headers: NodeJS.Dict<string | string[]> };

/** `/301/path` redirects to `/path`; everything else answers. Keeps what it was asked. */
async function serveRedirects(target = '') {
  const seen: Seen[] = [];
  const server = await serve((request, response) => {
    request.resume();
    seen.push({ method: request.method, url: request.url, headers: request.headers });
    const [, status, rest] = /^\/(30\d)(.*)$/.exec(request.url ?? '') ?? [];
    if (status === undefined) response.end('the answer');
    else response.writeHead(Number(status), { location: target + rest }).end('a hint that nobody reads');
  });
  return { ...server, seen };
}

describe('a redirect', () => {
  it.each(['GET', 'HEAD'])('of a %s is followed by the same method, over the same connection', async method => {
    const server = await serveRedirects();
    const ctx = context();
    const path = '/301/302/303/307/308/end';
    expect(await open().execute(step(server.url + path, { method }), ctx)).toEqual({ state: 'succeeded', status: 200 });
    expect(server.seen.map(request => request.method)).toEqual(Array.from({ length: 6 }, () => method));
    expect(server.seen.at(-1)?.url).toBe('/end');
    expect(ctx.output()).toBe(method === 'HEAD' ? '' : 'the answer');
    expect(ctx.starts()).toBe(1);
    if (method === 'GET') expect(server.sockets).toHaveLength(1);
  });

  it('by 303 turns any request into a GET without a body', async () => {
    const server = await serveRedirects();
    const body = { type: 'json', value: 1 } as const;
    await open().execute(step(`${server.url}/303/end`, { method: 'POST', body }), context());
    expect(server.seen).toMatchObject([{ method: 'POST' }, { method: 'GET', url: '/end' }]);
    expect(Object.keys(server.seen[1]?.headers ?? {}).filter(name => name.startsWith('content-'))).toEqual([]);
  });

  it('of a request that changes things is an answer, and the failure says where it leads', async () => {
    const server = await serveRedirects();
    const url = `${server.url}/307/end`;
    const body = { type: 'text', text: 'x' } as const;
    const ctx = context();
    expect(await open().execute(step(url, { method: 'POST', body }), ctx)).toEqual({
      state: 'failed',
      status: 307,
      reason: {
        type: 'http',
        kind: 'status',
        message: `POST ${url} answered 307 Temporary Redirect and leads to "/end", expected 2xx`,
        body: 'a hint that nobody reads',
      },
    });
    expect(server.seen).toHaveLength(1);
    expect(ctx.output()).toBe('a hint that nobody reads');
  });

  it.each([301, 302])(
    'by %i of a request that changes things is told not to be followed, and what to do',
    async status => {
      const server = await serveRedirects();
      const url = `${server.url}/${status}/end`;
      const outcome = await open().execute(step(url, { method: 'POST' }), context());
      const name = status === 301 ? 'Moved Permanently' : 'Found';
      expect(outcome).toMatchObject({
        status,
        reason: {
          message: `POST ${url} answered ${status} ${name} and leads to "/end", expected 2xx; POST does not follow it: expect the status ${status} if that is the answer, else send the POST where it leads`,
        },
      });
    },
  );

  it('that nobody asked to follow, or that leads to no other URL, is told without a word about that', async () => {
    const server = await serveRedirects();
    const elsewhere = await serveRedirects('mailto:me@host');
    for (const [url, follow] of [
      [`${server.url}/302/end`, 0],
      [`${elsewhere.url}/302/end`, 5],
    ] as const) {
      const outcome = await open().execute(step(url, { method: 'POST', follow }), context());
      expect(outcome).toMatchObject({ reason: { message: expect.stringMatching(/expected 2xx$/) } });
    }
  });

  it('that has turned a request into a GET is told when that fails', async () => {
    const server = await serve((request, response) => {
      request.resume();
      if (request.url === '/end') response.writeHead(404).end();
      else response.writeHead(request.method === 'POST' ? 303 : 302, { location: '/end' }).end();
    });
    const failing = `GET ${server.url}/end answered 404 Not Found, expected 2xx`;
    expect(await open().execute(step(`${server.url}/a`, { method: 'POST' }), context())).toMatchObject({
      reason: { message: `${failing}; a 303 has turned POST ${server.url}/a into this GET` },
    });
    expect(await open().execute(step(`${server.url}/a`), context())).toMatchObject({ reason: { message: failing } });
  });

  it('that the step expects is an answer', async () => {
    const server = await serveRedirects();
    const outcome = await open().execute(step(`${server.url}/302/end`, { expect: { status: [302] } }), context());
    expect(outcome).toEqual({ state: 'succeeded', status: 302 });
    expect(server.seen).toHaveLength(1);
  });

  it('after five others is a failure', async () => {
    const server = await serveRedirects();
    expect(await open().execute(step(`${server.url}/301/301/301/301/301/301/end`), context())).toEqual({
      state: 'failed',
      reason: {
        type: 'http',
        kind: 'redirects',
        message: `GET ${server.url}/301/end leads to "${server.url}/end", after 5 redirects already`,
      },
    });
  });

  it('after one other, where one may be followed, is a failure that counts one', async () => {
    const server = await serveRedirects();
    expect(await open().execute(step(`${server.url}/301/301/end`, { follow: 1 }), context())).toMatchObject({
      reason: { message: `GET ${server.url}/301/end leads to "${server.url}/end", after 1 redirect already` },
    });
  });

  it('that leads in a circle is said to do so', async () => {
    const server = await serve((request, response) => {
      response.writeHead(302, { location: request.url === '/a' ? '/b' : '/a' }).end();
    });
    expect(await open().execute(step(`${server.url}/a`), context())).toEqual({
      state: 'failed',
      reason: {
        type: 'http',
        kind: 'redirects',
        message: `GET ${server.url}/b leads back to "${server.url}/a": the redirects go in a circle`,
      },
    });
  });

  it('is an answer where none are followed, and more are followed where more may be', async () => {
    const server = await serveRedirects();
    const none = await open().execute(step(`${server.url}/301/end`, { follow: 0 }), context());
    expect(none).toMatchObject({ state: 'failed', status: 301 });
    const path = '/301/302/303/307/308/301/302/end';
    const many = await open().execute(step(server.url + path, { follow: 7 }), context());
    expect(many).toEqual({ state: 'succeeded', status: 200 });
  });

  it('to something that is no http or https URL is an answer', async () => {
    const server = await serveRedirects('ftp://me:secret@host');
    const outcome = await open().execute(step(`${server.url}/301/end`), context());
    expect(outcome).toMatchObject({
      reason: { message: expect.stringContaining('301 Moved Permanently and leads to "***@host/end", expected 2xx') },
    });
  });

  it('within the origin keeps the secrets of the request; to another it drops them for good', async () => {
    const home = await serveRedirects();
    const away = await serveRedirects(home.url);
    const start = await serveRedirects(away.url);
    const headers = { Authorization: 'Bearer a', Cookie: 'b', 'Proxy-Authorization': 'c', 'X-Kept': 'd', Host: 'e' };
    const executor = open();
    await executor.execute(step(`${home.url}/302/end`, { headers }), context());
    expect(home.seen[1]?.headers).toMatchObject({ authorization: 'Bearer a', cookie: 'b', 'x-kept': 'd' });
    await executor.execute(step(`${start.url}/302/302/end`, { headers }), context());
    for (const last of [away.seen.at(-1), home.seen.at(-1)]) {
      expect(last?.headers['x-kept']).toBe('d');
      for (const secret of ['authorization', 'cookie', 'proxy-authorization']) {
        expect(last?.headers).not.toHaveProperty(secret);
      }
    }
    expect(home.seen.at(-1)?.headers.host).toBe(`127.0.0.1:${home.port}`);
  });

  it('within the origin tells who asks as the step says it, whomever the urls name', async () => {
    const seen: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      const next = { '/a': '/b', '/b': `http://x:y@${request.headers.host}/c` }[request.url ?? ''];
      response.writeHead(next === undefined ? 200 : 302, next === undefined ? {} : { location: next }).end();
    });
    const url = `http://u:p@127.0.0.1:${server.port}/a`;
    const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
    await open().execute(step(url, { headers: { Authorization: 'own' } }), context());
    await open().execute(step(url, { auth: { type: 'bearer', token: 't' } }), context());
    await open().execute(step(url), context());
    expect(seen.splice(0, 6)).toEqual(['own', 'own', 'own', 'Bearer t', 'Bearer t', 'Bearer t']);
    expect(seen).toEqual([basic('u:p'), basic('u:p'), basic('x:y')]);
  });

  it('whose body stalls is followed all the same, and its connection closed', async () => {
    const server = await serveBytes(socket => {
      if (server.sockets.length > 1) return void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      socket.write('HTTP/1.1 302 Found\r\nlocation: /end\r\ncontent-length: 10\r\n\r\nhalf');
    });
    const ctx = context();
    expect(await open().execute(step(server.url), ctx)).toEqual({ state: 'succeeded', status: 200 });
    expect(ctx.output()).toBe('ok');
    await closed(server.sockets[0]);
  });

  it('whose body stalls is followed over HTTP/2, too', async () => {
    const server = createH2cServer();
    server.on('stream', (stream, { ':path': path }) => {
      if (path === '/end') {
        stream.respond({ ':status': 200 });
        stream.end('ok');
      } else stream.respond({ ':status': 302, location: '/end' });
    });
    const { url } = await listen(server as never);
    const ctx = context();
    expect(await open().execute(step(url, { http2: true }), ctx)).toEqual({ state: 'succeeded', status: 200 });
    expect(ctx.output()).toBe('ok');
  });

  it('to another port of the same host is sent the cookies of the session', async () => {
    const other = await serveRedirects();
    const home = await serve((_, response) => {
      response.writeHead(302, { location: `${other.url}/end`, 'set-cookie': 'a=b' }).end();
    });
    await open().execute(step(home.url), context());
    expect(other.seen[0]?.headers).toMatchObject({ cookie: 'a=b' });
  });

  it('with a long body is followed without reading it all', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/end') return void response.end('the answer');
      response.writeHead(302, { location: '/end' });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const ctx = context();
    expect(await open().execute(step(server.url), ctx)).toEqual({ state: 'succeeded', status: 200 });
    expect(ctx.output()).toBe('the answer');
  });
});
