/** Carries out `http` steps: requests through one session for the whole run, each response streamed to the step's log. */
import { setMaxListeners } from 'node:events';
import { type ExecuteContext, type Executor, reasonOf } from '../../engine/executor.ts';
import type { Outcome } from '../../events/outcome.ts';
import type { HttpStep } from '../../plan/plan.ts';
import { type Keeping, openKeeping } from '../keeping.ts';
import type { Answer } from '../saved.ts';
import { bodyRules, type Progress, writeBody } from './body.ts';
import { exchange } from './exchange.ts';
import { expecting } from './expecting.ts';
import { MAX_REDIRECTS, redirectOf } from './redirect.ts';
import { type HttpRequest, label, masked, requestOf } from './request.ts';
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
      const keeping = openKeeping(step, context, from);
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
        const attempt: Attempt = { step, context, keeping, folder: from, startedAt: performance.now() };
        return await keeping.end(await carryOut(session, attempt, stop.signal), attempt);
      } catch (error) {
        if (!stop.signal.aborted) throw error;
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
  /** The expected one, once it is there. */
  answer?: Answer;
}

/** From the first request through all redirects to the answer. Rejects on abort of `stop`. */
async function carryOut(session: Session, attempt: Attempt, stop: AbortSignal): Promise<Outcome> {
  stop.throwIfAborted();
  const { step, context, folder } = attempt;
  const first = requestOf(step, { folder, env: context.env });
  if ('fault' in first) {
    if (first.type === 'url') return failed('request', first.fault);
    return { state: 'failed', reason: { type: 'start', message: first.fault } };
  }
  const { follow = MAX_REDIRECTS } = step;
  let request = first;
  context.started();
  for (let redirects = 0; ; redirects += 1) {
    const next = await ask(session, request, attempt, stop);
    if ('state' in next) return next;
    if (redirects === follow) {
      return failed(
        'redirects',
        `${label(request)} leads to "${masked(next.url.href)}", after ${redirects} redirects already`,
      );
    }
    request = next;
  }
}

/** One request and its answer: how the step ended, or the request that a redirect asks for. */
async function ask(
  session: Session,
  request: HttpRequest,
  attempt: Attempt,
  stop: AbortSignal,
): Promise<Outcome | HttpRequest> {
  const progress: Progress = {};
  const { step, context, keeping } = attempt;
  try {
    return await exchange(session, request, stop, async response => {
      const { statusCode: status, headers } = response;
      const excerpt = new Excerpt();
      if (isExpected(step.expect, status)) {
        const looking = expecting(step.expect);
        const write: ExecuteContext['write'] = bytes => {
          keeping.take(bytes);
          looking.take(bytes);
          excerpt.take(bytes);
          return context.write(bytes);
        };
        await writeBody(response, write, progress, bodyRules(step, looking.isKept));
        const unmet = looking.unmet({ headers, tookMs: performance.now() - attempt.startedAt });
        if (unmet.length > 0) return notAsExpected(request, response, unmet, excerpt);
        attempt.answer = { status, headers };
        return { state: 'succeeded', status };
      }
      const redirect = step.follow === 0 ? undefined : redirectOf(request, response);
      if (redirect !== undefined) {
        await response.body.dump();
        return redirect;
      }
      const write: ExecuteContext['write'] = bytes => {
        excerpt.take(bytes);
        return context.write(bytes);
      };
      await writeBody(response, write, progress, step);
      return wrongStatus(request, response, step.expect, excerpt);
    });
  } catch (error) {
    const trouble = stop.aborted ? undefined : explain(error, request, progress);
    if (trouble === undefined) throw error;
    return failed(trouble.kind, `${label(request)}: ${trouble.words}`);
  }
}
