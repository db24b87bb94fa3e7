import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { syntaxFindings } from '../../src/plan/json-syntax.ts';
import { formatProblems } from '../../src/plan/problems.ts';
import { mutated as damaged, fuzz } from '../support/mutations.ts';
import { load } from './loading.ts';

const JSON_PLAN = JSON.stringify(
  {
    name: 'tour',
    slots: 4,
    gather: [
      'echo a | b',
      { steps: [{ run: ['ls', '-l'], env: { V: 3.1, W: true } }], retry: { times: 2, delay: '1s' }, shell: 'bash' },
      { http: { url: 'https://example.org/', headers: { A: 'b' }, expect: { status: [200, '3xx'] } }, timeout: '5s' },
      { sleep: '10s', every: { interval: 2, times: 3 }, background: true, finally: { steps: ['c'], timeout: 1 } },
      { run: 'a', background: true, ready: { http: { url: 'http://a' }, every: 1, timeout: '1m' } },
      { run: 'a', background: true, ready: { log: '/a/i' } },
    ],
    limit: 2,
  },
  null,
  1,
);

const YAML_PLAN = `
# a comment
env: &e {A: 1, B: "two"}
steps:
  - run: |
      echo a
      echo b
    env: {<<: *e, C: 3.10}
  - {id: x, gather: [a, b], failFast: false}
  - http: GET https://example.org
    retry: {times: forever}
finally: [c]
`;

/** A text with one piece cut out and another put in its place. */
const mutated = (text: string) =>
  fc
    .record({
      from: fc.nat(text.length),
      length: fc.nat(8),
      piece: fc.oneof(
        fc.constantFrom(
          '{',
          '}',
          '[',
          ']',
          ',',
          ':',
          '"',
          "'",
          '\\',
          '\n',
          '\t',
          '&a',
          '*a',
          '<<',
          '- ',
          '---\n',
          '%',
          '!',
          '|',
          '#',
          'null',
          '1e999',
          '\0',
          '\u001b',
        ),
        fc.string({ unit: 'binary', maxLength: 5 }),
        fc.nat(text.length - 20).map(at => text.slice(at, at + 20)),
      ),
    })
    .map(({ from, length, piece }) => text.slice(0, from) + piece + text.slice(from + length));

/** The plans of this project: what people write. */
const PLANS = readdirSync('jobs')
  .filter(name => /\.(json|yaml)$/.test(name))
  .map(name => readFileSync(`jobs/${name}`));

async function loads(text: string | Uint8Array): Promise<void> {
  const result = await load(text);
  if (result.type === 'loaded') return;
  expect(result.problems.length).toBeGreaterThan(0);
  for (const problem of result.problems) {
    expect(problem).toMatchObject({ line: expect.any(Number), column: expect.any(Number), file: '<stdin>' });
    expect(problem.message).not.toMatch(/\n|undefined|\[object|^\s+at /);
    const lines = new TextDecoder().decode(typeof text === 'string' ? Buffer.from(text) : text).split('\n');
    expect(problem.line).toBeGreaterThan(0);
    expect(problem.line).toBeLessThanOrEqual(lines.length);
    expect(problem.column).toBeGreaterThan(0);
    expect(problem.column).toBeLessThanOrEqual((lines[(problem.line ?? 1) - 1] ?? '').length + 1);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not appear.
  expect(formatProblems(result.problems)).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
}

describe('loading never throws, and every problem has a place', () => {
  test.each<[string, fc.Arbitrary<string>]>([
    ['mutated JSON', mutated(JSON_PLAN)],
    ['mutated YAML', mutated(YAML_PLAN)],
    ['random text', fc.string({ unit: 'grapheme', maxLength: 60 })],
    ['random text in braces', fc.string({ unit: 'grapheme', maxLength: 60 }).map(text => `{${text}}`)],
    ['random values', fc.json()],
  ])('%s', async (_, texts) => {
    await fc.assert(fc.asyncProperty(texts, loads), { numRuns: 300 });
  });
});

test('a damaged plan of this project is loaded or refused, in time, each problem at its place', {
  timeout: 3_600_000,
}, async () => {
  await fuzz('plans', damaged(PLANS), loads);
});

test('JSON has a syntax error exactly when JSON.parse refuses it', () => {
  fc.assert(
    fc.property(fc.oneof(mutated(JSON_PLAN), fc.string({ unit: 'binary', maxLength: 10 })), text => {
      expect(syntaxFindings(text).length === 0).toBe(isJson(text));
    }),
    { numRuns: 300 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
