/** Laws of what a request carries: query, forms, files, and who asks. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findEntry } from '../../../src/executors/http/netrc.ts';
import type { HttpStep } from '../../../src/plan/plan.ts';
import { context, open, serve, step } from './rig.ts';

interface Seen {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'runjobs-test-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Sends one request to a server that keeps what it gets. */
async function send(request: Partial<HttpStep>, { at = folder(), path = '/', env = {} } = {}) {
  const seen: Seen[] = [];
  const server = await serve(async (asked, response) => {
    seen.push({ url: asked.url, headers: asked.headers, body: await buffer(asked) });
    response.end('ok');
  });
  const ctx = { ...context(), env };
  const outcome = await open(at).execute(step(server.url + path, { method: 'POST', ...request }), ctx);
  return { outcome, seen: seen[0] as Seen, count: seen.length, starts: ctx.starts(), port: server.port };
}

/** The parts of a multipart body, as the platform reads them. */
async function partsOf({ headers, body }: Seen): Promise<FormData> {
  return new Response(new Uint8Array(body), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
}

describe('a query', () => {
  it('stands behind that of the url, each value percent-encoded, each of a list with its name', async () => {
    const query = [
      ['a b', '1&2=3'],
      ['tag', 'x'],
      ['tag', 'ü +'],
    ] as const;
    expect((await send({ query }, { path: '/p?first=1#part' })).seen.url).toBe(
      '/p?first=1&a%20b=1%262%3D3&tag=x&tag=%C3%BC%20%2B',
    );
    expect((await send({ query }, { path: '/p' })).seen.url).toMatch(/^\/p\?a%20b=/);
  });
});

describe('a form', () => {
  it('is sent as that of a page', async () => {
    const fields = [
      ['user', 'ann & bob'],
      ['role', 'a'],
      ['role', 'b'],
    ] as const;
    const { seen } = await send({ body: { type: 'form', fields } });
    expect(String(seen.body)).toBe('user=ann+%26+bob&role=a&role=b');
    expect(seen.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });
});

describe('a file', () => {
  it('is sent byte for byte, streamed, with its length', async () => {
    const at = folder();
    const bytes = Buffer.alloc(5_000_000, Array.from({ length: 251 }, (_, index) => index).join());
    writeFileSync(join(at, 'f'), bytes);
    const { seen } = await send({ body: { type: 'file', path: 'f' } }, { at });
    const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex');
    expect(digest(seen.body)).toBe(digest(bytes));
    expect(seen.headers).toMatchObject({ 'content-length': '5000000', 'content-type': 'application/octet-stream' });
    expect(seen.headers).not.toHaveProperty('transfer-encoding');
  });

  it('may be empty', async () => {
    const at = folder();
    writeFileSync(join(at, 'f'), '');
    const { seen, outcome } = await send({ body: { type: 'file', path: 'f' } }, { at });
    expect(outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(seen.body).toHaveLength(0);
  });

  it.each([
    ['missing', 'file: "missing" cannot be sent: no such file'],
    ['.', 'file: "." cannot be sent: it is no file'],
  ])('that cannot be read fails the step before anything is sent: %s', async (path, message) => {
    const { outcome, count, starts } = await send({ body: { type: 'file', path } });
    expect(outcome).toEqual({ state: 'failed', reason: { type: 'start', message } });
    expect([count, starts]).toEqual([0, 0]);
  });

  it.skipIf(process.platform !== 'linux')('that says it is empty is sent as it is, as one of /proc', async () => {
    const path = '/proc/version';
    const expected = readFileSync(path, 'utf8');
    const { seen } = await send({ body: { type: 'file', path } });
    expect(String(seen.body)).toBe(expected);
    expect(seen.headers['content-length']).toBe(String(expected.length));
    const parts = [{ type: 'file', name: 'p', path }] as const;
    const form = await partsOf((await send({ body: { type: 'multipart', parts } })).seen);
    expect(await (form.get('p') as File).text()).toBe(expected);
  });

  it.skipIf(process.platform !== 'linux')('that says it is empty, and has no end, fails the step', async () => {
    const path = '/proc/self/pagemap';
    const message = `file: "${path}" cannot be sent: it does not tell its size, and is over 1 MiB; send a copy of it`;
    const { outcome, count } = await send({ body: { type: 'file', path } });
    expect(outcome).toEqual({ state: 'failed', reason: { type: 'start', message } });
    expect(count).toBe(0);
  });

  it('that becomes shorter while it is sent fails the step in words', async () => {
    const at = folder();
    writeFileSync(join(at, 'f'), Buffer.alloc(30_000_000));
    const server = await serve(asked => {
      truncateSync(join(at, 'f'), 20_000_000);
      asked.resume();
    });
    const request = step(server.url, { method: 'PUT', body: { type: 'file', path: 'f' } });
    expect(await open(at).execute(request, context())).toMatchObject({
      state: 'failed',
      reason: { kind: 'request', message: `PUT ${server.url}/: a file became shorter while it was sent` },
    });
  });

  it('that is gone when its part is sent fails the step, in words', async () => {
    const at = folder();
    for (const name of ['f', 'g']) writeFileSync(join(at, name), Buffer.alloc(30_000_000));
    const server = await serve(asked => {
      rmSync(join(at, 'g'));
      asked.resume();
    });
    const parts = ['f', 'g'].map(path => ({ type: 'file', name: path, path }) as const);
    const request = step(server.url, { method: 'PUT', body: { type: 'multipart', parts } });
    const message = `PUT ${server.url}/: a file could not be read while it was sent: no such file`;
    expect(await open(at).execute(request, context())).toMatchObject({ reason: { kind: 'request', message } });
  });

  it('is sent once more, from its beginning, when a kept connection was closed meanwhile', async () => {
    const at = folder();
    writeFileSync(join(at, 'f'), 'the file');
    const bodies: string[] = [];
    const server = await serve(async (asked, response) => {
      bodies.push(String(await buffer(asked)));
      if (bodies.length === 2) asked.socket.destroy();
      else response.end('ok');
    });
    const executor = open(at);
    const request = step(server.url, { method: 'PUT', body: { type: 'file', path: 'f' } });
    await executor.execute(request, context());
    expect(await executor.execute(request, context())).toEqual({ state: 'succeeded', status: 200 });
    expect(bodies).toEqual(['the file', 'the file', 'the file']);
  });
});

describe('a multipart body', () => {
  it('has its values and files, with their names and types, and its length', async () => {
    const at = folder();
    writeFileSync(join(at, 'data.csv'), 'a,b\r\n');
    const { seen } = await send(
      {
        body: {
          type: 'multipart',
          parts: [
            { type: 'text', name: 'title', text: 'Überschrift' },
            { type: 'text', name: 'meta', text: '[1]', contentType: 'application/json' },
            { type: 'file', name: 'table', path: 'data.csv', contentType: 'text/csv' },
            { type: 'file', name: 'table', path: 'data.csv', fileName: 'other.bin' },
          ],
        },
      },
      { at },
    );
    const form = await partsOf(seen);
    expect(form.get('title')).toBe('Überschrift');
    const files = form.getAll('table') as File[];
    expect(files.map(({ name, type }) => [name, type])).toEqual([
      ['data.csv', 'text/csv'],
      ['other.bin', 'application/octet-stream'],
    ]);
    expect(await files[0]?.text()).toBe('a,b\r\n');
    expect(seen.headers['content-length']).toBe(String(seen.body.length));
    expect(String(seen.body)).toContain('name="meta"\r\nContent-Type: application/json\r\n\r\n[1]\r\n');
  });

  it.each([
    ['multipart/form-data', /^multipart\/form-data; boundary=runjobs-/],
    ['Multipart/Related; boundary="a;b"; type="text/xml"', /^Multipart\/Related; type="text\/xml"; boundary=runjobs-/],
    ['application/json', /^multipart\/form-data; boundary=runjobs-/],
  ])('says what stands between its parts, whatever type a header gives: %s', async (type, sent) => {
    const body = { type: 'multipart', parts: [{ type: 'text', name: 'a', text: 'v' }] } as const;
    const { seen } = await send({ headers: { 'Content-Type': type }, body });
    const given = seen.headers['content-type'] ?? '';
    expect(given).toMatch(sent);
    expect(String(seen.body)).toContain(`--${given.split('boundary=')[1]}\r\n`);
  });

  it('cannot be broken out of by a name', async () => {
    const name = 'a"\r\nX-Evil: 1';
    const { seen } = await send({ body: { type: 'multipart', parts: [{ type: 'text', name, text: 'v' }] } });
    expect([...(await partsOf(seen)).values()]).toEqual(['v']);
    expect(String(seen.body)).not.toContain('\r\nX-Evil');
  });
});

describe('who asks', () => {
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

  it('is told by a token, or by a name and a password, unless a header says it', async () => {
    const authorization = async (request: Partial<HttpStep>) => (await send(request)).seen.headers.authorization;
    expect(await authorization({ auth: { type: 'bearer', token: 'abc' } })).toBe('Bearer abc');
    const ann = { type: 'basic', user: 'ann', password: 'p:ä' } as const;
    expect(await authorization({ auth: ann })).toBe(basic('ann:p:ä'));
    expect(await authorization({ auth: ann, headers: { AUTHORIZATION: 'Own x' } })).toBe('Own x');
  });

  it('is told to the site alone that it is for', async () => {
    const auth = { type: 'bearer', token: 'abc' } as const;
    const told = async (authFor: (at: string) => string) => {
      const { url } = await serve((request, response) => void response.end(String(request.headers.authorization)));
      const ctx = context();
      await open().execute(step(`${url}/x`, { auth, authFor: authFor(url) }), ctx);
      return ctx.output();
    };
    expect(await told(at => `${at}/v1/`)).toBe('Bearer abc');
    expect(await told(() => 'http://127.0.0.1:1/')).toBe('undefined');
    expect(await told(at => at.replace('http:', 'https:'))).toBe('undefined');
    expect(await told(() => 'none')).toBe('undefined');
  });

  it('is looked up by host in the file that NETRC names', async () => {
    const at = folder();
    const file = join(at, 'netrc');
    writeFileSync(file, 'machine 127.0.0.1\n  login ann\n  password "se cret"\n');
    const { seen } = await send({ auth: { type: 'netrc' } }, { env: { NETRC: file } });
    expect(seen.headers.authorization).toBe(basic('ann:se cret'));
  });

  it('fails the step where it is not found', async () => {
    const at = folder();
    const found = async (env: Record<string, string>) =>
      (await send({ auth: { type: 'netrc' } }, { env })).outcome as { reason: unknown };
    const file = join(at, '.netrc');
    expect((await found({ HOME: at })).reason).toEqual({
      type: 'start',
      message: `auth.netrc: "${file}" does not exist`,
    });
    execFileSync('mkfifo', [join(at, 'pipe')]);
    expect((await found({ NETRC: join(at, 'pipe') })).reason).toEqual({
      type: 'start',
      message: `auth.netrc: "${join(at, 'pipe')}": a named pipe, to which nobody may ever write; write what comes from it to a file`,
    });
    expect((await found({ NETRC: 'no/such' })).reason).toEqual({
      type: 'start',
      message: `auth.netrc: "${resolve('no/such')}" does not exist`,
    });
    writeFileSync(file, 'machine example.org login a password b\n');
    expect((await found({ HOME: at })).reason).toEqual({
      type: 'start',
      message: `auth.netrc: "${file}" has no machine "127.0.0.1", and no default`,
    });
  });

  it('in a netrc is the first entry of the host, else the default, whatever macros and comments say', () => {
    const text = [
      '# machine h login no password no',
      'macdef init',
      'machine h login no password no',
      '',
      'machine other login x password y',
      'machine h login ann password #1',
      'default login any password one',
    ].join('\n');
    expect(findEntry(text, 'h')).toEqual({ user: 'ann', password: '#1' });
    expect(findEntry(text, 'unknown')).toEqual({ user: 'any', password: 'one' });
    expect(findEntry('machine h login', 'h')).toEqual({ user: '', password: '' });
    expect(findEntry('', 'h')).toBeUndefined();
  });
});

it('a request says who sends it, and which version', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect((await send({})).seen.headers['user-agent']).toBe(`runjobs/${version}`);
});

describe('the key by which a request is known again', () => {
  const keyOf = async (idempotencyKey: true | string, place: object = {}) => {
    const keys: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      keys.push(request.headers['idempotency-key'] as string | undefined);
      response.end();
    });
    const ctx = { ...context(), env: { RUNJOBS_RUN: 'run-1' }, ...place };
    await open().execute(step(server.url, { method: 'POST', idempotencyKey }), ctx);
    return keys[0];
  };

  it('is the same for all attempts of a tick, and for no other tick, step or run', async () => {
    const key = await keyOf(true, { ticks: [1] });
    expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await keyOf(true, { ticks: [1], attempt: 2 })).toBe(key);
    const others = [
      { ticks: [2] },
      { ticks: [1, 1] },
      { ticks: [1], path: 'x' },
      { ticks: [1], env: { RUNJOBS_RUN: 'y' } },
    ];
    for (const other of others) expect(await keyOf(true, other)).not.toBe(key);
  });

  it('is what the step says, where it does', async () => {
    expect(await keyOf('order-7')).toBe('order-7');
  });

  it('lets a POST be repeated when a kept connection was closed meanwhile', async () => {
    let requests = 0;
    const server = await serve((request, response) => {
      requests += 1;
      if (requests === 2) request.socket.destroy();
      else response.end();
    });
    const executor = open();
    const post = step(server.url, { method: 'POST', idempotencyKey: true });
    await executor.execute(post, context());
    expect(await executor.execute(post, context())).toEqual({ state: 'succeeded', status: 200 });
  });
});
