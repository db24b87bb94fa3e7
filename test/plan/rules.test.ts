/** Every rule of the job file, with the exact message that tells of its breach. */
import { describe, expect, test } from 'vitest';
import { planFrom } from '../../src/plan/load.ts';
import { keysAt } from '../../src/plan/schema-keys.ts';
import { problemsOf, warningsOf } from './loading.ts';

/** Problems of a value, as `path: message`. */
function problemsWith(value: unknown): string[] {
  const result = planFrom(value, { folder: '/plans' });
  return result.type === 'loaded' ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

const DURATION = 'a duration such as "250ms", "10s", "5m", "1h30m" or "2d", or a number of seconds';
const LONG = 'longer than 104 249 991 days, the longest there is';
const KIND =
  'an exit code, "start", "timeout", "network", "http:429", "http:5xx", "stderr:/pattern/" with a regular expression, or "lost"';

describe('a wrong type is told with what was expected and what stands there', () => {
  test.each<[unknown, string]>([
    [[], 'root: expected a plan: an object with one of run, http, steps, gather, any, use, sleep, got an empty array'],
    [
      ['ls'],
      'root: expected a plan: an object with one of run, http, steps, gather, any, use, sleep, got an array; write {"steps": […]}',
    ],
    ['ls', 'root: expected a plan: an object with one of run, http, steps, gather, any, use, sleep, got "ls"'],
    [null, 'root: expected a plan: an object with one of run, http, steps, gather, any, use, sleep, got null'],
    [undefined, 'root: missing; expected a plan: an object with one of run, http, steps, gather, any, use, sleep'],
    [() => 1, 'root: expected a plan: an object with one of run, http, steps, gather, any, use, sleep, got a function'],
    [
      { run: { cmd: 'ls' } },
      'root.run: expected a shell script (text) or a program with its arguments (array of texts), got an object',
    ],
    [{ run: '' }, 'root.run: expected a shell script, not blank, got ""'],
    [{ run: ' \n' }, 'root.run: expected a shell script, not blank, got " \\n"'],
    [{ run: 'a\0b' }, 'root.run: holds a NUL character; expected a shell script, not blank, got "a\\u0000b"'],
    [{ run: [] }, 'root.run: expected a program with its arguments, got an empty array'],
    [{ run: ['ls', 5] }, 'root.run[1]: expected text, got 5'],
    [{ run: ['ls', 'a\0'] }, 'root.run[1]: expected text without a NUL character, got "a\\u0000"'],
    [{ run: ['', 'a'] }, 'root.run[0]: the program is an empty text; the first element names it'],
    [{ steps: 'ls' }, 'root.steps: expected a list of steps, got "ls"'],
    [{ steps: null }, 'root.steps: expected a list of steps, got null'],
    [{ steps: ['ls', 5] }, 'root.steps[1]: expected a step: a command (text) or an object, got 5'],
    [
      { steps: [['ls']] },
      'root.steps[0]: expected a step: a command (text) or an object, got an array; write {"steps": […]} or {"gather": […]}',
    ],
    [{ steps: [''] }, 'root.steps[0]: expected a shell script, not blank, got ""'],
    [{ gather: {} }, 'root.gather: expected a list of steps, got an object'],
    [{ sleep: 'soon' }, `root.sleep: expected ${DURATION}, or "forever", got "soon"`],
    [{ sleep: -1 }, `root.sleep: expected ${DURATION}, got -1`],
    [{ sleep: '99999999999999d' }, `root.sleep: ${LONG}; expected ${DURATION}, got "99999999999999d"`],
    [{ sleep: null }, `root.sleep: expected ${DURATION}, or "forever", got null`],
    [{ sleep: 'forevr' }, `root.sleep: expected ${DURATION}, or "forever", got "forevr", did you mean "forever"?`],
    [{ run: 'x', timeout: 0 }, `root.timeout: expected ${DURATION}, more than zero, got 0`],
    [{ run: 'x', timeout: '0s' }, `root.timeout: expected ${DURATION}, more than zero, got "0s"`],
    [{ run: 'x', timeout: 1e300 }, `root.timeout: ${LONG}; expected ${DURATION}, got 1e+300`],
    [
      { run: 'x', timeout: '999999999999d' },
      `root.timeout: ${LONG}; expected ${DURATION}, more than zero, got "999999999999d"`,
    ],
    [{ run: 'x', timeout: {} }, 'root.timeout: no clock: add attempt, total, quiet or queue'],
    [{ run: 'x', every: true }, `root.every: expected ${DURATION}, or an object with interval or cron, got true`],
    [{ run: 'x', every: '0' }, `root.every: expected ${DURATION}, more than zero, got "0"`],
    [{ run: 'x', every: {} }, 'root.every: no timetable: add interval or cron'],
    [{ run: 'x', every: { interval: 1, times: 0 } }, 'root.every.times: expected a count of ticks, 1 or more, got 0'],
    [
      { run: 'x', every: { interval: 1, times: 1.5 } },
      'root.every.times: expected a count of ticks, 1 or more, got 1.5',
    ],
    [
      { run: 'x', every: { interval: 1, overlap: 'skp' } },
      'root.every.overlap: expected "skip", "queue" or "cancel", got "skp", did you mean "skip"?',
    ],
    [
      { run: 'x', retry: { times: 1, on: ['stderr:/lo(/'] } },
      `root.retry.on[0]: no regular expression (Unterminated group); expected ${KIND}, got "stderr:/lo(/"`,
    ],
    [
      { run: 'x', retry: { times: 1, on: ['stderr:/a/z'] } },
      `root.retry.on[0]: no regular expression (unknown flags "z"); expected ${KIND}, got "stderr:/a/z"`,
    ],
    [{ run: 'x', retry: { times: 1, on: ['stder:/a/'] } }, `root.retry.on[0]: expected ${KIND}, got "stder:/a/"`],
    [{ steps: [], retry: { times: 1, on: ['start'] } }, 'root.retry.on[0]: "start" goes with run or http; take it out'],
    [
      { http: 'http://a', retry: { times: 1, on: ['network', 3] } },
      'root.retry.on[1]: 3 is an exit code, and a request has none; take it out, or name a status: "http:503"',
    ],
    [{ run: 'x', retry: -1 }, 'root.retry: expected a count of further attempts, 0 or more, got -1'],
    [
      { run: 'x', retry: 'often' },
      'root.retry: expected a count of further attempts, or an object with times, got "often"',
    ],
    [
      { run: 'x', retry: 'forever' },
      'root.retry: expected a count of further attempts, or an object with times, got "forever"; write {"times": "forever"}',
    ],
    [{ run: 'x', retry: { times: 1, on: '75' } }, 'root.retry.on: expected a list of failures, at least one, got "75"'],
    [{ run: 'x', retry: {} }, 'root.retry.times: missing; expected a count of further attempts, or "forever"'],
    [{ run: 'x', retry: { times: 1, factor: 0.5 } }, 'root.retry.factor: expected a number, 1 or more, got 0.5'],
    [
      { run: 'x', retry: { times: 1, jitter: 'ful' } },
      'root.retry.jitter: expected "none" or "full", got "ful", did you mean "full"?',
    ],
    [{ run: 'x', background: 'yes' }, 'root.background: expected true or false, got "yes"'],
    [{ run: 'x', allowFailure: 1 }, 'root.allowFailure: expected true or false, got 1'],
    [
      { run: 'x', finally: 'ls' },
      'root.finally: expected a list of steps, or an object with steps, got "ls"; write ["ls"]',
    ],
    [{ run: 'x', finally: {} }, 'root.finally.steps: missing; expected a list of steps'],
    [{ run: 'x', finally: [7] }, 'root.finally[0]: expected a step: a command (text) or an object, got 7'],
    [{ gather: [], limit: 0 }, 'root.limit: expected a whole number, 1 or more, got 0'],
    [{ gather: [], failFast: 'late' }, 'root.failFast: expected true, false or "soon", got "late"'],
    [{ run: 'x', slots: 0 }, 'root.slots: expected a whole number, 1 or more, got 0'],
    [{ run: 'x', slots: 1.5 }, 'root.slots: expected a whole number, 1 or more, got 1.5'],
    [{ run: 'x', id: 'A b' }, 'root.id: expected an id of a-z, 0-9, "_" and "-", got "A b"; write "a-b"'],
    [{ run: 'x', name: ' ' }, 'root.name: expected a name, not blank, got " "'],
    [
      { steps: [{ run: 'x', name: 'a\0b' }] },
      'root.steps[0].name: holds a NUL character; expected a name, not blank, got "a\\u0000b"',
    ],
    [{ run: 'x', cwd: '' }, 'root.cwd: expected a folder, got ""'],
    [
      { run: 'x', shell: 'zsh' },
      'root.shell: expected "sh", "bash", or an array such as ["python3", "-c"], got "zsh"; write ["zsh", "-c"]',
    ],
    [{ run: 'x', shell: [] }, 'root.shell: expected an interpreter with its flags, got an empty array'],
    [
      { run: 'x', stop: 'SIGINT' },
      'root.stop: expected an object with signal, grace or run, got "SIGINT"; write {"signal": "SIGINT"}',
    ],
    [
      { run: 'x', stop: { signal: 'INT' } },
      'root.stop.signal: expected a signal such as "SIGTERM" or "SIGINT", got "INT", did you mean "SIGINT"?',
    ],
    [{ run: 'x', okExitCodes: 1 }, 'root.okExitCodes: expected an array of exit codes, got 1; write [0, 1]'],
    [{ run: 'x', okExitCodes: [] }, 'root.okExitCodes: expected an array of exit codes, got an empty array'],
    [{ run: 'x', okExitCodes: [256] }, 'root.okExitCodes[0]: expected an exit code from 0 to 255, got 256'],
    [
      { run: 'x', env: ['A=1'] },
      'root.env: expected an object of variable names and values, got an array; write {"A": …}',
    ],
    [{ run: 'x', env: { A: null } }, 'root.env.A: expected text, a number, true or false (nothing is ""), got null'],
    [{ run: 'x', env: { A: [1] } }, 'root.env.A: expected text, a number, true or false (nothing is ""), got an array'],
    [{ run: 'x', env: { A: '\0' } }, 'root.env.A: expected text without a NUL character, got "\\u0000"'],
    [{ run: 'x', env: { 'A-B': 1 } }, 'root.env.A-B: expected a variable name of letters, digits and "_", got "A-B"'],
  ])('%j', (value, problem) => {
    expect(problemsWith(value)).toContain(problem);
  });
});

describe('a sibling that is needed by its name', () => {
  test.each<[unknown, string]>([
    [
      {
        gather: [
          { name: 'Copy TAB_1', run: 'x' },
          { needs: 'Copy TAB_1', run: 'x' },
        ],
      },
      'root.gather[1].needs: expected the id of a sibling, got "Copy TAB_1"; a step of this name has the id "copy-tab_1"',
    ],
    [
      { gather: [{ needs: ['a', 'A b'], run: 'x' }] },
      'root.gather[0].needs[1]: expected the id of a sibling, got "A b"; a step of this name has the id "a-b"',
    ],
    [
      { gather: [{ needs: { id: 'A', when: 'ended' }, run: 'x' }] },
      'root.gather[0].needs.id: expected the id of a sibling, got "A"; a step of this name has the id "a"',
    ],
    [{ gather: [{ needs: '+', run: 'x' }] }, 'root.gather[0].needs: expected the id of a sibling, got "+"'],
  ])('%j is told its id', (value, problem) => {
    expect(problemsWith(value)).toContain(problem);
  });
});

describe('an unknown key', () => {
  test.each<[unknown, string]>([
    [{ run: 'x', timout: 1 }, 'root.timout: unknown key, did you mean "timeout"?'],
    [{ run: 'x', slot: 1 }, 'root.slot: unknown key, did you mean "slots"?'],
    [{ cmd: 'x' }, 'root.cmd: unknown key, did you mean "run"?'],
    [{ run: 'x', makes: [] }, 'root.makes: unknown key; "runjobs schema" prints all keys'],
    [{ steps: [{ run: 'x', xyz: 1 }] }, 'root.steps[0].xyz: unknown key; "runjobs schema" prints all keys'],
    [
      { steps: [{ run: 'x', slots: 1 }] },
      'root.steps[0].slots: "slots" stands at the root of the plan only; move it there',
    ],
    [
      { steps: [{ use: '#a', inputs: { A: 1 } }], define: { a: 'x' } },
      'root.steps[0].inputs: "inputs" is what a plan takes; the step that uses it gives the values by env: write "env" in its place',
    ],
    ...['with', 'set'].map((key): [unknown, string] => [
      { steps: [{ use: '#a', [key]: { A: 1 } }], define: { a: 'x' } },
      `root.steps[0].${key}: unknown key; what is used is given its values by env: write "env" in its place`,
    ]),
    [
      { steps: [{ run: 'x', inputs: {} }] },
      'root.steps[0].inputs: "inputs" stands at the root of the plan or of a definition; move it there',
    ],
    [
      { run: 'x', define: { a: { run: 'x', slots: 1 } } },
      'root.define.a.slots: "slots" stands at the root of the plan only; move it there',
    ],
    [
      { run: 'x', inputs: { A: { run: 1 } } },
      'root.inputs.A.run: unknown key; expected type, description, enum, pattern, default, required',
    ],
    [{ run: 'x', retry: { times: 1, delai: 1 } }, 'root.retry.delai: unknown key, did you mean "delay"?'],
    [
      { run: 'x', retry: { times: 1, off: [] } },
      'root.retry.off: unknown key; expected times, delay, factor, maxDelay, on, jitter',
    ],
    [
      { run: 'x', every: { interval: 1, at: '' } },
      'root.every.at: unknown key; expected interval, cron, timezone, times, for, until, overlap, catchUp, failureThreshold, immediate, jitter',
    ],
    [{ run: 'x', 'a b\u001b': 1 }, 'root["a b\\u001b"]: unknown key; "runjobs schema" prints all keys'],
    [
      { forEach: { N: { run: 'seq 3' } }, run: 'x' },
      'root.forEach.N.run: unknown key; say what it holds, as in {"lines": {"run": …}}',
    ],
    [
      { forEach: { N: { timeout: 1 } }, run: 'x' },
      'root.forEach.N.timeout: unknown key; expected lines, json, csv, glob',
    ],
    [JSON.parse('{"run": "x", "__proto__": 1}'), 'root.__proto__: unknown key; "runjobs schema" prints all keys'],
    [
      { http: { url: 'http://a', colour: 1 } },
      `root.http.colour: unknown key; expected ${keysAt(['http']).join(', ')}`,
    ],
  ])('%j is refused', (value, problem) => {
    expect(problemsWith(value)).toEqual([problem]);
  });
});

describe('rules between keys', () => {
  test.each<[unknown, string]>([
    [{}, 'root: no body: add one of run, http, steps, gather, any, use, sleep'],
    [{ steps: [{ name: 'x' }] }, 'root.steps[0]: no body: add one of run, http, steps, gather, any, use, sleep'],
    [{ run: 'x', steps: [] }, 'root.steps: two bodies: run and steps; keep one of them'],
    [{ run: 'x', steps: [], sleep: 1 }, 'root.steps: 3 bodies: run, steps and sleep; keep one of them'],
    [{ run: 'x', limit: 1 }, 'root.limit: limit goes with gather or forEach, not with run; take it out'],
    [{ steps: [], failFast: true }, 'root.failFast: failFast goes with gather or forEach, not with steps; take it out'],
    [{ gather: [], okExitCodes: [1] }, 'root.okExitCodes: okExitCodes goes with run, not with gather; take it out'],
    [{ sleep: 1, cwd: 'a' }, 'root.cwd: cwd goes with run, steps, gather, any or use, not with sleep; take it out'],
    [
      { http: 'http://a', shell: 'sh' },
      'root.shell: shell goes with run, steps, gather, any or use, not with http; take it out',
    ],
    [
      { http: 'http://a', stop: {} },
      'root.stop: stop goes with run, steps, gather, any or use, not with http; take it out',
    ],
    [
      { run: 'x', background: true },
      'root.background: the plan itself cannot be background; set it on a step of a group',
    ],
    [
      { steps: [{ id: 'a', run: 'x' }, 'y', { id: 'a', run: 'x' }] },
      'root.steps[2].id: the id "a" is taken by root.steps[0]; ids are unique among siblings',
    ],
    [
      { run: 'x', finally: { steps: [{ id: 'finally', run: 'x' }] } },
      'root.finally.steps[0].id: the id "finally" is kept for the steps of a finally; choose another',
    ],
    [{ http: 'GET' }, 'root.http: expected an absolute URL such as "https://example.org/health", got "GET"'],
    [{ http: 'GET a b' }, 'root.http: expected a request such as "GET https://example.org", got "GET a b"'],
    [
      { http: 'GET htts://a' },
      'root.http: expected an absolute URL such as "https://example.org/health", got "htts://a"',
    ],
    [{ http: {} }, 'root.http.url: missing; expected a URL such as "https://example.org/health"'],
    [
      { http: { url: '/health' } },
      'root.http.url: expected an absolute URL such as "https://example.org/health", got "/health"',
    ],
    [
      { http: { url: ' http://a' } },
      'root.http.url: expected a URL without line breaks or spaces around it, got " http://a"',
    ],
    [
      { http: { url: 'http://a', method: 'GE T' } },
      'root.http.method: expected a method such as "GET" or "POST", got "GE T"',
    ],
    [{ http: { url: 'http://a', json: 1, body: 'x' } }, 'root.http.body: json and body exclude each other; keep one'],
    [
      { http: { url: 'http://a', json: () => 1 } },
      'root.http.json: expected a value that JSON can hold, got a function',
    ],
    [{ http: { url: 'http://a', json: [1n] } }, 'root.http.json[0]: expected a value that JSON can hold, got 1n'],
    [
      { http: { url: 'http://a', json: { a: Number.NaN } } },
      'root.http.json.a: expected a value that JSON can hold, got NaN',
    ],
    [
      { http: { url: 'http://a', json: { a: undefined, b: [undefined] } } },
      'root.http.json.b[0]: expected a value that JSON can hold, got nothing',
    ],
    [
      { http: { url: 'http://a', headers: { 'a b': 1 } } },
      'root.http.headers["a b"]: expected a header name such as "Accept", got "a b"',
    ],
    [
      { http: { url: 'http://a', headers: { a: 'x\ny' } } },
      'root.http.headers.a: expected a header value on one line, got "x\\ny"',
    ],
    [
      { http: { url: 'http://a', headers: 'x' } },
      'root.http.headers: expected an object of header names and values, got "x"',
    ],
    [
      { http: { url: 'http://a', expect: { status: 99 } } },
      'root.http.expect.status: expected a status from 100 to 599, got 99',
    ],
    [
      { http: { url: 'http://a', expect: { status: [200, '6xx'] } } },
      'root.http.expect.status[1]: expected a status such as 204, or a class such as "2xx", got "6xx"',
    ],
    [{ http: 5 }, 'root.http: expected a request such as "GET https://example.org", or an object with url, got 5'],
  ])('%o', (value, problem) => {
    expect(problemsWith(value)).toEqual([problem]);
  });

  test('the same id may stand in different lists', () => {
    const step = { id: 'a', run: 'x' };
    expect(problemsWith({ steps: [step, { gather: [step], finally: [step] }] })).toEqual([]);
  });

  test('a URL with a variable is judged when its value is known', () => {
    expect(problemsWith({ env: { BASE: 'x' }, http: `\${BASE}/health` })).toEqual([]);
  });
});

describe('a name that JavaScript keeps for itself', () => {
  const kept = '"__proto__" means something of its own to JavaScript';

  test.each([
    [
      '{"run": "x",\n"env": {"A": "1", "__proto__": 5}}',
      `2:19 root.env.__proto__: ${kept} and is no variable here; choose another name`,
    ],
    ['run: x\nenv:\n  __proto__: 5', `3:3 root.env.__proto__: ${kept} and is no variable here; choose another name`],
    [
      '{"http": {"url": "http://a", "headers": {"__proto__": "1"}}}',
      `1:42 root.http.headers.__proto__: ${kept} and is no header here; choose another name`,
    ],
    [
      'http:\n  url: http://a\n  headers: {__proto__: 1}',
      `3:13 root.http.headers.__proto__: ${kept} and is no header here; choose another name`,
    ],
  ])('is refused, not lost: %j', async (text, problem) => {
    expect(await problemsOf(text)).toEqual([problem]);
  });

  test.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])('is not "%s"', name => {
    const env = { [name]: '1' };
    expect(planFrom({ run: 'x', env }, { folder: '/' })).toMatchObject({ plan: { root: { env } } });
    expect(planFrom({ http: { url: 'http://a', headers: env } }, { folder: '/' })).toMatchObject({
      plan: { root: { headers: env } },
    });
    expect(problemsWith({ run: 'x', [name]: 1 })).toEqual([
      `root.${name}: unknown key; "runjobs schema" prints all keys`,
    ]);
    expect(problemsWith({ run: 'x', stop: { signal: name } })).toHaveLength(1);
  });
});

describe('what a request cannot be sent with', () => {
  const managed = 'is about the connection, which runjobs manages; take it out';

  test.each<[unknown, string]>([
    ['CONNECT http://a', 'root.http: CONNECT asks for a tunnel, which no step can use; choose another method'],
    [
      { url: 'http://a', method: 'connect' },
      'root.http.method: CONNECT asks for a tunnel, which no step can use; choose another method',
    ],
    ...['Upgrade', 'Transfer-Encoding', 'Expect', 'keep-alive', 'Proxy-Connection', 'HTTP2-Settings'].map(
      (name): [unknown, string] => [
        { url: 'http://a', headers: { Accept: 'x', [name]: 1 } },
        `root.http.headers.${name}: the header ${name} ${managed}`,
      ],
    ),
    [
      { url: 'http://a', headers: { 'Content-Length': 4 } },
      'root.http.headers.Content-Length: runjobs counts the Content-Length itself; take it out',
    ],
    [
      { url: 'http://a', headers: { connection: 'upgrade' } },
      `root.http.headers.connection: the header connection ${managed}, or set it to "close"`,
    ],
    [
      { url: 'http://a', headers: { TE: 'gzip' } },
      `root.http.headers.TE: the header TE ${managed}, or set it to "trailers"`,
    ],
    ...['HEAD', 'get'].map((method): [unknown, string] => [
      { url: 'http://a', method, http2: true, json: { a: 1 } },
      `root.http.json: ${method.toUpperCase()} carries no body over HTTP/2; choose another method, or take out http2`,
    ]),
    [
      { url: 'http://a', headers: { a: '日本' } },
      'root.http.headers.a: expected a header value of Latin-1 characters, got "日本"; encode it',
    ],
    [
      { url: 'http://a', headers: { a: 'x\u0007' } },
      'root.http.headers.a: expected a header value of Latin-1 characters, got "x\\u0007"; encode it',
    ],
  ])('is refused: %j', (http, problem) => {
    expect(problemsWith({ http })).toEqual([problem]);
  });

  test('is not a connection that is closed afterwards', () => {
    expect(problemsWith({ http: { url: 'http://a', headers: { Connection: 'Close', a: 'é\t' } } })).toEqual([]);
  });
});

describe('one problem of one place', () => {
  const deep = (depth: number, step: unknown): unknown => (depth === 0 ? step : { steps: [deep(depth - 1, step)] });

  test.each<[unknown, string]>([
    [{ http: { url: '' } }, 'root.http.url: expected a URL such as "https://example.org/health", got ""'],
    [{ http: ' ' }, 'root.http: expected a request such as "GET https://example.org", got " "'],
    [{ run: 'x', okExitCodes: '' }, 'root.okExitCodes: expected an array of exit codes, got ""'],
    [{ gather: [], limit: 9007199254740992 }, 'root.limit: expected a whole number, 1 or more, got 9007199254740992'],
    [
      { steps: [{ id: 'finally', run: 'x' }] },
      'root.steps[0].id: the id "finally" is kept for the steps of a finally; choose another',
    ],
  ])('is told once: %j', (value, problem) => {
    expect(problemsWith(value)).toEqual([problem]);
  });

  test('hides none of another place, however deep', () => {
    expect(problemsWith(deep(10, { steps: [{ run: 5 }, { steps: [{ run: 5 }, { run: 5 }] }] }))).toHaveLength(3);
  });

  test('hides no other one of its key', () => {
    expect(problemsWith({ run: 'x', limit: 0 })).toHaveLength(2);
  });

  test('is told once of each of two ids that are kept', () => {
    const step = { id: 'finally', run: 'x' };
    expect(problemsWith({ steps: [step, step] })).toHaveLength(2);
  });
});

describe('all errors of a file', () => {
  test('come at once, of both passes, in the order of the text', async () => {
    const text = `
gather:
  - run: echo
    timout: 5
  - run: a
    sleep: 1
  - id: x
    run: 5
    limit: 1
  - {}
`;
    expect(await problemsOf(text, 'plan.yaml')).toEqual([
      '4:5 root.gather[0].timout: unknown key, did you mean "timeout"?',
      '6:5 root.gather[1].sleep: two bodies: run and sleep; keep one of them',
      '8:10 root.gather[2].run: expected a shell script (text) or a program with its arguments (array of texts), got 5',
      '9:5 root.gather[2].limit: limit goes with gather or forEach, not with run; take it out',
      '10:5 root.gather[3]: no body: add one of run, http, steps, gather, any, use, sleep',
    ]);
  });
});

describe('a warning', () => {
  test.each([
    [
      '{"run": "a | b"}',
      '1:9 root.run: a pipe under sh hides the failure of its left side; set shell to "bash" to see it',
    ],
    [
      '{"run": "a | b | c; d | e"}',
      '1:9 root.run: a pipe under sh hides the failure of its left side; set shell to "bash" to see it',
    ],
    [
      '{"steps": ["a | b"]}',
      '1:12 root.steps[0]: a pipe under sh hides the failure of its left side; set shell to "bash" to see it',
    ],
    ['{"run": ["a"], "shell": "bash"}', '1:16 root.shell: shell has no effect: an array runs without a shell'],
    [
      '{"http": "curl http://a"}',
      '1:10 root.http: "CURL" is no known method; a request is its method and its URL, such as "GET https://example.org"',
    ],
    [
      '{"http": {"url": "http://a", "method": "Gte"}}',
      '1:40 root.http.method: "GTE" is no known method; a request is its method and its URL, such as "GET https://example.org"',
    ],
    [
      '{"http": {"url": "http://a", "json": 1}}',
      '1:30 root.http.json: json is sent with GET, the default; add "method": "POST" if that is meant',
    ],
    [
      '{"run": "x", "every": {"interval": 1, "until": "success", "failureThreshold": 2}}',
      '1:59 root.every.failureThreshold: failureThreshold has no effect: with until: success failed ticks do not count; take it out',
    ],
    [
      '{"run": "x", "every": {"interval": 1, "until": "failure", "failureThreshold": 2}}',
      '1:59 root.every.failureThreshold: failureThreshold has no effect: with until: failure the first failed tick is its good end; take it out',
    ],
    ...['os=linux', 'OS="linux $A"', "A='b c'", 'A=$B', 'A='].map((test): [string, string] => [
      JSON.stringify({ if: test, run: 'x' }),
      '1:7 root.if: a test is a script for a shell, in which this sets a variable and says yes, whatever the value is; compare with test "$NAME" = value, or give values: {"NAME": "value"}',
    ]),
    ...['success()', '!failure()', '${{ always() }}'].map((test): [string, string] => [
      JSON.stringify({ if: test, run: 'x' }),
      '1:7 root.if: a test is a script for a shell, to which this says no; what is to follow a failure, or any end, stands in "finally", where {"RUNJOBS_OUTCOME": "failed"} asks for one',
    ]),
    ...['condition', 'expected', 'sh'].map((word): [string, string] => [
      JSON.stringify({ if: { [word]: 'x' }, run: 'x' }),
      '1:7 root.if: an object has names of variables and the values they must have; write {"NAME": "value"}, or a test of the shell as a text',
    ]),
    ...['echo ${{ matrix.os }}', 'echo "${{ x }}"', 'x # y\n${{ x }}'].map((run): [string, string] => [
      JSON.stringify({ run }),
      '1:8 root.run: "${{ … }}" is an expression of GitHub Actions, which fails in a shell; write "$NAME"',
    ]),
    ...[
      ['echo {{.NAME}}', '"{{.NAME}}" stays as it is written; write "$NAME"'],
      ['echo "{{ .CLI_ARGS }}"', '"{{ .CLI_ARGS }}" stays as it is written; write "$CLI_ARGS"'],
      ['$(CC) -c x.c', '"$(CC)" runs a program called CC; the variable is "$CC"'],
      ['for f in *; do x $$f; done', 'the "$$" of "$$f" is the process id of the shell, not a dollar; write "$f"'],
      ['x=$$(date)', 'the "$$" of "$$(date" is the process id of the shell, not a dollar; write "$(date"'],
    ].map(([run, warning]): [string, string] => [JSON.stringify({ run }), `1:8 root.run: ${warning}`]),
    ...['go build ./...', 'make deps && make'].map((run): [string, string] => [
      JSON.stringify({ run: [run, 'x'] }),
      `1:9 root.run[0]: a list is one program with its arguments, and none is called ${JSON.stringify(run)}; commands are a list of "steps", or one text`,
    ]),
    ...['$(date)', 'v$(date +%F)', '`date`'].map((value): [string, string] => [
      JSON.stringify({ run: 'x', env: { A: value } }),
      '1:23 root.env.A: this stands as it is written: no shell reads it; let a step print it and save it, or set it in the script',
    ]),
    ...['$HOME/bin', '/x:$A', 'b$B'].map((value): [string, string] => [
      JSON.stringify({ inputs: { B: { default: '' } }, env: { A: value }, run: 'x' }),
      `1:43 root.env.A: "${/[$]\w+/.exec(value)}" stands as it is written: no shell reads this; write "\${${/\w+$|HOME/.exec(value)}}", or "$${/[$]\w+/.exec(value)}" where a dollar is meant`,
    ]),
    [
      '{"define": {"build": "x"}, "steps": ["build", "build all"]}',
      '1:38 root.steps[0]: this starts a program called "build"; the definition is {"use": "#build"}',
    ],
    ...[
      '${{ x }}',
      "github.ref == 'x'",
      'OS != linux',
      '$OS == "linux"',
      'OS = linux',
      '$OS = linux',
      '"$OS" = linux',
      '"${OS:-a b}" != linux',
      '"$OS" == "linux"',
      '-f Makefile',
      '! -d build',
      '!test -f x',
    ].map((test): [string, string] => [
      JSON.stringify({ if: test, run: 'x' }),
      '1:7 root.if: a test is a script for a shell, to which this says no; write it as one, or give values: {"NAME": "value"}',
    ]),
  ])('%s', async (text, warning) => {
    expect(await warningsOf(text)).toEqual([warning]);
  });

  test.each([
    '{"background": false, "run": "x"}',
    '{"shell": "bash", "steps": ["a | b"]}',
    '{"shell": ["ksh", "-c"], "run": "a | b"}',
    '{"run": ["a", "|"]}',
    '{"if": "x == 1", "shell": ["python3", "-c"], "run": "x"}',
    ...[
      'test "$A" != b',
      '[ a != b ]',
      '[[ $A == b ]]',
      'A=b ./x',
      '! ./changed',
      './success (x)',
      'a=1; test $a -eq 1',
      'a=$(./changed)',
      'a=`./changed`',
      'a="$(./changed)"',
      'a=${NEEDED:?}',
      'a=1 b=2 ./x',
      'a=1\ntest "$a" = 1',
      'a=b&&./x',
      '! test -f x',
      '"$TOOL" --version',
      '"$TOOL" a=b',
      'expr = : "$A"',
      '-',
      './x = 1',
      'dd if=a',
    ].map(test => JSON.stringify({ if: test, run: 'x' })),
    ...[
      "docker ps --format '{{.NAMES}}'",
      'docker ps --format "{{.ID}} {{.Names}}"',
      'echo $$ >pid.$$; kill -0 $$ && echo "$$-x" $$',
      "echo '$$f ${{ x }}' # $$f ${{ x }}",
      'cat <<END\n${{ x }}\nEND',
      'echo \\${{ x',
      'cd $(pwd) && x=$((A + 1))',
    ].map(run => JSON.stringify({ run })),
    ...['pa$word', 'cost: 5$', 'x`y', '$UNKNOWN', '${HOME}/bin:${PATH}', '$$HOME'].map(value =>
      JSON.stringify({ env: { A: value }, run: 'x' }),
    ),
    ...[['./my program', 'x'], ['/opt/My App/x'], ['npm', 'run build']].map(run => JSON.stringify({ run })),
    '{"define": {"build": "build", "a": {"run": "a"}}, "use": "#build"}',
    ...['purge', 'PROPFIND', 'Version-Control'].map(method => JSON.stringify({ http: `${method} http://a` })),
  ])('is not given for %s', async text => {
    expect(await warningsOf(text)).toEqual([]);
  });
});

describe('nesting', () => {
  const nested = (levels: number) => {
    let step: unknown = { run: 'x' };
    for (let level = 0; level < levels; level++) step = { steps: [step] };
    return step;
  };

  test('of 64 groups is a plan', () => {
    expect(problemsWith(nested(64))).toEqual([]);
  });

  test.each([65, 1000, 100_000])('of %d groups is refused', levels => {
    expect(problemsWith(nested(levels))).toEqual([
      'root.steps[0].steps[0].steps[0]…[0].steps[0].steps[0].steps: groups nest more than 64 deep; flatten the plan',
    ]);
  });

  test('without an end is refused', () => {
    const endless = (): unknown =>
      new Proxy({}, { ownKeys: () => ['a'], getOwnPropertyDescriptor: described, get: endless });
    expect(problemsWith({ http: { url: 'http://a', json: endless() } })[0]).toMatch(
      /: nested more than 256 deep; flatten the plan$/,
    );
  });
});

function described(): PropertyDescriptor {
  return { enumerable: true, configurable: true };
}
