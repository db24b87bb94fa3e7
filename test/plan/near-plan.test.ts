import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plansNear } from '../../src/plan/near-plan.ts';
import { temporaryFolder } from '../support/cli.ts';

describe('the plan that a name was meant for', () => {
  it.each<[string, string | undefined, string | undefined]>([
    // The first by its extension.
    ['dev', 'dev.yaml', 'dev.yaml'],
    ['nigthly', undefined, 'nightly.yml'],
    ['nigthly.yml', undefined, 'nightly.yml'],
    ['notes', undefined, undefined],
    ['elsewhere', undefined, undefined],
  ])('%s: called so but for its extension %s, near %s', (name, exact, near) => {
    const folder = temporaryFolder();
    for (const file of ['dev.json', 'dev.yaml', 'nightly.yml', 'notes.txt']) writeFileSync(join(folder, file), '');
    expect(plansNear(join(folder, name))).toEqual({ exact, near });
  });
});
