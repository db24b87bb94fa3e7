/** Laws of what a plan says of requests, and of what they have from the groups around them. */
import { describe, expect, it } from 'vitest';
import { planFrom } from '../../src/plan/load.ts';
import type { HttpStep, Plan } from '../../src/plan/plan.ts';

function load(plan: object) {
  const loaded = planFrom(plan, { folder: '/plans', given: { set: {}, files: [], env: {} } });
  if (loaded.type === 'rejected') return loaded.problems.map(({ path, message }) => `${path}: ${message}`);
  return loaded.plan;
}

interface Grouped {
  readonly root: { readonly children: readonly { readonly children: readonly HttpStep[] }[] };
}

/** The first step of a plan. */
function first(plan: object): HttpStep {
  const loaded = load(plan);
  if (!('root' in loaded) || loaded.root.type !== 'steps') throw new Error(JSON.stringify(loaded));
  return loaded.root.children[0] as HttpStep;
}

it.each([
  ['header', { type: 'header' }],
  ['/next', { type: 'pointer', pointer: '/next' }],
  [{ param: 'page' }, { type: 'param', name: 'page' }],
  [
    { param: 'cursor', from: '/meta/next' },
    { type: 'cursor', name: 'cursor', pointer: '/meta/next' },
  ],
])('the way from page to page may be %j', (next, meant) => {
  expect(first({ steps: [{ http: { url: 'http://h', paginate: { next } } }] }).paginate).toEqual({ next: meant });
});

describe('httpDefaults', () => {
  it.each([
    ['https://h/v1', '/users', 'https://h/v1/users'],
    ['https://h/v1/', 'users?a=1', 'https://h/v1/users?a=1'],
    ['https://h/v1', '?page=2', 'https://h/v1?page=2'],
    ['${API:-http://h}', '/users/${ID:-1}', '${API:-http://h}/users/${ID:-1}'],
    ['https://h/v1', 'http://other/', 'http://other/'],
    ['https://h/v1', '${OTHER:-http://o}/x', '${OTHER:-http://o}/x'],
  ])('put %s before %s', (baseUrl, url, whole) => {
    expect(first({ httpDefaults: { baseUrl }, steps: [{ http: { url } }] }).url).toBe(whole);
  });

  it('are kept as a beginning where variables may put more into it', () => {
    const baseUrl = '${API:-http://h}/v1';
    expect(first({ httpDefaults: { baseUrl }, steps: [{ http: 'x' }] }).baseUrl).toBe(baseUrl);
    expect(first({ httpDefaults: { baseUrl }, steps: [{ http: 'http://h/x' }] })).not.toHaveProperty('baseUrl');
    expect(first({ httpDefaults: { baseUrl: 'http://h' }, steps: [{ http: 'x' }] })).not.toHaveProperty('baseUrl');
  });

  it('are kept for a url that begins with a variable, which may be a link from there', () => {
    const baseUrl = 'http://h/v1';
    const inner = { httpDefaults: { auth: { bearer: 't' }, baseUrl }, steps: [{ http: '${URL:-/x}/y' }] };
    expect(first(inner)).toMatchObject({ url: '${URL:-/x}/y', linkBase: baseUrl, authFor: baseUrl });
    for (const http of ['x', '/${X:-1}', 'http://${X:-1}/'])
      expect(first({ ...inner, steps: [{ http }] })).not.toHaveProperty('linkBase');
  });

  it('stand before the short form, too', () => {
    const { method, url } = first({ httpDefaults: { baseUrl: 'http://h' }, steps: [{ http: 'DELETE /x' }] });
    expect([method, url]).toEqual(['DELETE', 'http://h/x']);
  });

  it('are merged by name, the inner ones first, the own keys of a request before all', () => {
    const outer = { headers: { 'X-A': 1, 'x-b': 1, 'X-C': 1 }, query: { a: 1, b: 1 }, follow: 1, maxBody: '1KiB' };
    const inner = { headers: { 'x-a': 2, 'X-B': 2 }, query: { b: [2, 3] }, auth: { bearer: 't' } };
    const http = { url: 'http://h', headers: { 'X-b': 3 }, follow: false };
    const group = { id: 'g', httpDefaults: inner, steps: [{ http }] };
    const loaded = load({ httpDefaults: outer, steps: [group] });
    expect(loaded).toHaveProperty('root.children.0.children.0');
    expect((loaded as Plan as unknown as Grouped).root.children[0]?.children[0]).toMatchObject({
      headers: { 'X-C': '1', 'x-a': '2', 'X-b': '3' },
      query: [
        ['a', '1'],
        ['b', '2'],
        ['b', '3'],
      ],
      follow: 0,
      maxBody: 1024,
      auth: { type: 'bearer', token: 't' },
    });
  });

  it('leave a request alone that says it is nobody', () => {
    const httpDefaults = { auth: { netrc: true } };
    expect(first({ httpDefaults, steps: [{ http: { url: 'http://h', auth: false } }] }).auth).toBe(false);
    expect(first({ httpDefaults, steps: [{ http: 'http://h' }] })).toHaveProperty('auth', { type: 'netrc' });
  });

  const bearer = { auth: { bearer: '${NO:-t}' } };
  const token = { type: 'bearer', token: '${NO:-t}' };
  it.each([
    [{ headers: { Authorization: 'a' } }, {}, bearer, {}, token],
    [{ headers: { Authorization: 'a' } }, bearer, {}, {}, token],
    [{ headers: { Authorization: 'a' } }, {}, { auth: false }, {}, false],
    [{ headers: { Authorization: 'a' } }, { auth: false }, {}, {}, false],
    [{ auth: false }, {}, { headers: { authorization: 'a' } }, { authorization: 'a' }, undefined],
    [bearer, { headers: { AUTHORIZATION: 'a' } }, {}, { AUTHORIZATION: 'a' }, undefined],
    [bearer, {}, { headers: { authorization: 'a' }, auth: false }, { authorization: 'a' }, false],
    [{}, { headers: { Authorization: 'a' }, ...bearer }, {}, { Authorization: 'a' }, token],
  ])(
    'say who asks by auth or by a header, the inner one of %j, %j and %j first',
    (outer, inner, own, headers, auth) => {
      const group = { id: 'g', httpDefaults: inner, steps: [{ http: { url: 'http://h', ...own } }] };
      const loaded = load({ httpDefaults: outer, steps: [group] });
      const step = (loaded as Plan as unknown as Grouped).root.children[0]?.children[0];
      expect([step?.headers, step?.auth]).toEqual([headers, auth]);
    },
  );

  it.each([
    [{ baseUrl: 'http://h/v1', auth: { bearer: 't' } }, {}, '/x', undefined],
    [{ baseUrl: 'http://h/v1', auth: { bearer: 't' } }, {}, 'http://other/x', 'http://h/v1'],
    [{ baseUrl: 'http://h/v1', auth: { bearer: 't' } }, {}, '${OTHER:-http://o}/x', 'http://h/v1'],
    [{ baseUrl: 'http://h/v1', auth: { bearer: 't' } }, { baseUrl: 'http://i' }, '/x', 'http://h/v1'],
    [{ baseUrl: 'http://h/v1' }, { auth: { bearer: 't' } }, 'http://other/x', 'http://h/v1'],
    [{ auth: { bearer: 't' } }, { baseUrl: 'http://i' }, 'http://other/x', undefined],
    [{ baseUrl: 'http://h/v1', auth: { netrc: true } }, {}, 'http://other/x', undefined],
    [
      { baseUrl: 'http://h/v1', auth: { bearer: 't' } },
      {},
      { url: 'http://other/x', auth: { bearer: 'o' } },
      undefined,
    ],
    [{ baseUrl: 'http://h/v1', auth: { bearer: 't' } }, {}, { url: 'http://other/x', auth: false }, undefined],
  ])('of %j, and %j in it, say to %j who asks, if it is of %s', (outer, inner, http, site) => {
    const loaded = load({ httpDefaults: outer, steps: [{ id: 'g', httpDefaults: inner, steps: [{ http }] }] });
    const step = (loaded as Plan as unknown as Grouped).root.children[0]?.children[0];
    expect((step as HttpStep | undefined)?.authFor).toBe(site);
  });

  it.each([
    [{ httpDefaults: { baseUrl: '/v1' }, steps: [] }, /^root.httpDefaults.baseUrl: expected an absolute URL/],
    [
      { httpDefaults: { baseUrl: 'http://h/v1?api-version=7' }, steps: [] },
      /^root.httpDefaults.baseUrl: .* no query; write what is behind the "\?" into httpDefaults.query$/,
    ],
    [{ httpDefaults: { baseUrl: '${H:-http://h}/v1?a' }, steps: [] }, /^root.httpDefaults.baseUrl: .* no query;/],
    [{ httpDefaults: { baseUrl: '${H:-http://h?a}' }, steps: [] }, /^root.httpDefaults.baseUrl: .* no query;/],
    [{ httpDefaults: { baseUrl: 'http://h/#a?b' }, steps: [] }, /^root.httpDefaults.baseUrl: .* no fragment; take out/],
    [{ httpDefaults: { auth: {} }, steps: [] }, /^root.httpDefaults.auth: add one of bearer, basic, netrc$/],
    [{ httpDefaults: { baseURL: 'http://h' }, steps: [] }, /unknown key, did you mean "baseUrl"\?$/],
    [{ httpDefaults: {}, run: 'x' }, /^root.httpDefaults: httpDefaults goes with steps, gather or any, not with run/],
    [
      { httpDefaults: { headers: { 'X-a': 1, b: 2, 'x-A': 3 } }, steps: [] },
      /^root.httpDefaults.headers.x-A: x-A and X-a are one header; keep one$/,
    ],
    [{ httpDefaults: { headers: { a: '\n' } }, steps: [] }, /^root.httpDefaults.headers.a: expected a header value on/],
    [{ steps: [{ http: '/x' }] }, /^root.steps\[0\].http: expected an absolute URL/],
  ])('and their faults are told with their place: %j', (plan, problem) => {
    expect(load(plan)).toEqual([expect.stringMatching(problem)]);
  });

  it('name variables in the steps that use them', () => {
    const told = (step: object, httpDefaults: object) => load({ httpDefaults, steps: [step] });
    const auth = { bearer: '${TOKEN}' };
    expect(told({ http: 'http://h' }, { auth })).toEqual([
      expect.stringMatching(/^root.httpDefaults.auth.bearer: nothing sets "TOKEN"/),
    ]);
    expect(told({ env: { TOKEN: 'x' }, http: 'http://h' }, { auth })).toHaveProperty('root');
    expect(told({ http: { url: 'http://h', auth: false } }, { auth })).toHaveProperty('root');
    expect(told({ http: { url: 'http://h', headers: { a: 'x' } } }, { headers: { A: '${NO}' } })).toHaveProperty(
      'root',
    );
    const header = { headers: { Authorization: '${NO}' } };
    expect(told({ http: { url: 'http://h', auth: false } }, header)).toHaveProperty('root');
    expect(told({ id: 'g', httpDefaults: { auth: { netrc: true } }, steps: [{ http: 'http://h' }] }, header)).toEqual(
      expect.objectContaining({ root: expect.anything() }),
    );
    expect(told({ http: { url: 'http://h', headers: { authorization: 'x' } } }, { auth })).toHaveProperty('root');
    expect(told({ http: 'http://h' }, { baseUrl: '${NO}' })).toHaveProperty('root');
    const bound = { baseUrl: '${NO}', auth: { bearer: 't' } };
    expect(told({ http: 'http://h' }, bound)).toEqual([expect.stringContaining('httpDefaults.baseUrl')]);
    expect(told({ http: '/x' }, bound)).toHaveLength(1);
    expect(told({ http: { url: 'http://h', auth: false } }, bound)).toHaveProperty('root');
    expect(told({ http: 'http://h' }, { baseUrl: '${NO}', auth: { netrc: true } })).toHaveProperty('root');
    expect(told({ http: '/x' }, { baseUrl: '${NO}' })).toEqual([expect.stringContaining('httpDefaults.baseUrl')]);
    expect(told({ run: 'true' }, { auth })).toHaveProperty('root');
  });
});

describe('a request', () => {
  it('names variables in every text that it sends', () => {
    for (const http of [
      { query: { a: ['x', '${NO}'] } },
      { form: { a: '${NO}' } },
      { multipart: { a: '${NO}' } },
      { multipart: { a: { file: '${NO}' } } },
      { file: '${NO}' },
      { auth: { basic: { user: 'a', password: '${NO}' } } },
    ]) {
      expect(load({ http: { url: 'http://h', method: 'POST', ...http } })).toEqual([
        expect.stringContaining('nothing sets "NO"'),
      ]);
    }
  });

  it.each([
    [{ form: {}, file: 'x' }, 'root.http.file: form and file exclude each other; keep one'],
    [{ headers: { accept: 'b', ACCEPT: 'c' } }, 'root.http.headers.ACCEPT: ACCEPT and accept are one header; keep one'],
    [
      { auth: { basic: { user: '${N:-n}:b', password: 'p' } } },
      'root.http.auth.basic.user: the name of a user holds no ":", behind which its password is; write that into password',
    ],
    [{ auth: { bearer: 'a', netrc: true } }, 'root.http.auth.netrc: bearer and netrc exclude each other; keep one'],
    [{ expect: { json: { 'a/b': 1 } } }, expect.stringContaining('expected a JSON pointer such as "/items/0/name"')],
    [
      { expect: { json: { '/a': 2 ** 53 } } },
      expect.stringContaining('from its neighbours; write it as a text, in quotes'),
    ],
    [
      { expect: { json: { '/a': { equals: { a: [-(2 ** 60)] } } } } },
      expect.stringContaining('from its neighbours; write it as a text, in quotes'),
    ],
    [
      { expect: { json: { '/a': { includes: [1e300] } } } },
      expect.stringContaining('from its neighbours; write it as a text, in quotes'),
    ],
    [{ expect: { json: { '/a~2': 1 } } }, expect.stringContaining('a "~" in a JSON pointer is written "~0"')],
    [{ expect: { json: { '/a': { grt: 1 } } } }, 'root.http.expect.json["/a"].grt: unknown key, did you mean "gt"?'],
    [{ expect: { json: { '/a': {} } } }, 'root.http.expect.json["/a"]: no rule: say what it must be'],
    [{ expect: { body: { include: 'x' } } }, 'root.http.expect.body.include: unknown key, did you mean "includes"?'],
    [
      { expect: { body: { matches: '(' } } },
      expect.stringMatching(/^root.http.expect.body.matches: expected a regular expression: /),
    ],
    [{ expect: { sha256: 'abc' } }, expect.stringContaining('expected a SHA-256 of 64 hexadecimal digits, got "abc"')],
    [{ expect: { headers: { a: '${NO}' } } }, expect.stringContaining('nothing sets "NO"')],
    [{ tls: { cert: 'a' } }, 'root.http.tls.cert: cert goes with key; add it, it may be the same file'],
    [{ tls: { secure: false } }, 'root.http.tls.secure: unknown key, did you mean "insecure"?'],
    [{ proxy: 'socks5://h' }, expect.stringMatching(/^root.http.proxy: expected a URL such as "http:/)],
    [{ session: '' }, expect.stringMatching(/^root.http.session: expected the name of a session/)],
    [{ socket: '${NO}' }, expect.stringContaining('nothing sets "NO"')],
    [{ paginate: {} }, expect.stringMatching(/^root.http.paginate.next: missing/)],
    [
      { paginate: { next: 'links' } },
      expect.stringContaining('expected "header", a JSON pointer such as "/links/next"'),
    ],
    [
      { paginate: { next: 'header' }, expect: { sha256: 'a'.repeat(64) } },
      'root.http.expect.sha256: sha256 is about one body, and paginate walks through several; take one of them out',
    ],
    [
      { expect: { event: { name: 'x' }, body: { includes: 'x' } } },
      'root.http.expect.body: body is about the whole body, and event leaves it in its middle; keep one of them',
    ],
    [{ expect: { event: {} } }, 'root.http.expect.event: no rule: say what it must be'],
    [{ expect: { event: { nam: 'x' } } }, 'root.http.expect.event.nam: unknown key, did you mean "name"?'],
    [{ expect: { event: { json: { '/a': { grt: 1 } } } } }, expect.stringContaining('did you mean "gt"?')],
    [{ auth: { user: 'a' } }, 'root.http.auth.user: unknown key; expected bearer, basic, netrc'],
    [{ multipart: { a: { file: 'x', nam: 'y' } } }, 'root.http.multipart.a.nam: unknown key, did you mean "name"?'],
    [
      { multipart: { a: { file: 'x', value: 'y' } } },
      'root.http.multipart.a.value: "file" and "value" exclude each other; keep one of them',
    ],
    [
      { multipart: { a: { file: 5, value: 'y' } } },
      'root.http.multipart.a.file: "file" and "value" exclude each other; keep one of them',
    ],
    [
      { multipart: { a: [{ value: 'x', name: 'y' }] } },
      'root.http.multipart.a[0].name: "name" is what a file is called, and goes with "file"; take it out',
    ],
    [
      { multipart: { a: { value: [1] } } },
      'root.http.multipart.a.value: expected text, a number, true or false (nothing is ""), got an array',
    ],
    [
      { multipart: { a: { type: 'text/csv' } } },
      'root.http.multipart.a: expected a value, {"file": path} or {"value": text, "type": content type}, got an object',
    ],
    [{ multipart: { a: { fil: 'x' } } }, 'root.http.multipart.a.fil: unknown key, did you mean "file"?'],
    [{ multipart: { a: { name: 'x' } } }, 'root.http.multipart.a.file: missing; expected a path'],
    [
      { expect: { json: { '/a': { type: null } } } },
      'root.http.expect.json["/a"].type: in YAML and JSON write "null" in quotes; expected one of string, number, boolean, object, array, null, got null',
    ],
    [
      { expect: { json: { '/a': { includes: { k: 1 } } } } },
      'root.http.expect.json["/a"].includes: put an object that it is to hold into an array: [{"k": …}]; expected a value, or an array of values, got an object',
    ],
    [
      { expect: { json: { '/a': { length: { equals: 3 } } } } },
      'root.http.expect.json["/a"].length.equals: unknown key; expected gt, gte, lt, lte',
    ],
    [{ auth: true }, 'root.http.auth: expected an object with exactly one of bearer, basic, netrc, or false, got true'],
    [{ follow: true }, 'root.http.follow: expected a count of redirects, or false, got true'],
    [{ session: true }, 'root.http.session: expected the name of a session, or false, got true'],
    [{ idempotencyKey: false }, 'root.http.idempotencyKey: expected true, or a text, got false'],
    [{ follow: -1 }, 'root.http.follow: expected a count of redirects from 0 to 100, got -1'],
    [{ maxBody: '1 MB' }, expect.stringMatching(/^root.http.maxBody: expected a size/)],
  ])('with %j is refused', (http, problem) => {
    expect(load({ http: { url: 'http://h', method: 'POST', ...http } })).toContainEqual(problem);
  });
});

it('a name with a colon in the default of a variable is a matter of its value', () => {
  const auth = { basic: { user: '${N:-a:b}', password: 'p:q' } };
  expect(load({ http: { url: 'http://h', auth } })).toHaveProperty('root');
});

it('a number that JavaScript does not keep exactly is sent and compared by none of its neighbours', () => {
  const large = 2 ** 53;
  const http = { url: 'https://h', method: 'POST', json: { a: [large] }, expect: { json: { '/a': { gte: large } } } };
  expect(load({ steps: [{ http }] })).toEqual([
    'root.steps[0].http.json.a[0]: a number of this size would be sent as one of its neighbours; set it in env, and write "${NAME:json}" here',
    'root.steps[0].http.expect.json["/a"].gte: a number of this size cannot be told from its neighbours; keep it below 2^53',
  ]);
  expect(
    load({
      steps: [{ http: { ...http, json: [large - 1, 1e-7, 0.1, 1e300], expect: { json: { '/a': { lt: 1.5 } } } } }],
    }),
  ).toHaveProperty('root');
});

describe('a definition with requests', () => {
  it('has the httpDefaults of where it is used, in the same file', () => {
    const define = { ask: { http: '/x' } };
    const group = { httpDefaults: { baseUrl: 'http://inner' }, steps: [{ use: '#ask' }] };
    const loaded = load({ define, httpDefaults: { baseUrl: 'http://outer' }, steps: [{ use: '#ask' }, group] });
    expect(loaded).toHaveProperty('root.children.0.url', 'http://outer/x');
    expect(loaded).toHaveProperty('root.children.1.children.0.url', 'http://inner/x');
  });

  it('may not be relative where nothing in the file has a base', () => {
    const problems = load({ define: { ask: { http: '/x' } }, steps: [{ use: '#ask' }] });
    expect(problems).toContainEqual(expect.stringMatching(/^root.define.ask.http: expected an absolute URL/));
  });
});

describe('what is expected', () => {
  it('is told apart from values: those stand for themselves', () => {
    const json = { '/a': null, '/b': [1], '/c': { equals: { x: 1 } }, '/d': { includes: 'x', length: 1 } };
    const request = { url: 'http://h', expect: { headers: { ETag: 5, b: { includes: 'x' } }, json, under: '2s' } };
    expect(first({ steps: [{ http: request }] }).expect).toEqual({
      status: ['2xx'],
      headers: [
        ['etag', { equals: '5' }],
        ['b', { includes: ['x'] }],
      ],
      json: [
        ['/a', { equals: null }],
        ['/b', { equals: [1] }],
        ['/c', { equals: { x: 1 } }],
        ['/d', { includes: ['x'], length: 1 }],
      ],
      underMs: 2000,
    });
  });
});

describe('retry of a request', () => {
  const warnings = (step: object) => {
    const loaded = planFrom(step, { folder: '/plans', given: { set: {}, files: [], env: {} } });
    return loaded.type === 'loaded' ? loaded.warnings.map(({ path, message }) => `${path}: ${message}`) : ['rejected'];
  };

  it('that may not be sent twice is warned of, unless it says when, or has a key', () => {
    const told = expect.stringMatching(
      /^root.retry: retry repeats no POST, .*; add idempotencyKey to it, or say when: /,
    );
    expect(warnings({ http: 'POST http://h', retry: 3 })).toEqual([told]);
    expect(warnings({ http: { url: 'http://h', method: 'post' }, retry: { times: 3 } })).toEqual([told]);
    expect(warnings({ http: 'POST http://h', retry: { times: 3, on: ['network'] } })).toEqual([]);
    expect(warnings({ http: { url: 'http://h', method: 'POST', idempotencyKey: true }, retry: 3 })).toEqual([]);
    expect(warnings({ http: 'PUT http://h', retry: 3 })).toEqual([]);
    expect(warnings({ http: 'POST http://h', retry: 0 })).toEqual([]);
    expect(warnings({ run: 'x', retry: 3 })).toEqual([]);
  });
});
