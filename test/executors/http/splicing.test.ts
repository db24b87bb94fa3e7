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

  it('is not kept of an answer to what may not be asked again', async () => {
    const reply = { bytes: OLD, headers: { etag: '"a"' }, breaksAfter: HALF };
    const { outcomes, asked, left } = await attempts([reply, reply], { method: 'POST' });
    expect(outcomes).toMatchObject([BROKEN, BROKEN]);
    expect(asked).toEqual([undefined, undefined]);
    expect(left).toEqual([]);
  });
});
