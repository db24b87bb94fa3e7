/** Cancelled or killed, an HTTP step closes its socket at once and leaves nothing behind. */
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Scope } from '../../../src/engine/scope.ts';
import { Variables } from '../../../src/engine/variables.ts';
import { closed, context, listen, open, serve, serveBytes, step, type TestContext, type TestServer } from './rig.ts';

const CANCELLED = { state: 'cancelled', reason: { type: 'sibling-failed', step: 'other' } };
const KILLED = { state: 'cancelled', reason: { type: 'interrupted', signal: 'SIGINT' } };

/** A moment that the test waits for, and what says that it is there. */
function moment(): { reached: Promise<void>; reach: () => void } {
  let reach = () => {};
  const reached = new Promise<void>(resolve => {
    reach = resolve;
  });
  return { reached, reach: () => reach() };
}

it('nothing is sent before all that led to it is kept, and nothing at all where it is stopped meanwhile', async () => {
  const paths: (string | undefined)[] = [];
  const server = await serve((request, response) => {
    paths.push(request.url);
    response.end();
  });
  const { reached: kept, reach: keep } = moment();
  const [one, other] = [context(), context()].map(ctx => ({ ...ctx, committed: () => kept }));
  const executor = open();
  const running = executor.execute(step(`${server.url}/one`), one as TestContext);
  const stopped = executor.execute(step(`${server.url}/other`), other as TestContext);
  other?.cancel();
  // By the end of another one they would have been sent, too.
  await executor.execute(step(`${server.url}/first`), context());
  expect(paths).toEqual(['/first']);
  keep();
  expect(await running).toMatchObject({ state: 'succeeded' });
  expect(await stopped).toEqual(CANCELLED);
  expect(paths).toEqual(['/first', '/one']);
});

/** Ends a step in a moment of its request, and shows that its socket is closed and nobody listens any more. */
async function endAt(reached: Promise<void>, server: TestServer, url: string, ctx: TestContext, end: () => void) {
  const running = open().execute(step(url), ctx);
  await reached;
  end();
  const outcome = await running;
  expect(server.sockets).toHaveLength(1);
  await closed(server.sockets[0]);
  expect([ctx.stop.listening(), ctx.kill.listening()]).toEqual([0, 0]);
  return outcome;
}

describe.each([
  ['cancel', CANCELLED, (ctx: TestContext) => ctx.cancel()],
  ['kill', KILLED, (ctx: TestContext) => ctx.killRun()],
] as const)('%s', (_, outcome, end) => {
  it('before the start makes no request', async () => {
    const server = await serve((_request, response) => void response.end());
    const ctx = context();
    end(ctx);
    expect(await open().execute(step(server.url), ctx)).toEqual(outcome);
    expect(server.sockets).toEqual([]);
    expect(ctx.starts()).toBe(0);
  });

  it('closes a socket that is still connecting', async () => {
    const tcp = createTcpServer();
    const server = await listen(tcp);
    const ctx = context();
    // A server that never says a word of TLS.
    const { reached, reach } = moment();
    tcp.on('connection', socket => socket.once('data', reach));
    const url = server.url.replace('http:', 'https:');
    expect(await endAt(reached, server, url, ctx, () => end(ctx))).toEqual(outcome);
  });

  it('closes a socket that waits for the answer', async () => {
    const { reached, reach } = moment();
    const server = await serveBytes(reach);
    const ctx = context();
    expect(await endAt(reached, server, server.url, ctx, () => end(ctx))).toEqual(outcome);
  });

  it.each(['', 'gzip'])('closes a socket in the middle of a body, %s', async encoding => {
    const { reached, reach } = moment();
    const server = await serve((_request, response) => {
      if (encoding !== '') response.setHeader('content-encoding', encoding);
      response.write('half', reach);
    });
    const ctx = context();
    expect(await endAt(reached, server, server.url, ctx, () => end(ctx))).toEqual(outcome);
  });

  it('does not wait for a log that takes nothing', async () => {
    const { reached, reach } = moment();
    const server = await serve((_request, response) => void response.write('half'));
    const ctx = context(() => {
      reach();
      return new Promise(() => {});
    });
    expect(await endAt(reached, server, server.url, ctx, () => end(ctx))).toEqual(outcome);
  });
});

it('the cancellation of a step leaves the connections of the others alone', async () => {
  const { reached, reach } = moment();
  const server = await serve((request, response) => {
    if (request.url === '/quick') response.end('ok');
    else reach();
  });
  const executor = open();
  const quick = () => executor.execute(step(`${server.url}/quick`), context());
  const ctx = context();
  const waiting = executor.execute(step(`${server.url}/never`), ctx);
  await reached;
  await quick();
  ctx.cancel();
  expect(await waiting).toEqual(CANCELLED);
  expect(await quick()).toEqual({ state: 'succeeded', status: 200 });
  expect(server.sockets).toHaveLength(2);
});

it('a rejection of the log is no failure of the request, and closes the socket', async () => {
  const server = await serve((_, response) => void response.write('half'));
  const broken = context(() => Promise.reject(new Error('disk full')));
  await expect(open().execute(step(server.url), broken)).rejects.toThrow('disk full');
  await closed(server.sockets[0]);
});

describe('a request whose step has a scope', () => {
  function scoped() {
    const scope = new Scope(undefined, { path: 'step', variables: new Variables({}, { type: 'process' }) });
    return { scope, told: { ...context(), stop: scope } };
  }

  it('closes its socket when the scope is cancelled', async () => {
    const { reached, reach } = moment();
    const server = await serveBytes(reach);
    const { scope, told } = scoped();
    const running = open().execute(step(server.url), told);
    await reached;
    scope.cancel({ type: 'sibling-failed', step: 'other' });
    expect(await running).toEqual(CANCELLED);
    await closed(server.sockets[0]);
  });

  it('is not made where the scope was cancelled before', async () => {
    const server = await serve((_request, response) => void response.end());
    const { scope, told } = scoped();
    scope.cancel({ type: 'sibling-failed', step: 'other' });
    expect(await open().execute(step(server.url), told)).toEqual(CANCELLED);
    expect(server.sockets).toEqual([]);
  });

  it('succeeds, and what is cancelled afterwards does not concern it', async () => {
    const server = await serve((_request, response) => void response.end());
    const { scope, told } = scoped();
    expect(await open().execute(step(server.url), told)).toEqual({ state: 'succeeded', status: 200 });
    scope.cancel({ type: 'sibling-failed', step: 'other' });
    expect(server.sockets[0]?.closed).toBe(false);
  });
});
