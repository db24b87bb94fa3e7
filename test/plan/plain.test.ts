/** Plans that a program made: whatever it is, it is a plan or has problems with a path; nothing is ever thrown. */
import { describe, expect, test } from 'vitest';
import { planFrom } from '../../src/plan/load.ts';

const problemsWith = (value: unknown): string[] => {
  const result = planFrom(value, { folder: '/plans' });
  return result.type === 'loaded' ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
};

const thrower = () => {
  throw new TypeError('no');
};

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function cycle(build: (self: object) => void): object {
  const self = {};
  build(self);
  return self;
}

describe('what is no plain data is a problem of its place', () => {
  const dated = new Date(0);

  test.each<[string, unknown, string]>([
    [
      'a getter',
      {
        get run() {
          return thrower();
        },
      },
      'root.run: reading it has thrown: TypeError: no',
    ],
    [
      'an element',
      { steps: ['x', new Proxy([], { get: thrower })] },
      'root.steps[1]: reading it has thrown: TypeError: no',
    ],
    ['a Proxy', new Proxy({}, { ownKeys: thrower }), 'root: reading it has thrown: TypeError: no'],
    [
      'a Proxy inside',
      { steps: [new Proxy({}, { getPrototypeOf: thrower })] },
      'root.steps[0]: reading it has thrown: TypeError: no',
    ],
    [
      'a revoked Proxy',
      { run: 'x', env: revoked() },
      "root.env: reading it has thrown: TypeError: Cannot perform 'IsArray' on a proxy that has been revoked",
    ],
    [
      'a revoked root',
      revoked(),
      "root: reading it has thrown: TypeError: Cannot perform 'IsArray' on a proxy that has been revoked",
    ],
    [
      'itself',
      cycle(self => Object.assign(self, { steps: ['x', self] })),
      'root.steps[1]: is what it is part of; write it out',
    ],
    [
      'itself in a request',
      { http: { url: 'http://a', method: 'PUT', json: cycle(self => Object.assign(self, { a: [self] })) } },
      'root.http.json.a[0]: is what it is part of; write it out',
    ],
    [
      'a Date',
      { http: { url: 'http://a', method: 'PUT', json: { at: dated } } },
      'root.http.json.at: expected plain data, got an object of the class Date',
    ],
    ['a Date as root', dated, 'root: expected plain data, got an object of the class Date'],
    [
      'a Map',
      { run: 'x', env: new Map([['A', '1']]) },
      'root.env: expected plain data, got an object of the class Map',
    ],
    ['a Promise', Promise.resolve({ run: 'x' }), 'root: expected plain data, got an object of the class Promise'],
    [
      'an object with a base',
      Object.create({ run: 'x' }),
      'root: expected plain data, got an object that inherits from another',
    ],
    [
      'a class without a name',
      { steps: [new (class {})()] },
      'root.steps[0]: expected plain data, got an object that inherits from another',
    ],
    [
      'a class with a hostile name',
      Object.create({ constructor: { name: 'a\u001b[2J' } }),
      'root: expected plain data, got an object of the class a\\u001b[2J',
    ],
    [
      'a symbol as key',
      { run: 'x', [Symbol('a\u001b')]: 1 },
      'root: a symbol as key: "Symbol(a\\u001b)"; keys are texts',
    ],
    [
      'a symbol as key of env',
      { run: 'x', env: { [Symbol('a')]: 1 } },
      'root.env: a symbol as key: "Symbol(a)"; keys are texts',
    ],
    [
      'a symbol',
      { run: 'x', env: { A: Symbol('a') } },
      'root.env.A: expected text, a number, true or false (nothing is ""), got Symbol(a)',
    ],
    ['a BigInt', { gather: [], limit: 1n }, 'root.limit: expected a whole number, 1 or more, got 1n'],
    [
      'a function',
      { steps: [thrower] },
      'root.steps[0]: expected a step: a command (text) or an object, got a function',
    ],
    [
      'a method',
      { http: { url: 'http://a', method: 'PUT', json: { toJSON: thrower } } },
      'root.http.json.toJSON: expected a value that JSON can hold, got a function',
    ],
    [
      'a hole',
      { steps: Object.assign(new Array(2), { 1: 'x' }) },
      'root.steps[0]: missing; expected a step: a command (text) or an object',
    ],
    [
      'an array without measure',
      { steps: new Array(4_000_000_000) },
      'root.steps: more than 500000 values; split the plan',
    ],
  ])('%s', (_, value, problem) => {
    expect(problemsWith(value)).toEqual([problem]);
  });

  test('also where it branches without end', () => {
    const handler: ProxyHandler<object> = {
      ownKeys: () => ['a', 'b'],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      get: () => new Proxy({}, handler),
    };
    expect(problemsWith({ http: { url: 'http://a', method: 'PUT', json: new Proxy({}, handler) } })).toEqual([
      expect.stringMatching(/^root\.http\.json\.a.*: more than 500000 values; split the plan$/),
    ]);
  });

  test('every such place at once, before anything else is checked', () => {
    const value = {
      get run() {
        return thrower();
      },
      every: new Map(),
      timout: 1,
    };
    expect(problemsWith(value)).toEqual([
      'root.run: reading it has thrown: TypeError: no',
      'root.every: expected plain data, got an object of the class Map',
    ]);
  });
});

describe('a plan of a program', () => {
  test('is read once, so that it cannot change under the checks', () => {
    let reads = 0;
    const result = planFrom(
      {
        get run() {
          return reads++ === 0 ? 'x' : 5;
        },
      },
      { folder: '/' },
    );
    expect(result).toMatchObject({ plan: { root: { command: 'x' } } });
  });

  test('is independent of what the program does with its objects later', () => {
    const json = { a: 1 };
    const result = planFrom({ http: { url: 'http://a', method: 'PUT', json } }, { folder: '/' });
    json.a = 2;
    expect(result).toMatchObject({ plan: { root: { body: { value: { a: 1 } } } } });
  });

  test('may use one object in several places, and objects without a prototype', () => {
    const step = Object.assign(Object.create(null), { run: 'x', env: undefined });
    expect(problemsWith({ steps: [step, step, { gather: [step], finally: [step] }] })).toEqual([]);
  });

  test('may be a Proxy', () => {
    expect(problemsWith(new Proxy({ steps: new Proxy(['x'], {}) }, {}))).toEqual([]);
  });

  test.each([null, undefined, 5, 'ls', true, 1n, Symbol('a'), thrower])('is not %s', value => {
    expect(problemsWith(value)).toEqual([expect.stringMatching(/^root: .*expected a plan: an object with one of /)]);
  });
});
