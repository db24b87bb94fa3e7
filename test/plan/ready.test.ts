/** What a plan says of readiness: what is made of it, and what is wrong with it. */
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/plan/address.ts';
import { matcherOf, parseLinePattern } from '../../src/plan/line-pattern.ts';
import { planFrom } from '../../src/plan/load.ts';
import { childrenOf } from '../../src/plan/plan.ts';
import { problemsOf } from './loading.ts';

const given = { set: {}, files: [], env: {} };
const load = (plan: unknown) => planFrom(plan, { folder: '/', given });
const server = (ready: unknown, more: object = {}) => ({
  steps: [{ run: 'serve', background: true, cwd: 'web', shell: 'bash', ready, ...more }],
});

function readyOf(plan: unknown) {
  const loaded = load(plan);
  if (loaded.type === 'rejected') throw new Error(JSON.stringify(loaded.problems));
  return childrenOf(loaded.plan.root)[0]?.ready;
}

function problemsWith(plan: unknown): string[] {
  const loaded = load(plan);
  return loaded.type === 'loaded' ? [] : loaded.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('ready', () => {
  test('has defaults: every half second, for a minute', () => {
    expect(readyOf(server({ tcp: 80 }))).toEqual({
      probe: { type: 'tcp', address: '80' },
      timeoutMs: 60_000,
    });
    expect(readyOf(server({ log: '/up/', timeout: '5m' }))).toEqual({
      probe: { type: 'log', pattern: '/up/' },
      timeoutMs: 300_000,
    });
  });

  test('asks by a script in the shell and folder of the step, which is not stopped as the step is', () => {
    const ready = readyOf(server({ run: 'check', every: 2 }, { stop: { run: 'quit', grace: '1m' } }));
    expect(ready).toMatchObject({
      probe: {
        type: 'run',
        command: { type: 'run', command: 'check', cwd: 'web', shell: ['bash', '-eo', 'pipefail', '-c'] },
      },
      everyMs: 2000,
    });
    expect(ready?.probe).toHaveProperty('command.stop', { signal: 'SIGTERM', graceMs: 1000 });
  });

  test('asks by a request, as http has it', () => {
    expect(readyOf(server({ http: 'HEAD http://a/' }))?.probe).toMatchObject({
      request: { type: 'http', method: 'HEAD', url: 'http://a/', expect: { status: ['2xx'] } },
    });
    const object = { url: 'http://a', headers: { N: 10 }, expect: { status: 401 } };
    expect(readyOf(server({ http: object }))?.probe).toMatchObject({
      request: { url: 'http://a', headers: { N: '10' }, expect: { status: [401] } },
    });
  });

  test('writes the numbers in its headers as their author did', () => {
    const text = 'steps: [{ run: x, background: true, ready: { http: { url: "http://a", headers: { V: 3.10 } } } }]';
    return expect(problemsOf(text)).resolves.toEqual([]);
  });
});

describe('what is wrong with ready is told where it stands', () => {
  const at = 'root.steps[0].ready';
  const x = `\${X}`;
  const unset = 'nothing sets "X"; set it in env, inputs or the environment, or give a default: ${X:-…}';
  const noPort = 'expected a port from 1 to 65535, or an address such as "127.0.0.1:5432"';
  test.each<[unknown, string]>([
    [
      server({ tcp: 80 }, { background: false }),
      `${at}: whoever follows this step waits for its end; add "background": true to wait until it is ready, or take it out`,
    ],
    [
      { run: 'x', ready: { tcp: 80 } },
      'root.ready: the plan itself has nobody who waits until it is ready; set it on a step of a group',
    ],
    [
      { any: [{ run: 'x', ready: { tcp: 80 } }] },
      'root.any[0].ready: in an any nobody waits until a step is ready; take it out, or put it around the any',
    ],
    [
      server({ tcp: 80 }, { forEach: { A: [1] } }),
      `${at}: copies are not ready one by one; wrap the forEach: {"background": true, "ready": …, "steps": [{"forEach": …}]}`,
    ],
    [
      server({ tcp: 80 }, { every: '1s' }),
      `${at}: ready is for a step that stays, every for one that comes again; keep one of them`,
    ],
    [server({}), `${at}: no probe: add one of http, tcp, log, run`],
    [server({ every: 1 }), `${at}: no probe: add one of http, tcp, log, run`],
    [server({ tcp: 80, run: 'x' }), `${at}.run: tcp and run exclude each other; keep one of them`],
    [
      server({ log: 'x', every: 1 }),
      `${at}.every: each line is looked at as it comes; take every out, it goes with http, tcp and run`,
    ],
    [
      { steps: [{ steps: ['x'], background: true, ready: { log: 'x' } }] },
      `${at}.log: a group prints nothing itself; expected http, tcp or run in the place of log`,
    ],
    [
      server({ log: '/(/' }),
      `${at}.log: no regular expression (Unterminated group); expected a text, or a regular expression such as "/listening on [0-9]+/i", got "/(/"`,
    ],
    [server({ tcp: 0 }), `${at}.tcp: ${noPort}, got 0`],
    [server({ tcp: 'localhost' }), `${at}.tcp: ${noPort}, got "localhost"`],
    [server({ http: 'a b c' }), `${at}.http: expected a request such as "GET https://example.org", got "a b c"`],
    [
      server({ http: { url: 'a' } }),
      `${at}.http.url: expected an absolute URL such as "https://example.org/health", got "a"`,
    ],
    [server({ http: { url: 'http://a', expekt: 1 } }), `${at}.http.expekt: unknown key, did you mean "expect"?`],
    [server({ tcp: 80, timeot: 1 }), `${at}.timeot: unknown key, did you mean "timeout"?`],
    [server('x'), `${at}: expected an object with http, tcp, log or run, got "x"; write {"log": "x"}`],
    [server({ tcp: `${x}:80` }), `${at}.tcp: ${unset}`],
    [server({ log: `on ${x}` }), `${at}.log: ${unset}`],
    [server({ http: `http://${x}/` }), `${at}.http: ${unset}`],
    [server({ http: { url: 'http://a', headers: { A: x } } }), `${at}.http.headers.A: ${unset}`],
  ])('%j', (plan, problem) => {
    expect(problemsWith(plan)).toContain(problem);
  });

  test('but a script is for the shell, and what the step and runjobs set is known', () => {
    const known = `\${PORT}/\${RUNJOBS_RUN}`;
    expect(problemsWith(server({ run: `test ${x}` }))).toEqual([]);
    expect(problemsWith(server({ http: `http://a:${known}` }, { env: { PORT: 80 } }))).toEqual([]);
  });
});

describe('an address', () => {
  test.each<[string, { host: string; port: number } | undefined]>([
    ['5432', { host: '127.0.0.1', port: 5432 }],
    ['db.example.org:80', { host: 'db.example.org', port: 80 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['', undefined],
    ['0', undefined],
    ['65536', undefined],
    ['a', undefined],
    ['a:', undefined],
    [':80', undefined],
    ['::1:80', undefined],
    ['http://a:80', undefined],
    ['a b:80', undefined],
  ])('%j', (text, address) => expect(parseAddress(text)).toEqual(address));
});

describe('a pattern of lines', () => {
  const has = (pattern: string, line: string) => {
    const parsed = parseLinePattern(pattern);
    if (parsed === undefined) throw new Error('it is none');
    const matches = matcherOf(parsed);
    // The same each time.
    expect(matches(line)).toBe(matches(line));
    return matches(line);
  };

  test('is a text, or a regular expression between slashes', () => {
    expect(has('a.c', 'xa.cx')).toBe(true);
    expect(has('a.c', 'abc')).toBe(false);
    expect(has('/a.c/', 'xabcx')).toBe(true);
    expect(has('/A.C/i', 'abc')).toBe(true);
    expect(has('/a/gy', 'xa')).toBe(true);
    expect(has('/tmp/run', 'made /tmp/run')).toBe(true);
    expect(has('/', 'a/b')).toBe(true);
  });

  test('that is no regular expression is none', () => {
    expect(parseLinePattern('/(/')).toBeUndefined();
    expect(parseLinePattern('/a/ii')).toBeUndefined();
  });
});
