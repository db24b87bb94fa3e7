/** Server-sent events, as HTML defines their stream: one after the other, until one is the one that is waited for. */
import type { EventRule } from '../../plan/plan.ts';
import { jsonFault } from '../json-pointer.ts';
import type { HttpResponse } from './exchange.ts';
import { quoted } from './shown.ts';
import { unmetMembers, unmetText } from './unmet.ts';

/** An event may have so many characters; one that has more is none. */
const EVENT_MAX = 8 * 1024 * 1024;

export interface ServerEvent {
  /** `message` where it does not say. */
  readonly name: string;
  readonly data: string;
}

/** Takes a stream apart. */
export class EventStream {
  readonly #decoder = new TextDecoder();
  /** Of a line whose end is to come. */
  #rest = '';
  /** A line feed at the beginning of the next piece is of the line end that was there. */
  #isAfterReturn = false;
  #name = '';
  #id = '';
  #lastId = '';
  #data: string[] = [];
  #size = 0;

  /** Whether what has come last is a part of an event: only an empty line would end it. */
  get isWithin(): boolean {
    return this.#data.length > 0 || this.#rest.startsWith('data:');
  }

  /** What the server has said last that a stream may go on behind; empty: nothing. */
  get lastId(): string {
    return this.#lastId;
  }

  /** The events that are complete with this piece. */
  take(bytes: Uint8Array): ServerEvent[] {
    const decoded = this.#decoder.decode(bytes, { stream: true });
    if (decoded === '') return [];
    const text = this.#isAfterReturn && decoded.startsWith('\n') ? decoded.slice(1) : decoded;
    this.#isAfterReturn = decoded.endsWith('\r');
    const [first = '', ...others] = text.split(/\r\n|\n|\r/);
    const lines = [this.#rest + first, ...others];
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > EVENT_MAX) throw new EventTooLong();
    return lines.flatMap(line => this.#line(line));
  }

  #line(line: string): ServerEvent[] {
    if (line === '') return this.#dispatch();
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'event') this.#name = value;
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    if (field === 'data') {
      this.#data.push(value);
      this.#size += value.length;
      if (this.#size > EVENT_MAX) throw new EventTooLong();
    }
    return [];
  }

  #dispatch(): ServerEvent[] {
    const event = { name: this.#name || 'message', data: this.#data.join('\n') };
    const isEvent = this.#data.length > 0;
    this.#lastId = this.#id;
    this.#name = '';
    this.#data = [];
    this.#size = 0;
    return isEvent ? [event] : [];
  }
}

/** Whether an answer is a stream of events, for all that it says. */
export function mayBeStream({ statusCode, headers }: Pick<HttpResponse, 'statusCode' | 'headers'>): boolean {
  const type = String(headers['content-type'] ?? EVENTS);
  return statusCode !== 204 && type.toLowerCase().startsWith(EVENTS);
}

const EVENTS = 'text/event-stream';

/** An event is longer than any may be. */
class EventTooLong extends Error {
  readonly code = 'EVENT_TOO_LONG';
}

/** In words why this event is not the one that is waited for; nothing where it is. */
export function unmetEvent({ name, data, json }: EventRule, event: ServerEvent): string[] {
  if (name !== undefined && event.name !== name)
    return [`it is called ${quoted(event.name)}, expected ${quoted(name)}`];
  const found = data === undefined ? [] : unmetText('it', data, event.data);
  if (json === undefined) return found;
  const fault = jsonFault(event.data);
  if (fault !== undefined) return [...found, `it is no JSON: ${fault}`];
  return [...found, ...unmetMembers(json, event.data)];
}
