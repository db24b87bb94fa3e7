/** What the engine makes of requests: their final texts, and what of their failures may be told. */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/engine/clock.ts';
import type { ExecuteContext } from '../../src/engine/executor.ts';
import { finalTexts } from '../../src/engine/final-texts.ts';
import { withoutQuotations } from '../../src/engine/hidden.ts';
import { isRetried } from '../../src/engine/retrying.ts';
import { openRun } from '../../src/engine/run.ts';
import { Variables } from '../../src/engine/variables.ts';
import { createVirtualClock } from '../../src/engine/virtual-clock.ts';
import type { RunEvent } from '../../src/events/event.ts';
import { maskedOutcome } from '../../src/events/masked.ts';
import type { Failed, HttpTrouble } from '../../src/events/outcome.ts';
import { createSecrets } from '../../src/events/secrets.ts';
import type { HttpStep } from '../../src/plan/plan.ts';
import { plan, retry, steps } from '../support/steps.ts';
import { openWay } from '../support/way.ts';

function request(parts: Partial<HttpStep>): HttpStep {
  const common = { type: 'http', id: 'a', env: {}, background: false, allowFailure: false } as const;
  return { ...common, method: 'GET', url: 'http://h/', headers: {}, expect: { status: ['2xx'] }, ...parts };
}

/** The step with its variables replaced. */
function final(parts: Partial<HttpStep>, values: Record<string, string>): HttpStep {
  return finalTexts(request(parts), new Variables(values, { type: 'process' })) as HttpStep;
}

const X = 'a.b&="c"\nü';

describe('the texts of a request', () => {
  it('hold a value as it is in query, forms, parts, files and credentials', () => {
    const parts = [
      { type: 'text', name: 'p', text: '<${X}>' },
      { type: 'file', name: 'f', path: '${X}', fileName: '${X}', contentType: 'text/${Y}' },
    ] as const;
    expect(final({ query: [['q', '${X}']], body: { type: 'multipart', parts } }, { X, Y: 'csv' })).toMatchObject({
      query: [['q', X]],
      body: {
        parts: [{ text: `<${X}>` }, { path: X, fileName: X, contentType: 'text/csv' }],
      },
    });
    expect(final({ body: { type: 'form', fields: [['f', '${X}']] } }, { X }).body).toHaveProperty('fields', [['f', X]]);
    expect(final({ body: { type: 'file', path: '${X}' } }, { X }).body).toHaveProperty('path', X);
    const way = { session: '${X}', proxy: 'http://${Y}', tls: { ca: '${X}', insecure: true }, socket: '${X}' };
    expect(final(way, { X, Y: 'p' })).toMatchObject({
      session: X,
      proxy: 'http://p',
      tls: { ca: X, insecure: true },
      socket: X,
    });
    const auth = { type: 'basic', user: 'u', password: '${X}' } as const;
    expect(final({ auth }, { X }).auth).toHaveProperty('password', X);
  });

  it.each<[Partial<HttpStep>, RegExp]>([
    [{ auth: { type: 'bearer', token: '${X}' } }, /^the header "Authorization" has several lines/],
    [{ url: '${U}/x', baseUrl: '${U}' }, /^baseUrl: once its variables are in it, it has a query or a fragment/],
    [{ auth: { type: 'bearer', token: '${E}' } }, /^auth.bearer: once its variables are in it, it is empty$/],
    [{ idempotencyKey: ' ${E}' }, /^idempotencyKey: once its variables are in it, it is empty$/],
    [{ session: '${E}' }, /^session: once its variables are in it, it is empty$/],
    [{ auth: { type: 'basic', user: 'a:b', password: '' } }, /^auth: the name of a user holds no ":"/],
    [
      { body: { type: 'multipart', parts: [{ type: 'text', name: 'p', text: '', contentType: '${X}' }] } },
      /^the header "Content-Type" has several lines/,
    ],
    [{ expect: { status: [], sha256: '${X}' } }, /^expect.sha256: once its variables are in it, it is no SHA-256/],
    [{ expect: { status: [], body: { matches: '(${X}' } } }, /^expect.matches: once its variables are in it, it is /],
    [{ expect: { status: [], json: [['/a', { equals: { b: '${NO}' } }]] } }, /"NO"/],
  ])('do not let a value stand where it cannot: %j', (parts, message) => {
    expect(() => final(parts, { X, E: '', U: 'http://h/v1?v=7' })).toThrow(message);
  });

  it.each([
    ['/jobs/7?a=1', 'https://h/jobs/7?a=1'],
    ['?page=2', 'https://h/v1/x?page=2'],
    ['//other/y', 'https://other/y'],
    ['http://other/y', 'http://other/y'],
    ['jobs/7', 'jobs/7'],
    ['', ''],
    ['//[', '//['],
  ])('lead on by a link that a variable holds: %j', (link, url) => {
    expect(final({ url: '${LINK}', linkBase: 'https://${H}/v1/x' }, { LINK: link, H: 'h' }).url).toBe(url);
    expect(final({ url: '${LINK}' }, { LINK: link }).url).toBe(link);
  });

  it('hold a value in what is expected; in a regular expression it stands for itself', () => {
    const { expect: expected } = final(
      {
        expect: {
          status: [200],
          headers: [['a', { equals: '${X}', includes: ['${X}'] }]],
          body: { matches: '^${X}$' },
          json: [['/a', { equals: ['${X}', 1], matches: '${X}', includes: ['${X}'], gt: 1 }]],
          sha256: '${SUM}',
        },
      },
      { X, SUM: 'AB'.repeat(32) },
    );
    expect(expected).toMatchObject({
      status: [200],
      headers: [['a', { equals: X, includes: [X] }]],
      json: [['/a', { equals: [X, 1], includes: [X], gt: 1 }]],
      sha256: 'ab'.repeat(32),
    });
    const pattern = new RegExp(expected.body?.matches ?? '', 'um');
    expect(pattern.test(X)).toBe(true);
    expect(pattern.test(X.replace('.', 'x'))).toBe(false);
  });
});

describe('the failure of a request', () => {
  const failure: Failed = {
    state: 'failed',
    status: 200,
    reason: {
      type: 'http',
      kind: 'answer',
      message: 'GET h answered 200 OK, but "/a" is 123456, expected 1',
      body: 'x',
    },
  };
  const run = { secretNames: ['TOKEN'], secrets: createSecrets() };

  it('tells nothing of an answer that a secret comes from', () => {
    const told = withoutQuotations(run, { save: { type: 'output', name: 'TOKEN' } }, failure);
    expect(told.reason).toEqual({
      type: 'http',
      kind: 'answer',
      message: 'GET h answered 200 OK, but not as expected; what of it is not shown, as a secret comes from it',
    });
    expect(withoutQuotations(run, { save: { type: 'output', name: 'OTHER' } }, failure)).toBe(failure);
    const header = { type: 'parts', parts: { TOKEN: { type: 'header', name: 'x-token' } } } as const;
    expect(JSON.stringify(withoutQuotations(run, { save: header }, failure))).toBe(JSON.stringify(told));
    const walking = withoutQuotations(run, { save: header, paginate: {} }, failure);
    expect(walking.reason).toMatchObject({
      message: 'an answer is not as expected; what of it is not shown, as a secret comes from it',
    });
  });

  it('tells no secret that its body holds, nor the half of one at which it is cut', () => {
    const secrets = createSecrets();
    secrets.add('TOKEN', 'open-sesame');
    const reason = { ...failure.reason, body: '{"a": "open-sesame", "b": "open-ses…' } as Failed['reason'];
    expect(maskedOutcome(secrets, { ...failure, reason }).reason).toMatchObject({ body: '{"a": "***", "b": "***…' });
  });
});

describe('how much of an answer has come', () => {
  it('is told once a second at most, with the rate since, and not at all where it is quick', async () => {
    const events: RunEvent[] = [];
    const receive = async (clock: Clock, context: ExecuteContext, stepMs: number, count: number) => {
      context.started();
      for (let piece = 1; piece <= count; piece += 1) {
        await new Promise<void>(resolve => void clock.at(clock.now() + stepMs, resolve));
        context.received(piece * 1000, 100_000);
      }
      return { state: 'succeeded', status: 200 } as const;
    };
    const way = await openWay(clock => ({
      execute: (_, context) => receive(clock, context, context.path === 'slow' ? 300 : 100, 9),
    }));
    const run = openRun({
      plan: plan(steps('.', [request({ id: 'slow' }), request({ id: 'quick' })])),
      id: 'x',
      clock: way.clock,
      publish: event => void events.push(event),
      executor: way.executor,
      startsLate: way.startsLate,
    });
    await way.clock.runUntil(run.start()).finally(way.close);
    const told = events.filter(event => event.type === 'step.progress');
    expect(told).toEqual([
      { type: 'step.progress', step: 'slow', t: 1200, bytes: 4000, total: 100_000, rate: 3333 },
      { type: 'step.progress', step: 'slow', t: 2400, bytes: 8000, total: 100_000, rate: 3333 },
    ]);
  });
});

describe('a further attempt of a request', () => {
  const settings = { times: 1, delayMs: 0, factor: 1, maxDelayMs: 0, jitter: 'none' } as const;
  const http = (kind: HttpTrouble | undefined, status?: number) => ({
    reason: { type: 'http', message: '', ...(kind && { kind }) },
    ...(status === undefined ? {} : { status }),
  });
  const again = (method: string, failure: object, more: Partial<HttpStep> = {}) =>
    isRetried(settings, { state: 'failed', ...failure } as Failed, '', request({ method, ...more }));

  it.each([
    ...(['dns', 'refused', 'unreachable', 'connect-timeout', 'reset', 'closed'] as const).map(kind => http(kind)),
    ...[408, 425, 429, 500, 503, 599].map(status => http('status', status)),
    http('closed', 200),
    { ...http('status', 403), retryAfterMs: 1000 },
    { reason: { type: 'timeout', limitMs: 1 } },
    { reason: { type: 'timeout', limitMs: 1, clock: 'quiet' } },
  ])('is made after what may pass, if it may be sent twice: %j', failure => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])
      expect(again(method, failure)).toBe(true);
    for (const method of ['POST', 'PATCH', 'PURGE']) {
      expect(again(method, failure)).toBe(false);
      expect(again(method, failure, { idempotencyKey: true })).toBe(true);
    }
  });

  it.each([
    ...(['request', 'tls', 'proxy', 'protocol', 'encoding', 'size', 'redirects', 'other'] as const).map(kind =>
      http(kind),
    ),
    ...[400, 401, 403, 404, 409, 301].map(status => http('status', status)),
    http('answer', 200),
    { reason: { type: 'start', message: '' } },
    { reason: { type: 'save', message: '' }, status: 200 },
  ])('is not made after what stays: %j', failure => {
    expect(again('GET', failure)).toBe(false);
  });

  it('is made whatever was to be sent, where nothing was for want of a slot', () => {
    expect(again('POST', { reason: { type: 'timeout', limitMs: 1, clock: 'queue' } })).toBe(true);
  });

  it('is made after a stream that ended too early, where the network is named', () => {
    const on = [{ type: 'network' }] as const;
    const again = (kind: HttpTrouble) =>
      isRetried({ ...settings, on }, { state: 'failed', ...http(kind, 200) } as Failed, '', request({}));
    expect([again('closed'), again('answer')]).toEqual([true, false]);
  });

  it('is made as the plan says, where it does', () => {
    const on = [{ type: 'http', status: 404 }] as const;
    const failure = { state: 'failed', ...http('status', 404) } as Failed;
    expect(isRetried({ ...settings, on }, failure, '', request({ method: 'POST' }))).toBe(true);
  });
});

it('an attempt is told the ticks of every `every` around it', async () => {
  const seen: string[] = [];
  const clock = createVirtualClock();
  const every = (times: number) => ({ every: { intervalMs: 10, times, overlap: 'skip' } }) as const;
  const run = openRun({
    plan: plan(
      steps('.', [
        steps('outer', [request({ id: 'in', ...every(2), retry: retry(1, { delayMs: 0 }).retry })], every(2)),
      ]),
    ),
    id: 'x',
    clock,
    publish: () => undefined,
    executor: {
      async execute(_, { ticks, attempt }) {
        seen.push(`${ticks.join('.')}/${attempt}`);
        const isFirst = attempt === 1 && ticks.join() === '1,1';
        return isFirst ? { state: 'failed', reason: { type: 'http', message: '' } } : { state: 'succeeded' };
      },
    },
  });
  await clock.runUntil(run.start());
  expect(seen).toEqual(['1.1/1', '1.1/2', '1.2/1', '2.1/1', '2.2/1']);
});
