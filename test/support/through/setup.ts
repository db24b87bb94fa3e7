/** For each file of laws that go through a queue: without Redis they are left out, and at the end all is taken down. */
import { afterAll, beforeEach, type TestContext } from 'vitest';
import { noRedis } from '../redis.ts';
import { LAWS_LEFT_OUT, LAWS_NOT_PROMISED } from './left-out.ts';
import { closeStand } from './stand.ts';

beforeEach(({ skip, task }: TestContext) => {
  if (noRedis !== undefined) skip(noRedis);
  const why = LAWS_NOT_PROMISED[task.fullTestName];
  if (why !== undefined) skip(why);
  // One that holds by now must leave the list.
  if (task.fullTestName in LAWS_LEFT_OUT) Object.assign(task, { fails: true });
});

afterAll(closeStand);
