/** Laws of answers that are none yet (1xx): whatever a server sends of them, the answer counts. */
import { createServer as createH2cServer } from 'node:http2';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { context, listen, open, serveBytes, step } from './rig.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** Asks twice over one connection of a server that answers so. */
async function asked(answer: (socket: Socket) => void) {
  const server = await serveBytes(answer);
  const executor = open();
  const outputs: string[] = [];
  for (let count = 0; count < 2; count += 1) {
    const ctx = context();
    expect(await executor.execute(step(server.url), ctx)).toEqual({ state: 'succeeded', status: 200 });
    outputs.push(ctx.output());
  }
  return { outputs, connections: server.sockets.length };
}

describe('an answer that is none yet', () => {
  it.each([
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.0 100\r\nx: y\r\n\r\n',
    'HTTP/1.1 100 Continue\n\n',
    'HTTP/1.1 102 Processing\r\n\r\n',
    'HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n'.repeat(3),
    'HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
  ])('is passed over, though nobody has asked for it: %j', async interim => {
    const { outputs, connections } = await asked(socket => void socket.write(interim + OK));
    expect(outputs).toEqual(['ok', 'ok']);
    expect(connections).toBe(1);
  });

  it.each([
    'HTTP/1.1 100 Continue\r\nx: y\r\n\r\n',
    'HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
  ])('is passed over, however it is cut: %j', async interim => {
    const text = `${interim}${OK}`;
    const { outputs } = await asked(socket => {
      const send = (from: number) => {
        if (from < text.length) socket.write(text.slice(from, from + 1), () => setImmediate(send, from + 1));
      };
      send(0);
    });
    expect(outputs).toEqual(['ok', 'ok']);
  });

  it('is no answer where only it comes, or where it never ends', async () => {
    const alone = await serveBytes(socket => void socket.end('HTTP/1.1 100 Continue\r\n\r\n'));
    expect(await open().execute(step(alone.url), context())).toMatchObject({
      reason: { kind: 'closed', message: `GET ${alone.url}/: the server closed the connection before it answered` },
    });
    const endless = await serveBytes(socket => void socket.write(`HTTP/1.1 100 Continue\r\nx: ${'y'.repeat(100_000)}`));
    expect(await open().execute(step(endless.url), context())).toMatchObject({ reason: { kind: 'protocol' } });
  });

  it('is left in a body that looks like one', async () => {
    const body = 'HTTP/1.1 100 Continue\r\n\r\n';
    const server = await serveBytes(socket => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`);
      setImmediate(() => socket.write(body));
    });
    const ctx = context();
    await open().execute(step(server.url), ctx);
    expect(ctx.output()).toBe(body);
  });

  it('is passed over in HTTP/2, too', async () => {
    const server = createH2cServer();
    server.on('stream', stream => {
      stream.additionalHeaders({ ':status': 100 });
      stream.additionalHeaders({ ':status': 102 });
      stream.additionalHeaders({ ':status': 103, link: '</a.css>; rel=preload' });
      stream.respond({ ':status': 200 });
      stream.end('ok');
    });
    const { url } = await listen(server as never);
    const ctx = context();
    expect(await open().execute(step(url, { http2: true }), ctx)).toEqual({ state: 'succeeded', status: 200 });
    expect(ctx.output()).toBe('ok');
  });
});
