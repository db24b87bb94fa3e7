/** Laws of a download that was broken off: the next attempt asks for the rest, and for nothing else where that is right. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HttpStep } from '../../../src/plan/plan.ts';
import { context, open, serve, step, type TestContext } from './rig.ts';

const BYTES = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 31 + (at >> 8)) % 256));
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const HALF = 150_000;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'runjobs-test-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

interface Origin {
  etag?: string;
  /** In the place of an ETag. */
  modified?: string;
  bytes: Buffer;
  /** So many bytes of an answer come, then the connection is reset. */
  breaksAfter: number | undefined;
  hasRanges: boolean;
}

/** Breaks the connection of the answer that is under way. */
let cut = () => {};
let sends = 0;

/** A server with one file. */
async function origin(changes: Partial<Origin> = {}) {
  const file: Origin = { etag: '"v1"', bytes: BYTES, breaksAfter: HALF, hasRanges: true, ...changes };
  const asked: (string | undefined)[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/moved') return void response.writeHead(302, { location: '/file' }).end();
    const { range, 'if-range': validator } = request.headers;
    asked.push(range);
    const validators = {
      ...(file.etag === undefined ? {} : { etag: file.etag }),
      ...(file.modified === undefined ? {} : { 'last-modified': file.modified }),
    };
    const isSame = validator !== undefined && (validator === file.etag || validator === file.modified);
    const start = file.hasRanges && isSame ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0;
    const { length } = file.bytes;
    if (start > length || (start === length && start > 0)) {
      return void response.writeHead(416, { 'content-range': `bytes */${length}` }).end();
    }
    const rest = file.bytes.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      ...validators,
      'content-length': rest.length,
      ...(start > 0 ? { 'content-range': `bytes ${start}-${length - 1}/${length}` } : {}),
    });
    if (file.breaksAfter === undefined) return void response.end(rest);
    sends = Math.min(rest.length, file.breaksAfter);
    response.write(rest.subarray(0, sends));
    cut = () => response.destroy();
  };
  const server = await serve(answer);
  return { file, asked, url: `${server.url}/file`, moved: `${server.url}/moved` };
}

/** Asks for the file, whose connection breaks when so many bytes have arrived as the server sends. */
async function get(url: string, at: string, more: Partial<HttpStep> = {}, own?: TestContext) {
  let count = 0;
  const counting = context(bytes => {
    count += bytes.length;
    if (count === sends) cut();
    return undefined;
  });
  const ctx = own ?? counting;
  const outcome = await open(at).execute(step(url, { saveTo: 'f', ...more }), ctx);
  return { outcome, count, saved: ctx.saved };
}

const RIGHT = { expect: { status: [200], sha256: SHA256 } };

describe('a download that was broken off', () => {
  it('goes on where it was, and only the rest comes', async () => {
    const { file, asked, url } = await origin();
    const at = folder();
    expect((await get(url, at, RIGHT)).outcome).toMatchObject({ state: 'failed', reason: { kind: 'closed' } });
    expect(existsSync(join(at, 'f'))).toBe(false);
    file.breaksAfter = 100_000;
    expect((await get(url, at, RIGHT)).outcome).toMatchObject({ state: 'failed' });
    file.breaksAfter = undefined;
    const { outcome, count } = await get(url, at, RIGHT);
    expect(outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(readFileSync(join(at, 'f')).equals(BYTES)).toBe(true);
    expect(readdirSync(at)).toEqual(['f']);
    const starts = asked.map(range => Number(/\d+/.exec(range ?? '')?.[0] ?? 0));
    expect(starts).toEqual([0, HALF, HALF + 100_000]);
    expect(count).toBe(50_000);
  });

  it('goes on through redirects', async () => {
    const { file, asked, moved } = await origin();
    const at = folder();
    await get(moved, at);
    file.breaksAfter = undefined;
    expect((await get(moved, at, RIGHT)).outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(asked).toEqual([undefined, `bytes=${HALF}-`]);
  });

  it('goes on by its date where it has no ETag', async () => {
    const { file, asked, url } = await origin({ etag: undefined as never, modified: 'Thu, 01 Jan 2026 00:00:00 GMT' });
    const at = folder();
    await get(url, at);
    file.breaksAfter = undefined;
    expect((await get(url, at, RIGHT)).outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(asked).toEqual([undefined, `bytes=${HALF}-`]);
  });

  it('goes on after a cancellation', async () => {
    const { file, asked, url } = await origin();
    const at = folder();
    const ctx: TestContext = context(() => void ctx.cancel());
    file.breaksAfter = undefined;
    expect((await get(url, at, {}, ctx)).outcome.state).toBe('cancelled');
    expect((await get(url, at, RIGHT)).outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(asked[1]).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('is saved and looked into as a whole', async () => {
    const text = JSON.stringify({ list: 'x'.repeat(200_000), last: 7 });
    const { file, url } = await origin({ bytes: Buffer.from(text) });
    const at = folder();
    await get(url, at);
    file.breaksAfter = undefined;
    const save = { type: 'parts', parts: { LAST: { type: 'pointer', pointer: '/last' } } } as const;
    const rule = { expect: { status: [200], json: [['/last', { equals: 7 }]] }, save } as const;
    const { outcome, saved } = await get(url, at, rule);
    expect(outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(saved).toEqual({ LAST: '7' });
  });

  it.each<[string, Partial<Origin>]>([
    ['the server has another one now', { etag: '"v2"' }],
    ['the server sends all of it', { hasRanges: false }],
    ['it is shorter now', { bytes: BYTES.subarray(0, 120_000) }],
  ])('begins anew where %s', async (_, changes) => {
    const { file, url } = await origin();
    const at = folder();
    await get(url, at);
    Object.assign(file, { breaksAfter: undefined, ...changes });
    expect((await get(url, at)).outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(readFileSync(join(at, 'f')).equals(file.bytes)).toBe(true);
    expect(readdirSync(at)).toEqual(['f']);
  });

  it('begins anew where its beginning is not right', async () => {
    const { file, asked, url } = await origin();
    const at = folder();
    const wrong = { expect: { status: [200], sha256: '0'.repeat(64) } };
    await get(url, at, wrong);
    file.breaksAfter = undefined;
    expect((await get(url, at, wrong)).outcome).toMatchObject({
      state: 'failed',
      reason: { kind: 'answer', message: expect.stringContaining('answered 206 Partial Content, but the SHA-256') },
    });
    expect(readdirSync(at)).toEqual([]);
    expect((await get(url, at, RIGHT)).outcome.state).toBe('succeeded');
    expect(asked).toEqual([undefined, `bytes=${HALF}-`, undefined]);
  });

  it('begins anew at once where the server answers with another part', async () => {
    const at = folder();
    let isOdd = false;
    const server = await serve((request, response) => {
      const headers = { etag: '"v1"', 'content-length': BYTES.length };
      if (request.headers.range === undefined) {
        response.writeHead(200, headers);
        if (isOdd) response.end(BYTES);
        else {
          sends = HALF;
          cut = () => response.destroy();
          response.write(BYTES.subarray(0, HALF));
        }
        isOdd = true;
      } else response.writeHead(206, { 'content-range': 'bytes 5-9/300000', 'content-length': 5 }).end('other');
    });
    await get(server.url, at);
    expect((await get(server.url, at, RIGHT)).outcome.state).toBe('succeeded');
  });

  it.each([
    ['another place there', '/a', '/b', [undefined, `bytes=${HALF}-`, undefined]],
    ['the same place by another query', '/a?signed=1', '/a?signed=2', [undefined, `bytes=${HALF}-`]],
  ])('is of who has sent it: the redirect leads to %s', async (_, first, second, expected) => {
    const asked: (string | undefined)[] = [];
    let target = first;
    const server = await serve((request, response) => {
      if (request.url === '/') return void response.writeHead(302, { location: target }).end();
      const { range } = request.headers;
      asked.push(range);
      const rest = BYTES.subarray(range === undefined ? 0 : HALF);
      const place = range === undefined ? {} : { 'content-range': `bytes ${HALF}-299999/300000` };
      response.writeHead(range === undefined ? 200 : 206, { etag: '"v1"', 'content-length': rest.length, ...place });
      if (target === second) return void response.end(rest);
      sends = HALF;
      cut = () => response.destroy();
      response.write(rest.subarray(0, HALF));
    });
    const at = folder();
    await get(server.url, at);
    target = second;
    expect((await get(server.url, at, RIGHT)).outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(asked).toEqual(expected);
  });
});

describe('a part of a file', () => {
  const partial = () =>
    serve((request, response) => {
      const { range = 'none' } = request.headers;
      response.writeHead(206, { 'content-range': 'bytes 0-3/10', 'x-range': range }).end('0123');
    });

  it('that nobody has asked for is not the file', async () => {
    const { url } = await partial();
    const at = folder();
    const words = 'the server answered with a part of the file (206), though it was asked for all of it';
    expect((await get(url, at)).outcome).toMatchObject({
      state: 'failed',
      reason: { kind: 'protocol', message: expect.stringContaining(words) },
    });
    expect(readdirSync(at)).toEqual([]);
  });

  it.each<[string, Partial<HttpStep>, string]>([
    ['that is expected', { expect: { status: [206] } }, 'none'],
    ['that the step asks for', { headers: { Range: 'bytes=0-3' } }, 'bytes=0-3'],
  ])('%s is the file', async (_, more, range) => {
    const { url } = await partial();
    const at = folder();
    const save = { type: 'parts', parts: { RANGE: { type: 'header', name: 'x-range' } } } as const;
    const { outcome, saved } = await get(url, at, { save, ...more });
    expect(outcome).toEqual({ state: 'succeeded', status: 206 });
    expect(saved).toEqual({ RANGE: range });
    expect(readFileSync(join(at, 'f'), 'utf8')).toBe('0123');
  });
});

describe('what was left', () => {
  it.each<[string, Partial<Origin>]>([
    ['the server could not tell it again', { etag: undefined as never }],
    ['the server tells it only roughly', { etag: 'W/"v1"' }],
    ['it is small', { bytes: BYTES.subarray(0, 50_000), breaksAfter: 10_000 }],
  ])('is nothing where %s', async (_, changes) => {
    const { url } = await origin(changes);
    const at = folder();
    await get(url, at);
    expect(readdirSync(at)).toEqual([]);
  });

  it('of another url, or a week ago, is removed, and never taken for the file', async () => {
    const { file, asked, url } = await origin();
    const at = folder();
    await get(`${url}?other`, at);
    expect(readdirSync(at)).toHaveLength(2);
    await get(url, at);
    const [part = ''] = readdirSync(at).filter(name => !name.endsWith('.json'));
    const old = Date.now() / 1000 - 8 * 24 * 3600;
    utimesSync(join(at, part), old, old);
    file.breaksAfter = undefined;
    expect((await get(url, at, RIGHT)).outcome.state).toBe('succeeded');
    expect(asked).toEqual([undefined, undefined, undefined]);
    expect(readdirSync(at)).toEqual(['f']);
  });

  it('with a damaged note is removed', async () => {
    const { file, asked, url } = await origin();
    const at = folder();
    await get(url, at);
    const [note = ''] = readdirSync(at).filter(name => name.endsWith('.json'));
    writeFileSync(join(at, note), '{"target": "../f"');
    file.breaksAfter = undefined;
    expect((await get(url, at, RIGHT)).outcome.state).toBe('succeeded');
    expect(asked).toEqual([undefined, undefined]);
    expect(readdirSync(at)).toEqual(['f']);
  });

  it('tells no secret of the url', async () => {
    const { url } = await origin();
    const at = folder();
    await get(`${url}?token=open-sesame`, at);
    const notes = readdirSync(at).filter(name => name.endsWith('.json'));
    expect(notes).toHaveLength(1);
    expect(readFileSync(join(at, notes[0] ?? ''), 'utf8')).not.toContain('open-sesame');
  });

  it('by a refusal of the server is gone on with when it has recovered', async () => {
    const at = folder();
    let turn = 0;
    const server = await serve((request, response) => {
      turn += 1;
      const { range } = request.headers;
      if (turn === 2) return void response.writeHead(503).end('later');
      const start = Number(/\d+/.exec(range ?? '')?.[0] ?? 0);
      const rest = BYTES.subarray(start);
      const length = { 'content-length': rest.length, etag: '"v1"' };
      if (turn === 1) {
        sends = HALF;
        cut = () => response.destroy();
        return void response.writeHead(200, length).write(rest.subarray(0, HALF));
      }
      response.writeHead(206, { ...length, 'content-range': `bytes ${start}-299999/300000` }).end(rest);
    });
    await get(server.url, at);
    expect((await get(server.url, at)).outcome).toMatchObject({ state: 'failed', status: 503 });
    expect((await get(server.url, at, RIGHT)).outcome).toEqual({ state: 'succeeded', status: 200 });
  });
});
