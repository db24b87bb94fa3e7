import { describe, expect, it } from 'vitest';
import { MESSAGE_VERSION, type Message, readMessage, seal } from '../../../src/executors/queue/message.ts';
import { workOf } from '../../../src/executors/queue/work.ts';
import type { LeafStep } from '../../../src/plan/plan.ts';
import { leaf } from '../../support/steps.ts';

const message: Message = {
  run: 'r',
  step: 'build/test[3]',
  attempt: 2,
  work: workOf(leaf('x') as LeafStep, '/plan', false) as Message['work'],
  env: { A: 'b' },
  fromWorker: ['TOKEN'],
  label: 'gpu',
  until: 1000,
};
const asked = { job: 'r.1', now: 999, label: 'gpu', allow: ['run'] } as const;

/** Why it is refused. */
function refusal(given: unknown, options: Partial<Parameters<typeof readMessage>[1]> = {}): string | undefined {
  const read = readMessage(given, { ...asked, ...options });
  return read.type === 'refused' ? read.words : undefined;
}

describe('a message', () => {
  it('is read as it was written, signed or not', () => {
    expect(readMessage(seal(message, 'r.1', undefined), asked)).toEqual({ type: 'message', message });
    expect(readMessage(seal(message, 'r.1', 'key'), { ...asked, key: 'key' })).toEqual({ type: 'message', message });
  });

  it('is refused where its job is called as no root calls it: a folder of the worker has that name', () => {
    for (const job of ['../../home/r.1', 'r/../x.1', '..', 'r.1/..', 'r', '/r.1'])
      expect(refusal(seal(message, job, undefined), { job })).toBe('its job has a name that no root gives');
  });

  it('is refused by a worker with a key when it is not signed, was signed with another key, for another job, or was changed', () => {
    const sealed = seal(message, 'r.1', 'key');
    expect(refusal(seal(message, 'r.1', undefined), { key: 'key' })).toMatch(/is not signed/);
    expect(refusal(seal(message, 'r.1', 'other'), { key: 'key' })).toMatch(
      /signature .* is not that of RUNJOBS_QUEUE_KEY/,
    );
    expect(refusal(sealed, { key: 'key', job: 'r.2' })).toMatch(/signature/);
    expect(refusal({ ...sealed, body: sealed.body.replace('gpu', 'cpu') }, { key: 'key' })).toMatch(/signature/);
    expect(refusal({ ...sealed, sig: 7 }, { key: 'key' })).toMatch(/signature/);
  });

  it('is refused when it is too old, for others, or of a kind that is not allowed', () => {
    const sealed = seal(message, 'r.1', undefined);
    expect(refusal(sealed, { now: 1001 })).toMatch(/too old/);
    expect(refusal(sealed, { label: 'default' })).toMatch(/for workers with the label "gpu"/);
    expect(refusal(sealed, { allow: ['http'] })).toMatch(/carries out no "run" steps/);
  });

  it.each([undefined, null, 7, 'text', [], {}, { v: 1, body: '{}' }, { v: '2', body: '{}' }])(
    'of another version, %j, says what to do',
    given => {
      expect(refusal(given)).toMatch(/too old or too new.*run the same runjobs on all machines/);
    },
  );

  it.each([
    '',
    'no json',
    '[]',
    '{}',
    JSON.stringify({ ...message, env: { A: 1 } }),
    JSON.stringify({ ...message, work: {} }),
  ])('with the body %j is damaged', body => {
    expect(refusal({ v: MESSAGE_VERSION, body })).toMatch(/damaged/);
  });
});
