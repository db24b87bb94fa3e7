/** What an HTTP step sends, and what it makes of the answer. */
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { closed, context, open, serve, step } from './rig.ts';

/** A server that answers with what it was asked. */
function serveEcho() {
  return serve(async (request: IncomingMessage, response) => {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, headers, body: await text(request) }));
  });
}

describe('a request', () => {
  it('is sent as the step says, with headers of its own only where the step has none', async () => {
    const server = await serveEcho();
    const ctx = context();
    const request = step(`${server.url}/a/b?c=d#e`, { method: 'DELETE', headers: { 'User-Agent': 'me', 'X-Y': 'z' } });
    expect(await open().execute(request, ctx)).toEqual({ state: 'succeeded', status: 200 });
    expect(JSON.parse(ctx.output())).toEqual({
      method: 'DELETE',
      url: '/a/b?c=d',
      headers: {
        host: `127.0.0.1:${server.port}`,
        connection: 'keep-alive',
        'user-agent': 'me',
        accept: '*/*',
        'accept-encoding': 'gzip, deflate, br',
        'x-y': 'z',
      },
      body: '',
    });
  });

  it('carries a JSON body with its content type, unless the step names another', async () => {
    const server = await serveEcho();
    const executor = open();
    const body = { type: 'json', value: { ok: [true, 'ü'] } } as const;
    for (const [headers, type] of [
      [{}, 'application/json'],
      [{ 'Content-Type': 'application/ld+json' }, 'application/ld+json'],
    ] as const) {
      const ctx = context();
      await executor.execute(step(server.url, { method: 'POST', body, headers }), ctx);
      const sent = JSON.parse(ctx.output());
      expect(sent.headers['content-type']).toBe(type);
      expect(sent.body).toBe('{"ok":[true,"ü"]}');
    }
  });

  it('carries a text body as it is, without a content type', async () => {
    const server = await serveEcho();
    const ctx = context();
    await open().execute(step(server.url, { method: 'PUT', body: { type: 'text', text: 'a\nü' } }), ctx);
    const sent = JSON.parse(ctx.output());
    expect(sent.body).toBe('a\nü');
    expect(sent.headers).toMatchObject({ 'content-length': '4' });
    expect(sent.headers).not.toHaveProperty('content-type');
  });

  it('authenticates with the name and password of the url, unless the step does it itself', async () => {
    const server = await serveEcho();
    const executor = open();
    const url = `http://us%40er:p%3Aa%zz@127.0.0.1:${server.port}/`;
    const [own, given] = [context(), context()];
    await executor.execute(step(url), own);
    await executor.execute(step(url, { headers: { Authorization: 'Bearer x' } }), given);
    const expected = `Basic ${Buffer.from('us@er:p%3Aa%zz').toString('base64')}`;
    expect(JSON.parse(own.output()).headers.authorization).toBe(expected);
    expect(JSON.parse(given.output()).headers.authorization).toBe('Bearer x');
  });

  it('tells nobody with auth: false, whomever its url or that of a redirect names', async () => {
    const seen: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      const next = { '/a': '/b', '/b': `http://u:p@${request.headers.host}/c` }[request.url ?? ''];
      response.writeHead(next === undefined ? 200 : 302, next === undefined ? {} : { location: next }).end();
    });
    const url = `http://u:p@127.0.0.1:${server.port}`;
    expect(await open().execute(step(`${url}/a`, { auth: false }), context())).toMatchObject({ state: 'succeeded' });
    expect(seen).toEqual([undefined, undefined, undefined]);
    await open().execute(step(`${url}/c`, { auth: false, headers: { Authorization: 'own' } }), context());
    expect(seen.at(-1)).toBe('own');
  });

  it('is announced exactly once', async () => {
    const server = await serveEcho();
    const ctx = context();
    await open().execute(step(server.url), ctx);
    expect(ctx.starts()).toBe(1);
  });
});

describe('an answer', () => {
  it('succeeds by an exact status or a class, and fails otherwise, its body written all the same', async () => {
    const server = await serve((request, response) => {
      response.statusCode = Number(request.url?.slice(1));
      response.end(response.statusCode === 204 ? undefined : `this is ${request.url}`);
    });
    const executor = open();
    const run = async (status: number, ...wanted: (number | '2xx' | '4xx')[]) => {
      const ctx = context();
      const outcome = await executor.execute(step(`${server.url}/${status}`, { expect: { status: wanted } }), ctx);
      return { outcome, output: ctx.output() };
    };
    const succeeded = (status: number) => ({ state: 'succeeded', status });
    expect(await run(204, '2xx')).toEqual({ outcome: succeeded(204), output: '' });
    expect(await run(404, 200, '4xx')).toEqual({ outcome: succeeded(404), output: 'this is /404' });
    expect(await run(418, 418)).toEqual({ outcome: succeeded(418), output: 'this is /418' });
    const message = (status: string, wanted: string) => `GET ${server.url}/${status}, expected ${wanted}`;
    for (const [status, words, ...wanted] of [
      [404, '404 answered 404 Not Found', '2xx'],
      [201, '201 answered 201 Created', 200, '4xx'],
      [599, '599 answered 599', '2xx'],
    ] as const) {
      expect(await run(status, ...wanted)).toEqual({
        outcome: {
          state: 'failed',
          status,
          reason: {
            type: 'http',
            kind: 'status',
            message: message(words, wanted.join(' or ')),
            body: `this is /${status}`,
          },
        },
        output: `this is /${status}`,
      });
    }
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['gzip, BR', (bytes: Buffer) => brotliCompressSync(gzipSync(bytes))],
    ['unheard-of', (bytes: Buffer) => bytes],
  ])('packed as %s is written unpacked, whatever its status', async (encoding, pack) => {
    const body = 'round and round '.repeat(20_000);
    const server = await serve((_, response) => {
      response.writeHead(500, { 'content-encoding': encoding }).end(pack(Buffer.from(body)));
    });
    const ctx = context();
    expect(await open().execute(step(server.url), ctx)).toMatchObject({ state: 'failed', status: 500 });
    expect(ctx.output()).toBe(body);
  });

  it.each(['HEAD', 'GET'])('to a %s without a body is not unpacked', async method => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end();
    });
    const ctx = context();
    expect(await open().execute(step(server.url, { method }), ctx)).toEqual({ state: 'succeeded', status: 200 });
    expect(ctx.output()).toBe('');
  });

  it('is written byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 31) % 256));
    const server = await serve((_, response) => void response.end(bytes));
    const pieces: Buffer[] = [];
    await open().execute(
      step(server.url),
      context(piece => void pieces.push(Buffer.from(piece))),
    );
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  });
});

describe('a body that is too long', () => {
  const zeros = gzipSync(Buffer.alloc(70 * 1024 * 1024));

  it('is refused at 64 MiB where it comes packed, and at what the step says', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(zeros);
    });
    const messageFor = async (rules: object) => {
      const outcome = await open().execute(
        step(server.url, rules),
        context(() => undefined),
      );
      return outcome.state === 'failed' && outcome.reason.type === 'http' ? outcome.reason.message : outcome.state;
    };
    expect(await messageFor({})).toBe(
      `GET ${server.url}/: the body is longer than 64 MiB; give "maxBody" a larger size if that is meant`,
    );
    expect(await messageFor({ maxBody: 1000 })).toContain('the body is longer than 1000 bytes; ');
    expect(await messageFor({ maxBody: 100 * 1024 * 1024 })).toBe('succeeded');
    expect(await messageFor({ decompress: false })).toBe('succeeded');
    await Promise.all(server.sockets.slice(0, 2).map(closed));
  });

  it('is cut off though it never ends', async () => {
    const server = await serve((_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const outcome = await open().execute(step(server.url, { maxBody: 1024 * 1024 }), context());
    expect(outcome).toMatchObject({ state: 'failed', reason: { message: expect.stringContaining('than 1 MiB') } });
    await closed(server.sockets[0]);
  });
});

it('what is not to be unpacked is not asked for packed, and stays as it comes', async () => {
  const packed = gzipSync('x');
  const server = await serve((request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'x-asked': String(request.headers['accept-encoding']) });
    response.end(packed);
  });
  const pieces: Buffer[] = [];
  const ctx = context(bytes => void pieces.push(Buffer.from(bytes)));
  const save = { type: 'parts', parts: { ASKED: { type: 'header', name: 'x-asked' } } } as const;
  await open().execute(step(server.url, { decompress: false, save }), ctx);
  expect(Buffer.concat(pieces).equals(packed)).toBe(true);
  expect(ctx.saved).toEqual({ ASKED: 'undefined' });
});

describe('a server that asks to wait', () => {
  const answering = async (value: string | string[]) => {
    const { url } = await serve((_, response) => response.setHeader('retry-after', value).writeHead(429).end());
    return open().execute(step(url), context());
  };

  it('is understood in seconds and as a date', async () => {
    expect(await answering('120')).toMatchObject({ state: 'failed', status: 429, retryAfterMs: 120_000 });
    const date = (await answering(new Date(Date.now() + 3_600_000).toUTCString())) as { retryAfterMs: number };
    expect(date.retryAfterMs).toBeGreaterThan(3_500_000);
    expect(date.retryAfterMs).toBeLessThanOrEqual(3_600_000);
    expect(await answering('Thu, 01 Jan 1970 00:00:00 GMT')).toMatchObject({ retryAfterMs: 0 });
  });

  it('is understood in odd forms, too', async () => {
    const { MAX_SAFE_INTEGER } = Number;
    expect(await answering(' 1.5')).toMatchObject({ retryAfterMs: 1500 });
    expect(await answering('99999999999')).toMatchObject({ retryAfterMs: 99_999_999_999_000 });
    expect(await answering('9'.repeat(400))).toMatchObject({ retryAfterMs: MAX_SAFE_INTEGER });
    expect(await answering(['3', 'soon', '7'])).toMatchObject({ retryAfterMs: 7000 });
    // Two that are obsolete; JavaScript would take the second one for local time.
    const soon = new Date(Date.now() + 3_600_000).toUTCString();
    const [day, date = '', month, year = '', time] = soon.split(' ');
    for (const form of [
      `${day} ${date}-${month}-${year} ${time} GMT`,
      `${day?.slice(0, 3)} ${month} ${Number(date)} ${time} ${year}`,
    ]) {
      const { retryAfterMs } = (await answering(form)) as { retryAfterMs: number };
      expect(retryAfterMs).toBeGreaterThan(3_500_000);
      expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
    }
  });

  it.each([
    [{ 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '90' }, 89_999],
    [{ 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': `${Math.ceil(Date.now() / 1000) + 3600}` }, 3_500_000],
    [{ 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1700000000' }, -1],
    [{ 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '90', 'Retry-After': '100' }, 99_999],
    [{ 'X-RateLimit-Remaining': '1', 'X-RateLimit-Reset': '90' }, undefined],
    [{ 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': 'soon' }, undefined],
  ])('is understood where no more requests are granted until a time: %j', async (headers, least) => {
    const { url } = await serve((_, response) => void response.writeHead(403, headers).end());
    const { retryAfterMs } = (await open().execute(step(url), context())) as { retryAfterMs?: number };
    if (least === undefined) return expect(retryAfterMs).toBeUndefined();
    expect(retryAfterMs).toBeGreaterThan(least);
    expect(retryAfterMs).toBeLessThanOrEqual(least + 101_000);
  });

  it('is passed over when it says nothing that can be understood', async () => {
    for (const value of ['soon', '-5', '1, 2', '10s', '2030-01-01', '', 'Tue, 99 Nov 2030 00:00:00 GMT'])
      expect(await answering(value)).not.toHaveProperty('retryAfterMs');
  });
});
