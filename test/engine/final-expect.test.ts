/** The variables in what an answer must be. */
import { describe, expect, it } from 'vitest';
import { finalExpect } from '../../src/engine/final-expect.ts';
import { Unexpandable, Variables } from '../../src/engine/variables.ts';
import type { HttpExpect } from '../../src/plan/plan.ts';

const variables = new Variables({ A: 'a.b', E: '', N: 'name', SUM: 'ab'.repeat(32) }, { type: 'process' });
const final = (expectation: Partial<HttpExpect>) => finalExpect({ status: ['2xx'], ...expectation }, variables);

describe('what an answer must be', () => {
  it('has its variables in every text, and in patterns a value stands for itself', () => {
    const text = { equals: `\${A}`, includes: [`x\${A}`], matches: `^\${A}$` };
    const told = { equals: 'a.b', includes: ['xa.b'], matches: '^a\\.b$' };
    const json = [['/x', { ...text, length: 3, equals: { of: [`\${A}`, 1] } }]] as const;
    const toldJson = [['/x', { ...told, length: 3, equals: { of: ['a.b', 1] } }]];
    expect(
      final({
        headers: [['x-a', text]],
        body: text,
        json,
        sha256: `\${SUM}`,
        event: { name: `\${N}`, data: text, json },
      }),
    ).toEqual({
      status: ['2xx'],
      headers: [['x-a', told]],
      body: told,
      json: toldJson,
      sha256: 'ab'.repeat(32),
      event: { name: 'name', data: told, json: toldJson },
    });
  });

  it('stays what it is where nothing is said', () => {
    expect(final({})).toEqual({ status: ['2xx'] });
    expect(final({ headers: [['x', {}]], body: {}, json: [['', {}]], event: {} })).toEqual({
      status: ['2xx'],
      headers: [['x', {}]],
      body: {},
      json: [['', {}]],
      event: {},
    });
  });

  it.each<[string, Partial<HttpExpect>]>([
    ['expect.includes', { body: { includes: ['ok', '${E}'] } }],
    ['expect.includes', { headers: [['x', { includes: ['${E}'] }]] }],
    ['expect.includes', { event: { data: { includes: ['${E}'] } } }],
    ['expect.matches', { body: { matches: '${E}' } }],
    ['expect.matches', { json: [['/a', { matches: '${E}' }]] }],
    ['expect.event.name', { event: { name: '${E}' } }],
  ])('is refused where a value leaves nothing of %s, which would hold of every answer: %j', (key, expectation) => {
    const message = `${key}: once its variables are in it, it is empty`;
    expect(() => final(expectation)).toThrow(new Unexpandable(message));
  });

  it('is refused where a variable has no value, or makes of a text what it must not be', () => {
    expect(() => final({ body: { matches: `\${NOPE}` } })).toThrow('the variable "NOPE" has no value');
    expect(() => final({ body: { equals: `\${NOPE}` } })).toThrow(Unexpandable);
    expect(() => final({ sha256: `\${N}` })).toThrow(Unexpandable);
    expect(() => final({ body: { matches: '(' } })).toThrow('once its variables are in it');
  });
});
