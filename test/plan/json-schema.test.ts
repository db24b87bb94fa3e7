import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { planJsonSchema } from '../../src/plan/json-schema.ts';
import { planFrom } from '../../src/plan/load.ts';

const schema = planJsonSchema();
const validate = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(schema);

describe('the JSON Schema agrees with the loader', () => {
  test.each<[unknown]>([
    [{ run: 'x' }],
    [{ run: ['x'], cwd: 'a', shell: 'bash', stop: { signal: 'SIGINT' }, okExitCodes: [1] }],
    [{ run: 'x', stdin: { text: '' } }],
    [{ run: 'x', interactive: true }],
    [{ launcher: ['a'], steps: [{ run: 'x', launcher: [] }] }],
    [{ steps: ['a', { gather: ['b', { http: 'http://a' }], limit: 1, failFast: false }], $schema: 'x', slots: 1 }],
    [{ http: { url: 'http://a', json: null, expect: { status: [200, '3xx'] } } }],
    [{ sleep: 'forever', every: { interval: '1h30m', times: 1 }, retry: { times: 'forever' }, timeout: 5 }],
    [{ run: 'x', id: 'finally' }],
    [{ run: 'x', 'x-common': { retry: 'never', timout: [null] }, 'x-': 1 }],
    [{ steps: [{ run: 'x', background: true, ready: { http: { url: 'http://a', expect: { status: 401 } } } }] }],
    [{ run: 'x', background: false }],
    [{ gather: [{ run: 'x', background: true, ready: { tcp: 80, every: '1s', timeout: 5 } }] }],
    [{ finally: [{ run: 'x', background: true, ready: { log: '/x/i' } }], run: 'x' }],
    [{ steps: [{ id: 'finally-2', run: 'x', env: { constructor: '1', toString: '2' } }] }],
    [{ run: 'x', finally: { steps: ['y'], timeout: '1s' }, env: { A: 1, B: true, C: '' } }],
  ])('that %j is a plan', plan => {
    expect(validate(plan), JSON.stringify(validate.errors)).toBe(true);
    expect(planFrom(plan, { folder: '/' }).type).toBe('loaded');
  });

  test.each<[unknown]>([
    [{}],
    [[]],
    [{ run: 'x', sleep: 1 }],
    [{ run: '' }],
    [{ run: [] }],
    [{ run: 'x', timout: 1 }],
    [{ run: 'x', x: 1 }],
    [{ run: 'x', X_COMMON: 1 }],
    [{ steps: [{ run: 'x', 'x-common': 1 }] }],
    [{ define: { a: { run: 'x', 'x-common': 1 } } }],
    [{ 'x-common': 1 }],
    [{ run: 'x', timeout: '0s' }],
    [{ run: 'x', limit: 1 }],
    [{ sleep: 1, cwd: 'a' }],
    [{ steps: [{}] }],
    [{ steps: [{ run: 'x', slots: 1 }] }],
    [{ steps: [{ run: 'x', failFast: true }] }],
    [{ run: 'x', background: true }],
    [{ http: { url: 'http://a', json: 1, body: 'x' } }],
    [{ run: 'x', launcher: 'a' }],
    [{ sleep: 1, interactive: true }],
    [{ sleep: 1, launcher: ['a'] }],
    [{ run: 'x', stdin: {} }],
    [{ run: 'x', stdin: { text: 'a', file: 'b' } }],
    [{ sleep: 1, stdin: { text: 'a' } }],
    [{ http: {} }],
    [{ steps: [{ run: 'x', ready: { tcp: 80 } }] }],
    [{ run: 'x', ready: { tcp: 80 } }],
    [{ steps: [{ run: 'x', background: true, ready: {} }] }],
    [{ steps: [{ run: 'x', background: true, ready: { tcp: 80, run: 'x' } }] }],
    [{ steps: [{ run: 'x', background: true, ready: { http: { url: 'http://a', json: 1, body: 'x' } } }] }],
    [{ steps: [{ run: 'x', background: true, ready: { tcp: 0 } }] }],
    [{ sleep: '5x' }],
    [{ run: 'x', env: { 'A-B': 1 } }],
    [{ run: 'x', stop: { signal: 'INT' } }],
    [{ run: 'x', finally: {} }],
    [{ steps: [{ id: 'finally', run: 'x' }] }],
    [{ run: 'x', finally: { steps: [{ id: 'finally', run: 'x' }] } }],
    [JSON.parse('{"run": "x", "env": {"__proto__": "1"}}')],
    [JSON.parse('{"http": {"url": "http://a", "headers": {"__proto__": "1"}}}')],
  ])('that %j is none', plan => {
    expect(validate(plan)).toBe(false);
    expect(planFrom(plan, { folder: '/' }).type).toBe('rejected');
  });
});

test('every key has a description', () => {
  const bare: string[] = [];
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      if (key === 'properties') {
        for (const [name, property] of Object.entries(child)) {
          if (!(property as { description?: string }).description) bare.push(`${path}.${name}`);
        }
      }
      walk(child, `${path}.${key}`);
    }
  };
  walk(schema, 'root');
  expect(bare).toEqual([]);
});
