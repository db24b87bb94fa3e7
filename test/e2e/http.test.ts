/** Requests of whole runs: what kills and resumes, and many steps, make of them. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BIN, ENV, planFile, runjobs, temporaryFolder, until } from '../support/cli.ts';

/** A server that lives as long as the test; its url. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise(done => server.once('listening', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a download', () => {
  it('that was killed in its middle is resumed where it was, and is whole', async () => {
    const bytes = Buffer.from(Array.from({ length: 2_000_000 }, (_, at) => (at * 31 + (at >> 8)) % 256));
    const ranges: (string | undefined)[] = [];
    let half = false;
    const url = await serve((request, response) => {
      const { range } = request.headers;
      ranges.push(range);
      const start = Number(/\d+/.exec(range ?? '')?.[0] ?? 0);
      const rest = bytes.subarray(start);
      const headers = { etag: '"v1"', 'content-length': rest.length };
      if (start > 0) {
        const place = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
        response.writeHead(206, { ...headers, ...place }).end(rest);
      } else response.writeHead(200, headers).write(rest.subarray(0, 1_000_000), () => (half = true));
    });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const plan = planFile({ steps: [{ id: 'get', http: { url, expect: { sha256 } }, saveTo: 'out/file' }] });
    const folder = dirname(plan);
    const kept = ['--state-dir', temporaryFolder()];
    const first = runjobs([plan, ...kept]);
    const drafts = () => readdirSync(join(folder, 'out')).filter(name => !name.endsWith('.json'));
    await until(() => half && readFileSync(join(folder, 'out', drafts()[0] ?? '')).length > 0);
    first.kill('SIGKILL');
    await first;
    const { exitCode, stdout } = await runjobs(['resume', ...kept]);
    expect(exitCode, String(stdout)).toBe(0);
    expect(readdirSync(join(folder, 'out'))).toEqual(['file']);
    expect(readFileSync(join(folder, 'out/file')).equals(bytes)).toBe(true);
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  });

  it.each([
    ['a body without an end', {}],
    ['pages without an end', { paginate: { next: { param: 'page' }, max: 1_000_000 } }],
  ])('of %s stops when its file can grow no more, and says why', async (_, more) => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    const url = await serve((request, response) => {
      if (request.url !== '/') return void response.end(`["${piece}"]`);
      // Node 24 tells so of each write, and does not say that it is destroyed.
      const send = (gone?: Error | null) => {
        if (!gone && !response.destroyed) response.write(piece, send);
      };
      send();
    });
    const plan = planFile({ steps: [{ id: 'get', http: { url, ...more }, saveTo: 'file', timeout: '20s' }] });
    const limited = `trap '' XFSZ; ulimit -f 1024; exec "$@"`;
    const args = [process.execPath, BIN, plan, '--state-dir', temporaryFolder()];
    const { exitCode, stdout } = await execa('bash', ['-c', limited, 'bash', ...args], {
      env: ENV,
      extendEnv: false,
      reject: false,
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('saveTo: "file" cannot be written: it is larger than files may be here');
    expect(readdirSync(dirname(plan))).toEqual([basename(plan)]);
  });
});

describe('a request that is repeated', () => {
  it('has the same key in all attempts and in a resumed run, and another one in another run', async () => {
    const keys: unknown[] = [];
    let isUp = false;
    const url = await serve((request, response) => {
      keys.push(request.headers['idempotency-key']);
      response.writeHead(isUp ? 201 : 503).end();
    });
    const http = { url, method: 'POST', json: {}, idempotencyKey: true };
    const plan = planFile({ steps: ['true', { id: 'order', http, retry: { times: 1, delay: '1ms' } }] });
    const kept = ['--state-dir', temporaryFolder()];
    expect((await runjobs([plan, ...kept])).exitCode).toBe(1);
    isUp = true;
    const resumed = await runjobs(['resume', ...kept]);
    expect(resumed.exitCode, `${resumed.stdout}${resumed.stderr}`).toBe(0);
    expect((await runjobs([plan])).exitCode).toBe(0);
    const [first, second, third, fourth] = keys;
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect([second, third]).toEqual([first, first]);
    expect(fourth).not.toBe(first);
  });
});

describe('a server that is slow', () => {
  it.each<[string, RequestListener]>([
    ['to answer', () => {}],
    ['in the middle of the body', (_, response) => void response.writeHead(200, { 'content-length': 9 }).write('half')],
  ])('%s fails the step when its time is over, and sees the connection closed', async (_, answer) => {
    let closed = () => {};
    const isClosed = new Promise<void>(resolve => {
      closed = resolve;
    });
    const url = await serve((request, response) => {
      request.socket.once('close', closed);
      answer(request, response);
    });
    const { exitCode, stdout } = await runjobs([planFile({ steps: [{ id: 'ask', http: url, timeout: '300ms' }] })]);
    expect(exitCode).toBe(1);
    expect(String(stdout)).toContain('✖ ask timed out after 300ms');
    await isClosed;
  });

  it('and asks for more time than there is fails the step at once', async () => {
    const later = new Date(Date.now() + 3_600_000).toUTCString();
    let count = 0;
    const url = await serve((_, response) => {
      count += 1;
      response.writeHead(429, { 'retry-after': later }).end();
    });
    const ask = { id: 'ask', http: url, retry: 5, timeout: { total: '60s' } };
    expect((await runjobs([planFile({ steps: [ask] })])).exitCode).toBe(1);
    expect(count).toBe(1);
  });
});

describe('many requests', () => {
  it('of a forEach go over as many connections as its limit says, and the next step goes on with one of them', async () => {
    let count = 0;
    const sockets = new Set<unknown>();
    const url = await serve((request, response) => {
      count += 1;
      sockets.add(request.socket);
      response.end('ok');
    });
    const numbers = Array.from({ length: 500 }, (_, index) => index);
    const each = { id: 'all', forEach: { N: numbers }, limit: 20, http: `${url}/\${N}` };
    const { exitCode, stdout } = await runjobs([planFile({ steps: [each, { id: 'last', http: url }] })]);
    expect(exitCode, String(stdout).slice(-2000)).toBe(0);
    expect(count).toBe(501);
    expect(sockets.size).toBeLessThanOrEqual(20);
  });
});

it('a secret beside a baseUrl is not told to another site', async () => {
  const seen: (string | undefined)[] = [];
  const see: RequestListener = (request, response) => {
    seen.push(request.headers.authorization);
    response.end();
  };
  const home = await serve(see);
  const other = await serve(see);
  const httpDefaults = { baseUrl: '${HOME_URL}/v1', auth: { bearer: 'abc' } };
  const steps = ['/x', `${home}/y`, `${other}/x`, { url: `${other}/x`, auth: { bearer: 'own' } }].map(http => ({
    http,
  }));
  const { exitCode } = await runjobs([planFile({ env: { HOME_URL: home }, httpDefaults, steps })]);
  expect(exitCode).toBe(0);
  expect(seen).toEqual(['Bearer abc', 'Bearer abc', undefined, 'Bearer own']);
});

it('bodies without a line end wait for a slow reader: the memory is not filled', async () => {
  const body = 'x'.repeat(64 * 1024);
  let sent = 0;
  const url = await serve((_, response) => {
    sent += body.length;
    response.end(body);
  });
  const plan = planFile({ forEach: { N: Array.from({ length: 500 }, (_, at) => at) }, limit: 4, http: url });
  const { stdout } = runjobs([plan], { buffer: false });
  let read = 0;
  let lead = 0;
  for await (const chunk of stdout as Readable) {
    read += (chunk as Buffer).length;
    lead = Math.max(lead, sent - read);
    await new Promise(done => setTimeout(done, 5));
  }
  expect(read).toBeGreaterThan(500 * body.length);
  expect(lead).toBeLessThan(4 * 1024 * 1024);
});
