/** Laws of what is kept of a response: variables, and a file. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HttpStep } from '../../../src/plan/plan.ts';
import { context, open, serve, step } from './rig.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'runjobs-test-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const body = { type: 'output', name: 'BODY' } as const;
const pointer = (at: string) => ({ type: 'pointer', pointer: at }) as const;

async function ask(url: string, keeping: Partial<HttpStep>, at = folder()) {
  const kept = context();
  const outcome = await open(at).execute(step(url, keeping), kept);
  return { outcome, saved: kept.saved, output: kept.output() };
}

describe('what is saved of a response', () => {
  it('is its body, unpacked, without the newlines at its end', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('pläin\n\n'));
    });
    const { outcome, saved, output } = await ask(url, { save: body });
    expect(outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(saved).toEqual({ BODY: 'pläin' });
    expect(output).toBe('pläin\n\n');
  });

  it('is a part of its JSON, a header, its status', async () => {
    const { url } = await serve((_, response) => {
      response
        .writeHead(201, { ETag: '"v1"', 'Set-Cookie': ['a=1', 'b=2'] })
        .end('{"user": {"id": 12345678901234567890}}');
    });
    const parts = {
      ID: pointer('/user/id'),
      TAG: { type: 'header', name: 'etag' },
      COOKIES: { type: 'header', name: 'set-cookie' },
      STATUS: { type: 'status' },
    } as const;
    const { saved } = await ask(url, { save: { type: 'parts', parts } });
    expect(saved).toEqual({ ID: '12345678901234567890', TAG: '"v1"', COOKIES: 'a=1, b=2', STATUS: '201' });
  });

  it('is that of the answer, not of the redirects before it', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/next', 'x-at': 'first' }).end('moved');
      else response.writeHead(200, { 'x-at': 'second' }).end('here');
    });
    const parts = { AT: { type: 'header', name: 'x-at' } } as const;
    expect((await ask(url, { save: { type: 'parts', parts } })).saved).toEqual({ AT: 'second' });
    expect((await ask(url, { save: body })).saved).toEqual({ BODY: 'here' });
  });

  it('is nothing where the status is not the expected one', async () => {
    const { url } = await serve((_, response) => response.writeHead(500).end('oops'));
    const at = folder();
    const { outcome, saved } = await ask(url, { save: body, saveTo: 'f' }, at);
    expect(outcome).toMatchObject({ state: 'failed', reason: { type: 'http' }, status: 500 });
    expect(saved).toEqual({});
    expect(readdirSync(at)).toEqual([]);
  });

  it('fails the step where it is no JSON, has no such part or header, or is too large', async () => {
    const { url } = await serve((request, response) =>
      response.end(request.url === '/big' ? 'x'.repeat(100_000) : '{"a": 1}'),
    );
    const failure = async (path: string, save: NonNullable<HttpStep['save']>) => {
      const { outcome } = await ask(`${url}${path}`, { save });
      return outcome.state === 'failed' && outcome.reason.type === 'save' ? outcome : undefined;
    };
    const ofPart = (parts: Record<string, ReturnType<typeof pointer> | { type: 'header'; name: string }>) =>
      ({ type: 'parts', parts }) as const;
    expect(await failure('/', ofPart({ B: pointer('/b') }))).toMatchObject({ status: 200 });
    expect(await failure('/', ofPart({ B: { type: 'header', name: 'etag' } }))).toBeDefined();
    expect(await failure('/big', ofPart({ B: pointer('/b') }))).toBeDefined();
    expect(await failure('/big', body)).toMatchObject({
      reason: { message: expect.stringContaining('98 KiB, and a variable holds 96 KiB at most') },
    });
  });
});

describe('saveTo of a request', () => {
  it('is the body, byte for byte, in a file that is there when it is complete', async () => {
    const bytes = Buffer.from([0, 255, 10, 97]);
    const { url } = await serve((_, response) => response.end(bytes));
    const at = folder();
    const { outcome } = await ask(url, { saveTo: 'sub/f' }, at);
    expect(outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(readFileSync(join(at, 'sub/f'))).toEqual(bytes);
    expect(readdirSync(join(at, 'sub'))).toEqual(['f']);
  });

  it.each(['aws-chunked', 'identity', 'gzip, aws-chunked'])(
    'is as long as it will where it is not unpacked: %s',
    async encoding => {
      const megabyte = Buffer.alloc(1024 * 1024, 'x');
      const { url } = await serve(async (_, response) => {
        response.writeHead(200, { 'content-encoding': encoding, 'content-length': 65 * megabyte.length });
        for (let sent = 0; sent < 65; sent += 1) await new Promise(next => response.write(megabyte, next));
        response.end();
      });
      const at = folder();
      const outcome = await open(at).execute(
        step(url, { saveTo: 'f' }),
        context(() => undefined),
      );
      expect(outcome).toEqual({ state: 'succeeded', status: 200 });
      expect(statSync(join(at, 'f')).size).toBe(65 * megabyte.length);
    },
  );

  it.each<[string, number, Partial<HttpStep>]>([
    ['304', 304, { expect: { status: [200, 304] }, headers: { 'If-None-Match': '"1"' } }],
    ['204', 204, {}],
    ['an answer to HEAD', 200, { method: 'HEAD' }],
  ])('keeps what was there where the answer has no body: %s', async (_, status, more) => {
    const { url } = await serve((_, response) => void response.writeHead(status, { etag: '"1"' }).end());
    const at = folder();
    expect((await ask(url, { saveTo: 'f', ...more }, at)).outcome).toEqual({ state: 'succeeded', status });
    expect(readdirSync(at)).toEqual([]);
    writeFileSync(join(at, 'f'), 'old');
    expect((await ask(url, { saveTo: 'f', ...more }, at)).outcome).toEqual({ state: 'succeeded', status });
    expect(readdirSync(at)).toEqual(['f']);
    expect(readFileSync(join(at, 'f'), 'utf8')).toBe('old');
  });

  it('is empty where the body is', async () => {
    const { url } = await serve((_, response) => void response.end());
    const at = folder();
    writeFileSync(join(at, 'f'), 'old');
    await ask(url, { saveTo: 'f' }, at);
    expect(readFileSync(join(at, 'f'), 'utf8')).toBe('');
  });

  it('keeps what was there when the body is cut off', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    const at = folder();
    writeFileSync(join(at, 'f'), 'old');
    const { outcome } = await ask(url, { saveTo: 'f' }, at);
    expect(outcome).toMatchObject({ state: 'failed' });
    expect(readdirSync(at)).toEqual(['f']);
    expect(readFileSync(join(at, 'f'), 'utf8')).toBe('old');
  });

  it('keeps what was there when it is cancelled', async () => {
    const at = folder();
    const kept = context(bytes => {
      if (Buffer.from(bytes).includes('half')) kept.cancel();
      return undefined;
    });
    const { url } = await serve((_, response) => void response.writeHead(200).write('half'));
    const outcome = await open(at).execute(step(url, { saveTo: 'f' }), kept);
    expect(outcome.state).toBe('cancelled');
    expect(readdirSync(at)).toEqual([]);
  });

  it('fails before anything is sent where the file cannot be written', async () => {
    let requests = 0;
    const { url } = await serve((_, response) => {
      requests += 1;
      response.end();
    });
    const at = folder();
    writeFileSync(join(at, 'f'), '');
    const { outcome } = await ask(url, { saveTo: 'f/g' }, at);
    expect(outcome).toEqual({
      state: 'failed',
      reason: { type: 'start', message: 'saveTo: "f/g" cannot be written: a part of its path is no folder' },
    });
    expect(requests).toBe(0);
  });
});
