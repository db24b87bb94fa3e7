/** The name of a plan, in which variables are expanded. */
import { expect, it } from 'vitest';
import { givenSecrets } from '../../src/events/secrets.ts';
import { planFrom } from '../../src/plan/load.ts';

const VALUE = 'hunter2-hunter2';
const given = {
  set: { TARGET: 'staging', COPIED: VALUE },
  files: [{ file: '.env', values: { HOST: 'one' } }],
  env: { HOST: 'two', TOKEN: VALUE, TAG: 'v0' },
};
const inputs = { TARGET: {}, TAG: { default: 'v1' }, COPIED: { required: false } };

interface Options {
  readonly isKnown?: boolean;
  readonly [key: string]: unknown;
}

function nameOf(name: string, { isKnown = true, ...more }: Options = {}) {
  const secretsOf = (names: readonly string[]) => givenSecrets(names, one => (one === 'TOKEN' ? VALUE : undefined));
  const place = { folder: '/x', given, ...(isKnown ? { secretsOf } : {}) };
  const loaded = planFrom({ name, inputs, run: 'true', ...more }, place);
  return loaded.type === 'loaded' ? loaded.plan.name : loaded.problems;
}

it.each([
  ['deploy ${TARGET}', 'deploy staging'],
  ['${TAG} on ${HOST}, $$5', 'v1 on one, $5'],
  ['to ${NOWHERE:-nowhere}', 'to nowhere'],
])('the name %j of a plan has the values of inputs, and of what is around the plan: %j', (name, named) => {
  expect(nameOf(name)).toBe(named);
});

it('it stays as it is written where only a step knows a variable in it', () => {
  expect(nameOf('${TAG}, ${OWN}', { env: { OWN: 'x' } })).toBe('${TAG}, ${OWN}');
});

it.each(['by ${TOKEN}', 'by ${COPIED}'])('%j stays as it is written, as a secret would be in it', name => {
  expect(nameOf(name, { secrets: ['TOKEN'] })).toBe(name);
  expect(nameOf(name, { secrets: ['TOKEN'], isKnown: false })).toBe(name);
});
