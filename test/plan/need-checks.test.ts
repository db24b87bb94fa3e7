/** Warnings of needs that the other keys of a gather do not let come. */
import { describe, expect, it, test } from 'vitest';
import { warningsOf } from './loading.ts';

const warnings = (needed: object, when: string) =>
  warningsOf(
    JSON.stringify({
      gather: [
        { id: 's', ...needed },
        { id: 'c', run: 'c', needs: { id: 's', when } },
      ],
    }),
  ).then(lines => lines.map(line => line.replace(/^[0-9:]+ /, '')));

const AT = 'root.gather[1].needs.when: ';
const NEVER_ENDS = `${AT}this waits until "s", a background step, ends by itself, without end where it does not; take background out of it where it does, or put this behind the gather`;

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
});
