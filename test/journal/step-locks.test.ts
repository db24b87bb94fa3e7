/** The locks of used plans: against other runs, and between the steps of one run. */
import { describe, expect, it } from 'vitest';
import { lockPlan } from '../../src/journal/plan-lock.ts';
import { openStepLocks } from '../../src/journal/step-locks.ts';
import type { StepLock } from '../../src/plan/plan.ts';
import { temporaryFolder } from '../support/cli.ts';

const lock = (waitMs: StepLock['waitMs'] = 0): StepLock => ({ name: 'deploy', plan: 'deploy', waitMs });

function opened(plan: Parameters<typeof openStepLocks>[0]['plan'] = { name: 'p' }) {
  const userState = temporaryFolder();
  const locks = openStepLocks({ run: 'this-run', plan, userState, endDead: async () => {} });
  const stop = new AbortController();
  const waits: string[] = [];
  const said: string[] = [];
  return {
    userState,
    stop,
    waits,
    said,
    take: (path: string, wanted = lock()) =>
      locks.take(wanted, {
        path,
        signal: stop.signal,
        onWait(words) {
          waits.push(path);
          said.push(words);
        },
      }),
  };
}

const released = (taking: { readonly type: string; readonly release?: () => void }) => {
  expect(taking.type).toBe('held');
  taking.release?.();
};

describe('the lock of a used plan', () => {
  it('is held by one run at a time, and free for the next once it is given back', async () => {
    const { take, userState } = opened();
    const other = await lockPlan({ name: 'x', lock: lock() }, { run: 'other-run', userState });
    expect(await take('a')).toMatchObject({
      type: 'refused',
      message: expect.stringMatching(
        /^"deploy" is locked: run other-run \(pid \d+, plan "x"\) has held it for 0s; to wait for it, say so in the used plan: lock: \{wait: 10m\}$/,
      ),
    });
    other?.release();
    released(await take('a'));
    released(await take('a'));
  });

  it('with held: skip says that there is nothing to do, whoever holds it', async () => {
    const { take, userState } = opened();
    const skipping = { ...lock(), held: 'skip' } as const;
    const other = await lockPlan({ name: 'x', lock: lock() }, { run: 'other-run', userState });
    expect(await take('a', skipping)).toMatchObject({
      type: 'skipped',
      message: expect.stringMatching(/^"deploy" is locked: run other-run \(pid \d+, plan "x"\) has held it for 0s$/),
    });
    other?.release();
    const first = await take('a', skipping);
    expect(await take('b', skipping)).toEqual({
      type: 'skipped',
      message: '"deploy" is locked: the step "a" of this run holds it',
    });
    released(first);
  });

  it('is waited for as long as it says, and told', async () => {
    const { take, userState, waits } = opened();
    const other = await lockPlan({ name: 'x', lock: lock() }, { run: 'other-run', userState });
    const taking = take('a', lock('forever'));
    await expect.poll(() => waits).toEqual(['a']);
    other?.release();
    released(await taking);
  });

  it('is held by one step of a run at a time', async () => {
    const { take, waits } = opened();
    const first = await take('a');
    expect(await take('b')).toEqual({
      type: 'refused',
      message:
        '"deploy" is locked: the step "a" of this run holds it; to wait for it, say so in the used plan: lock: {wait: 10m}',
    });
    const second = take('c', lock('forever'));
    await expect.poll(() => waits).toEqual(['c']);
    released(first);
    released(await second);
  });

  it('says how long it was waited for, and is waited for, to the millisecond', async () => {
    const { take, userState, said } = opened();
    const other = await lockPlan({ name: 'x', lock: lock() }, { run: 'other-run', userState });
    const late = {
      type: 'refused',
      message: expect.stringMatching(/; waited 25ms; to wait longer, .* in lock\.wait$/),
    };
    expect(await take('a', lock(25))).toMatchObject(late);
    other?.release();
    released(await take('a'));
    await take('b');
    expect(await take('c', lock(25))).toMatchObject(late);
    expect(said).toEqual([
      expect.stringMatching(/has held it for 0s; waiting for it, 25ms at most$/),
      '"deploy" is locked: the step "b" of this run holds it; waiting for it, 25ms at most',
    ]);
  });

  it('is that of the steps inside as well, and of all where the run itself has it', async () => {
    const { take } = opened();
    const outer = await take('a');
    released(await take('a/b'));
    expect(await take('ab')).toMatchObject({ type: 'refused' });
    released(outer);
    const ofRun = opened({ name: 'p', lock: lock() });
    released(await ofRun.take('a'));
    released(await ofRun.take('b'));
  });

  it('is refused to a step that waits for one which waits for it', async () => {
    const { take, stop, waits } = opened();
    const other = (waitMs: StepLock['waitMs']): StepLock => ({ name: 'other', plan: 'other', waitMs });
    await take('a', lock());
    await take('b', other(0));
    void take('a/x', other('forever'));
    await expect.poll(() => waits).toEqual(['a/x']);
    expect(await take('b/x', lock('forever'))).toEqual({
      type: 'refused',
      message:
        '"deploy" is locked: the step "a" of this run holds it, and waits for one that is held here; each would wait for the other',
    });
    stop.abort();
  });

  it('is waited for no longer once the wait is ended', async () => {
    const { take, stop, waits } = opened();
    await take('a');
    const taking = take('b', lock('forever'));
    await expect.poll(() => waits).toEqual(['b']);
    stop.abort();
    expect(await taking).toEqual({ type: 'aborted' });
  });

  it('without a name is that of the file, which must be there', async () => {
    const { take } = opened();
    expect(await take('a', { plan: 'deploy', waitMs: 0, file: '/no/such/file' })).toMatchObject({
      type: 'refused',
      message: expect.stringMatching(/^the lock "deploy" cannot be kept: ENOENT/),
    });
  });
});
