import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Holder, thisHolder } from '../../src/journal/holder.ts';
import { holderOf, type Lock, type Taking, takeLock } from '../../src/journal/lock.ts';
import { temporaryFolder } from '../support/cli.ts';

const me = thisHolder({ run: 'mine', name: 'backup' });
/** Nobody has this id: they end at 2^22. */
const dead: Holder = { ...me, pid: 2 ** 30, run: 'dead' };

function held(taking: Taking): Lock {
  if (taking.type !== 'held') throw new Error(`it is held by ${taking.by.run}`);
  return taking.lock;
}

describe('a lock', () => {
  it('is held by one until it is given back', async () => {
    const folder = join(temporaryFolder(), 'lock');
    const lock = held(await takeLock(folder, me));
    const second = await takeLock(folder, { ...me, run: 'second' });
    expect(second).toMatchObject({ type: 'taken', sure: true, by: { run: 'mine', pid: process.pid } });
    expect(await holderOf(folder)).toMatchObject({ state: 'alive', holder: { run: 'mine' } });
    lock.release();
    expect(await holderOf(folder)).toBeUndefined();
    held(await takeLock(folder, me)).release();
  });

  it('leaves one small file in a folder of its own, for its owner only, and nothing beside it', async () => {
    const parent = temporaryFolder();
    const folder = join(parent, 'lock');
    for (let round = 0; round < 5; round += 1) {
      held(await takeLock(folder, me)).release();
      expect(readdirSync(parent)).toEqual(['lock']);
      expect(readdirSync(folder)).toEqual([String(round + 1)]);
    }
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, '5'))).toMatchObject({ size: 0 });
    expect(statSync(join(folder, '5')).mode & 0o777).toBe(0o600);
  });

  it('of a dead holder is taken over at once, and what it left is removed', async () => {
    const parent = temporaryFolder();
    const folder = join(parent, 'lock');
    mkdirSync(folder);
    writeFileSync(join(folder, '7'), JSON.stringify(dead));
    for (const left of ['lock~0123', 'lock~4567']) writeFileSync(join(parent, left), 'half a rec');
    writeFileSync(join(parent, 'lock-2'), 'another’s');
    expect(await holderOf(folder)).toMatchObject({ state: 'dead', holder: { run: 'dead' } });
    const lock = held(await takeLock(folder, me));
    expect(readdirSync(folder)).toEqual(['8']);
    expect(readdirSync(parent).filter(name => !name.startsWith('lock~'))).toEqual(['lock', 'lock-2']);
    lock.release();
    expect(readdirSync(parent)).toEqual(['lock', 'lock-2']);
  });

  it('of a holder that nobody can see counts as held, without being sure', async () => {
    const folder = join(temporaryFolder(), 'lock');
    mkdirSync(folder);
    writeFileSync(join(folder, '1'), JSON.stringify({ ...me, host: 'another', boot: 'another' }));
    expect(await takeLock(folder, me)).toMatchObject({ type: 'taken', sure: false });
  });

  it.each(['', '{"host":"a","pi', '\u0000\u0000\u0000\u0000'])('whose record is %j is free', async text => {
    const folder = join(temporaryFolder(), 'lock');
    mkdirSync(folder);
    writeFileSync(join(folder, '3'), text);
    expect(await holderOf(folder)).toBeUndefined();
    held(await takeLock(folder, me)).release();
    expect(readdirSync(folder)).toEqual(['4']);
  });

  it('is taken in a folder that somebody has emptied', async () => {
    const folder = join(temporaryFolder(), 'lock');
    mkdirSync(folder);
    held(await takeLock(folder, me)).release();
    expect(readdirSync(folder)).toEqual(['1']);
  });

  it('is not taken through a link, in a file, or among other files', async () => {
    const parent = temporaryFolder();
    mkdirSync(join(parent, 'elsewhere'));
    symlinkSync(join(parent, 'elsewhere'), join(parent, 'link'));
    await expect(takeLock(join(parent, 'link'), me)).rejects.toThrow(/link" is a link/);
    expect(readdirSync(join(parent, 'elsewhere'))).toEqual([]);
    writeFileSync(join(parent, 'file'), '');
    await expect(takeLock(join(parent, 'file'), me)).rejects.toThrow(/ENOTDIR/);
    mkdirSync(join(parent, 'other'));
    writeFileSync(join(parent, 'other/notes.txt'), '');
    await expect(takeLock(join(parent, 'other'), me)).rejects.toThrow(/is no lock: remove it/);
    await expect(takeLock(join(parent, 'no/such/lock'), me)).rejects.toThrow(/ENOENT/);
    expect(readdirSync(parent).sort()).toEqual(['elsewhere', 'file', 'link', 'other']);
  });

  it('that was removed under its holder is not taken away from who has it now', async () => {
    const folder = join(temporaryFolder(), 'lock');
    const first = held(await takeLock(folder, me));
    rmSync(folder, { recursive: true });
    const second = held(await takeLock(folder, { ...me, run: 'second' }));
    first.release();
    expect(await holderOf(folder)).toMatchObject({ holder: { run: 'second' } });
    second.release();
    rmSync(folder, { recursive: true });
    second.release();
    expect(existsSync(folder)).toBe(false);
  });
});

describe('of many takers at once', () => {
  it('exactly one has a fresh lock', async () => {
    for (let round = 0; round < 30; round += 1) {
      const folder = join(temporaryFolder(), 'lock');
      await oneOf(20, folder);
    }
  });

  it('exactly one takes over from a dead holder', async () => {
    const folder = join(temporaryFolder(), 'lock');
    mkdirSync(folder);
    for (let round = 1; round <= 60; round += 1) {
      const [last = '0'] = readdirSync(folder);
      writeFileSync(join(folder, String(Number(last) + 1)), JSON.stringify(dead));
      await oneOf(5, folder);
    }
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('none has it when its record was emptied by the end of the machine, but one', async () => {
    const folder = join(temporaryFolder(), 'lock');
    const lost = held(await takeLock(folder, dead));
    truncateSync(join(folder, '1'));
    await oneOf(5, folder);
    lost.release();
    expect(readFileSync(join(folder, '2'), 'utf8')).toBe('');
  });
});

/** So many try at once; one must succeed, and gives the lock back. */
async function oneOf(count: number, folder: string): Promise<void> {
  const takings = await Promise.all(
    Array.from({ length: count }, (_, index) => takeLock(folder, { ...me, run: `taker ${index}` })),
  );
  const winners = takings.filter(({ type }) => type === 'held');
  expect(winners).toHaveLength(1);
  for (const winner of winners) held(winner).release();
}
