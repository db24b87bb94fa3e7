import { describe, expect, test } from 'vitest';
import type { PlanInput } from '../../src/plan/input.ts';
import { planFrom } from '../../src/plan/load.ts';
import { childrenOf, type Plan, type Step } from '../../src/plan/plan.ts';

function planOf(input: PlanInput): Plan {
  const result = planFrom(input, { folder: '/plans' });
  if (result.type === 'rejected') throw new Error(result.problems.map(problem => problem.message).join('\n'));
  return result.plan;
}

const rootOf = (input: PlanInput): Step => planOf(input).root;
const idsOf = (input: PlanInput): string[] => childrenOf(rootOf(input)).map(step => step.id);

describe('defaults', () => {
  test('of a command', () => {
    expect(planOf({ run: 'x' })).toEqual({
      name: 'plan',
      folder: '/plans',
      slots: 64,
      keep: 50,
      keepBytes: 2 ** 30,
      inputs: {},
      secrets: [],
      root: {
        type: 'run',
        id: '.',
        env: {},
        background: false,
        allowFailure: false,
        command: 'x',
        shell: ['sh', '-ec'],
        stop: { signal: 'SIGTERM', graceMs: 5000 },
        okExitCodes: [0],
      },
    });
  });

  test('of a request, long and short', () => {
    const common = { id: '.', env: {}, background: false, allowFailure: false };
    const request = {
      type: 'http',
      ...common,
      method: 'GET',
      url: 'http://a/',
      headers: {},
      expect: { status: ['2xx'] },
    };
    expect(rootOf({ http: 'http://a/' })).toEqual(request);
    expect(rootOf({ http: 'GET http://a/' })).toEqual(request);
    expect(rootOf({ http: { url: 'http://a/' } })).toEqual(request);
  });

  test('of groups, waits and modifiers', () => {
    expect(rootOf({ gather: [] })).toMatchObject({ type: 'gather', children: [], failFast: true });
    expect(rootOf({ steps: [] })).toMatchObject({ type: 'steps', children: [] });
    expect(rootOf({ sleep: 'forever' })).toMatchObject({ type: 'sleep', durationMs: 'forever' });
    expect(rootOf({ sleep: 1.5, every: '2s', retry: 3, finally: ['x'] })).toMatchObject({
      durationMs: 1500,
      every: { intervalMs: 2000, overlap: 'skip' },
      retry: { times: 3, delayMs: 1000, factor: 2, maxDelayMs: 60_000, jitter: 'none' },
      finally: { steps: [{ command: 'x' }], timeoutMs: 60_000 },
    });
  });
});

test('everything that is given is kept', () => {
  const input: PlanInput = {
    $schema: 'x',
    slots: 3,
    name: 'All',
    description: 'of it',
    gather: [
      {
        run: ['a', 'b'],
        okExitCodes: [0, 3],
        every: { interval: '1m', times: 4, for: '1h', overlap: 'skip' },
        retry: { times: 'forever', delay: 0, factor: 1, maxDelay: '5s', jitter: 'full' },
        timeout: '30s',
        background: true,
        allowFailure: true,
        finally: { steps: ['c'], timeout: 5 },
      },
      {
        http: {
          method: 'post',
          url: 'https://a/',
          headers: { Accept: 'x', 'X-Count': 2 },
          json: { a: [1, null] },
          expect: { status: 404 },
        },
      },
      { http: { url: 'https://a/', body: '', expect: { status: [200, '3xx'] } } },
    ],
    limit: 2,
    failFast: false,
  };
  expect(planOf(input)).toMatchObject({
    slots: 3,
    root: {
      name: 'All',
      description: 'of it',
      limit: 2,
      failFast: false,
      children: [
        {
          command: ['a', 'b'],
          okExitCodes: [0, 3],
          every: { intervalMs: 60_000, times: 4, forMs: 3_600_000, overlap: 'skip' },
          retry: { times: 'forever', delayMs: 0, factor: 1, maxDelayMs: 5000, jitter: 'full' },
          timeoutMs: 30_000,
          background: true,
          allowFailure: true,
          finally: { steps: [{ command: 'c' }], timeoutMs: 5000 },
        },
        {
          method: 'POST',
          headers: { Accept: 'x', 'X-Count': '2' },
          body: { type: 'json', value: { a: [1, null] } },
          expect: { status: [404] },
        },
        { method: 'GET', body: { type: 'text', text: '' }, expect: { status: [200, '3xx'] } },
      ],
    },
  });
});

describe('an id', () => {
  test('is the given one, else made of the name, else the position', () => {
    expect(
      idsOf({ steps: [{ id: 'a_b-1', name: 'x', run: 'x' }, { name: 'Build the Site!', run: 'x' }, 'x'] }),
    ).toEqual(['a_b-1', 'build-the-site', '3']);
  });

  test('that is taken gets a number, and given ones are taken first', () => {
    const named = (name: string) => ({ name, run: 'x' });
    expect(
      idsOf({
        gather: [
          named('test'),
          named('Test'),
          named('test'),
          { id: 'test', run: 'x' },
          named('5'),
          'x',
          'x',
          { id: '7', run: 'x' },
        ],
      }),
    ).toEqual(['test-2', 'test-3', 'test-4', 'test', '5', '6', '7-2', '7']);
  });

  test('is never "finally"', () => {
    expect(idsOf({ steps: [{ name: 'Finally', run: 'x' }] })).toEqual(['finally-2']);
  });

  test('is short and plain whatever the name', () => {
    expect(
      idsOf({ steps: ['Größe, Été', '日本語', 'a'.repeat(200), '../..', '--'].map(name => ({ name, run: 'x' })) }),
    ).toEqual(['gro-e-ete', '2', 'a'.repeat(60), '4', '5']);
  });
});

describe('what flows down', () => {
  test('is cwd, shell and stop, the nearest wins, stop key by key', () => {
    const root = rootOf({
      cwd: 'a',
      shell: 'bash',
      stop: { signal: 'SIGINT', grace: '1s' },
      gather: [
        'x',
        {
          steps: ['y', { run: 'z', cwd: 'c', stop: { run: 'halt' } }],
          shell: ['python3', '-c'],
          stop: { grace: 9 },
          finally: [{ run: 'w', stop: { signal: 'SIGHUP' } }],
        },
      ],
    });
    const bash = ['bash', '-eo', 'pipefail', '-c'];
    const python = ['python3', '-c'];
    expect(root).toMatchObject({
      children: [
        { cwd: 'a', shell: bash, stop: { signal: 'SIGINT', graceMs: 1000 } },
        {
          children: [
            { cwd: 'a', shell: python, stop: { signal: 'SIGINT', graceMs: 9000 } },
            { cwd: 'c', shell: python, stop: { signal: 'SIGINT', graceMs: 9000, run: 'halt' } },
          ],
          finally: { steps: [{ cwd: 'a', shell: python, stop: { signal: 'SIGHUP', graceMs: 9000 } }] },
        },
      ],
    });
  });

  test('is a stop script too', () => {
    const root = rootOf({ stop: { run: 'halt' }, steps: [{ run: 'x', stop: { grace: 1 } }] });
    expect(root).toMatchObject({ children: [{ stop: { signal: 'SIGTERM', graceMs: 1000, run: 'halt' } }] });
  });

  test('is nothing else', () => {
    const root = rootOf({ env: { A: 'a' }, timeout: 1, retry: 1, allowFailure: true, steps: ['x'] });
    expect(childrenOf(root)[0]).toEqual({
      type: 'run',
      id: '1',
      env: {},
      background: false,
      allowFailure: false,
      command: 'x',
      shell: ['sh', '-ec'],
      stop: { signal: 'SIGTERM', graceMs: 5000 },
      okExitCodes: [0],
    });
  });
});
