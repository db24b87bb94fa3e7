/** Whatever goes wrong with a request is a failure of its step, in plain words. */
import { readFile } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { HttpTrouble } from '../../../src/events/outcome.ts';
import { explain } from '../../../src/executors/http/trouble.ts';
import type { HttpStep } from '../../../src/plan/plan.ts';
import { context, listen, open, serve, serveBytes, step } from './rig.ts';

/** Why the step fails, after it has shown that it says so in the right form, with no status. */
async function messageOf(request: HttpStep, ctx = context()): Promise<string> {
  const outcome = await open().execute(request, ctx);
  expect(outcome).toEqual({
    state: 'failed',
    reason: { type: 'http', kind: expect.any(String), message: expect.any(String) },
  });
  return outcome.state === 'failed' && outcome.reason.type === 'http' ? outcome.reason.message : '';
}

/** The same for a server that sends `answer` and then does what `next` says. */
async function messageFor(answer: string | Buffer, next: (socket: Socket) => void) {
  const server = await serveBytes(socket => socket.write(answer, () => next(socket)));
  const ctx = context();
  const message = await messageOf(step(server.url), ctx);
  expect(message.startsWith(`GET ${server.url}/: `)).toBe(true);
  return { message: message.slice(`GET ${server.url}/: `.length), output: ctx.output() };
}

const end = (socket: Socket) => void socket.end();
const reset = (socket: Socket) => void socket.resetAndDestroy();
const stay = () => {};

describe('a request that reaches nobody', () => {
  it('says that nothing listens', async () => {
    const server = createTcpServer();
    const { port } = await listen(server);
    await new Promise(resolve => server.close(resolve));
    expect(await messageOf(step(`http://127.0.0.1:${port}/a`))).toBe(
      `GET http://127.0.0.1:${port}/a: nothing listens on 127.0.0.1:${port}`,
    );
  });

  it('says that no such host is known, or that there is nobody to ask', async () => {
    const message = await messageOf(step('http://no-such-host.invalid/'));
    expect([
      'GET http://no-such-host.invalid/: no host is called "no-such-host.invalid"',
      'GET http://no-such-host.invalid/: no name server could be asked for "no-such-host.invalid"',
    ]).toContain(message);
  });
});

describe('a request that cannot be sent', () => {
  it.each(['', 'not a url', 'http://', '/path', 'ftp://host/', 'file:///etc/passwd', 'http://host:99999/'])(
    'says that "%s" is not a URL, before anything starts',
    async url => {
      const ctx = context();
      expect(await messageOf(step(url), ctx)).toBe(`"${url}" is not a URL such as "https://example.org/health"`);
      expect(ctx.starts()).toBe(0);
    },
  );

  it.each([
    ['a line break', { 'x-a': 'b\r\nx-evil: 1' }, 'invalid x-a header'],
    ['a name that is none', { 'x a': 'b' }, 'invalid header key'],
    ['what the client decides', { 'Transfer-Encoding': 'chunked' }, 'invalid transfer-encoding header'],
  ])('says which header holds %s', async (_, headers, words) => {
    const server = await serve((_request, response) => void response.end());
    const message = await messageOf(step(server.url, { headers }));
    expect(message).toBe(`GET ${server.url}/: such a request cannot be sent: ${words}`);
  });
});

describe('a server that answers badly', () => {
  it('or not at all is said to have closed or reset the connection', async () => {
    expect((await messageFor('', end)).message).toBe('the server closed the connection before it answered');
    expect((await messageFor('HTTP/1.1 200 O', end)).message).toBe(
      'the server closed the connection before it answered',
    );
    expect((await messageFor('', reset)).message).toBe('the connection was reset before it answered');
  });

  it('and stops in the middle of the body is told from one that sent it all; what came is written', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n';
    const closed = 'the server closed the connection in the middle of the body';
    for (const more of ['', 'connection: close\r\n']) {
      const cut = await messageFor(`${head}${more}\r\nhalf`, end);
      expect(cut).toEqual({ message: `${closed}, after 4 of 10 bytes`, output: 'half' });
      const chunks = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n${more}\r\n4\r\nhalf\r\n`;
      expect(await messageFor(chunks, end)).toEqual({ message: `${closed}, after 4 bytes`, output: 'half' });
    }
  });

  it('and resets in the middle of the body is told so', async () => {
    let isReading: (socket: Socket) => void = stay;
    const server = await serveBytes(socket => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf');
      isReading = () => socket.resetAndDestroy();
    });
    const ctx = context(() => void isReading(server.sockets[0] as Socket));
    const message = await messageOf(step(server.url), ctx);
    expect(message).toContain('the connection was reset in the middle of the body, after 4 of 10 bytes');
  });

  it.each([
    ['SSH-2.0-OpenSSH_9.2\r\n', 'Expected HTTP/, RTSP/ or ICE/'],
    ['HTTP/1.1 200 OK\r\nno colon here\r\n\r\n', 'Invalid header token'],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno number\r\n', 'Invalid character in chunk size'],
    ['HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', 'bad upgrade'],
  ])('in something that is not HTTP (%j) is told so', async (answer, why) => {
    expect((await messageFor(answer, stay)).message).toBe(`the answer is not valid HTTP: ${why}`);
  });

  it('with endless headers is cut off', async () => {
    const { message } = await messageFor(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`, stay);
    expect(message).toBe('the headers of the answer are over 16 KiB');
  });

  it('with a body that is not packed as it says is told so', async () => {
    const answer = (body: Buffer, encoding: string) =>
      Buffer.concat([
        Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\ncontent-encoding: ${encoding}\r\n\r\n`),
        body,
      ]);
    const text = Buffer.from('this is plain text');
    for (const encoding of ['gzip', 'deflate', 'br']) {
      expect((await messageFor(answer(text, encoding), stay)).message).toMatch(/^the body cannot be unpacked: /);
    }
    const half = gzipSync(text).subarray(0, 20);
    expect((await messageFor(answer(half, 'gzip'), stay)).message).toBe(
      'the body cannot be unpacked: unexpected end of file',
    );
  });

  it('with a packed body that is cut off is said to have closed the connection', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\ncontent-encoding: gzip\r\n\r\n';
    const { message } = await messageFor(Buffer.concat([Buffer.from(head), gzipSync('half')]), end);
    expect(message).toMatch(/^the server closed the connection in the middle of the body, after \d+ of 100 bytes$/);
  });
});

describe('TLS', () => {
  it('that nobody vouches for is refused', async () => {
    const pem = await readFile(new URL('../../support/self-signed.pem', import.meta.url));
    const { port } = await listen(createHttpsServer({ key: pem, cert: pem }, (_, response) => void response.end('ok')));
    const message = await messageOf(step(`https://127.0.0.1:${port}/`));
    expect(message).toContain(`the certificate of 127.0.0.1:${port} is self-signed; name a file`);
  });

  it('spoken to a server without it is said to be a mistake for http://', async () => {
    const { port } = await serve((_, response) => void response.end('ok'));
    const message = await messageOf(step(`https://127.0.0.1:${port}/`));
    expect(message).toContain(`127.0.0.1:${port} does not speak TLS; perhaps http:// is meant`);
  });

  it('not spoken to a server that wants it is a closed connection', async () => {
    const pem = await readFile(new URL('../../support/self-signed.pem', import.meta.url));
    const { url } = await listen(createHttpsServer({ key: pem, cert: pem }));
    expect(await messageOf(step(url))).toMatch(/the (server closed the connection|connection was reset) before/);
  });
});

it.each<[HttpTrouble, string, string | undefined]>([
  ['request', 'http://', undefined],
  ['dns', 'http://no-such-host.invalid/', undefined],
  ['refused', 'http://127.0.0.1:1/', undefined],
  ['tls', 'https:', ''],
  ['closed', 'http:', ''],
  ['closed', 'http:', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'],
  ['closed', 'http:', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf'],
  ['protocol', 'http:', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['protocol', 'http:', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`],
  ['encoding', 'http:', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-encoding: gzip\r\n\r\nno'],
])('a machine can tell it is "%s": %s %j', async (kind, url, answer) => {
  const server =
    url === 'https:'
      ? await serve((_, response) => void response.end())
      : await serveBytes(socket => socket.end(answer ?? ''));
  const target = answer === undefined ? url : server.url.replace('http:', url);
  const outcome = await open().execute(step(target), context());
  expect(outcome).toMatchObject({ state: 'failed', reason: { type: 'http', kind } });
  expect(outcome).not.toHaveProperty('status');
});

describe('the words', () => {
  it('never hold the password of the url', async () => {
    const server = await serve((_, response) => void response.writeHead(404).end());
    const { host } = new URL(server.url);
    const urls = {
      [`http://me:s3cret@${host}/a@b`]: `http://me:***@${host}/a@b`,
      [`http://s3cret@${host}/`]: `http://***@${host}/`,
      [`http:me:s3cret@${host}/`]: `http://me:***@${host}/`,
      [`me:s3cret@${host}/`]: `***@${host}/`,
      'ftp://me:s3/cret@host/': '***@host/',
      'http://me:s3/cret@host/': '***@host/',
    };
    for (const [url, shown] of Object.entries(urls)) {
      const outcome = await open().execute(step(url), context());
      expect(JSON.stringify(outcome)).toContain(shown);
      expect(JSON.stringify(outcome)).not.toContain('s3');
    }
  });

  it.each([
    ['UND_ERR_CONNECT_TIMEOUT', 'a.example:443 did not accept the connection within 10s'],
    ['EHOSTUNREACH', 'no route leads to a.example:443'],
    ['CERT_HAS_EXPIRED', 'the certificate of a.example:443 has expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate of a.example:443 is for another host than "a.example"'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the certificate of a.example:443 is signed by an authority that is not'],
    ['EADDRNOTAVAIL', 'as node says (EADDRNOTAVAIL)'],
  ])('are there for %s', (code, words) => {
    const request = { method: 'GET', url: new URL('https://a.example/b'), headers: {}, way: {} };
    expect(explain(Object.assign(new Error('as node says'), { code }), request, {})?.words).toContain(words);
  });

  it.each([new Error('no code'), Object.assign(new TypeError('ours'), { code: 'ERR_INVALID_ARG_TYPE' }), 'text'])(
    'are not there for a bug (%s)',
    bug => {
      expect(
        explain(bug, { method: 'GET', url: new URL('http://a.example'), headers: {}, way: {} }, {}),
      ).toBeUndefined();
    },
  );
});
