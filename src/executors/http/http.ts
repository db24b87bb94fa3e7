/** Carries out `http` steps: requests through one session for the whole run, each response streamed to the step's log. */
import type { Executor } from '../../engine/executor.ts';
import type { Stop } from '../../engine/stop.ts';
import type { Outcome } from '../../events/outcome.ts';
import { keepsFile } from '../../plan/bodiless.ts';
import { openKeeping, unkept } from '../keeping.ts';
import type { Attempt } from './answering.ts';
import { bodyText } from './body-text.ts';
import { goOnUnless } from './called-off.ts';
import { follow } from './following.ts';
import { createLastEvents, type LastEvents } from './last-events.ts';
import { walkPages } from './pages.ts';
import { requestOf } from './request.ts';
import { askingForRest, downloadSource, isBrokenOff } from './resuming.ts';
import { openSession, type Session } from './session.ts';
import { failed } from './verdict.ts';

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
  const lastEvents = createLastEvents();
  return {
    async execute(step, context) {
      if (step.type !== 'http') throw new TypeError(`The HTTP executor was given a step of type "${step.type}"`);
      const from = step.folder ?? folder;
      const keeping = openKeeping(step, context, from, downloadSource(step));
      if ('fault' in keeping) return { state: 'failed', reason: { type: 'start', message: keeping.fault } };
      const { stop } = context;
      const { part } = keeping.file ?? {};
      const startedAt = performance.now();
      const attempt: Attempt = { step, context, keeping, startedAt, ...(part && { part }) };
      try {
        const outcome = await carryOut(session, attempt, from, { stop, lastEvents });
        if (outcome.state === 'succeeded') delete attempt.lastEventId;
        return await keeping.end(outcome, {
          answer: attempt.answer,
          keepsFile: keepsFile(step, outcome),
          isBrokenOff: outcome.state === 'failed' && isBrokenOff(outcome),
        });
      } catch (error) {
        const { cancelled: reason } = stop;
        if (reason === undefined) throw error;
        keeping.file?.leave();
        return { state: 'cancelled', reason };
      } finally {
        if (attempt.lastEventId !== undefined) lastEvents.note(attempt.lastEventId, context);
        keeping.drop();
      }
    },
    close: () => session.close(),
  };
}

/** From the first request to the answer. Rejects once it must stop. */
async function carryOut(
  session: Session,
  attempt: Attempt,
  folder: string,
  { stop, lastEvents }: { readonly stop: Stop; readonly lastEvents: LastEvents },
): Promise<Outcome> {
  goOnUnless(stop);
  const { step, context } = attempt;
  const first = requestOf(step, context, folder);
  if ('fault' in first) {
    if (first.type === 'url') return failed('request', first.fault);
    return { state: 'failed', reason: { type: 'start', message: first.fault } };
  }
  context.started();
  const kept = context.committed();
  if (kept !== undefined) await kept;
  const whole = step.expect.event === undefined ? first : lastEvents.goingOn(first, context);
  const request = step.saveTo === undefined ? whole : askingForRest(whole, step, attempt.part);
  const { paginate, proxy, auth } = step;
  if (paginate === undefined) return await follow(session, request, attempt, stop);
  const write = (text: string) => {
    const bytes = Buffer.from(text);
    attempt.keeping.take(bytes);
    return context.write(bytes);
  };
  return await walkPages(request, {
    paginate,
    proxy,
    auth,
    env: context.env,
    write,
    async ask(page) {
      const refusal = attempt.keeping.file?.refusal();
      if (refusal !== undefined) return unkept({ state: 'succeeded' }, refusal);
      const pieces: Uint8Array[] = [];
      const asking = {
        ...attempt,
        startedAt: performance.now(),
        take: (bytes: Uint8Array) => void pieces.push(new Uint8Array(bytes)),
      };
      const outcome = await follow(session, page, asking, stop);
      if (outcome.state === 'failed') return outcome;
      if (asking.answer === undefined) throw new Error('a page succeeded without an answer');
      attempt.answer = asking.answer;
      const text = bodyText(Buffer.concat(pieces), asking.answer.headers['content-type']);
      return { text, answer: asking.answer, at: asking.at ?? page.url };
    },
  });
}
