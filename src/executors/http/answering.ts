/** Reads an answer: to the step's log, to what it keeps, and with an eye on what it expects. */
import type { ExecuteContext } from '../../engine/executor.ts';
import type { Outcome } from '../../events/outcome.ts';
import type { HttpStep } from '../../plan/plan.ts';
import { type Keeping, unkept } from '../keeping.ts';
import type { Answer } from '../saved.ts';
import type { SavedFile } from '../saved-file.ts';
import { bodyRules, type Progress, writeBody } from './body.ts';
import { mayBeStream } from './event-stream.ts';
import type { HttpResponse } from './exchange.ts';
import { expecting, unmetHeaders } from './expecting.ts';
import { headerTexts } from './header-text.ts';
import { packingFault } from './packing.ts';
import { type HttpRequest, label } from './request.ts';
import { misfit, versionOf } from './resuming.ts';
import { Excerpt, quoted } from './shown.ts';
import { failed, notAsExpected, wrongStatus } from './verdict.ts';
import { waitingFor } from './waiting.ts';

/** One attempt of a step, from its first request on. */
export interface Attempt {
  readonly step: HttpStep;
  readonly context: ExecuteContext;
  readonly keeping: Keeping;
  readonly startedAt: number;
  /** What an earlier attempt has left of the file, as long as it may be gone on with. */
  part?: NonNullable<SavedFile['part']>;
  /** The expected one, once it is there. */
  answer?: Answer;
  /** Where the answer came from: redirects lead elsewhere. */
  at?: URL;
  /** Of a stream of events: the id of what came last. */
  lastEventId?: string;
  /** Takes what an expected answer holds, in the place of the log and of what is kept. */
  readonly take?: (bytes: Uint8Array) => void;
}

/** The connection, while an answer comes. */
export interface Line {
  /** For what the answer counts: the rest of a file for all of it. */
  readonly status: number;
  readonly progress: Progress;
  /** What follows is not read: the connection is of no use to others. */
  readonly hangUp: () => void;
}

/** Reads an answer whose status is an expected one. */
export async function receive(
  response: HttpResponse,
  request: HttpRequest,
  attempt: Attempt,
  { status, progress, hangUp }: Line,
): Promise<Outcome> {
  const { step, context, keeping } = attempt;
  const packed = packingFault(response, request, step);
  if (packed !== undefined) {
    hangUp();
    return failed('encoding', `${label(request)}: ${packed}`);
  }
  const looking = expecting(step.expect);
  const excerpt = new Excerpt();
  const headers = headerTexts(response.headers);
  const early = step.expect.event === undefined ? [] : unmetHeaders(step.expect, headers);
  if (early.length > 0) {
    hangUp();
    return notAsExpected(request, response, early, excerpt);
  }
  const isLookedAt = looking.isCurious || step.expect.event !== undefined;
  const look = (bytes: Uint8Array) => {
    if (!isLookedAt) return;
    looking.take(bytes);
    excerpt.take(bytes);
  };
  // The rest is of what was noted.
  if (attempt.part === undefined) keeping.file?.note(versionOf(response, request.url));
  else {
    for await (const bytes of keeping.file?.earlier() ?? []) {
      keeping.recall(bytes);
      look(bytes);
    }
  }
  const waiting = step.expect.event === undefined ? undefined : waitingFor(step.expect.event);
  const write: ExecuteContext['write'] = bytes => {
    look(bytes);
    if (attempt.take !== undefined) return void attempt.take(bytes);
    if (waiting === undefined) keeping.take(bytes);
    else {
      if (waiting.take(bytes)) hangUp();
      attempt.lastEventId = waiting.lastId;
    }
    if (keeping.file?.refusal() !== undefined) hangUp();
    return context.write(bytes);
  };
  const before = attempt.part?.size ?? 0;
  await writeBody(response, write, progress, {
    before,
    isEnough: () => waiting?.event !== undefined || keeping.file?.refusal() !== undefined,
    received: (bytes, total) => context.received(before + bytes, total === undefined ? undefined : before + total),
    ...bodyRules(step, looking.isKept || attempt.take !== undefined),
  });
  const refusal = keeping.file?.refusal();
  if (refusal !== undefined) return unkept({ state: 'succeeded', status }, refusal);
  const trouble = attempt.part && misfit(response, before + (progress.received ?? 0));
  if (trouble !== undefined) return failed(trouble.kind, `${label(request)}: ${trouble.words}`);
  if (waiting?.event !== undefined) keeping.take(Buffer.from(waiting.event.data));
  if (waiting !== undefined && waiting.event === undefined)
    return withoutEvent(response, request, waiting.words(), excerpt);
  const unmet = looking.unmet({ headers, tookMs: performance.now() - attempt.startedAt });
  if (unmet.length > 0) return notAsExpected(request, response, unmet, excerpt);
  attempt.answer = { status, headers };
  return { state: 'succeeded', status };
}

/** A stream that has ended may go on when it is asked for again; what is none will not become one. */
function withoutEvent(response: HttpResponse, request: HttpRequest, words: string, excerpt: Excerpt): Outcome {
  if (mayBeStream(response)) return notAsExpected(request, response, [words], excerpt, 'closed');
  const { 'content-type': type } = response.headers;
  const what = type === undefined ? 'no stream' : `${quoted(String(type))}, no stream of events`;
  return notAsExpected(request, response, [`${words}: it is ${what}`], excerpt);
}

/** Of a stream of events that is not wanted so much is read: it may never end. */
const STREAM_MS = 1000;

/** Reads an answer with another status. */
export async function refuse(
  response: HttpResponse,
  request: HttpRequest,
  { step, context }: Attempt,
  { progress, hangUp }: Pick<Line, 'progress' | 'hangUp'>,
): Promise<Outcome> {
  const excerpt = new Excerpt();
  let isLate = false;
  const write: ExecuteContext['write'] = bytes => {
    if (isLate) return undefined;
    excerpt.take(bytes);
    return context.write(bytes);
  };
  const read = writeBody(response, write, progress, step);
  const type = String(response.headers['content-type'] ?? '');
  if (step.expect.event === undefined && !/^text\/event-stream\b/i.test(type)) await read;
  else {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, STREAM_MS);
    });
    isLate = await Promise.race([read.then(() => false), late.then(() => true)]).finally(() => clearTimeout(timer));
    if (isLate) hangUp();
  }
  return wrongStatus(request, response, step.expect, excerpt);
}
