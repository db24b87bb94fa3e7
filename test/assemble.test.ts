import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';

/** The library, in which nothing temporary can be made. Other files of tests share this process: they keep theirs. */
async function libraryOnFullDisk(): Promise<typeof import('../src/index.ts')> {
  const module = '../src/journal/temporary.ts';
  const makeTemporary = () => {
    throw new Error('the disk is full');
  };
  onTestFinished(() => {
    vi.doUnmock(module);
    vi.resetModules();
  });
  vi.doMock(module, async original => ({ ...(await original<object>()), makeTemporary }));
  vi.resetModules();
  return import('../src/index.ts');
}

it('what cannot be opened leaves no process, no listener and no folder behind', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'runjobs-assemble-'));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  const { run } = await libraryOnFullDisk();
  const open = () => [
    process.listenerCount('exit'),
    process.getActiveResourcesInfo().filter(name => name === 'ProcessWrap').length,
  ];
  const before = open();
  await expect(run({ run: 'true' }, { stateDir })).rejects.toThrow('the disk is full');
  expect(open()).toEqual(before);
  expect(readdirSync(join(stateDir, 'runs'))).toEqual([]);
});
