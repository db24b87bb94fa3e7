/** The one session of a run: connections are shared, streamed over without haste, and gone when it is closed. */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/events/outcome.ts';
import { heapUsed } from '../../support/ticks.ts';
import { closed, context, open, serve, serveBytes, step } from './rig.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe('the session', () => {
  it('makes one TCP connection for requests that follow one another', async () => {
    const server = await serve((_, response) => void response.end('ok'));
    const executor = open();
    for (let count = 0; count < 50; count += 1) {
      expect(await executor.execute(step(server.url), context())).toEqual({ state: 'succeeded', status: 200 });
    }
    expect(server.sockets).toHaveLength(1);
  });

  it('keeps using a connection after an answer that the step did not expect', async () => {
    const server = await serve((_, response) => void response.writeHead(500).end('no'));
    const executor = open();
    for (let count = 0; count < 3; count += 1) await executor.execute(step(server.url), context());
    expect(server.sockets).toHaveLength(1);
  });

  it('serves 50 requests at once, each over a connection of its own, and then uses these again', async () => {
    const waiting: ServerResponse[] = [];
    const server = await serve((_, response) => {
      waiting.push(response);
      if (waiting.length === 50) for (const each of waiting.splice(0)) each.end('ok');
    });
    const executor = open();
    const all = () => Promise.all(Array.from({ length: 50 }, () => executor.execute(step(server.url), context())));
    for (const outcomes of [await all(), await all()]) {
      expect(outcomes.every(outcome => outcome.state === 'succeeded')).toBe(true);
    }
    expect(server.sockets).toHaveLength(50);
  });

  it('prints no warning when many steps listen for the end of the run', async () => {
    const server = await serve((_, response) => void response.end('ok'));
    const executor = open();
    const warnings: Error[] = [];
    const keep = (warning: Error) => warnings.push(warning);
    process.on('warning', keep);
    const { stop, kill } = context();
    const runs = Array.from({ length: 20 }, () => executor.execute(step(server.url), { ...context(), stop, kill }));
    await Promise.all(runs);
    process.off('warning', keep);
    expect(warnings).toEqual([]);
  });

  it('opens a new connection when the server closed the old one meanwhile', async () => {
    const server = await serveBytes(socket => void socket.write(OK));
    const executor = open();
    await executor.execute(step(server.url), context());
    server.sockets[0]?.end();
    await closed(server.sockets[0]);
    const outcome = await executor.execute(step(server.url, { method: 'POST' }), context());
    expect(outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(server.sockets).toHaveLength(2);
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])(
    'repeats a %s once, over a new connection, when the server closes the old one as the request arrives',
    async method => {
      const { outcome, sockets, requests } = await closeTheSecond(method);
      expect(outcome).toEqual({ state: 'succeeded', status: 200 });
      expect(sockets).toHaveLength(2);
      expect(requests).toBe(3);
    },
  );

  it.each(['POST', 'PATCH'])('does not repeat a %s, which may have had its effect', async method => {
    const { outcome, requests } = await closeTheSecond(method);
    expect(outcome).toMatchObject({
      state: 'failed',
      reason: { message: expect.stringContaining('before it answered') },
    });
    expect(requests).toBe(2);
  });

  it('does not repeat a request that a fresh connection failed', async () => {
    let requests = 0;
    const server = await serveBytes(socket => {
      requests += 1;
      socket.destroy();
    });
    expect(await open().execute(step(server.url), context())).toMatchObject({ state: 'failed' });
    expect(requests).toBe(1);
  });

  it('closes its idle connections at once when it is closed', async () => {
    const server = await serve((_, response) => void response.end('ok'));
    const executor = open();
    await Promise.all(Array.from({ length: 5 }, () => executor.execute(step(server.url), context())));
    expect(server.sockets.filter(socket => !socket.destroyed)).toHaveLength(5);
    await executor.close();
    await Promise.all(server.sockets.map(closed));
  });

  it('forgets a connection that the server will not keep', async () => {
    const server = await serve((_, response) => void response.setHeader('connection', 'close').end('ok'));
    const executor = open();
    for (let count = 0; count < 3; count += 1) await executor.execute(step(server.url), context());
    expect(server.sockets).toHaveLength(3);
    await Promise.all(server.sockets.map(closed));
  });
});

it('10 000 requests, 50 at a time, go over 50 connections and hold a flat heap', { timeout: 120_000 }, async () => {
  const server = await serve((_, response) => void response.end('ok'));
  const executor = open();
  const { stop, kill } = context();
  let started = 0;
  let early = 0;
  const next = async (): Promise<void> => {
    while (started < 10_000) {
      started += 1;
      if (started === 2000) early = heapUsed();
      const outcome = await executor.execute(step(server.url), { ...context(() => undefined), stop, kill });
      expect(outcome.state).toBe('succeeded');
    }
  };
  await Promise.all(Array.from({ length: 50 }, next));
  // A single promise kept for each request would be more.
  expect(heapUsed() - early).toBeLessThan(8000 * 100);
  expect(server.sockets).toHaveLength(50);
  expect([stop.listening(), kill.listening()]).toEqual([0, 0]);
});

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

describe('a body', () => {
  it('of 100 MB streams through a flat heap', async () => {
    const size = 100 * 1024 * 1024;
    const tenth = size / 10;
    const server = await serve((_, response) => pour(response, size));
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    let received = 0;
    let peak = 0;
    const ctx = context(bytes => {
      // What is alive counts, not what nobody has swept up yet: that differs between versions of Node.
      if (Math.trunc(received / tenth) < Math.trunc((received + bytes.length) / tenth)) {
        collectGarbage();
        peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
      }
      received += bytes.length;
      return undefined;
    });
    expect(await open().execute(step(server.url), ctx)).toEqual({ state: 'succeeded', status: 200 });
    expect(received).toBe(size);
    expect(peak).toBeLessThan(50 * 1024 * 1024);
  });

  it('comes no faster than it is taken: a consumer that stops stops the server', async () => {
    const size = 64 * 1024 * 1024;
    let sent = 0;
    let stalled = () => {};
    const isStalled = new Promise<void>(resolve => {
      stalled = resolve;
    });
    const server = await serve((_, response) => pour(response, size, bytes => (sent += bytes), stalled));
    let take = () => {};
    const untaken = new Promise<void>(resolve => {
      take = resolve;
    });
    let received = 0;
    const running = open().execute(
      step(server.url),
      context(bytes => {
        received += bytes.length;
        return untaken;
      }),
    );
    await isStalled;
    expect(sent).toBeLessThan(size / 2);
    expect(received).toBeLessThan(1024 * 1024);
    take();
    expect(await running).toEqual({ state: 'succeeded', status: 200 });
    expect(received).toBe(size);
  });
});

/** Sends `size` bytes as fast as they are taken; `stalled` is called when for 300 ms none is. */
function pour(response: ServerResponse, size: number, sent: (bytes: number) => void = () => {}, stalled?: () => void) {
  let left = size;
  let timer: NodeJS.Timeout | undefined;
  const more = () => {
    clearTimeout(timer);
    while (left > 0) {
      const piece = Buffer.alloc(Math.min(left, 65_536), 'x');
      left -= piece.length;
      sent(piece.length);
      if (!response.write(piece)) break;
    }
    if (left === 0) response.end();
    else if (stalled) timer = setTimeout(stalled, 300);
  };
  response.on('drain', more);
  more();
}

/** Sends two requests by one method; the server reads the second and closes its connection without an answer. */
async function closeTheSecond(
  method: string,
): Promise<{ outcome: Outcome; sockets: readonly Socket[]; requests: number }> {
  let requests = 0;
  const server = await serveBytes(socket => {
    requests += 1;
    if (requests === 2) socket.destroy();
    else socket.write(method === 'HEAD' && requests === 3 ? OK.slice(0, -2) : OK);
  });
  const executor = open();
  await executor.execute(step(server.url), context());
  const outcome = await executor.execute(step(server.url, { method }), context());
  return { outcome, sockets: server.sockets, requests };
}
