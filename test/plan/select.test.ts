/** `--only`, `--skip` and `--from`. */
import { describe, expect, it } from 'vitest';
import { type Selection, selectSteps } from '../../src/plan/select.ts';
import { simulate } from '../support/simulate.ts';
import { forEach, gather, lastly, leaf, need, steps } from '../support/steps.ts';

const tree = steps('.', [
  leaf('install'),
  gather('check', [leaf('lint'), leaf('types'), leaf('unit', {}, { needs: [need('types')] })]),
  steps('deploy', [leaf('upload'), leaf('smoke')], lastly([leaf('cleanup')])),
]);

/** The leaves that start, and why another does not. */
async function started(selection: Selection) {
  const selected = selectSteps(tree, selection);
  if (selected.type !== 'selected') throw new Error(selected.message);
  const run = await simulate(selected.root);
  expect(run.exitCode).toBe(0);
  const leaves = run.lines.filter(line => line.includes('started')).map(line => line.split(' ')[1] ?? '');
  return { leaves: leaves.filter(path => !['.', 'check', 'deploy'].includes(path)), steps: run.steps };
}

describe('a selection', () => {
  it('with only runs these steps, what is in them, and the groups around them', async () => {
    const { leaves, steps } = await started({ only: ['deploy/smoke'] });
    expect(leaves).toEqual(['deploy/smoke', 'deploy/finally/cleanup']);
    expect(steps.get('check/lint')).toEqual({ state: 'skipped', reason: { type: 'left-out', by: '--only' } });
    expect((await started({ only: ['check'] })).leaves).toEqual(['check/lint', 'check/types', 'check/unit']);
  });

  it('meets the needs of what stays', async () => {
    expect((await started({ only: ['check/unit'] })).leaves).toEqual(['check/unit']);
  });

  it.each<[string, Selection]>([
    ['only', { only: ['db', 'api'] }],
    ['skip', { skip: ['test'] }],
  ])('with %s that leaves nothing but background steps lasts as long as they do', async (_, selection) => {
    for (const group of [steps, gather]) {
      const services = [
        leaf('db', { durationMs: 300 }, { background: true }),
        leaf('api', { durationMs: 200 }, { background: true }),
      ];
      const selected = selectSteps(group('.', [...services, leaf('test')]), selection);
      if (selected.type !== 'selected') throw new Error(selected.message);
      const run = await simulate(selected.root);
      expect([run.exitCode, run.tookMs]).toEqual([0, 300]);
    }
  });

  it('with skip leaves these out', async () => {
    const { leaves, steps } = await started({ skip: ['check', '**/upload'] });
    expect(leaves).toEqual(['install', 'deploy/smoke', 'deploy/finally/cleanup']);
    expect(steps.get('check')).toEqual({ state: 'skipped', reason: { type: 'left-out', by: '--skip' } });
  });

  it('with from leaves out what comes before in the sequences around, and what it needs', async () => {
    expect((await started({ from: 'check/unit' })).leaves).toEqual([
      'check/lint',
      'check/unit',
      'deploy/upload',
      'deploy/smoke',
      'deploy/finally/cleanup',
    ]);
    expect((await started({ from: 'deploy/smoke' })).leaves).toEqual(['deploy/smoke', 'deploy/finally/cleanup']);
  });

  it('takes globs', async () => {
    expect((await started({ only: ['*/u*'] })).leaves).toEqual([
      'check/unit',
      'deploy/upload',
      'deploy/finally/cleanup',
    ]);
  });

  it('does not know steps that there are not', () => {
    expect(selectSteps(tree, { only: ['deploy/smok'] })).toEqual({
      type: 'unknown',
      message: '--only deploy/smok: no step has this path, did you mean "deploy/smoke"?',
    });
    expect(selectSteps(tree, { skip: ['deploy/finally/cleanup'] })).toEqual({
      type: 'unknown',
      message:
        '--skip deploy/finally/cleanup: steps of a finally cannot be chosen: they run with what they tidy up after',
    });
    expect(selectSteps(tree, { only: ['**/clean*'] })).toEqual({
      type: 'unknown',
      message: '--only **/clean*: steps of a finally cannot be chosen: they run with what they tidy up after',
    });
    const message = '--only finally/a: no step has this path; "runjobs check" shows the paths';
    expect(selectSteps(leaf('.'), { only: ['finally/a'] })).toEqual({ type: 'unknown', message });
  });

  it.each([
    ['nope', tree, '; there are "install", "check", "deploy"; '],
    ['check/integration', tree, '; there are "check/lint", "check/types", "check/unit"; '],
    ['deploy/upload/parts/1', tree, '; there are "deploy/upload", "deploy/smoke"; '],
    ['nope/**', tree, '; there are "install", "check", "deploy"; '],
    ['fe/1', forEach('.', 2, steps('', [forEach('fe', 2, leaf(''))])), '; there are "[]", "[]/fe"; '],
    ['fe/1', steps('.', [forEach('fe', 2, steps('', [leaf('build')]))]), '; there are "fe[]", "fe[]/build"; '],
    ['nope', steps('.', [leaf('install')]), '; there is "install"; '],
    [
      'nope',
      steps(
        '.',
        'abcdefg'.split('').map(id => leaf(id)),
      ),
      '; there are "a", "b", "c", "d", "e" and 2 more; ',
    ],
  ])('says of "%s" which steps there are where none is near', (path, root, words) => {
    expect(selectSteps(root, { only: [path] })).toEqual({
      type: 'unknown',
      message: `--only ${path}: no step has this path${words}"runjobs check" shows the paths`,
    });
  });

  it('reaches into the copies of a forEach, all at once', async () => {
    const copies = forEach('.', 2, steps('', [leaf('build'), leaf('test')]));
    const paths = async (selection: Selection) => {
      const selected = selectSteps(copies, selection);
      if (selected.type !== 'selected') return selected.message;
      const run = await simulate(selected.root);
      return run.lines.filter(line => /\/\w+ started/.test(line)).map(line => line.split(' ')[1]);
    };
    expect(await paths({ skip: ['[]/build'] })).toEqual(['[1]/test', '[2]/test']);
    expect(await paths({ only: ['**/build'] })).toEqual(['[1]/build', '[2]/build']);
    expect(await paths({ from: '[*]/test' })).toEqual(['[1]/test', '[2]/test']);
    expect(await paths({ only: ['[]/bild'] })).toBe('--only []/bild: no step has this path, did you mean "[]/build"?');
  });
});
