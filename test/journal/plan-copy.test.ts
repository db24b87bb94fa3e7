/** The copy of a plan that its run keeps. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { overridden, readPlanCopy, writePlanCopy } from '../../src/journal/plan-copy.ts';
import { forEach, leaf, plan } from '../support/steps.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runjobs-copy-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('keeps what was given, but the values of secrets, and files that can be read only once', () => {
  const file = join(folder, 'a.env');
  writeFileSync(file, '');
  writePlanCopy(folder, {
    plan: { ...plan(leaf('.')), secrets: ['TOKEN'] },
    overrides: {},
    given: { set: { TARGET: 'moon', TOKEN: 'hunter22' }, envFiles: [file, '/dev/null', join(folder, 'gone.env')] },
  });
  expect(readPlanCopy(folder)).toMatchObject({ given: { set: { TARGET: 'moon' }, envFiles: [file] } });
  expect(readFileSync(join(folder, 'plan.json'), 'utf8')).not.toContain('hunter22');
});

it('has the timeout of the command line where the plan would have its own: on the copies of a forEach', () => {
  const own = { ...leaf('.'), timeoutMs: 300 };
  expect(overridden(plan(own), { timeoutMs: 5000 }).root).toMatchObject({ timeoutMs: 5000 });
  const { root } = overridden(plan(forEach('.', 1, own)), { timeoutMs: 5000 });
  expect(root).toMatchObject({ each: { timeoutMs: 5000 } });
  expect(root).not.toHaveProperty('timeoutMs');
});

it.each([undefined, null, 5, { set: 5, envFiles: 5 }, { set: { A: 5 }, envFiles: [5] }])(
  'takes %j for nothing that was given',
  given => {
    writeFileSync(join(folder, 'plan.json'), JSON.stringify({ v: 1, plan: plan(leaf('.')), given }));
    expect(readPlanCopy(folder)).toMatchObject({ given: { set: {}, envFiles: [] } });
  },
);
