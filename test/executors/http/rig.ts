/** What the tests of the HTTP executor share: real servers on the loopback, steps, and contexts that keep the output. */
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ExecuteContext } from '../../../src/engine/executor.ts';
import { type HttpExecutor, openHttpExecutor } from '../../../src/executors/http/http.ts';
import type { HttpStep } from '../../../src/plan/plan.ts';
import { type CountedStop, countedStop } from '../../support/counted-stop.ts';

export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Every connection that was ever made to it. */
  readonly sockets: readonly Socket[];
}

/** Listens on a free port of the loopback until the test has finished. */
export async function listen(server: Server): Promise<TestServer> {
  const sockets: Socket[] = [];
  server.on('connection', socket => {
    sockets.push(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, sockets };
}

/** An HTTP server that answers as `answer` does. */
export function serve(answer: RequestListener): Promise<TestServer> {
  return listen(createHttpServer(answer));
}

/** A TCP server that misbehaves as it is told, once the head of each request is there. */
export function serveBytes(answer: (socket: Socket) => void): Promise<TestServer> {
  return listen(
    createTcpServer(socket => {
      let head = '';
      socket.on('data', bytes => {
        head += bytes.toString('latin1');
        if (!head.includes('\r\n\r\n')) return;
        head = '';
        answer(socket);
      });
    }),
  );
}

/** A session that is closed when the test has finished. @param folder where a relative `saveTo` starts. */
export function open(folder = import.meta.dirname): HttpExecutor {
  const executor = openHttpExecutor(folder);
  onTestFinished(() => executor.close());
  return executor;
}

/** A GET that expects 2xx, unless `request` says otherwise. */
export function step(url: string, request: Partial<Omit<HttpStep, 'type' | 'url'>> = {}): HttpStep {
  return {
    type: 'http',
    id: 'step',
    env: {},
    background: false,
    allowFailure: false,
    method: 'GET',
    url,
    headers: {},
    expect: { status: ['2xx'] },
    ...request,
  };
}

export interface TestContext extends ExecuteContext {
  readonly stop: CountedStop;
  readonly kill: CountedStop;
  /** What was written, as text. */
  output(): string;
  /** How often the step was said to have started. */
  readonly starts: () => number;
  cancel(): void;
  killRun(): void;
  /** What was handed over to be saved. */
  readonly saved: Readonly<Record<string, string>>;
}

/** A context that keeps what is written, unless `write` says otherwise. */
export function context(write?: ExecuteContext['write']): TestContext {
  const stop = countedStop();
  const kill = countedStop();
  const written: Buffer[] = [];
  const saved: Record<string, string> = {};
  let starts = 0;
  return {
    path: 'step',
    attempt: 1,
    ticks: [],
    stop,
    kill,
    env: {},
    commit: () => {},
    committed: () => undefined,
    started: () => {
      starts += 1;
    },
    write:
      write ??
      (bytes => {
        written.push(Buffer.from(bytes));
        return undefined;
      }),
    stopping: () => {},
    received: () => {},
    warn: () => {},
    save: values => Object.assign(saved, values),
    saved,
    output: () => Buffer.concat(written).toString(),
    starts: () => starts,
    cancel: () => stop.cancel({ type: 'sibling-failed', step: 'other' }),
    killRun() {
      kill.cancel({ type: 'interrupted', signal: 'SIGINT' });
      stop.cancel({ type: 'interrupted', signal: 'SIGINT' });
    },
  };
}

/** Resolves when the connection is closed, as its server sees it. */
export async function closed(socket: Socket | undefined): Promise<void> {
  if (socket === undefined) throw new Error('No connection was made');
  if (!socket.closed) await new Promise(resolve => socket.once('close', resolve));
}
