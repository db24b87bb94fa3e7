/** Laws of what a step expects of an answer, and of what it says where that is not there. */
import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Failed } from '../../../src/events/outcome.ts';
import { unmetJson } from '../../../src/executors/http/json-rules.ts';
import type { HttpExpect, Json, JsonRule } from '../../../src/plan/plan.ts';
import { context, open, serve, step } from './rig.ts';

/** Asks once. */
async function ask(expected: Partial<HttpExpect>, answer: RequestListener, more: object = {}) {
  const server = await serve(answer);
  const ctx = context();
  const request = step(server.url, { expect: { status: ['2xx'], ...expected }, ...more });
  return { outcome: await open().execute(request, ctx), url: `${server.url}/`, output: ctx.output(), saved: ctx.saved };
}

/** What a step says of an answer that it did not expect, behind the status. */
async function unmet(expected: Partial<HttpExpect>, answer: RequestListener): Promise<string> {
  const { outcome, url } = await ask(expected, answer);
  if (outcome.state === 'succeeded') return '';
  expect(outcome).toMatchObject({ state: 'failed', status: 200, reason: { type: 'http', kind: 'answer' } });
  const { message } = (outcome as Failed).reason as { message: string };
  const head = `GET ${url} answered 200 OK, but `;
  expect(message.startsWith(head)).toBe(true);
  return message.slice(head.length);
}

const says =
  (body: string, headers = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(200, headers).end(body);

describe('what a header must be', () => {
  it('is the whole value, or what is in it', async () => {
    const answer = says('', { 'Content-Type': 'text/html; charset=utf-8', 'X-Two': ['a', 'b'] });
    const header = (rule: NonNullable<HttpExpect['headers']>[0][1], name = 'content-type') =>
      unmet({ headers: [[name, rule]] }, answer);
    expect(await header({ equals: 'text/html; charset=utf-8' })).toBe('');
    expect(await header({ includes: ['html', 'utf-8'], matches: '^text' })).toBe('');
    expect(await header({ equals: 'a, b' }, 'x-two')).toBe('');
    expect(await header({ equals: 'text/html' })).toBe(
      'the header "content-type" is "text/html; charset=utf-8", expected "text/html"',
    );
    expect(await header({ includes: ['json'] })).toBe(
      'the header "content-type" is "text/html; charset=utf-8", expected "json" in it',
    );
    expect(await header({ matches: '^a' })).toContain('expected what matches "^a"');
    expect(await header({ equals: '"v1"' }, 'etag')).toBe('the header "etag" is missing, expected "\\"v1\\""');
  });
});

describe('a number that is larger than JavaScript keeps exactly', () => {
  const answer = says(
    '{"id": 9007199254740993, "in": [9007199254740993], "of": {"e": 1e30, "n": -1.5, "t": "\\"9007199254740993"}}',
  );
  const is = (at: string, equals: Json) => unmet({ json: [[at, { equals }]] }, answer);

  it('is what a text of the same digits says, and is told as it was sent', async () => {
    expect(await is('/id', '9007199254740993')).toBe('');
    expect(await is('/id', '9007199254740992')).toBe('"/id" is 9007199254740993, expected "9007199254740992"');
    expect(await is('/id', 9007199254740991)).toBe('"/id" is 9007199254740993, expected 9007199254740991');
    expect(await is('/in/0', '9007199254740993')).toBe('');
  });

  it('is so in objects and arrays, too, whose texts and smaller numbers stay what they are', async () => {
    expect(await is('/in', ['9007199254740993'])).toBe('');
    expect(await unmet({ json: [['/in', { includes: ['9007199254740993'] }]] }, answer)).toBe('');
    expect(await is('/of', { e: '1e30', n: -1.5, t: '"9007199254740993' })).toBe('');
    expect(await is('/in', ['9007199254740992'])).toBe('"/in" is [9007199254740993], expected ["9007199254740992"]');
  });

  it('has bounds all the same', async () => {
    expect(await unmet({ json: [['/id', { gt: 9e15, type: 'number' }]] }, answer)).toBe('');
    expect(await unmet({ json: [['/id', { lt: 1 }]] }, answer)).toBe('"/id" is 9007199254740993, expected less than 1');
  });
});

describe('what the body must be', () => {
  it.each([
    ['text/plain; charset=iso-8859-1', 'latin1'],
    ['text/plain;Charset="UTF-16LE"', 'utf16le'],
    ['text/plain; charset=no-such', 'utf8'],
    ['text/plain', 'utf8'],
  ] as const)('is read as %s says', async (type, encoding) => {
    const answer: RequestListener = (_, response) =>
      void response.writeHead(200, { 'content-type': type }).end(Buffer.from('café', encoding));
    expect(await unmet({ body: { matches: '^café$' } }, answer)).toBe('');
  });

  it('is a text with these in it, unpacked, and one that matches', async () => {
    const packed: RequestListener = (_, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('one\ntwo ü'));
    expect(await unmet({ body: { includes: ['one', 'ü'], matches: '^two .$' } }, packed)).toBe('');
    expect(await unmet({ body: { includes: ['one', 'three'], matches: '^wo' } }, packed)).toBe(
      'the body does not have "three" in it; the body does not match "^wo"',
    );
  });

  it('is JSON with these values', async () => {
    const answer = says('{"a": {"b": [1, {"c/d": null}]}, "n": 5}');
    const json = (pointer: string, rule: JsonRule) => unmet({ json: [[pointer, rule]] }, answer);
    expect(await json('/a/b/1/c~1d', { equals: null })).toBe('');
    expect(await json('', { type: 'object', length: 2 })).toBe('');
    expect(await json('/n', { gt: 4, lte: 5 })).toBe('');
    expect(await json('/n', { equals: '5' })).toBe('"/n" is 5, expected "5"');
    expect(await json('/a/b/2', { equals: 1 })).toBe('"/a/b/2" is missing');
    expect(await json('/a/b/x', { exists: false })).toBe('');
    expect(await json('', { exists: false })).toMatch(/^the whole is \{"a":/);
    expect(await unmet({ json: [['', { type: 'array' }]] }, says('<p>'))).toMatch(/^the body is no JSON: /);
    expect(await unmet({ json: [['', { type: 'array' }]] }, says(' '))).toBe('the body is empty, expected JSON');
  });

  it('has the right SHA-256, whatever it is', async () => {
    const bytes = Buffer.from([0, 255, 10]);
    const digest = (of: Buffer) => createHash('sha256').update(of).digest('hex');
    const answer: RequestListener = (_, response) => void response.end(bytes);
    expect(await unmet({ sha256: digest(bytes) }, answer)).toBe('');
    const other = digest(Buffer.from('x'));
    expect(await unmet({ sha256: other }, answer)).toBe(
      `the SHA-256 of the body is ${digest(bytes)}, expected ${other}`,
    );
  });

  it.each<[JsonRule, Json, string[]]>([
    [{ equals: { a: [1] } }, { a: [1] }, []],
    [{ equals: { a: 1 } }, { a: 1, b: 2 }, ['is {"a":1,"b":2}, expected {"a":1}']],
    [
      { gt: 1, gte: 2, lt: 1, lte: 0 },
      1,
      [
        'is 1, expected more than 1',
        'is 1, expected 2 or more',
        'is 1, expected less than 1',
        'is 1, expected 0 or less',
      ],
    ],
    [{ gt: 1 }, '2', ['is "2", expected more than 1']],
    [{ equals: 0 }, -0, []],
    [{ equals: { a: [-0] } }, { a: [0] }, []],
    [{ includes: [0] }, [-0], []],
    [{ type: 'null' }, null, []],
    [{ type: 'array' }, {}, ['is {}, expected an array']],
    [{ type: 'object' }, [], ['is [], expected an object']],
    [{ matches: '^a' }, 'ba', ['is "ba", expected a text that matches "^a"']],
    [{ includes: ['a', 'x'] }, 'ab', ['is "ab", expected "x" in it']],
    [{ includes: [{ id: 2 }] }, [{ id: 1 }, { id: 2 }], []],
    [{ includes: [1] }, 1, ['is 1, expected 1 in it']],
    [{ length: 2 }, 'äö', []],
    [{ length: { gt: 0, lt: 3 } }, [1, 2, 3], ['has length 3, expected less than 3']],
    [{ length: 1 }, 5, ['is 5, and has no length']],
    [{ equals: 'x'.repeat(300) }, 'y'.repeat(300), [`is "${'y'.repeat(200)}…", expected "${'x'.repeat(200)}…"`]],
  ])('holds %j against %j', (rule, value, words) => {
    expect(unmetJson(rule, value)).toEqual(words);
  });
});

describe('how long it may take', () => {
  it('is from the start of the request to the end of the body', async () => {
    let wait = 5;
    const answer: RequestListener = (_, response) => void setTimeout(() => response.end('ok'), wait);
    expect(await unmet({ underMs: 60_000 }, answer)).toBe('');
    wait = 30;
    expect(await unmet({ underMs: 20 }, answer)).toMatch(/^it took \d+ ms, expected under 20 ms$/);
  });
});

describe('an answer that is not as expected', () => {
  it('is told with all that is wrong, and with how its body begins; nothing of it is kept', async () => {
    const body = `{"up": false}${' '.repeat(3000)}`;
    const { outcome, url, output, saved } = await ask(
      { json: [['/up', { equals: true }]], headers: [['x-a', { equals: '1' }]] },
      says(body),
      { save: { type: 'output', name: 'BODY' } },
    );
    expect(outcome).toEqual({
      state: 'failed',
      status: 200,
      reason: {
        type: 'http',
        kind: 'answer',
        message: `GET ${url} answered 200 OK, but the header "x-a" is missing, expected "1"; "/up" is false, expected true`,
        body: `${body.slice(0, 2048)}…`,
      },
    });
    expect(output).toBe(body);
    expect(saved).toEqual({});
  });

  it('is not shown where it is no text', async () => {
    const { outcome } = await ask({ body: { includes: ['x'] } }, (_, response) => void response.end('a\0b'));
    expect((outcome as Failed).reason).not.toHaveProperty('body');
  });

  it('is not cut in the middle of a character', async () => {
    const { outcome } = await ask({ body: { includes: ['x'] } }, says(`a${'ü'.repeat(2000)}`));
    expect((outcome as Failed).reason).toHaveProperty('body', `a${'ü'.repeat(1023)}…`);
  });

  it('is refused where it is too long to be looked into', async () => {
    const { outcome } = await ask({ body: { includes: ['x'] } }, says('y'.repeat(2000)), { maxBody: 1000 });
    expect(outcome).toMatchObject({ state: 'failed', reason: { kind: 'size' } });
  });
});
