/** The body of a response on its way to the step's log: unpacked, piece by piece, no faster than the log takes it. */
import { type Duplex, pipeline, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import type { ExecuteContext } from '../../engine/executor.ts';
import { isBodiless } from '../../plan/bodiless.ts';
import type { HttpStep } from '../../plan/plan.ts';
import type { HttpResponse } from './exchange.ts';
import { createInflateAny } from './inflating.ts';

/** How much of a response has arrived, for the words about one that did not arrive whole. */
export interface Progress {
  /** Bytes of the body as the server sent them; undefined until the response begins. */
  received?: number;
  /** Bytes that its `content-length` announced. */
  announced?: number;
}

/** How the body of a step is read. */
export interface BodyRules extends Pick<HttpStep, 'decompress' | 'maxBody'> {
  /** Whether what follows is of no interest, asked after each piece. */
  readonly isEnough?: () => boolean;
  /** Bytes of the body that are there from earlier: they count for `maxBody`. */
  readonly before?: number;
  /** Called with each piece: how much has come, and of how much. */
  readonly received?: ((bytes: number, total: number | undefined) => void) | undefined;
}

/** How the body of this step is read. @param isKept whether all of it is in memory at once. */
export function bodyRules({ decompress, maxBody }: HttpStep, isKept: boolean): BodyRules {
  const limit = maxBody ?? (isKept ? MAX_BODY : undefined);
  return {
    ...(decompress === undefined ? {} : { decompress }),
    ...(limit === undefined ? {} : { maxBody: limit }),
  };
}

/** Bytes of a body that is kept in memory, or is unpacked here: few may become very many. */
const MAX_BODY = 64 * 1024 * 1024;

/** The body is longer than it may be. */
export class BodyTooLarge extends Error {
  readonly code = 'BODY_TOO_LARGE';
  readonly limit: number;

  constructor(limit: number) {
    super(`over ${limit} bytes`);
    this.limit = limit;
  }
}

/** The body has ended before all of it was there. */
class BodyCutOff extends Error {
  readonly code = 'BODY_CUT_OFF';
}

const PIECE = { chunkSize: 64 * 1024 };
const UNPACKERS: ReadonlyMap<string, Unpacker> = new Map([
  ['gzip', () => createGunzip(PIECE)],
  ['x-gzip', () => createGunzip(PIECE)],
  ['deflate', () => createInflateAny(PIECE)],
  ['br', () => createBrotliDecompress(PIECE)],
]);

/**
 * Writes the whole body, as far as the rules allow it; no more than a few pieces of it are in memory at a time. Rejects when it is cut off, or is not
 * packed as its `content-encoding` says: what had arrived is written by then. What is packed in a way that is not
 * known here is written as it comes, and without `decompress` everything is.
 */
export async function writeBody(
  response: HttpResponse,
  write: ExecuteContext['write'],
  progress: Progress,
  { decompress = true, maxBody, before = 0, received, isEnough }: BodyRules = {},
): Promise<void> {
  const { headers } = response;
  const unpackers = decompress ? unpackersOf(headers['content-encoding']) : [];
  const limit = maxBody ?? (unpackers.length === 0 ? Number.POSITIVE_INFINITY : MAX_BODY);
  let size = before;
  if (headers['content-length'] !== undefined) progress.announced = Number(headers['content-length']);
  const take = (bytes: Uint8Array) => {
    size += bytes.length;
    if (size > limit) throw new BodyTooLarge(limit);
    return write(bytes);
  };
  const packed = (take: Take, isEnough?: () => boolean) => readCounted(response, progress, received, take, isEnough);
  if (unpackers.length === 0) return await packed(take, isEnough);
  try {
    for await (const bytes of unpacked(packed, unpackers)) {
      await take(bytes);
      if (isEnough?.()) return;
    }
  } catch (error) {
    // What is empty (the answer to a HEAD, a 304) is not packed either.
    const isEmpty = progress.received === 0 && (error as { code?: string }).code === 'Z_BUF_ERROR';
    if (!isEmpty) throw error;
  }
}

type Take = (bytes: Uint8Array) => Promise<void> | undefined;

/** Reads what the server sends. Rejects when it is cut off. */
async function readCounted(
  { statusCode, body, isCutOff }: HttpResponse,
  progress: Progress,
  received: BodyRules['received'],
  take: Take,
  isEnough?: () => boolean,
): Promise<void> {
  let size = 0;
  progress.received = 0;
  const count = (bytes: Uint8Array) => {
    size += bytes.length;
    progress.received = size;
    received?.(size, progress.announced);
    return take(bytes);
  };
  try {
    await body.read(count, isEnough);
  } catch (error) {
    // The length is that of the body which is not sent; undici misses it. Source: RFC 9110, 8.6.
    const isMissed = (error as { code?: string }).code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
    if (!isMissed || !isBodiless('GET', statusCode)) throw error;
  }
  if (isEnough?.() !== true && isCutOff(size)) throw new BodyCutOff('the body has ended early');
}

type Unpacker = () => Duplex;

/** Each layer takes memory, and a head has room for thousands. */
const MOST_LAYERS = 5;

class TooManyLayers extends Error {
  readonly code = 'TOO_MANY_LAYERS';
}

/** In the order in which they are needed; none where one of them is not known. */
function unpackersOf(encodings: string | string[] | undefined): readonly Unpacker[] {
  if (encodings === undefined) return [];
  const names = [encodings]
    .flat()
    .join()
    .toLowerCase()
    .split(',')
    .map(name => name.trim());
  const packed = names.filter(name => !['', 'identity'].includes(name));
  if (packed.length > MOST_LAYERS) throw new TooManyLayers('it is packed too often');
  const unpackers = packed.reverse().map(name => UNPACKERS.get(name));
  return unpackers.every(unpacker => unpacker !== undefined) ? unpackers : [];
}

function unpacked(read: (take: Take) => Promise<void>, unpackers: readonly Unpacker[]): AsyncIterable<Uint8Array> {
  let goOn = () => {};
  let isReading = false;
  const source = new Readable({
    read() {
      goOn();
      if (isReading) return;
      isReading = true;
      const push = (bytes: Uint8Array) => {
        if (source.push(bytes)) return undefined;
        return new Promise<void>(resolve => {
          goOn = resolve;
        });
      };
      read(push).then(
        () => source.push(null),
        error => source.destroy(error),
      );
    },
  });
  // Errors reach the reader of the last stream.
  return pipeline([source, ...unpackers.map(open => open())], () => {}) as Duplex;
}
