import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPlan, planFrom } from '../../src/plan/load.ts';
import { planFile } from '../support/cli.ts';

const load = (lock: unknown, file?: string) =>
  planFrom({ lock, run: 'true' }, { folder: '/x', ...(file === undefined ? {} : { file }) });

describe('the lock of a plan', () => {
  it.each([[true], [{}], [{ wait: '10m' }]])(
    '%j stands for its file, so that one without a file needs a name',
    lock => {
      expect(load(lock, '/x/plan.yaml')).toMatchObject({ type: 'loaded' });
      expect(load(lock)).toMatchObject({
        type: 'rejected',
        problems: [{ path: 'root.lock', message: expect.stringMatching(/this plan has none; give it a name/) }],
      });
    },
  );

  it.each([[false], ['deploy'], [{ name: 'deploy', wait: 5 }]])('%j needs no file', lock => {
    expect(load(lock)).toMatchObject({ type: 'loaded' });
  });

  it.each([
    ['deploy-${TARGET}', 'root.lock'],
    [{ name: '${TARGET:-x}', wait: 5 }, 'root.lock.name'],
  ])('%j has no variable in its name', (lock, path) => {
    const message = 'no variable is expanded in the name of a lock: all would share one; write it out';
    expect(load(lock, '/x/plan.yaml')).toMatchObject({ type: 'rejected', problems: [{ path, message }] });
  });

  it('says what becomes of a start that cannot have it', () => {
    expect(load({ name: 'deploy', held: 'skip' })).toMatchObject({ plan: { lock: { held: 'skip' } } });
    expect(load({ name: 'deploy', held: 'fail' })).not.toHaveProperty('plan.lock.held');
    expect(load({ name: 'deploy', held: 'skipped' })).toMatchObject({
      problems: [{ path: 'root.lock.held', message: 'expected "fail" or "skip", got "skipped"' }],
    });
  });

  it('of a wrong type is told once', () => {
    for (const lock of [5, null, [true], { name: 5 }]) {
      expect(load(lock)).toMatchObject({ type: 'rejected', problems: { length: 1 } });
    }
  });

  it('on standard input needs a name, and in a file none', async () => {
    const bytes = Buffer.from('lock: true\nrun: "true"\n');
    expect(await loadPlan('-', { stdin: async () => bytes })).toMatchObject({
      type: 'rejected',
      problems: [{ line: 1, path: 'root.lock' }],
    });
    const file = planFile('lock: true\nrun: "true"\n', 'plan.yaml');
    expect(await loadPlan(file, { cwd: join(file, '..') })).toMatchObject({
      type: 'loaded',
      plan: { lock: { waitMs: 0 } },
    });
  });
});
