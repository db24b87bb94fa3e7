/** Laws of what a download is put together from: parts of one version of the file, and all of them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HttpStep } from '../../../src/plan/plan.ts';
import { context, open, serve, step } from './rig.ts';

const bytesOf = (factor: number) => Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * factor) % 251));
const OLD = bytesOf(31);
const NEW = bytesOf(37);
const HALF = 150_000;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'runjobs-test-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

interface Reply {
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly bytes: Buffer;
  /** So many bytes of it come, then the connection breaks. */
  readonly breaksAfter?: number;
}

/** From there on, up to there, where the server has no more to say; given the headers that tell its version. */
function part(file: Buffer, from: number, to: number, headers: OutgoingHttpHeaders): Reply {
  const range = { 'content-range': `bytes ${from}-${to - 1}/${file.length}` };
  return { status: 206, headers: { ...range, ...headers }, bytes: file.subarray(from, to) };
}

/** Asks for a file as often as the server has replies; how each attempt ended, and what the server was asked for. */
async function attempts(replies: readonly Reply[], more: Partial<HttpStep> = {}) {
  const at = folder();
  const asked: (string | undefined)[] = [];
  let cut = () => {};
  const server = await serve((request, response) => {
    const { status = 200, headers, bytes, breaksAfter } = replies[asked.length] ?? { status: 500, bytes: OLD };
    asked.push(request.headers.range);
    response.writeHead(status, { 'content-length': bytes.length, ...headers });
    cut = () => {};
    if (breaksAfter === undefined) return void response.end(bytes);
    cut = () => response.destroy();
    response.write(bytes.subarray(0, breaksAfter));
  });
  const outcomes = [];
  while (asked.length < replies.length) {
    let count = 0;
    const counting = context(bytes => {
      count += bytes.length;
      if (count === replies[asked.length - 1]?.breaksAfter) cut();
      return undefined;
    });
    outcomes.push(await open(at).execute(step(server.url, { saveTo: 'f', ...more }), counting));
  }
  const left = readdirSync(at);
  return { outcomes, asked, left, file: left.includes('f') ? readFileSync(join(at, 'f')) : undefined };
}

const A = { etag: '"a"' };
const DAY = 'Thu, 01 Jan 2026 00:00:00 GMT';
const GOOD = { state: 'succeeded', status: 200 };
const BROKEN = { state: 'failed', reason: { kind: 'closed' } };

describe('a part', () => {
  it('of a version that the server cannot tell again is forgotten with the note of the one before it', async () => {
    const { outcomes, asked, file } = await attempts([
      { bytes: OLD, headers: { etag: '"a"' }, breaksAfter: HALF },
      { bytes: NEW, breaksAfter: 90_000 },
      { bytes: NEW },
    ]);
    expect(outcomes).toMatchObject([BROKEN, BROKEN, GOOD]);
    expect(asked).toEqual([undefined, `bytes=${HALF}-`, undefined]);
    expect(file?.equals(NEW)).toBe(true);
  });

  it.each<[string, OutgoingHttpHeaders, OutgoingHttpHeaders]>([
    ['ETag', A, { etag: '"b"' }],
    ['ETag, or none,', A, {}],
    ['rough ETag', A, { etag: 'W/"a"' }],
    ['date', { 'last-modified': DAY }, { 'last-modified': 'Fri, 02 Jan 2026 00:00:00 GMT' }],
    ['packing', A, { ...A, 'content-encoding': 'gzip' }],
    ['length', A, { ...A, 'content-range': `bytes ${HALF}-349999/350000` }],
    ['place', A, { ...A, 'content-range': 'bytes 5-399999/400000' }],
    ['place that is not told', A, { ...A, 'content-range': '' }],
    ['place, as one of many,', A, { ...A, 'content-type': 'multipart/byteranges; boundary=x', 'content-range': '' }],
    ['length that is not told', A, { ...A, 'content-range': `bytes ${HALF}-399999/*` }],
  ])('with another %s is not put behind what is there: the same attempt begins anew', async (_, before, after) => {
    const { outcomes, asked, file } = await attempts([
      { bytes: OLD, headers: before, breaksAfter: HALF },
      part(NEW, HALF, NEW.length, after),
      { bytes: NEW, headers: after['content-encoding'] === undefined ? after : {} },
    ]);
    expect(outcomes).toMatchObject([BROKEN, GOOD]);
    expect(asked).toEqual([undefined, `bytes=${HALF}-`, undefined]);
    expect(file?.equals(NEW)).toBe(true);
  });

  it('that ends before the file does is no success, and the next attempt asks for what is missing', async () => {
    const { outcomes, asked, file } = await attempts([
      { bytes: OLD, headers: A, breaksAfter: HALF },
      part(OLD, HALF, 250_000, A),
      part(OLD, 250_000, 400_000, A),
    ]);
    const words = 'the server sent the file up to byte 250000 of 400000 only; the next attempt asks for the rest';
    expect(outcomes).toMatchObject([
      BROKEN,
      { ...BROKEN, reason: { kind: 'closed', message: expect.stringContaining(words) } },
      GOOD,
    ]);
    expect(asked).toEqual([undefined, `bytes=${HALF}-`, 'bytes=250000-']);
    expect(file?.equals(OLD)).toBe(true);
  });

  it('counts for maxBody as much as what comes', async () => {
    const broken = { bytes: OLD, headers: A, breaksAfter: HALF };
    const rest = part(OLD, HALF, OLD.length, A);
    const exact = await attempts([broken, rest], { maxBody: OLD.length });
    expect(exact.outcomes).toMatchObject([BROKEN, GOOD]);
    const { outcomes, left } = await attempts([broken, rest], { maxBody: OLD.length - 1 });
    expect(outcomes).toMatchObject([BROKEN, { state: 'failed', reason: { kind: 'size' } }]);
    expect(left).toEqual([]);
  });

  it('that goes on behind the end of the file fails, and is not kept', async () => {
    const { outcomes, left } = await attempts([
      { bytes: OLD, headers: A, breaksAfter: HALF },
      {
        ...part(OLD, HALF, OLD.length, A),
        headers: { ...A, 'content-range': `bytes ${HALF}-399999/400000` },
        bytes: Buffer.concat([OLD, OLD]),
      },
    ]);
    // The length that the test's server announces is not that of its range.
    expect(outcomes).toMatchObject([BROKEN, { state: 'failed', reason: { kind: 'protocol' } }]);
    expect(left).toEqual([]);
  });

  it('is not kept of an answer to what may not be asked again', async () => {
    const reply = { bytes: OLD, headers: { etag: '"a"' }, breaksAfter: HALF };
    const { outcomes, asked, left } = await attempts([reply, reply], { method: 'POST' });
    expect(outcomes).toMatchObject([BROKEN, BROKEN]);
    expect(asked).toEqual([undefined, undefined]);
    expect(left).toEqual([]);
  });
});
