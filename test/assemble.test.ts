import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { run } from '../src/index.ts';

vi.mock('../src/journal/temporary.ts', async original => ({
  ...(await original<typeof import('../src/journal/temporary.ts')>()),
  makeTemporary() {
    throw new Error('the disk is full');
  },
}));

it('what cannot be opened leaves no process, no listener and no folder behind', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'runjobs-assemble-'));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  const open = () => [
    process.listenerCount('exit'),
    process.getActiveResourcesInfo().filter(name => name === 'ProcessWrap').length,
  ];
  const before = open();
  await expect(run({ run: 'true' }, { stateDir })).rejects.toThrow('the disk is full');
  expect(open()).toEqual(before);
  expect(readdirSync(join(stateDir, 'runs'))).toEqual([]);
});
