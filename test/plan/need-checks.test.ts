/** Warnings of needs that the other keys of a gather do not let come. */
import { describe, expect, it, test } from 'vitest';
import { warningsOf } from './loading.ts';

const warnings = (needed: object, when: string, gather: object = {}) =>
  warningsOf(
    JSON.stringify({
      define: { plain: 'x', forgiven: { run: 'x', allowFailure: true }, strict: { run: 'x' } },
      ...gather,
      gather: [
        { id: 's', ...needed },
        { id: 'c', run: 'c', needs: { id: 's', when } },
      ],
    }),
  ).then(lines => lines.map(line => line.replace(/^[0-9:]+ /, '')));

const AT = 'root.gather[1].needs.when: ';
const NEVER_ENDS = `${AT}this waits until "s", a background step, ends by itself, without end where it does not; take background out of it where it does, or put this behind the gather`;
const NEVER_STARTS = `${AT}this never starts: the failure of "s" lets nothing more start here; set failFast to false on the gather, or allowFailure to true on "s"`;
const GOOD_ONLY = `${AT}this starts only where "s" does not fail, as a failure lets nothing more start here; set failFast to false on the gather, or allowFailure to true on "s"`;
const CANCELS = `${AT}this never starts: the failure of "s", a background step, cancels the gather; set allowFailure to true on "s"`;

describe('a need for the end of a background sibling', () => {
  test.each([
    { run: 'x' },
    { run: 'x', timeout: { quiet: '1m' } },
    { run: 'x', ready: { tcp: 80 } },
    { run: 'x', every: '1s' },
    { sleep: 'forever' },
    { steps: ['x'] },
  ])('is warned of where that is not seen to end: %j', async needed => {
    expect(await warnings({ ...needed, background: true }, 'ended')).toEqual([NEVER_ENDS]);
  });

  test.each([
    { run: 'x', timeout: '1m' },
    { run: 'x', timeout: { total: '1m' } },
    { run: 'x', every: { interval: '1s', times: 3 } },
    { sleep: '1s' },
    { http: 'http://h' },
  ])('is none to warn of where the file says that it ends: %j', async needed => {
    expect(await warnings({ ...needed, background: true }, 'ended')).toEqual([]);
  });

  it('is none to warn of where it is to succeed, which is met once it is ready', async () => {
    expect(await warnings({ run: 'x', background: true }, 'succeeded')).toEqual([]);
  });

  it('is warned of, for its failure, also as this cancels the gather whatever failFast says, unless it is allowed', async () => {
    const needed = { run: 'x', background: true, timeout: '1s' };
    expect(await warnings(needed, 'failed')).toEqual([CANCELS]);
    expect(await warnings(needed, 'failed', { failFast: false })).toEqual([CANCELS]);
    expect(await warnings({ ...needed, allowFailure: true }, 'failed')).toEqual([]);
    expect(await warnings({ run: 'x', background: true }, 'failed')).toEqual([NEVER_ENDS, CANCELS]);
  });
});

describe('a need for the failure of a sibling', () => {
  test.each([{}, { failFast: true }, { failFast: 'soon' }])(
    'is warned of where that lets nothing start: %j',
    async gather => {
      expect(await warnings({ run: 'x' }, 'failed', gather)).toEqual([NEVER_STARTS]);
      expect(await warnings({ run: 'x' }, 'ended', gather)).toEqual([GOOD_ONLY]);
      expect(await warnings({ run: 'x' }, 'succeeded', gather)).toEqual([]);
    },
  );

  test.each([{ failFast: false }, { tolerate: 1 }])('is none to warn of where others go on: %j', async gather => {
    expect(await warnings({ run: 'x' }, 'failed', gather)).toEqual([]);
    expect(await warnings({ run: 'x' }, 'ended', gather)).toEqual([]);
  });

  it('is none to warn of where it is allowed, here or in what is used', async () => {
    expect(await warnings({ run: 'x', allowFailure: true }, 'failed')).toEqual([]);
    expect(await warnings({ use: '#forgiven' }, 'failed')).toEqual([]);
    expect(await warnings({ use: '#strict' }, 'failed')).toEqual([NEVER_STARTS]);
    expect(await warnings({ use: '#plain' }, 'failed')).toEqual([NEVER_STARTS]);
  });

  it('is warned of where that is a mere text', async () => {
    const gather = ['x', { run: 'c', needs: { id: '1', when: 'failed' } }];
    expect(await warningsOf(JSON.stringify({ gather }))).toEqual([
      expect.stringContaining('this never starts: the failure of "1" lets nothing more start here'),
    ]);
  });

  it('is none to warn of for any end of what may be skipped as it needs others itself', async () => {
    const lines = await warningsOf(
      JSON.stringify({
        gather: [
          { id: 'a', run: 'a', allowFailure: true },
          { id: 'b', run: 'b', needs: { id: 'a', when: 'failed' } },
          { id: 'c', run: 'c', needs: { id: 'b', when: 'ended' } },
        ],
      }),
    );
    expect(lines).toEqual([]);
  });
});
