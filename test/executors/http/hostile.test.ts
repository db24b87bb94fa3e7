/** Laws of answers that are odd, or wrong on purpose: what holds by the book is taken, all else fails in words. */
import { deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/plan/plan.ts';
import { context, open, serve, serveBytes, step } from './rig.ts';

/** How a step ends to which a server says this, and what it has printed. */
async function answered(answer: string, request: Parameters<typeof step>[1] = {}) {
  const server = await serveBytes(socket => void socket.write(Buffer.from(answer, 'latin1')));
  const ctx = context();
  const outcome = await open().execute(step(server.url, request), ctx);
  const reason = outcome.state === 'failed' && outcome.reason.type === 'http' ? outcome.reason : undefined;
  return {
    state: outcome.state,
    kind: reason?.kind,
    words: reason?.message.replace(`${request.method ?? 'GET'} ${server.url}/: `, ''),
    output: ctx.output(),
  };
}

const HEAD = 'HTTP/1.1 200 OK\r\n';
const TWO = `${HEAD}content-length: 2\r\n`;

it('an answer on which a regular expression tries without end fails, and holds nothing up for ever', async () => {
  const body = JSON.stringify({ text: `${'a'.repeat(60)}!` });
  const answer = `${HEAD}content-length: ${body.length}\r\n\r\n${body}`;
  const { kind, words } = await answered(answer, {
    expect: { status: ['2xx'], json: [['/text', { matches: '^(a+)+$' }]] },
  });
  expect(kind).toBe('answer');
  expect(words).toContain('whether it matches "^(a+)+$" was not found out in 10 s');
}, 60_000);

describe('the length of a body', () => {
  it.each([
    `${TWO}content-length: 3\r\n\r\noka`,
    `${TWO}content-length: 2\r\n\r\nok`,
    `${TWO}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    `${HEAD}content-length: ${'9'.repeat(30)}\r\n\r\nok`,
  ])('that is not one number fails, and is not blamed on the connection: %j', async answer => {
    const { kind, words, output } = await answered(answer);
    expect(kind).toBe('closed');
    expect(words).toBe(
      'the head of the answer is not valid HTTP: it ends early, or says two things about the length of the body',
    );
    expect(output).toBe('');
  });

  it.each([
    ['HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n', 304],
    ['HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n\r\nok', 304],
    ['HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n', 204],
    ['HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n', 204],
    ['HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', 204],
  ])('of an answer that has none is passed over: %j', async (answer, status) => {
    expect(await answered(answer, { expect: { status: [status] } })).toMatchObject({ state: 'succeeded', output: '' });
  });

  it('of an answer to HEAD is that of the body which is not sent', async () => {
    expect(await answered(`${TWO}\r\n`, { method: 'HEAD' })).toMatchObject({ state: 'succeeded', output: '' });
  });
});

it.each([
  ['HTTP/1.1 000 None\r\n\r\n', 'its status is no number from 100 on'],
  ['HTTP/1.0 099 Few\r\ncontent-length: 2\r\n\r\nok', 'its status is no number from 100 on'],
  [`HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 000 None\r\n\r\n`, 'its status is no number from 100 on'],
  ['HTTP/1.1 101 Switching Protocols\r\n\r\n', 'bad upgrade'],
  ['HTTP/1.1 99 Few\r\n\r\n', 'Invalid status code'],
  [`${HEAD}x: a\0b\r\n\r\n`, 'Invalid header value char'],
  [`${HEAD}content-length : 2\r\n\r\nok`, 'Invalid header field char'],
  [`${HEAD}x: a\r\n b: c\r\n\r\n`, 'Unexpected whitespace after header value'],
  ['HTTP/1.1 200 OK\ncontent-length: 2\n\nok', 'Missing expected CR after response line'],
  [`${HEAD}content-length: -2\r\n\r\nok`, 'Invalid character in Content-Length'],
  [`${HEAD}transfer-encoding: chunked\r\n\r\n${'F'.repeat(20)}\r\nok\r\n`, 'Chunk size overflow'],
  [`${HEAD}transfer-encoding: chunked\r\n\r\n-2\r\nok\r\n`, 'Invalid character in chunk size'],
])('%j is no answer', async (answer, words) => {
  expect(await answered(answer)).toMatchObject({
    kind: 'protocol',
    words: `the answer is not valid HTTP: ${words}`,
  });
});

it('what stands behind an answer is never taken for the next one', async () => {
  const answers = ['first', 'right'].map(body => `${HEAD}content-length: 5\r\n\r\n${body}`);
  const server = await serveBytes(socket => {
    socket.write(server.sockets.length === 1 ? `${answers[0]}${HEAD}content-length: 5\r\n\r\nwrong` : `${answers[1]}`);
  });
  const executor = open();
  for (const expected of ['first', 'right']) {
    const ctx = context();
    await executor.execute(step(server.url), ctx);
    expect(ctx.output()).toBe(expected);
  }
});

describe('a body that is packed in a way that nobody has asked for', () => {
  it.each([
    [
      'transfer-encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
      'it was packed on its way (Transfer-Encoding: gzip)',
    ],
    ['transfer-encoding: chunked\r\ncontent-encoding: zstd\r\n\r\n2\r\nok\r\n0\r\n\r\n', 'it is packed as "zstd"'],
    ['content-length: 2\r\ncontent-encoding: X-Compress\r\n\r\nok', 'it is packed as "x-compress"'],
  ])('fails, and is not written: %j', async (rest, words) => {
    const outcome = await answered(HEAD + rest);
    expect(outcome).toMatchObject({ state: 'failed', kind: 'encoding', output: '' });
    expect(outcome.words).toContain(`the body cannot be unpacked: ${words}`);
  });

  it.each<[string, Parameters<typeof step>[1]]>([
    ['is not to be unpacked', { decompress: false }],
    ['was asked for by the step', { headers: { 'Accept-Encoding': 'zstd' } }],
  ])('is written as it comes where it %s', async (_, request) => {
    const outcome = await answered(`${TWO}content-encoding: zstd\r\n\r\nok`, request);
    expect(outcome).toMatchObject({ state: 'succeeded', output: 'ok' });
  });

  it('is told by its status where that is not the expected one', async () => {
    const outcome = await answered('HTTP/1.1 500 No\r\ncontent-length: 2\r\ncontent-encoding: zstd\r\n\r\nno');
    expect(outcome).toMatchObject({ state: 'failed', kind: 'status' });
  });

  it('does no harm where nothing comes', async () => {
    expect(await answered(`${HEAD}content-length: 0\r\ncontent-encoding: zstd\r\n\r\n`)).toMatchObject({
      state: 'succeeded',
    });
  });
});

describe('a header', () => {
  const saying = (head: string, encoding: BufferEncoding) =>
    serveBytes(socket => void socket.write(Buffer.from(`${head}content-length: 0\r\n\r\n`, encoding)));

  it.each(['utf8', 'latin1'] as const)('is a text, in %s, too', async encoding => {
    const { url } = await saying(`${HEAD}x-name: Zoë\r\n`, encoding);
    const save = { type: 'parts', parts: { NAME: { type: 'header', name: 'x-name' } } } as const;
    const ctx = context();
    const rule = ['x-name', { equals: 'Zoë' }] as const;
    const request = step(url, { save, expect: { status: ['2xx'], headers: [rule] } });
    expect(await open().execute(request, ctx)).toMatchObject({ state: 'succeeded' });
    expect(ctx.saved).toEqual({ NAME: 'Zoë' });
  });

  it.each(['x: a b \t \r\n', 'x:\t a b\r\n', 'x: a b  \r\nx:  c\t\r\n'])(
    'does not have the blanks around it: %j',
    async line => {
      const { url } = await saying(HEAD + line, 'latin1');
      const value = line.includes('c') ? 'a b, c' : 'a b';
      const save = { type: 'parts', parts: { X: { type: 'header', name: 'x' } } } as const;
      const ctx = context();
      const request = step(url, { save, expect: { status: ['2xx'], headers: [['x', { equals: value }]] } });
      expect(await open().execute(request, ctx)).toMatchObject({ state: 'succeeded' });
      expect(ctx.saved).toEqual({ X: value });
    },
  );

  it.each(['utf8', 'latin1'] as const)('leads to where it says, in %s, too', async encoding => {
    const paths: string[] = [];
    const end = await serve((request, response) => {
      paths.push(String(request.url));
      response.end();
    });
    const { url } = await saying(`HTTP/1.1 302 Found\r\nlocation: ${end.url}/ä\r\n`, encoding);
    expect(await open().execute(step(url), context())).toMatchObject({ state: 'succeeded' });
    expect(paths).toEqual(['/%C3%A4']);
  });

  it('that leads to two places leads nowhere, and both are told', async () => {
    const { url } = await saying('HTTP/1.1 302 Found\r\nlocation: /a\r\nlocation: /b\r\n', 'latin1');
    expect(await open().execute(step(url), context())).toMatchObject({
      reason: { message: `GET ${url}/ answered 302 Found and leads to "/a" and to "/b", expected 2xx` },
    });
  });
});

describe('JSON', () => {
  const unmet = async (body: string, equals: Json) => {
    const { url } = await serve((_, response) => void response.end(body));
    const outcome = await open().execute(
      step(url, { expect: { status: ['2xx'], json: [['/a', { equals }]] } }),
      context(),
    );
    return (outcome as { reason?: { message: string } }).reason?.message.replace(/^.*, but /, '');
  };

  it('that is nested very deeply fails in words', async () => {
    const deep = `{"a": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(await unmet(deep, [1])).toBe('"/a" is too long, or nested too deeply, to be compared');
  });

  it('with a number that is too large for one is told as that', async () => {
    expect(await unmet('{"a": 1e999}', 1)).toBe('"/a" is Infinity, expected 1');
  });
});

it('a body that says it is packed thousands of times is not unpacked', async () => {
  const { url } = await serve((_, response) => {
    response.writeHead(200, { 'content-encoding': Array(3000).fill('br').join() }).end('x');
  });
  expect(await open().execute(step(url), context())).toMatchObject({
    reason: { kind: 'encoding', message: `GET ${url}/: the body cannot be unpacked: it is packed more than 5 times` },
  });
});

it('a body that is packed and then left as it is, is unpacked', async () => {
  const { url } = await serve((_, response) => {
    response.writeHead(200, { 'content-encoding': 'deflate, identity' }).end(deflateSync('ok'));
  });
  const ctx = context();
  await open().execute(step(url), ctx);
  expect(ctx.output()).toBe('ok');
});

it('deflate is unpacked with the head of zlib and without it, however it is cut', async () => {
  const text = 'the body, '.repeat(100);
  for (const packed of [deflateSync(text), deflateRawSync(text)]) {
    for (const size of [1, packed.length]) {
      const { url } = await serve((_, response) => {
        response.writeHead(200, { 'content-encoding': 'deflate' });
        const send = (from: number) => {
          if (from >= packed.length) return void response.end();
          response.write(packed.subarray(from, from + size), () => setImmediate(send, from + size));
        };
        send(0);
      });
      const ctx = context();
      expect(await open().execute(step(url), ctx)).toEqual({ state: 'succeeded', status: 200 });
      expect(ctx.output()).toBe(text);
    }
  }
});
