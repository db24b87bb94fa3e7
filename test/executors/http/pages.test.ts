/** Laws of lists in pages, and of streams of events. */
import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { EventStream } from '../../../src/executors/http/event-stream.ts';
import { linkNext } from '../../../src/executors/http/next-page.ts';
import type { EventRule, HttpPaginate, HttpStep } from '../../../src/plan/plan.ts';
import { closed, context, open, serve, step } from './rig.ts';

const pointer = (at: string) => ({ type: 'pointer', pointer: at }) as const;

async function ask(url: string, request: Partial<HttpStep>, ctx = context()) {
  const outcome = await open().execute(step(url, request), ctx);
  const reason = outcome.state === 'failed' ? (outcome.reason as { kind?: string; message: string }) : undefined;
  return { outcome, output: ctx.output(), saved: ctx.saved, kind: reason?.kind, message: reason?.message ?? '' };
}

describe('pages', () => {
  /** A list of seven in pages of three, in whatever way it is asked for. */
  async function list() {
    const asked: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://h');
      asked.push(request.url);
      const page = Number(searchParams.get('page') ?? 1);
      const items = [1, 2, 3, 4, 5, 6, 7].slice(3 * (page - 1), 3 * page).map(n => `{"n": ${n}.0}`);
      const next = page < 3 ? `${pathname}?page=${page + 1}` : undefined;
      if (next !== undefined)
        response.setHeader('link', `</first>; rel="first", <${next}>; rel="x next"; title="a, b"`);
      const array = `[${items.join(', ')}]`;
      if (pathname === '/plain') response.end(array);
      else response.end(`{"data": {"items": ${array}}, "next": ${JSON.stringify(next ?? null)}}`);
    });
    return { url: server.url, asked };
  }
  const ALL = `[${[1, 2, 3, 4, 5, 6, 7].map(n => `{"n":${n}.0}`).join(',\n')}]\n`;

  it.each<[string, HttpPaginate, string]>([
    ['by a pointer', { next: pointer('/next'), items: '/data/items' }, '/wrapped'],
    ['by the header Link', { next: { type: 'header' } }, '/plain'],
    ['by a parameter that counts', { next: { type: 'param', name: 'page' } }, '/plain'],
  ])('are walked %s, and are one array, numbers as they were written', async (_, paginate, path) => {
    const { url } = await list();
    const { outcome, output } = await ask(url + path, { paginate });
    expect(outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(output).toBe(ALL);
    expect(JSON.parse(output)).toHaveLength(7);
  });

  it('are saved as the one array that they are', async () => {
    const { url } = await list();
    const paginate = { next: { type: 'header' } } as const;
    const { saved } = await ask(`${url}/plain`, {
      paginate,
      save: { type: 'parts', parts: { LAST: pointer('/6/n') } },
    });
    expect(saved).toEqual({ LAST: '7.0' });
  });

  it('begin with the number that the url has, and end after so many as the step says', async () => {
    const { url, asked } = await list();
    const paginate = { next: { type: 'param', name: 'page' }, max: 1 } as const;
    expect((await ask(`${url}/plain?page=2`, { paginate })).output).toBe('[{"n":4.0},\n{"n":5.0},\n{"n":6.0}]\n');
    expect((await ask(`${url}/plain?q=1`, { paginate })).outcome.state).toBe('succeeded');
    expect(asked).toEqual(['/plain?page=2', '/plain?q=1&page=1']);
  });

  it('that are no arrays are elements themselves; no elements are an empty array', async () => {
    const server = await serve((request, response) => response.end(request.url === '/none' ? '[]' : '{"a": 1}'));
    const paginate = { next: pointer('/next') };
    expect((await ask(server.url, { paginate })).output).toBe('[{"a":1}]\n');
    expect((await ask(`${server.url}/none`, { paginate })).output).toBe('[]\n');
  });

  it('are read in the charset that each of them has', async () => {
    const server = await serve((request, response) => {
      const isFirst = request.url === '/';
      response.setHeader('content-type', `application/json; charset=${isFirst ? 'iso-8859-1' : 'utf-16le'}`);
      if (isFirst) response.setHeader('link', '</2>; rel=next');
      response.end(Buffer.from('["ü"]', isFirst ? 'latin1' : 'utf16le'));
    });
    expect((await ask(server.url, { paginate: { next: { type: 'header' } } })).output).toBe('["ü",\n"ü"]\n');
  });

  it('go on with what each of them says of the next, whatever else is asked', async () => {
    const asked: (string | undefined)[] = [];
    const cursors = ['"a/b=="', '12345678901234567890', '""'];
    const server = await serve((request, response) => {
      asked.push(request.url);
      response.end(`{"items": [${asked.length}], "meta": {"next": ${cursors[asked.length - 1]}}}`);
    });
    const paginate = { next: { type: 'cursor', name: 'cursor', pointer: '/meta/next' }, items: '/items' } as const;
    expect((await ask(`${server.url}/?q=1`, { paginate, query: [['limit', '2']] })).output).toBe('[1,\n2,\n3]\n');
    expect(asked).toEqual([
      '/?q=1&limit=2',
      '/?q=1&limit=2&cursor=a%2Fb%3D%3D',
      '/?q=1&limit=2&cursor=12345678901234567890',
    ]);
  });

  it('must each be what the step expects', async () => {
    const { url } = await list();
    const paginate = { next: pointer('/next'), items: '/data/items' };
    const rule = { status: ['2xx'], json: [['/data/items', { length: 3 }]] } as const;
    const { kind, message } = await ask(`${url}/wrapped`, { paginate, expect: rule });
    expect(kind).toBe('answer');
    expect(message).toContain('/wrapped?page=3 answered 200 OK, but "/data/items" has length 1, expected 3');
  });

  it.each<[string, string, HttpPaginate, RegExp]>([
    ['is no JSON', '<p>', { next: pointer('/next') }, /: the page is no JSON: /],
    [
      'has no elements where they should be',
      '{"a": 1}',
      { next: pointer('/next'), items: '/b' },
      /: nothing is at "\/b": the whole has no "b"/,
    ],
    ['has no array there', '{"a": 1}', { next: pointer('/next'), items: '/a' }, /: what is at "\/a" is no array$/],
    [
      'leads to what is no url',
      '{"next": "ftp://h"}',
      { next: pointer('/next') },
      /"\/next" is to lead to the next page, and is no URL: "ftp:\/\/h"/,
    ],
    [
      'leads to an object',
      '{"next": {"href": "/2"}}',
      { next: pointer('/next') },
      /: "\/next" is to lead to the next page, and is an object, no URL; perhaps "\/next\/href" is meant$/,
    ],
    [
      'leads to a number',
      '{"next": 2}',
      { next: pointer('/next') },
      /and is a number, no URL; give the parameter that takes it: \{"param": …, "from": "\/next"\}$/,
    ],
    [
      'has a cursor that is none',
      '{"next": {"a": 1}}',
      { next: { type: 'cursor', name: 'c', pointer: '/next' } },
      /: "\/next" is to say where the next page begins, and is an object, no text or number$/,
    ],
    [
      'has the same cursor again',
      '{"next": "x"}',
      { next: { type: 'cursor', name: 'c', pointer: '/next' } },
      /\?c=x: the next page is ".*\?c=x", where it has been$/,
    ],
    ['leads to an array', '{"next": [2]}', { next: pointer('/next') }, /and is an array, no URL$/],
    [
      'leads back to another part',
      '{"next": "/#b"}',
      { next: pointer('/next') },
      /: the next page is ".*", where it has been$/,
    ],
    ['leads back', '{"next": "/"}', { next: pointer('/next') }, /: the next page is ".*", where it has been$/],
  ])('of which one %s fail the step', async (_, page, paginate, message) => {
    const server = await serve((_request, response) => response.end(page));
    const found = await ask(server.url, { paginate });
    expect(found.message).toMatch(message);
    expect(found.kind).toBe('answer');
    expect(found.outcome).toHaveProperty('status', 200);
  });

  it('that never end fail the step, as nobody has said how many are meant', async () => {
    const server = await serve((request, response) =>
      response.end(`{"next": "/${Number(request.url?.slice(1)) + 1}"}`),
    );
    expect((await ask(`${server.url}/1`, { paginate: { next: pointer('/next') } })).message).toContain(
      ': over 1000 pages; give',
    );
  });

  it('may be without elements where the page itself says what follows', async () => {
    const pages: Record<string, string> = {
      '/': '{"items": [1], "next": "/2"}',
      '/2': '{"items": [], "next": "/3"}',
      '/3': '{"items": [3]}',
    };
    const server = await serve((request, response) => {
      const { next } = JSON.parse(pages[request.url ?? ''] ?? '{}');
      if (next !== undefined) response.setHeader('link', `<${next}>; rel=next`);
      response.end(pages[request.url ?? '']);
    });
    for (const next of [pointer('/next'), { type: 'header' } as const])
      expect((await ask(server.url, { paginate: { next, items: '/items' } })).output).toBe('[1,\n3]\n');
  });

  it('that are counted from what is no number are not asked for', async () => {
    const server = await serve((_, response) => response.end('[1]'));
    const { kind, message } = await ask(`${server.url}/?page=abc`, {
      paginate: { next: { type: 'param', name: 'page' } },
    });
    expect(kind).toBe('request');
    expect(message).toMatch(/: the parameter "page" is to count pages, and is "abc" in the url, no whole number$/);
    expect(server.sockets).toHaveLength(0);
  });

  it('lead on from where the answer came from, after redirects', async () => {
    const asked: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      asked.push(request.url);
      if (request.url === '/old') response.writeHead(302, { location: '/v2/list' }).end();
      else response.end(request.url === '/v2/list' ? '{"next": "list?p=2"}' : '{"last": 1}');
    });
    await ask(`${server.url}/old`, { paginate: { next: pointer('/next') } });
    expect(asked).toEqual(['/old', '/v2/list', '/v2/list?p=2']);
  });

  it('have each a key of their own, and tell another origin neither body nor headers of the step', async () => {
    const seen: unknown[] = [];
    const look = async (request: import('node:http').IncomingMessage) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { 'idempotency-key': key, 'x-api-key': api } = request.headers;
      seen.push([body, key, api]);
    };
    const other = await serve(async (request, response) => {
      await look(request);
      response.end('{"last": 1}');
    });
    const server = await serve(async (request, response) => {
      await look(request);
      response.end(JSON.stringify({ next: request.url === '/' ? '/2' : `${other.url}/` }));
    });
    await ask(server.url, {
      method: 'POST',
      body: { type: 'json', value: { a: 1 } },
      headers: { 'x-api-key': 'k' },
      idempotencyKey: 'once',
      paginate: { next: pointer('/next') },
    });
    expect(seen).toEqual([
      ['{"a":1}', 'once', 'k'],
      ['{"a":1}', 'once-2', 'k'],
      ['', undefined, undefined],
    ]);
  });

  it('on another origin are asked for without secrets', async () => {
    const seen: unknown[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{}');
    });
    const server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end(JSON.stringify({ next: `${other.url}/` }));
    });
    await ask(server.url, { paginate: { next: pointer('/next') }, auth: { type: 'bearer', token: 't' } });
    expect(seen).toEqual(['Bearer t', undefined]);
  });

  it.each([
    ['<https://a/?page=2>; rel="next"', 'https://a/?page=2'],
    ['<a>; rel=prev, <b>; rel=next', 'b'],
    ['<a,b>; title="x; rel=next"; rel="last", <c>; foo; rel="prev NEXT"', 'c'],
    ['<a>; rel=nextish', undefined],
    ['<a>; rel=prev; rel=next', undefined],
    ['<a>; rel=next; anchor="/other", <b>; rel=next; anchor=""', 'b'],
    ['<a>; title="a \\"; rel=next"; rel=prev, , <b> ; rel = "next" ;', 'b'],
    ['', undefined],
  ])('are found in Link: %s', (header, target) => {
    expect(linkNext(header)).toBe(target);
  });

  it.each(['https://a/?page=2; rel="next"', '<a>; rel="next', '<a; rel=next', '<a> rel=next'])(
    'are not taken for the last where Link cannot be read: %s',
    header => expect(linkNext(header)).toEqual({ fault: `the header Link cannot be read: ${JSON.stringify(header)}` }),
  );
});

describe('a stream of events', () => {
  const stream =
    (...texts: string[]): RequestListener =>
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const text of texts) response.write(text);
    };
  const until = (event: EventRule) => ({ expect: { status: ['2xx'], event } }) as const;

  it('is read until the event comes; then the connection is closed, and its data is kept', async () => {
    const server = await serve(
      stream('data: {"p": 1}\n\n', 'event: done\ndata: {"r":\ndata: "ok"}\n\n', 'data: more\n\n'),
    );
    const save = { type: 'parts', parts: { R: pointer('/r') } } as const;
    const { outcome, output, saved } = await ask(server.url, { ...until({ name: 'done' }), save });
    expect(outcome).toEqual({ state: 'succeeded', status: 200 });
    expect(output).toContain('event: done');
    expect(saved).toEqual({ R: 'ok' });
    await closed(server.sockets[0]);
  });

  it('is judged by the name, the text and the values of each event', async () => {
    const events = ['event: a\ndata: {"p": 50}\n\n', 'data: {"p": 100}\n\n', 'event: a\ndata: {"p": 100}\n\n'];
    const server = await serve(stream(...events));
    const save = { type: 'output', name: 'DATA' } as const;
    const first = async (event: EventRule) => (await ask(server.url, { ...until(event), save })).saved.DATA;
    expect(await first({ name: 'message' })).toBe('{"p": 100}');
    expect(await first({ data: { includes: ['50'] } })).toBe('{"p": 50}');
    expect(await first({ name: 'a', json: [['/p', { gte: 100 }]] })).toBe('{"p": 100}');
  });

  it('that ends before fails the step, with what the last event was', async () => {
    const server = await serve((request, response) =>
      response.end(request.url === '/none' ? ': nothing\n\n' : 'data: 1\n\nevent: b\ndata: 2\n\n'),
    );
    expect((await ask(`${server.url}/none`, until({ name: 'a' }))).message).toContain(
      'but the stream ended without an event',
    );
    const { kind, message } = await ask(server.url, until({ name: 'a' }));
    expect(kind).toBe('closed');
    expect(message).toContain(
      'but none of its 2 events is the expected one; of the last: it is called "b", expected "a"',
    );
  });

  it('is asked for again behind its last event, as long as it is tried again', async () => {
    const seen: (string | undefined)[] = [];
    const texts = [
      'id: 1\ndata: a\n\nid: ä 2\n\nid: 3\ndata: cut off\n',
      '',
      ': nothing\n\n',
      'data: more\n\n',
      'event: a\ndata: x\n\n',
    ];
    const server = await serve((request, response) => {
      const { 'last-event-id': id } = request.headers;
      seen.push(id === undefined ? undefined : Buffer.from(String(id), 'latin1').toString());
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(texts.shift() ?? 'data: y\n\n');
    });
    const executor = open();
    const waiting = step(server.url, until({ name: 'a' }));
    const attempt = async (number: number, of = waiting, path = 'step') =>
      (await executor.execute(of, { ...context(), path, attempt: number })).state;
    for (const number of [1, 2, 3, 4]) expect(await attempt(number)).toBe('failed');
    expect(seen).toEqual([undefined, 'ä 2', 'ä 2', 'ä 2']);
    expect(await attempt(5)).toBe('succeeded');
    await attempt(2, waiting, 'other');
    await attempt(1);
    await attempt(6, { ...waiting, headers: { 'Last-Event-ID': 'own' } });
    expect(seen.slice(4)).toEqual(['ä 2', undefined, undefined, 'own']);
  });

  it('that ends in the middle of an event, or is none, is said to', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/json') response.setHeader('content-type', 'application/json');
      if (request.url === '/nothing') response.statusCode = 204;
      response.end(request.url === '/json' ? '{"a": 1}' : 'data: 1\n');
    });
    const found = async (path: string) => {
      const { kind, message } = await ask(server.url + path, until({ name: 'a' }));
      return [kind, message.replace(/^.*?, but /, '')];
    };
    const ended = 'the stream ended without an event';
    const within = `${ended}, in the middle of one, behind which no empty line came`;
    expect(await found('/')).toEqual(['closed', within]);
    expect(await found('/json')).toEqual(['answer', `${ended}: it is "application/json", no stream of events`]);
    expect(await found('/nothing')).toEqual(['answer', `${ended}: it is no stream`]);
  });

  it('with another status than the expected one fails the step though it does not end', async () => {
    const server = await serve((_, response) => {
      response.writeHead(500, { 'content-type': 'text/event-stream' });
      response.write('data: broken\n\n');
    });
    for (const request of [until({ name: 'done' }), {}]) {
      const { kind, outcome, message, output } = await ask(server.url, request);
      expect([kind, output]).toEqual(['status', 'data: broken\n\n']);
      expect(outcome).toMatchObject({ status: 500, reason: { body: 'data: broken\n\n' } });
      expect(message).toContain(' answered 500 Internal Server Error, expected 2xx');
    }
    await closed(server.sockets[0]);
  });

  it('whose headers are not as expected fails the step before an event has come', async () => {
    const server = await serve(stream(': nothing yet\n\n'));
    const { message } = await ask(server.url, {
      expect: { status: ['2xx'], event: { name: 'done' }, headers: [['x-version', { equals: '2' }]] },
    });
    expect(message).toContain('answered 200 OK, but the header "x-version" is missing, expected "2"');
    await closed(server.sockets[0]);
  });

  it('that has another name is told with a name of bearable length', async () => {
    const server = await serve((_, response) => response.end(`event: ${'x'.repeat(100_000)}\ndata: 1\n\n`));
    const { message } = await ask(server.url, until({ name: 'a' }));
    expect(message).toContain(`it is called "${'x'.repeat(200)}…", expected "a"`);
  });

  it('is the same however it is cut, and with whatever line ends', () => {
    const text = ':c\ndata:a\ndata: b\n\nevent: x\ndata:ü\n\nid: 1\n\ndata\n\n';
    const expected = [
      { name: 'message', data: 'a\nb' },
      { name: 'x', data: 'ü' },
      { name: 'message', data: '' },
    ];
    for (const ends of ['\n', '\r\n', '\r']) {
      const bytes = Buffer.from(text.replaceAll('\n', ends));
      for (const size of [1, 2, 3, 1000]) {
        const taken = new EventStream();
        const events = [];
        for (let at = 0; at < bytes.length; at += size) events.push(...taken.take(bytes.subarray(at, at + size)));
        expect(events).toEqual(expected);
      }
    }
  });

  it('with an event that never ends is cut off', () => {
    const taken = new EventStream();
    const piece = Buffer.alloc(1024 * 1024, 'x');
    expect(() => {
      for (let count = 0; count < 20; count += 1) taken.take(piece);
    }).toThrow();
  });
});
