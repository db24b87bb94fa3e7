import { describe, expect, it } from 'vitest';
import { createFacts } from '../../src/events/facts.ts';
import { fold } from '../../src/events/fold.ts';
import { createGroupFinder, type Groups, groupsOf } from '../../src/events/groups.ts';
import { createHistory } from '../../src/events/history.ts';
import { createProgress, ended, failuresOf, leavesOf } from '../../src/events/progress.ts';
import type { Step } from '../../src/plan/plan.ts';
import { exit, forEach, gather, ok, run, script, skippedAfter, steps } from '../reporters/stage.ts';

const LEAVES = gather('.', [run('a'), forEach('test', run(''))]);
const INNER = gather('.', [run('a'), forEach('test', steps('', [run('x'), run('y'), forEach('deep', run(''))]))]);
const MANY = 20_000;

/** Whatever takes events, fed by hand. */
function tellTo(take: (event: Parameters<Parameters<typeof script>[0]>[0]) => void) {
  return script(take, () => 0);
}

function stage(root: Step, groups: Groups = groupsOf(root)) {
  const progress = createProgress(groups);
  const tell = tellTo(event => fold(progress, event));
  tell.begin();
  tell.start('.');
  return { progress, tell, counts: progress.root.counts };
}

describe('the groups of a plan', () => {
  it('are found for every copy by what the forEach repeats', () => {
    const { isGroup, isForEach, leavesBelow } = groupsOf(INNER);
    const paths = ['test', 'test[1]', 'test[20]/x', 'test[3]/deep', 'test[3]/deep[7]'];
    expect(paths.map(isGroup)).toEqual([true, true, false, true, false]);
    expect(paths.map(isForEach)).toEqual([true, false, false, true, false]);
    expect(leavesBelow('.')).toEqual({ count: 1, lists: 1 });
    expect(leavesBelow('test[4]')).toEqual({ count: 2, lists: 1 });
  });

  it('are found at the root as well, and learnt from a journal alike', () => {
    const root = forEach('.', steps('', [run('x'), run('y')]));
    const finder = createGroupFinder();
    const tell = tellTo(event => finder.take(event));
    tell.begin();
    tell.start('.', { items: 2 });
    for (const copy of ['[1]', '[2]']) {
      tell.start(copy, { item: { N: copy } });
      for (const step of ['x', 'y']) tell.end(`${copy}/${step}`);
      tell.end(copy);
    }
    const known = groupsOf(root);
    for (const path of ['.', '[1]', '[2]', '[1]/x', '[9]/y']) {
      expect([path, finder.isGroup(path), finder.isForEach(path)]).toEqual([
        path,
        known.isGroup(path),
        known.isForEach(path),
      ]);
      expect([path, finder.leavesBelow(path)]).toEqual([path, known.leavesBelow(path)]);
    }
  });
});

describe('the counts of a forEach', () => {
  it('grow by its copies once their number is known', () => {
    const { progress, tell } = stage(LEAVES);
    expect(leavesOf(progress, progress.root)).toEqual({ count: 1, lists: 1 });
    tell.start('test', { items: 1000 });
    expect(leavesOf(progress, progress.root)).toEqual({ count: 1001, lists: 0 });
  });

  it('grow by the lists inside its copies as each becomes known', () => {
    const { progress, tell } = stage(INNER);
    tell.start('test', { items: 10 });
    expect(leavesOf(progress, progress.root)).toEqual({ count: 21, lists: 10 });
    tell.start('test[1]', { item: { N: '1' } });
    tell.start('test[1]/deep', { items: 5 });
    expect(leavesOf(progress, progress.root)).toEqual({ count: 26, lists: 9 });
    tell.copies('test', { first: 2, count: 9 }, skippedAfter('test[1]'));
    expect(leavesOf(progress, progress.root)).toEqual({ count: 26, lists: 0 });
  });

  it('hold copies that were never started as often as they have leaf steps', () => {
    const { tell, counts, progress } = stage(INNER);
    tell.start('test', { items: 10 });
    tell.copies('test', { first: 1, count: 3, resumed: true }, ok);
    tell.copies('test', { first: 4, count: 7 }, skippedAfter('a'));
    expect(counts).toMatchObject({ succeeded: 6, skipped: 14 });
    expect(progress.nodes.get('test')?.copies).toEqual({ ended: 10, failed: 0 });
    expect(ended(counts)).toBe(20);
  });

  it('hold a forEach that never started, or whose list could not be read, without copies', () => {
    const skipped = stage(LEAVES);
    skipped.tell.end('test', skippedAfter('a'));
    expect(skipped.counts.skipped).toBe(1);
    expect(leavesOf(skipped.progress, skipped.progress.root)).toEqual({ count: 2, lists: 0 });
    const failed = stage(LEAVES);
    failed.tell.start('test');
    failed.tell.end('test', { state: 'failed', reason: { type: 'start', message: 'no such file' } });
    expect(leavesOf(failed.progress, failed.progress.root)).toEqual({ count: 1, lists: 0 });
  });

  it('begin anew when the group around it is tried again', () => {
    const { tell, counts, progress } = stage(gather('.', [steps('g', [forEach('test', run(''))])]));
    for (const attempt of [1, 2]) {
      tell.start('g', { attempt });
      tell.start('g/test', { items: 100 });
      tell.start('g/test[1]', { item: { N: '1' } });
      tell.end('g/test[1]', exit(1));
    }
    expect(counts).toMatchObject({ failed: 1, running: 0 });
    expect(leavesOf(progress, progress.root)).toEqual({ count: 100, lists: 0 });
    expect(progress.nodes.get('g/test')?.copies).toEqual({ ended: 1, failed: 1 });
    expect(failuresOf(progress)).toMatchObject([{ step: 'g/test[1]', item: { N: '1' } }]);
  });

  it.each([
    ['succeed', ok],
    ['fail', exit(1)],
    ['fail and are allowed to', { ...exit(1), allowed: true } as const],
    ['are cancelled', { state: 'cancelled', reason: { type: 'sibling-failed', step: 'x' } } as const],
  ])('take no more memory for very many copies that %s', (_, outcome) => {
    for (const root of [LEAVES, INNER]) {
      const { tell, counts, progress } = stage(root);
      tell.start('test', { items: MANY });
      for (let n = 1; n <= MANY; n++) {
        const copy = `test[${n}]`;
        tell.start(copy, { item: { N: String(n) } });
        if (root === INNER) {
          tell.start(`${copy}/x`);
          tell.end(`${copy}/x`);
          tell.start(`${copy}/y`);
          tell.end(`${copy}/y`, outcome);
        }
        tell.end(copy, outcome);
      }
      expect(ended(counts)).toBe(root === INNER ? 2 * MANY : MANY);
      expect(progress.nodes.get('test')?.copies.ended).toBe(MANY);
      expect(progress.nodes.size).toBeLessThan(1500);
      expect(progress.failures.size).toBeLessThanOrEqual(1000);
      expect(progress.recent.size).toBeLessThanOrEqual(101);
    }
  });

  it('keep of values that are very long no more than can be shown', () => {
    const { tell, progress } = stage(LEAVES);
    tell.start('test', { items: 1 });
    tell.start('test[1]', { item: { N: '😀'.repeat(50_000) } });
    const kept = progress.nodes.get('test[1]')?.item?.N ?? '';
    expect(kept.length).toBeLessThan(300);
    expect(kept.endsWith('…')).toBe(true);
  });
});

describe('the facts of a run with very many failures', () => {
  it('name the first two hundred, with their values, and count all', () => {
    const facts = createFacts(groupsOf(LEAVES));
    const tell = tellTo(facts.take);
    tell.begin();
    tell.start('test', { items: MANY });
    for (let n = 1; n <= MANY; n++) {
      tell.start(`test[${n}]`, { item: { N: String(n) } });
      tell.end(`test[${n}]`, exit(1));
    }
    tell.finish(exit(1), 1);
    expect(facts.facts()).toMatchObject({ counts: { failed: MANY }, failures: { length: 200 } });
    expect(facts.facts()?.failures[7]).toMatchObject({ step: 'test[8]', item: { N: '8' } });
    expect(JSON.stringify(facts.facts()).length).toBeLessThan(50_000);
  });
});

describe('the history of a run with very many copies', () => {
  const told = (focus?: string, root = LEAVES) => {
    const history = createHistory(groupsOf(root), { focus });
    const tell = tellTo(history.take);
    tell.begin();
    tell.start('test', { items: MANY });
    for (let n = 1; n <= MANY; n++) {
      tell.start(`test[${n}]`, { item: { N: String(n) } });
      tell.end(`test[${n}]`, n % 5000 === 0 ? exit(1) : ok);
    }
    return { history, tell };
  };

  it('counts them, and keeps those that failed and the latest', () => {
    const { history } = told();
    expect(history.steps.size).toBeLessThan(50);
    expect(history.steps.get('test')?.copies).toMatchObject({
      items: MANY,
      counts: { succeeded: MANY - 4, failed: 4 },
    });
    expect(history.steps.get('test[5000]')?.outcome?.state).toBe('failed');
    expect(history.steps.has('test[123]')).toBe(false);
    expect(history.steps.get(`test[${MANY - 1}]`)?.item).toEqual({ N: String(MANY - 1) });
  });

  it('keeps all of the one that is asked for, also when the run goes on and others tell of it as a count', () => {
    const { history, tell } = told('test[123]');
    expect(history.steps.get('test[123]')).toMatchObject({ item: { N: '123' }, outcome: ok, isTaken: false });
    tell.begin();
    tell.start('test', { items: MANY });
    tell.copies('test', { first: 1, count: 4999, resumed: true }, ok);
    expect(history.steps.get('test[123]')).toMatchObject({ item: { N: '123' }, outcome: ok, isTaken: true });
    expect(history.steps.get('test')?.copies).toMatchObject({ counts: { succeeded: 4999 }, taken: 4999 });
  });

  it('knows of one that was skipped with others', () => {
    const history = createHistory(groupsOf(LEAVES), { focus: 'test[7]' });
    const tell = tellTo(history.take);
    tell.begin();
    tell.start('test', { items: 10 });
    tell.copies('test', { first: 5, count: 6 }, skippedAfter('test[4]'));
    expect(history.steps.get('test[7]')?.outcome).toEqual(skippedAfter('test[4]'));
  });

  it('forgets the copies of a forEach that starts again, with all that is inside', () => {
    const history = createHistory(groupsOf(INNER));
    const tell = tellTo(history.take);
    tell.begin();
    tell.start('test', { items: 3 });
    tell.start('test[1]', { item: { N: '1' } });
    tell.start('test[1]/x');
    tell.end('test[1]/x', exit(1));
    tell.start('test', { items: 2 });
    expect([...history.steps.keys()]).toEqual(['test']);
    expect(history.steps.get('test')?.copies).toMatchObject({ items: 2, counts: { failed: 0 } });
  });
});
