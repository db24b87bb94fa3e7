import { expect, it } from 'vitest';
import { job } from '../support/jobs.ts';

it('jobs/workers.yaml runs on one machine as it would on many', async () => {
  const { exitCode, lines, stdout } = await job('workers.yaml');
  expect(exitCode, stdout).toBe(0);
  expect([...lines].sort()).toEqual([
    '[best] 2',
    '[tell] the best is 2',
    '[train[1]] trained with 1',
    '[train[2]] trained with 2',
    '[train[3]] trained with 3',
  ]);
});
