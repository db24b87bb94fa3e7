/** Whether something listens at an address, asked of real sockets on loopback. */
import { createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StopSource } from '../../src/engine/stop.ts';
import { reach } from '../../src/executors/tcp.ts';

async function listening(host = '127.0.0.1'): Promise<{ server: Server; port: number; ended: Promise<void> }> {
  let end = () => {};
  const ended = new Promise<void>(resolve => {
    end = resolve;
  });
  const server = createServer(socket => socket.on('close', end).resume()).listen(0, host);
  await new Promise(done => server.once('listening', done));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { server, ended, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

const nothing = new StopSource();

describe('an address', () => {
  it('at which somebody listens is reached, and the connection is closed', async () => {
    const { port, ended } = await listening();
    expect(await reach({ host: '127.0.0.1', port }, nothing)).toBeUndefined();
    await ended;
  });

  it('is reached by the name of its host', async () => {
    const { port } = await listening();
    expect(await reach({ host: 'localhost', port }, nothing)).toBeUndefined();
  });

  it('at which nobody listens tells so', async () => {
    const { server, port } = await listening();
    await new Promise(done => server.close(done));
    expect(await reach({ host: '127.0.0.1', port }, nothing)).toBe(`nothing listens on 127.0.0.1:${port}`);
  });

  it('that is asked no longer is left at once', async () => {
    const { port } = await listening();
    const stop = new StopSource();
    const asked = reach({ host: '127.0.0.1', port }, stop);
    stop.cancel({ type: 'aborted' });
    expect(await asked).toBe('it was not asked to the end');
    expect(await reach({ host: '127.0.0.1', port }, stop)).toBe('it was not asked to the end');
  });
});
