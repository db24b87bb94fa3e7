/** Carries out `http` steps: requests through one session for the whole run, each response streamed to the step's log. */
import { setMaxListeners } from 'node:events';
import { type ExecuteContext, type Executor, reasonOf } from '../../engine/executor.ts';
import type { Outcome } from '../../events/outcome.ts';
import type { HttpStep } from '../../plan/plan.ts';
import { type Keeping, openKeeping } from '../keeping.ts';
import type { Answer } from '../saved.ts';
import type { SavedFile } from '../saved-file.ts';
import { bodyRules, type Progress, writeBody } from './body.ts';
import { exchange, type HttpResponse } from './exchange.ts';
import { expecting } from './expecting.ts';
import { MAX_REDIRECTS, redirectOf } from './redirect.ts';
import { type HttpRequest, label, masked, requestOf } from './request.ts';
import { askingForRest, downloadSource, isBrokenOff, restIn, validatorOf } from './resuming.ts';
import { openSession, type Session } from './session.ts';
import { Excerpt } from './shown.ts';
import { explain } from './trouble.ts';
import { failed, isExpected, notAsExpected, wrongStatus } from './verdict.ts';

export interface HttpExecutor extends Executor {
  /** Closes the connections of the session at once. Call when no step runs; afterwards nothing may be executed. */
  close(): Promise<void>;
}

/**
 * Opens the executor of `http` steps for one run; nothing is connected before the first step.
 *
 * A request that cannot be sent, is not answered whole, or is answered with another status than the step expects has
 * failed, with the reason in plain words; `status` tells that the answer arrived whole. On cancel and on kill the socket
 * is closed at once.
 * @param folder absolute; a relative `saveTo`, and relative paths of files that are sent, start from it.
 */
export function openHttpExecutor(folder: string): HttpExecutor {
  const session = openSession();
  return {
    async execute(step, context) {
      if (step.type !== 'http') throw new TypeError(`The HTTP executor was given a step of type "${step.type}"`);
      const from = step.folder ?? folder;
      const keeping = openKeeping(step, context, from, downloadSource(step));
      if ('fault' in keeping) return { state: 'failed', reason: { type: 'start', message: keeping.fault } };
      const { signal, kill } = context;
      // Thousands of steps may listen to one signal.
      setMaxListeners(0, signal, kill);
      const stop = new AbortController();
      const abort = () => stop.abort();
      signal.addEventListener('abort', abort);
      kill.addEventListener('abort', abort);
      if (signal.aborted || kill.aborted) abort();
      try {
        const { part } = keeping.file ?? {};
        const startedAt = performance.now();
        const attempt: Attempt = { step, context, keeping, folder: from, startedAt, ...(part && { part }) };
        const outcome = await carryOut(session, attempt, stop.signal);
        return await keeping.end(outcome, {
          answer: attempt.answer,
          isBrokenOff: outcome.state === 'failed' && isBrokenOff(outcome),
        });
      } catch (error) {
        if (!stop.signal.aborted) throw error;
        keeping.file?.leave();
        return { state: 'cancelled', reason: reasonOf(signal.aborted ? signal : kill) };
      } finally {
        keeping.drop();
        signal.removeEventListener('abort', abort);
        kill.removeEventListener('abort', abort);
      }
    },
    close: () => session.close(),
  };
}

interface Attempt {
  readonly step: HttpStep;
  readonly context: ExecuteContext;
  readonly keeping: Keeping;
  readonly folder: string;
  readonly startedAt: number;
  /** What an earlier attempt has left of the file, as long as it may be gone on with. */
  part?: NonNullable<SavedFile['part']>;
  /** The expected one, once it is there. */
  answer?: Answer;
}

/** From the first request through all redirects to the answer. Rejects on abort of `stop`. */
async function carryOut(session: Session, attempt: Attempt, stop: AbortSignal): Promise<Outcome> {
  stop.throwIfAborted();
  const { step, context, folder } = attempt;
  const first = requestOf(step, { ...context, folder });
  if ('fault' in first) {
    if (first.type === 'url') return failed('request', first.fault);
    return { state: 'failed', reason: { type: 'start', message: first.fault } };
  }
  const { follow = MAX_REDIRECTS } = step;
  let request = step.saveTo === undefined ? first : askingForRest(first, step, attempt.part);
  context.started();
  const visited = new Set<string>();
  for (let redirects = 0; ; ) {
    const next = await ask(session, request, attempt, stop);
    switch (next.type) {
      case 'ended':
        return next.outcome;
      case 'again':
        request = next.request;
        break;
      case 'redirected':
        visited.add(request.url.href);
        if (redirects === follow) return tooFar(request, next.request.url.href, { redirects, visited });
        redirects += 1;
        request = next.request;
        break;
      default:
        return next satisfies never;
    }
  }
}

/** One more redirect than may be followed. */
function tooFar(
  request: HttpRequest,
  href: string,
  { redirects, visited }: { readonly redirects: number; readonly visited: ReadonlySet<string> },
): Outcome {
  const where = `"${masked(href)}"`;
  const words = visited.has(href)
    ? `leads back to ${where}: the redirects go in a circle`
    : `leads to ${where}, after ${redirects} redirects already`;
  return failed('redirects', `${label(request)} ${words}`);
}

/** What comes of one request. */
type Next =
  | { readonly type: 'ended'; readonly outcome: Outcome }
  /** The server sends us elsewhere. */
  | { readonly type: 'redirected'; readonly request: HttpRequest }
  /** It has not what was asked for; this may do. */
  | { readonly type: 'again'; readonly request: HttpRequest };

/** One request and its answer. */
async function ask(session: Session, request: HttpRequest, attempt: Attempt, stop: AbortSignal): Promise<Next> {
  const progress: Progress = {};
  const { step } = attempt;
  const { session: jar = '' } = step;
  const cookie = jar === false ? undefined : session.cookies.headerFor(jar, request.url);
  // Its own header comes first.
  const headers = cookie === undefined ? request.headers : { cookie, ...request.headers };
  try {
    return await exchange(session, { ...request, headers }, stop, async (response): Promise<Next> => {
      const { part } = attempt;
      const set = response.headers['set-cookie'];
      if (set !== undefined && jar !== false) await session.cookies.keep(jar, request.url, set);
      const rest = part === undefined ? 'all' : restIn(response, part);
      if (rest === 'none') {
        await response.body.dump();
        restart(attempt);
        return { type: 'again', request: askingForRest(request, step, undefined) };
      }
      const status = rest === 'rest' ? 200 : response.statusCode;
      if (isExpected(step.expect, status)) {
        if (rest === 'other') return ended(failed('protocol', `${label(request)}: ${OTHER_PART}`));
        if (rest === 'all') restart(attempt);
        return ended(await receive({ ...response, statusCode: status }, request, attempt, progress));
      }
      const redirect =
        step.follow === 0 ? undefined : redirectOf(request, response, { proxy: step.proxy, env: attempt.context.env });
      if (redirect !== undefined) {
        await response.body.dump();
        return { type: 'redirected', request: redirect };
      }
      return ended(await refuse(response, request, attempt, progress));
    });
  } catch (error) {
    const trouble = stop.aborted ? undefined : explain(error, request, progress);
    if (trouble === undefined) throw error;
    return ended(failed(trouble.kind, `${label(request)}: ${trouble.words}`));
  }
}

const OTHER_PART =
  'the server answered with another part of the file than it was asked for; the next attempt begins anew';

function ended(outcome: Outcome): Next {
  return { type: 'ended', outcome };
}

/** What an earlier attempt has left is not the beginning of what comes now. */
function restart(attempt: Attempt): void {
  if (attempt.part === undefined) return;
  attempt.keeping.file?.restart();
  delete attempt.part;
}

/** Reads an answer whose status is an expected one. */
async function receive(
  response: HttpResponse,
  request: HttpRequest,
  attempt: Attempt,
  progress: Progress,
): Promise<Outcome> {
  const { step, context, keeping } = attempt;
  const { statusCode: status, headers } = response;
  const looking = expecting(step.expect);
  const excerpt = new Excerpt();
  const look = (bytes: Uint8Array) => {
    looking.take(bytes);
    excerpt.take(bytes);
  };
  if (attempt.part !== undefined) {
    for await (const bytes of keeping.file?.earlier() ?? []) {
      keeping.recall(bytes);
      look(bytes);
    }
  }
  const validator = keeping.file === undefined ? undefined : validatorOf(response);
  if (validator !== undefined) keeping.file?.note(validator);
  const write: ExecuteContext['write'] = bytes => {
    keeping.take(bytes);
    look(bytes);
    return context.write(bytes);
  };
  const before = attempt.part?.size ?? 0;
  await writeBody(response, write, progress, {
    ...bodyRules(step, looking.isKept),
    received: (bytes, total) => context.received(before + bytes, total === undefined ? undefined : before + total),
  });
  const unmet = looking.unmet({ headers, tookMs: performance.now() - attempt.startedAt });
  if (unmet.length > 0) return notAsExpected(request, response, unmet, excerpt);
  attempt.answer = { status, headers };
  return { state: 'succeeded', status };
}

/** Reads an answer with another status. */
async function refuse(
  response: HttpResponse,
  request: HttpRequest,
  { step, context }: Attempt,
  progress: Progress,
): Promise<Outcome> {
  const excerpt = new Excerpt();
  const write: ExecuteContext['write'] = bytes => {
    excerpt.take(bytes);
    return context.write(bytes);
  };
  await writeBody(response, write, progress, step);
  return wrongStatus(request, response, step.expect, excerpt);
}
