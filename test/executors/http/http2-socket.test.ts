/** Laws of the socket under an HTTP/2 session. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { watchedSocket } from '../../../src/executors/http/http2-socket.ts';
import { listen } from './rig.ts';

it('tells that the server has hung up once all that came before has been taken', async () => {
  const { port } = await listen(createServer(socket => void socket.end('all of it')));
  const socket = connect(port, '127.0.0.1');
  const told: string[] = [];
  const whenRead = (done: () => void) => {
    told.push('whether the answer is read is asked');
    done();
  };
  const watched = watchedSocket(socket, { whenRead, end: () => {} });
  watched.on('end', () => told.push('it has ended'));
  watched.read(0);
  await once(socket, 'close');
  expect(told).toEqual([]);
  watched.on('data', bytes => told.push(String(bytes)));
  await once(watched, 'close');
  expect(told.slice(0, 2)).toEqual(['all of it', 'whether the answer is read is asked']);
  expect(told.at(-1)).toBe('it has ended');
});
