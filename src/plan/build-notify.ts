/** Makes what a plan says of its pings: requests, with the habits of those who take them filled in. */
import type { TextOf } from './build-data.ts';
import { requestOf } from './build-http.ts';
import type { HttpInput, NotifyInput } from './input.ts';
import type { Ping, PingMoment } from './notify.ts';
import { parseRequestLine } from './request-line.ts';

const MOMENTS = ['start', 'success', 'failure'] as const;

/** The pings, those of one moment in the order in which they are told in the reference. */
export function pingsOf(notify: string | NotifyInput, textOf: TextOf): readonly Ping[] {
  if (typeof notify === 'string') return healthchecks(notify, 'notify');
  const { ping, slack, ...own } = notify;
  return [
    ...(ping === undefined ? [] : healthchecks(ping, 'notify.ping')),
    ...(slack === undefined ? [] : slackPings(slack)),
    ...MOMENTS.flatMap(on => {
      const input = own[on];
      return input === undefined ? [] : [ownPing(on, input, textOf)];
    }),
  ];
}

/** The url itself is success; `/start` and `/fail` stand behind its path. */
function healthchecks(url: string, key: string): Ping[] {
  const at = url.search(/[?#]/);
  const [path, query] = at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at)];
  const to = (suffix: string) => post(`${path.replace(/\/$/, '')}${suffix}${query}`);
  return [
    { on: 'start', key, address: url, request: to('/start') },
    { on: 'success', key, address: url, request: post(url), report: 'text' },
    { on: 'failure', key, address: url, request: to('/fail'), report: 'text' },
  ];
}

function slackPings(url: string): Ping[] {
  return (['success', 'failure'] as const).map(on => ({
    on,
    key: 'notify.slack',
    address: url,
    request: post(url),
    report: 'slack',
  }));
}

/** A url alone, and an object without a method, is a POST; what has a body sends that, and GET and HEAD nothing. */
function ownPing(on: PingMoment, input: string | HttpInput, textOf: TextOf): Ping {
  const key = `notify.${on}`;
  const isShort = typeof input === 'string';
  const hasMethod = isShort ? /\s/.test(input.trim()) : input.method !== undefined;
  const asked = isShort ? parseRequestLine(input) : undefined;
  const written = requestOf(
    isShort ? { url: asked?.url ?? input, method: asked?.method } : input,
    ['notify', on],
    textOf,
  );
  const request = hasMethod ? written : { ...written, method: 'POST' };
  const isSilent = request.body !== undefined || ['GET', 'HEAD'].includes(request.method);
  return { on, key, address: request.url, request, ...(isSilent ? {} : { report: 'json' }) };
}

function post(url: string) {
  return { method: 'POST', url, headers: {}, expect: { status: ['2xx'] } } as const;
}
