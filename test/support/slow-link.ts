/** A link to a server that carries only so much from its clients, as a thin uplink does. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Ending } from './redis.ts';

const TURN_MS = 100;

/** Opens it, and resolves with its port. @param bytes that go through it in each tenth of a second. */
export async function openSlowLink(ending: Ending, port: number, bytes: number): Promise<number> {
  const sockets = new Set<Socket>();
  const waiting: { readonly to: Socket; readonly from: Socket; piece: Buffer }[] = [];
  const server = createServer(client => {
    const behind = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
    behind.pipe(client);
    client.on('data', piece => {
      client.pause();
      waiting.push({ to: behind, from: client, piece });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const timer = setInterval(() => {
    // Each in its turn has its share.
    const share = Math.ceil(bytes / Math.max(waiting.length, 1));
    for (const one of waiting.splice(0)) {
      one.to.write(one.piece.subarray(0, share));
      one.piece = one.piece.subarray(share);
      if (one.piece.length > 0) waiting.push(one);
      else one.from.resume();
    }
  }, TURN_MS);
  ending.onTestFinished(() => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}
