/** One request, and where redirects lead from it, until there is an answer. */
import type { Stop } from '../../engine/stop.ts';
import type { Outcome } from '../../events/outcome.ts';
import { type Attempt, receive, refuse } from './answering.ts';
import type { Progress } from './body.ts';
import { throwAway } from './discarding.ts';
import { exchange } from './exchange.ts';
import { MAX_REDIRECTS, redirectOf, turnedWords, unfollowedWords } from './redirect.ts';
import { type HttpRequest, label, masked } from './request.ts';
import { askingForRest, isUnaskedPart, restIn } from './resuming.ts';
import type { Session } from './session.ts';
import { explain } from './trouble.ts';
import { failed, isExpected, withWords } from './verdict.ts';

/** Sends the request, and those that redirects ask for; resolves with how it ended. Rejects once it must stop. */
export async function follow(session: Session, first: HttpRequest, attempt: Attempt, stop: Stop): Promise<Outcome> {
  const { follow: most = MAX_REDIRECTS } = attempt.step;
  let request = first;
  let turned = '';
  const visited = new Set<string>();
  for (let redirects = 0; ; ) {
    const next = await ask(session, request, attempt, stop);
    switch (next.type) {
      case 'ended':
        attempt.at = request.url;
        return withWords(next.outcome, turned);
      case 'again':
        request = next.request;
        break;
      case 'redirected':
        visited.add(request.url.href);
        if (redirects === most) return tooFar(request, next.request.url.href, { redirects, visited });
        redirects += 1;
        turned ||= turnedWords(request, next.request);
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
    : `leads to ${where}, after ${redirects === 1 ? '1 redirect' : `${redirects} redirects`} already`;
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
async function ask(session: Session, request: HttpRequest, attempt: Attempt, stop: Stop): Promise<Next> {
  const progress: Progress = {};
  const { step } = attempt;
  const { session: jar = '' } = step;
  const cookie = jar === false ? undefined : session.cookies.headerFor(jar, request.url);
  // Its own header comes first.
  const headers = cookie === undefined ? request.headers : { cookie, ...request.headers };
  try {
    return await exchange(session, { ...request, headers }, stop, async (response, hangUp): Promise<Next> => {
      const { part } = attempt;
      const set = response.headers['set-cookie'];
      if (set !== undefined && jar !== false) await session.cookies.keep(jar, request.url, set);
      const rest = part === undefined ? 'all' : restIn(response, part, request.url);
      if (rest === 'none' || rest === 'unfit') {
        // The rest of another version may be long.
        if (rest === 'unfit') hangUp();
        await throwAway(response, hangUp, rest === 'unfit' ? 1 : undefined);
        restart(attempt);
        return { type: 'again', request: askingForRest(request, step, undefined) };
      }
      const status = rest === 'rest' ? 200 : response.statusCode;
      if (isExpected(step.expect, status)) {
        if (isUnaskedPart(response, request, step)) {
          hangUp();
          return ended(failed('protocol', `${label(request)}: ${UNASKED_PART}`));
        }
        if (rest === 'all') restart(attempt);
        return ended(await receive(response, request, attempt, { status, progress, hangUp }));
      }
      const { proxy, auth, follow: most } = step;
      const surroundings = { proxy, auth, env: attempt.context.env };
      const redirect = most === 0 ? undefined : redirectOf(request, response, surroundings);
      if (redirect !== undefined) {
        await throwAway(response, hangUp);
        if ('fault' in redirect) return ended(failed('proxy', `${label(request)}: ${redirect.fault}`));
        return { type: 'redirected', request: redirect };
      }
      const refused = await refuse(response, request, attempt, { progress, hangUp });
      return ended(most === 0 ? refused : withWords(refused, unfollowedWords(request, response)));
    });
  } catch (error) {
    const trouble = stop.cancelled !== undefined ? undefined : explain(error, request, progress);
    if (trouble === undefined) throw error;
    return ended(failed(trouble.kind, `${label(request)}: ${trouble.words}`));
  }
}

const UNASKED_PART =
  'the server answered with a part of the file (206), though it was asked for all of it; expect the status 206 if that is meant';

function ended(outcome: Outcome): Next {
  return { type: 'ended', outcome };
}

/** What an earlier attempt has left is not the beginning of what comes now. */
function restart(attempt: Attempt): void {
  if (attempt.part === undefined) return;
  attempt.keeping.file?.restart();
  delete attempt.part;
}
