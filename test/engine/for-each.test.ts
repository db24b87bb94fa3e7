import { describe, expect, it } from 'vitest';
import { simulate } from '../support/simulate.ts';
import { forEach, leaf, steps } from '../support/steps.ts';

const ENDED = { durationMs: 100 };
describe('forEach', () => {
  it('runs a copy for each value, at once, and ends with the last of them', async () => {
    const run = await simulate(steps('.', [forEach('test', ['a', 'b', 'c'], leaf('', ENDED))]));
    expect(run.lines).toEqual([
      '0 . started',
      '0 test started',
      '0 test[1] started',
      '0 test[2] started',
      '0 test[3] started',
      '100 test[1] succeeded',
      '100 test[2] succeeded',
      '100 test[3] succeeded',
      '100 test succeeded',
      '100 . succeeded',
    ]);
    expect(run).toMatchObject({ exitCode: 0, timersLeft: 0 });
  });

  it('tells how many copies there are, and the values of each', async () => {
    const { events } = await simulate(forEach('.', ['a', 'b'], steps('', [leaf('x')])));
    const started = events.flatMap(event =>
      event.type === 'step.started' ? [{ step: event.step, item: event.item, items: event.items }] : [],
    );
    expect(started).toEqual([
      { step: '.', items: 2, item: undefined },
      { step: '[1]', items: undefined, item: { N: 'a' } },
      { step: '[1]/x', items: undefined, item: undefined },
      { step: '[2]', items: undefined, item: { N: 'b' } },
      { step: '[2]/x', items: undefined, item: undefined },
    ]);
  });

  it('of an empty list has no copies and succeeds', async () => {
    const run = await simulate(forEach('.', [], leaf('')));
    expect(run.lines).toEqual(['0 . started', '0 . succeeded']);
  });

  it('runs at most its limit at once, started in the order of the list', async () => {
    const run = await simulate(forEach('.', 7, leaf('', ENDED), { limit: 3 }));
    expect(run.lines.filter(line => line.endsWith('] started'))).toEqual([
      '0 [1] started',
      '0 [2] started',
      '0 [3] started',
      '100 [4] started',
      '100 [5] started',
      '100 [6] started',
      '200 [7] started',
    ]);
  });

  it('without a limit runs as many copies as the run says', async () => {
    expect((await simulate(forEach('.', 9, leaf('', ENDED)), { parallelism: 3 })).tookMs).toBe(300);
  });
});
