/** `notify` with real servers: they are told, in order, and nothing that they do changes the run. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { planFile, printed, runjobs, temporaryFolder } from '../support/cli.ts';

/** A server that keeps what it is told, and answers with a status. */
async function listener(status = 200) {
  const told: { readonly line: string; readonly body: string }[] = [];
  const keys: unknown[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    told.push({ line: `${request.method} ${request.url}`, body });
    keys.push(request.headers['idempotency-key']);
    response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await new Promise(done => server.once('listening', done));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { told, keys, url: `http://127.0.0.1:${port}/check` };
}

const start = (plan: object, env: Record<string, string> = {}, ...args: string[]) =>
  runjobs([planFile(plan), '--state-dir', temporaryFolder(), '--reporter', 'plain', ...args], { env });

describe('a server', () => {
  it('is told of the start and of the failure, with the last lines, masked', async () => {
    const { told, url } = await listener();
    const plan = {
      name: 'nightly',
      secrets: ['TOKEN', 'CHECK'],
      notify: '${CHECK}',
      steps: [{ id: 'build', run: 'echo "it is $TOKEN"; exit 3' }],
    };
    const { exitCode, stdout } = await start(plan, { CHECK: url, TOKEN: 'opensesame' });
    expect(exitCode).toBe(1);
    expect(stdout).not.toContain('was not told');
    expect(told.map(({ line }) => line)).toEqual(['POST /check/start', 'POST /check/fail']);
    expect(told[1]?.body).toMatch(
      /^nightly failed on \S+ after .* s, exit code 1\nfailed: build \(exit code 3\)\n {2}it is \*\*\*\n/,
    );
  });

  it('is told of the failure when a signal ends the run, once or twice', async () => {
    for (const signals of [1, 2]) {
      const { told, url } = await listener();
      const child = start({ notify: url, run: 'trap "" TERM; echo ready; sleep 30', stop: { grace: 1 } });
      await printed(child, '] ready');
      child.kill('SIGTERM');
      if (signals === 2) {
        await printed(child, 'SIGTERM');
        child.kill('SIGTERM');
      }
      const { exitCode } = await child;
      expect(exitCode ?? 143).toBe(143);
      expect(told.map(({ line }) => line)).toEqual(['POST /check/start', 'POST /check/fail']);
    }
  });

  it('is told through the proxy of the environment, with a key of each run and moment', async () => {
    const { told, keys, url } = await listener();
    const to = { url: 'http://hook.example/', idempotencyKey: true };
    const plan = { notify: { start: to, success: to }, run: 'true' };
    for (let run = 1; run <= 2; run += 1) await start(plan, { HTTP_PROXY: new URL(url).origin });
    expect(told.map(({ line }) => line)).toEqual(Array.from({ length: 4 }, () => 'POST http://hook.example/'));
    expect(new Set(keys).size).toBe(4);
  });

  it('that refuses is a warning that does not show its address, and the exit code stays', async () => {
    const { told, url } = await listener(500);
    const { exitCode, stdout } = await start({ notify: { success: url }, run: 'true' });
    expect(exitCode).toBe(0);
    expect(told).toHaveLength(2);
    expect(stdout).toMatch(/notify\.success \(success\) was not told: POST http:\/\/127\.0\.0\.1:\d+\/… answered 500/);
    expect(stdout).not.toContain('/check');
    const short = await start({ notify: { success: url.replace('/check', '/1') }, run: 'true' });
    expect(short.stdout).toMatch(/ POST http:\/\/127\.0\.0\.1:\d+\/… answered 500/);
  });

  it('has no address where the plan gives an empty one: nobody is told, and nothing is said of it', async () => {
    const { exitCode, stdout } = await start({ notify: '${MONITOR:-}', run: 'true' });
    expect([exitCode, String(stdout).includes('notify')]).toEqual([0, false]);
  });

  it('that never answers does not hold the run for longer than ten seconds', async () => {
    const server = createTcpServer(() => {}).listen(0, '127.0.0.1');
    await new Promise(done => server.once('listening', done));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { exitCode, stdout } = await start({ notify: { success: `http://127.0.0.1:${port}/x` }, run: 'true' });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('notify.success (success) was not told: no answer in time');
  });

  it('is told nothing by check, and nothing of a start when a run is resumed', async () => {
    const { told, url } = await listener();
    const file = planFile({ notify: url, run: 'exit 1' });
    expect((await runjobs(['check', file])).exitCode).toBe(0);
    expect(told).toEqual([]);
    const state = temporaryFolder();
    await runjobs([file, '--state-dir', state]);
    await runjobs(['resume', '--state-dir', state]);
    expect(told.map(({ line }) => line)).toEqual(['POST /check/start', 'POST /check/fail', 'POST /check/fail']);
  });
});
