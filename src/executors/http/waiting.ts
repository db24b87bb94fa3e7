/** Waits in a stream of events for the one that a step expects. */
import type { EventRule } from '../../plan/plan.ts';
import { EventStream, type ServerEvent, unmetEvent } from './event-stream.ts';

export interface Waiting {
  /** Takes a piece of the stream; whether the event has come with it. */
  take(bytes: Uint8Array): boolean;
  /** The event, once it is there. */
  readonly event: ServerEvent | undefined;
  /** The id of what came last; empty where the server has told none. */
  readonly lastId: string;
  /** How the stream has ended without it. */
  words(): string;
}

/** What comes behind the event is passed over. */
export function waitingFor(rule: EventRule): Waiting {
  const stream = new EventStream();
  let event: ServerEvent | undefined;
  let count = 0;
  let last = '';
  return {
    take(bytes) {
      if (event !== undefined) return true;
      for (const one of stream.take(bytes)) {
        const unmet = unmetEvent(rule, one);
        if (unmet.length === 0) {
          event = one;
          return true;
        }
        count += 1;
        last = unmet.join(', and ');
      }
      return false;
    },
    get event() {
      return event;
    },
    get lastId() {
      return stream.lastId;
    },
    words() {
      const isCut = stream.isWithin ? ', in the middle of one, behind which no empty line came' : '';
      if (count === 0) return `the stream ended without an event${isCut}`;
      const end = stream.isWithin ? `; it ended${isCut}` : '';
      return `none of its ${count} ${count === 1 ? 'event' : 'events'} is the expected one; of the last: ${last}${end}`;
    },
  };
}
