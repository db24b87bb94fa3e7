/** `needs`: which children of a gather start when. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../support/simulate.ts';
import { gather, leaf, need, ready, sleep } from '../support/steps.ts';
import { inAnyOrderThroughQueue } from '../support/way.ts';

const started = (lines: readonly string[]) =>
  lines.filter(line => line.endsWith('started')).map(line => line.replace(' started', ''));

describe('a child with needs', () => {
  it('starts the moment the last of them has succeeded', async () => {
    const { lines } = await simulate(
      gather('.', [
        leaf('end', {}, { needs: [need('slow'), need('quick')] }),
        leaf('slow', { durationMs: 30 }),
        leaf('quick', { durationMs: 10 }),
        leaf('mid', {}, { needs: [need('quick')] }),
      ]),
    );
    expect(started(lines)).toEqual(['0 .', '0 slow', '0 quick', '10 mid', '30 end']);
  });

  it('starts once when its turn comes just as what it needs has come', async () => {
    const { lines } = await simulate(
      gather('.', [leaf('a'), leaf('b', {}, { needs: [need('a')] }), leaf('c')], { limit: 1 }),
    );
    expect(started(lines)).toEqual(['0 .', '0 a', '0 b', '0 c']);
  });

  it('starts before later ones when both may start', async () => {
    const { lines } = await simulate(
      gather(
        '.',
        [leaf('a', {}, { needs: [need('d')] }), leaf('b'), leaf('c'), leaf('d', { durationMs: 5 }), leaf('e')],
        { limit: 1 },
      ),
    );
    expect(started(lines)).toEqual(['0 .', '0 b', '0 c', '0 d', '5 a', '5 e']);
  });

  it('holds no place of the limit while it waits', async () => {
    const { lines } = await simulate(
      gather('.', [leaf('a', {}, { needs: [need('b')] }), leaf('b', { durationMs: 5 })], { limit: 1 }),
    );
    expect(started(lines)).toEqual(['0 .', '0 b', '5 a']);
  });

  it('is skipped when one of them does not succeed, and so are those that need it, with the chain', async () => {
    const { steps, outcome } = await simulate(
      gather(
        '.',
        [
          leaf('a', { exitCode: 1 }),
          leaf('b', {}, { needs: [need('a')] }),
          leaf('c', {}, { needs: [need('b')] }),
          leaf('d'),
        ],
        { failFast: false },
      ),
    );
    expect(steps.get('b')).toEqual({ state: 'skipped', reason: { type: 'need', steps: ['a'] } });
    expect(steps.get('c')).toEqual({ state: 'skipped', reason: { type: 'need', steps: ['b', 'a'] } });
    expect(steps.get('d')?.state).toBe('succeeded');
    expect(outcome).toMatchObject({ state: 'failed', reason: { type: 'child', step: 'a' } });
  });

  it('is skipped with the chain as far as to the sibling that did not do what was asked of it', async () => {
    const { steps } = await simulate(
      gather('.', [
        leaf('a'),
        leaf('b', {}, { needs: [need('a', 'failed')] }),
        leaf('c', {}, { needs: [need('b')] }),
        leaf('d', {}, { needs: [need('c', 'failed')] }),
        leaf('e', {}, { needs: [need('d')] }),
      ]),
    );
    expect(steps.get('b')).toEqual({ state: 'skipped', reason: { type: 'need', steps: ['a'], when: 'failed' } });
    expect(steps.get('c')).toEqual({ state: 'skipped', reason: { type: 'need', steps: ['b', 'a'], when: 'failed' } });
    expect(steps.get('d')).toEqual({ state: 'skipped', reason: { type: 'need', steps: ['c'], when: 'failed' } });
    expect(steps.get('e')).toEqual({ state: 'skipped', reason: { type: 'need', steps: ['d', 'c'], when: 'failed' } });
  });

  it('takes a failure that is allowed for a success', async () => {
    const { state } = await simulate(
      gather('.', [leaf('a', { exitCode: 1 }, { allowFailure: true }), leaf('b', {}, { needs: [need('a')] })]),
    );
    expect(state('b')).toBe('succeeded');
  });

  it('runs on the failure of another where that is what it needs, and is skipped otherwise', async () => {
    const report = (exitCode: number) =>
      simulate(
        gather('.', [leaf('a', { exitCode }), leaf('b', {}, { needs: [need('a', 'failed')] })], { failFast: false }),
      );
    expect((await report(1)).state('b')).toBe('succeeded');
    const good = await report(0);
    expect(good.steps.get('b')).toEqual({ state: 'skipped', reason: { type: 'need', steps: ['a'], when: 'failed' } });
    expect(good.outcome.state).toBe('succeeded');
  });

  it('runs on any ending where it needs no more than that, that of a skipped one included', async () => {
    const { state } = await simulate(
      gather(
        '.',
        [
          leaf('a', { exitCode: 1 }),
          leaf('b', {}, { needs: [need('a')] }),
          leaf('c', {}, { needs: [need('b', 'ended')] }),
        ],
        { failFast: false },
      ),
    );
    expect(state('b')).toBe('skipped');
    expect(state('c')).toBe('succeeded');
  });

  it('is skipped for the failure itself where that cancels the gather', async () => {
    const { steps } = await simulate(
      gather('.', [
        leaf('a', { exitCode: 1 }),
        leaf('b', {}, { needs: [need('a')] }),
        leaf('c', {}, { needs: [need('b')] }),
      ]),
    );
    const reason = { type: 'sibling-failed', step: 'a' };
    expect(steps.get('b')).toEqual({ state: 'skipped', reason });
    expect(steps.get('c')).toEqual({ state: 'skipped', reason });
  });

  it('starts once a background sibling has started', async () => {
    const { lines, state } = await simulate(
      gather('.', [
        leaf('b', { durationMs: 5 }, { needs: [need('server')] }),
        leaf('server', { durationMs: 1000 }, { background: true }),
        sleep('other', 20),
      ]),
    );
    const expected = ['0 .', '0 server', '0 b', '0 other'];
    expect(inAnyOrderThroughQueue(started(lines))).toEqual(inAnyOrderThroughQueue(expected));
    expect(lines.indexOf('0 server started')).toBeLessThan(lines.indexOf('0 b started'));
    expect(state('server')).toBe('succeeded');
  });

  it('for the end of a background sibling waits until that has come, however it comes', async () => {
    const following = (when: 'ended' | 'failed' | 'succeeded') =>
      leaf(when, { durationMs: 5 }, { needs: [need('server', when)] });
    const all = [following('ended'), following('failed'), following('succeeded')];
    const failing = await simulate(
      gather('.', [leaf('server', { durationMs: 100, exitCode: 1 }, { background: true, allowFailure: true }), ...all]),
    );
    expect(started(failing.lines)).toEqual(['0 .', '0 server', '0 succeeded', '100 ended', '100 failed']);
    const good = await simulate(gather('.', [leaf('server', { durationMs: 100 }, { background: true }), ...all]));
    expect(started(good.lines)).toEqual(['0 .', '0 server', '0 succeeded', '100 ended']);
    expect(good.steps.get('failed')).toEqual({
      state: 'skipped',
      reason: { type: 'need', steps: ['server'], when: 'failed' },
    });
  });

  it('for the end of a background sibling ends with the group', async () => {
    const server = leaf('server', { durationMs: 100_000 }, { background: true });
    const run = await simulate(
      gather('.', [
        server,
        leaf('after', {}, { needs: [need('server', 'ended')] }),
        leaf('bad', { durationMs: 10, exitCode: 1 }),
      ]),
    );
    expect([run.state('after'), run.state('server'), run.tookMs]).toEqual(['skipped', 'cancelled', 10]);
  });

  it('starts once a background sibling is ready, though another waits for its end', async () => {
    const service = leaf('s', { durationMs: 1000 }, ready('80'));
    const run = await simulate(
      gather('.', [
        service,
        leaf('t', { durationMs: 5 }, { needs: [need('s')] }),
        leaf('u', {}, { needs: [need('s', 'ended')] }),
      ]),
      { reach: 400 },
    );
    expect(started(run.lines)).toEqual(['0 .', '0 s', '500 t', '1000 u']);
  });

  it('is taken over by a resumed run, and meets the needs of others', async () => {
    const tree = gather('.', [
      leaf('a', { durationMs: 5 }),
      leaf('b', { durationMs: 5 }, { needs: [need('a')] }),
      leaf('c', { durationMs: 5 }, { needs: [need('b')] }),
    ]);
    const { events } = await simulate(tree);
    const end = events.findIndex(event => event.type === 'step.finished' && event.step === 'b');
    const { lines } = await simulate(tree, { resume: events.slice(0, end + 1) });
    expect(started(lines)).toEqual(['0 .', '0 c']);
  });
});

it('a child that waits for another when its gather is closed is skipped once', async () => {
  const { events } = await simulate(
    gather('.', [leaf('a', { durationMs: 20, stopMs: 5 }), leaf('b', {}, { needs: [need('a')] })]),
    { during: (run, clock) => void clock.at(5, () => run.cancel({ type: 'aborted' })) },
  );
  const ends = events.filter(event => event.type === 'step.finished' && event.step === 'b');
  expect(ends).toHaveLength(1);
});
