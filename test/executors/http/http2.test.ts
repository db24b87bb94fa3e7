/** Whatever goes wrong over HTTP/2 is a failure of its step, in plain words, and none is taken for a whole answer. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, createServer as createH2cServer, type ServerHttp2Stream } from 'node:http2';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { closed, context, listen, open, serve, step } from './rig.ts';

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM, NGHTTP2_HTTP_1_1_REQUIRED } = constants;

function folder(): string {
  const at = mkdtempSync(join(tmpdir(), 'rj-'));
  onTestFinished(() => rmSync(at, { recursive: true, force: true }));
  return at;
}

/** A server of node's that does with each stream as it is told. */
async function serveStreams(answer: (stream: ServerHttp2Stream) => void) {
  const server = createH2cServer();
  server.on('stream', stream => {
    stream.on('error', () => {});
    answer(stream);
  });
  return listen(server as unknown as Server);
}

const DATA = 0;
const HEADERS = 1;
const RESET = 3;
const SETTINGS = 4;
const PING = 6;
const GOAWAY = 7;
const CONTINUATION = 9;
const MOST_IN_FRAME = 16_384;

function frame(type: number, flags: number, stream: number, content = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(content.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, content]);
}

/** A server that answers with these frames, which node would not send. @param onConnected is told how to send more. */
function serveFrames(
  answer: (stream: number) => Buffer,
  onConnected: (send: (frames: Buffer) => void) => void = () => {},
) {
  return listen(
    createTcpServer((socket: Socket) => {
      let seen = Buffer.alloc(0);
      let at = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'.length;
      socket.write(frame(SETTINGS, 0, 0));
      onConnected(frames => void socket.write(frames));
      socket.on('data', bytes => {
        seen = Buffer.concat([seen, bytes]);
        for (;;) {
          if (seen.length < at + 9) return;
          const end = at + 9 + seen.readUIntBE(at, 3);
          if (seen.length < end) return;
          if (seen.readUInt8(at + 3) === HEADERS) socket.write(answer(seen.readUInt32BE(at + 5)));
          at = end;
        }
      });
    }),
  );
}

/** `:status: 200`, and `content-length: 10` if that is wanted. */
function headers(stream: number, hasLength: boolean): Buffer {
  const length = hasLength ? Buffer.from([0x0f, 0x0d, 2, 0x31, 0x30]) : Buffer.alloc(0);
  return frame(HEADERS, 4, stream, Buffer.concat([Buffer.from([0x88]), length]));
}

/** The server takes its leave: it answers no stream after `last`. */
function leave(last: number, code = 0): Buffer {
  const content = Buffer.alloc(8);
  content.writeUInt32BE(last);
  content.writeUInt32BE(code, 4);
  return frame(GOAWAY, 0, 0, content);
}

/** A server that resets the stream when half of the answer has been read in this context. */
async function serveHalf(hasLength: boolean, code: number) {
  let reset = () => {};
  const content = Buffer.alloc(4);
  content.writeUInt32BE(code);
  const server = await serveFrames(
    stream => Buffer.concat([headers(stream, hasLength), frame(DATA, 0, stream, Buffer.from('half'))]),
    send => {
      reset = () => send(frame(RESET, 0, 1, content));
    },
  );
  return { ...server, context: context(() => void reset()) };
}

describe('an answer over HTTP/2 that is cut off', () => {
  it.each([
    ['without a length', false, 'after 4 bytes'],
    ['with one', true, 'after 4 of 10 bytes'],
  ])('by a cancelled stream, %s, has failed, and its file is not put in place', async (_, hasLength, how) => {
    const server = await serveHalf(hasLength, NGHTTP2_CANCEL);
    const at = folder();
    const outcome = await open(at).execute(step(server.url, { http2: true, saveTo: 'file' }), server.context);
    expect(outcome).toMatchObject({
      state: 'failed',
      reason: {
        kind: 'closed',
        message: `GET ${server.url}/: the server closed the connection in the middle of the body, ${how}`,
      },
    });
    expect(existsSync(join(at, 'file'))).toBe(false);
    await closed(server.sockets[0]);
  });

  it('by a reset that names no error has failed where a length was announced', async () => {
    const server = await serveFrames(stream =>
      Buffer.concat([
        headers(stream, true),
        frame(DATA, 0, stream, Buffer.from('half')),
        frame(RESET, 0, stream, Buffer.alloc(4)),
      ]),
    );
    const at = folder();
    const outcome = await open(at).execute(step(server.url, { http2: true, saveTo: 'file' }), context());
    expect(outcome).toMatchObject({ state: 'failed', reason: { kind: 'closed' } });
    expect(JSON.stringify(outcome)).toContain('in the middle of the body, after 4 of 10 bytes');
    expect(existsSync(join(at, 'file'))).toBe(false);
  });

  it('is told from a whole one, after which the stream is reset without an error', async () => {
    const server = await serveFrames(stream =>
      Buffer.concat([
        headers(stream, true),
        frame(DATA, 1, stream, Buffer.from('0123456789')),
        frame(RESET, 0, stream, Buffer.alloc(4)),
      ]),
    );
    const at = folder();
    const outcome = await open(at).execute(step(server.url, { http2: true, saveTo: 'file' }), context());
    expect(outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(readFileSync(join(at, 'file'), 'utf8')).toBe('0123456789');
  });

  it.each(['HEAD', 'GET'])('is told from one to %s that has a length and no body to come', async method => {
    const server = await serveStreams(stream => {
      stream.respond({ ':status': method === 'HEAD' ? 200 : 304, 'content-length': '10' }, { endStream: true });
    });
    const expected = { http2: true, method, expect: { status: [200, 304] } } as const;
    expect(await open().execute(step(server.url, expected), context())).toMatchObject({ state: 'succeeded' });
  });
});

describe('a stream that the server resets', () => {
  it.each([
    [NGHTTP2_REFUSED_STREAM, 'closed', 'the server refused the stream'],
    [NGHTTP2_INTERNAL_ERROR, 'closed', 'the server broke off the stream before it answered (INTERNAL_ERROR)'],
    [NGHTTP2_CANCEL, 'closed', 'the server closed the stream before it answered'],
    [0xffff, 'closed', 'the server broke off the stream before it answered (65535)'],
    [NGHTTP2_HTTP_1_1_REQUIRED, 'protocol', 'the server wants HTTP/1.1 for this; take out http2'],
  ])('with code %i is of a kind that retry knows, in words', async (code, kind, words) => {
    const content = Buffer.alloc(4);
    content.writeUInt32BE(code);
    const server = await serveFrames(stream => frame(RESET, 0, stream, content));
    const outcome = await open().execute(step(server.url, { http2: true }), context());
    expect(outcome).toMatchObject({ state: 'failed', reason: { type: 'http', kind } });
    expect(JSON.stringify(outcome)).toContain(words);
  });

  it('in the middle of the body says so', async () => {
    const server = await serveHalf(false, NGHTTP2_INTERNAL_ERROR);
    const outcome = await open().execute(step(server.url, { http2: true }), server.context);
    expect(outcome).toMatchObject({ state: 'failed', reason: { kind: 'closed' } });
    expect(JSON.stringify(outcome)).toContain('in the middle of the body, after 4 bytes (INTERNAL_ERROR)');
  });
});

describe('a server that takes its leave without an error', () => {
  const whole = (stream: number) =>
    Buffer.concat([headers(stream, false), frame(DATA, 1, stream, Buffer.from('whole'))]);
  const get = { http2: true } as const;
  const post = { http2: true, method: 'POST', body: { type: 'json', value: 1 } } as const;

  it.each([
    ['of this stream', (stream: number) => [leave(stream), whole(stream)]],
    ['of all streams', (stream: number) => [leave(2 ** 31 - 1), whole(stream)]],
    ['first of all, then of this stream', (stream: number) => [leave(2 ** 31 - 1), leave(stream), whole(stream)]],
    [
      'in the middle of the answer',
      (stream: number) => [headers(stream, false), leave(stream), frame(DATA, 1, stream, Buffer.from('whole'))],
    ],
    ['behind the answer', (stream: number) => [whole(stream), leave(stream)]],
  ])('(%s) still answers, and the next request goes over a new connection', async (_, frames) => {
    const server = await serveFrames(stream => Buffer.concat(frames(stream)));
    const executor = open();
    for (const request of [get, post, get]) {
      const ctx = context();
      expect(await executor.execute(step(server.url, request), ctx)).toEqual({ state: 'succeeded', status: 200 });
      expect(ctx.output()).toBe('whole');
    }
    expect(server.sockets).toHaveLength(3);
  });

  it('in the middle of a request answers it once it is there', async () => {
    const server = await serveStreams(stream => {
      stream.session?.close();
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    });
    const ctx = context();
    expect(await open().execute(step(server.url, post), ctx)).toEqual({ state: 'succeeded', status: 200 });
    expect(ctx.output()).toBe('1');
  });

  it.each([
    ['GET', get],
    ['POST', post],
  ])('and has not read a request is asked again over a new connection: %s', async (_, request) => {
    let asked = 0;
    const server = await serveFrames(stream => {
      asked += 1;
      return asked === 1 ? leave(0) : whole(stream);
    });
    const ctx = context();
    expect(await open().execute(step(server.url, request), ctx)).toEqual({ state: 'succeeded', status: 200 });
    expect([ctx.output(), asked, server.sockets.length]).toEqual(['whole', 2, 2]);
  });

  it('and does not read it the second time either has refused the request', async () => {
    const server = await serveFrames(() => leave(0));
    const outcome = await open().execute(step(server.url, post), context());
    expect(outcome).toMatchObject({ state: 'failed', reason: { kind: 'closed' } });
    expect(JSON.stringify(outcome)).toContain('the server refused the stream before it answered');
    expect(server.sockets).toHaveLength(2);
  });

  it('and goes at once has not cut off what is read slowly', async () => {
    const piece = (stream: number, isLast: boolean) =>
      frame(DATA, isLast ? 1 : 0, stream, Buffer.alloc(MOST_IN_FRAME, 'x'));
    const server = await serveFrames(stream => {
      setImmediate(() => server.sockets[0]?.end());
      const pieces = Array.from({ length: 7 }, (_, at) => piece(stream, at === 6));
      return Buffer.concat([leave(stream), headers(stream, false), ...pieces]);
    });
    let size = 0;
    const ctx = context(bytes => {
      size += bytes.length;
      return closed(server.sockets[0]);
    });
    expect(await open().execute(step(server.url, get), ctx)).toEqual({ state: 'succeeded', status: 200 });
    expect(size).toBe(7 * MOST_IN_FRAME);
  });

  it('and then goes in the middle of the answer has cut it off', async () => {
    const server = await serveFrames(stream =>
      Buffer.concat([headers(stream, false), leave(stream), frame(DATA, 0, stream, Buffer.from('half'))]),
    );
    const outcome = await open().execute(
      step(server.url, get),
      context(() => void server.sockets[0]?.end()),
    );
    expect(outcome).toMatchObject({ state: 'failed', reason: { kind: 'closed' } });
    expect(JSON.stringify(outcome)).toContain('in the middle of the body, after 4 bytes');
  });
});

describe('an answer that is no HTTP/2', () => {
  const status = (text: string) => Buffer.concat([Buffer.from([0x08, text.length]), Buffer.from(text)]);
  it.each([
    [
      'has the status 000',
      (stream: number) => frame(HEADERS, 5, stream, status('000')),
      /not valid HTTP: its status is no number from 100 on|HTTP\/2 broke before it answered: one side did not keep/,
    ],
    [
      'is a body without a head',
      (stream: number) => frame(DATA, 1, stream, Buffer.from('abc')),
      /not valid HTTP\/2: (.*stream not opened|.*Protocol error)/,
    ],
    [
      'has a frame that is too large',
      (stream: number) => Buffer.concat([headers(stream, false), frame(DATA, 0, stream, Buffer.alloc(20_000))]),
      /not valid HTTP\/2: (too large frame size|.*Protocol error)/,
    ],
    [
      'is a frame of nonsense',
      () => Buffer.alloc(100, 0xff),
      /not valid HTTP\/2: (too large frame size|.*Protocol error)/,
    ],
    [
      'is a flood of pings',
      () => Buffer.concat(Array.from({ length: 20_000 }, () => frame(PING, 0, 0, Buffer.alloc(8)))),
      /not valid HTTP\/2: .*Flooding was detected/,
    ],
    [
      'is a flood of headers',
      (stream: number) =>
        Buffer.concat([
          frame(HEADERS, 0, stream, Buffer.from([0x88])),
          ...Array.from({ length: 100 }, () => frame(CONTINUATION, 0, stream, Buffer.from([0x88]))),
        ]),
      /not valid HTTP\/2: .*Too many CONTINUATION frames/,
    ],
  ])('because it %s has failed at once, in words', async (_, answer, words) => {
    const server = await serveFrames(answer);
    const outcome = await open().execute(step(server.url, { http2: true }), context());
    expect(outcome).toMatchObject({ state: 'failed', reason: { kind: 'protocol' } });
    // Node 24 says less of what it objects to.
    expect(JSON.stringify(outcome)).toMatch(words);
  });
});

it('HTTP/2 to a server that speaks only HTTP/1 says so', async () => {
  const server = await serve((_, response) => void response.end());
  const outcome = await open().execute(step(server.url, { http2: true }), context());
  expect(outcome).toMatchObject({ state: 'failed', reason: { kind: 'protocol' } });
  expect(JSON.stringify(outcome)).toContain(
    `127.0.0.1:${server.port} does not speak HTTP/2 here; take out http2 to speak HTTP/1.1`,
  );
});

describe('a body over HTTP/2', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'])('goes with %s', async method => {
    const server = await serveStreams(stream => {
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    });
    const ctx = context();
    const request = { http2: true, method, body: { type: 'json', value: { a: 'ä' } } } as const;
    expect(await open().execute(step(server.url, request), ctx)).toEqual({ state: 'succeeded', status: 200 });
    expect(ctx.output()).toBe('{"a":"ä"}');
  });

  it.each(['POST', 'DELETE'])('goes with %s, and the answer that comes in one packet is read whole', async method => {
    const server = await serveFrames(stream =>
      Buffer.concat([headers(stream, false), frame(DATA, 1, stream, Buffer.from('whole'))]),
    );
    const at = folder();
    writeFileSync(join(at, 'sent'), 'content');
    const ctx = context();
    const request = { http2: true, method, body: { type: 'file', path: 'sent' } } as const;
    expect(await open(at).execute(step(server.url, request), ctx)).toEqual({ state: 'succeeded', status: 200 });
    expect(ctx.output()).toBe('whole');
  });

  it.each(['GET', 'HEAD'])('does not go with %s: the step fails before anything is sent', async method => {
    const server = await serveStreams(stream => stream.respond({ ':status': 200 }, { endStream: true }));
    const request = { http2: true, method, body: { type: 'json', value: { a: 1 } } } as const;
    expect(await open().execute(step(server.url, request), context())).toEqual({
      state: 'failed',
      reason: {
        type: 'start',
        message: `${method} carries no body over HTTP/2; choose another method, or take out http2`,
      },
    });
    expect(server.sockets).toHaveLength(0);
  });
});

it.each(['te', 'proxy-connection', 'http2-settings'])(
  'a header that HTTP/2 forbids (%s) is a failed request, after which the session closes',
  async name => {
    const server = await serveStreams(stream => stream.respond({ ':status': 200 }, { endStream: true }));
    const executor = open();
    const outcome = await executor.execute(step(server.url, { http2: true, headers: { [name]: 'gzip' } }), context());
    expect(outcome).toMatchObject({ state: 'failed', reason: { type: 'http', kind: 'request' } });
    expect(JSON.stringify(outcome)).toContain('such a request cannot be sent: ');
    await executor.close();
  },
);
