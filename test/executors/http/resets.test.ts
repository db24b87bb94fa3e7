/** Laws of connections that are reset while a body comes that ends with its connection: half of it is not taken for all. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { context, open, serveBytes, step } from './rig.ts';

describe('a reset in the middle of a body that ends with its connection', () => {
  it.each([
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.0 200 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3e8\r\n',
  ])('is a failure, and the file is not put in place: %j', async head => {
    const at = mkdtempSync(join(tmpdir(), 'runjobs-test-'));
    onTestFinished(() => rmSync(at, { recursive: true, force: true }));
    const server = await serveBytes(socket => void socket.write(head + 'x'.repeat(1000)));
    const ctx = context(() => void server.sockets[0]?.resetAndDestroy());
    expect(await open(at).execute(step(server.url, { saveTo: 'f' }), ctx)).toMatchObject({
      state: 'failed',
      reason: { kind: 'reset', message: expect.stringContaining('reset in the middle of the body, after 1000 bytes') },
    });
    expect(readdirSync(at)).toEqual([]);
  });

  it('is told after all that had come before, while the reader lags behind', async () => {
    const piece = 'x'.repeat(1024 * 1024);
    const server = await serveBytes(socket => void socket.write(`HTTP/1.1 200 OK\r\n\r\n${piece}`));
    let isFirst = true;
    const ctx = context(async () => {
      if (!isFirst) return;
      isFirst = false;
      server.sockets[0]?.resetAndDestroy();
      await new Promise(resolve => server.sockets[0]?.once('close', resolve));
    });
    expect(await open().execute(step(server.url), ctx)).toMatchObject({ state: 'failed', reason: { kind: 'reset' } });
  });
});

it('a body that ends with its connection is whole where the server closes it', async () => {
  const server = await serveBytes(socket => void socket.end(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1000)}`));
  const ctx = context();
  expect(await open().execute(step(server.url), ctx)).toMatchObject({ state: 'succeeded' });
  expect(ctx.output()).toHaveLength(1000);
});
