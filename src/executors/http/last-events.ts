/** Where streams of events go on: behind the last event that an earlier attempt was sent. Source: HTML, 9.2, Last-Event-ID. */
import type { ExecuteContext } from '../../engine/executor.ts';
import type { HttpRequest } from './request.ts';

type Place = Pick<ExecuteContext, 'env' | 'path' | 'ticks' | 'attempt'>;

export interface LastEvents {
  /** The request of this attempt, with the header where one before has told an id; the step's own header wins. */
  goingOn(request: HttpRequest, place: Place): HttpRequest;
  /** Takes note of the id of what came last in an attempt that has not succeeded; of none where it is empty. */
  note(id: string, place: Place): void;
}

/** A longer id is not sent: servers refuse it. */
const ID_MAX = 4096;
/** Attempts whose ids are known: with another one the oldest is forgotten. */
const KNOWN_MAX = 1000;

/** Keeps the ids of one run, in memory only. */
export function createLastEvents(): LastEvents {
  const ids = new Map<string, string>();
  return {
    goingOn(request, place) {
      const id = place.attempt > 1 ? ids.get(keyOf(place)) : undefined;
      return id === undefined ? request : { ...request, headers: { 'last-event-id': id, ...request.headers } };
    },
    note(id, place) {
      const sent = Buffer.from(id).toString('latin1');
      if (id === '' || sent.length > ID_MAX || UNFIT.test(sent)) return;
      ids.set(keyOf(place), sent);
      const [oldest] = ids.keys();
      if (ids.size > KNOWN_MAX && oldest !== undefined) ids.delete(oldest);
    },
  };
}

/** What no header may hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const UNFIT = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** A worker has steps of several runs. */
function keyOf({ env, path, ticks }: Place): string {
  return JSON.stringify([env.RUNJOBS_RUN, path, ticks]);
}
