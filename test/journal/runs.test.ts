import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { knownFolders } from '../../src/journal/known.ts';
import { createRunFolder, createRunId } from '../../src/journal/runs.ts';
import { temporaryFolder } from '../support/cli.ts';

const isRoot = process.getuid?.() === 0;
let folder = '';
let userState = '';
beforeEach(() => {
  folder = temporaryFolder();
  userState = join(temporaryFolder(), 'runjobs');
});

const make = (id = 'id', stateDir?: string) =>
  createRunFolder(id, { planFolder: folder, userState, ...(stateDir === undefined ? {} : { stateDir }) });

describe('the folder of a run', () => {
  it('lies in .runjobs beside the plan, which ignores itself in git', () => {
    const { path, notice } = make();
    expect(path).toBe(join(folder, '.runjobs/runs/id'));
    expect(notice).toBeUndefined();
    for (const made of ['.runjobs', '.runjobs/runs', '.runjobs/runs/id']) {
      expect(statSync(join(folder, made)).mode & 0o777).toBe(0o700);
    }
    expect(readFileSync(join(folder, '.runjobs/.gitignore'), 'utf8')).toBe('*\n');
    make('second');
    expect(() => make()).toThrow(/EEXIST/);
  });

  it('is made in a state folder that is there already, without touching what is in it', () => {
    writeFileSync(join(folder, '.gitignore'), 'node_modules\n');
    expect(make('id', folder).path).toBe(join(folder, 'runs/id'));
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('node_modules\n');
    rmSync(join(folder, '.gitignore'));
    make('second', folder);
    expect(existsSync(join(folder, '.gitignore'))).toBe(false);
  });

  it('is where the user says', () => {
    expect(make('id', join(folder, 'deep/state')).path).toBe(join(folder, 'deep/state/runs/id'));
  });

  it.each(['.runjobs', '.runjobs/runs'])('is not made through a link in the place of %s', place => {
    const elsewhere = temporaryFolder();
    if (place !== '.runjobs') mkdirSync(join(folder, '.runjobs'));
    symlinkSync(elsewhere, join(folder, place));
    expect(() => make()).toThrow(/is a symbolic link, which runjobs does not follow/);
    expect(existsSync(join(elsewhere, 'runs'))).toBe(false);
    expect(existsSync(join(elsewhere, 'id'))).toBe(false);
  });

  it('is not made in what is no folder', () => {
    writeFileSync(join(folder, '.runjobs'), '');
    expect(() => make()).toThrow(/is no folder/);
  });

  it('has an id that tells its start', () => {
    expect(createRunId(new Date('2026-11-22T08:13:49.120Z'))).toMatch(/^20261122-081349-[0-9a-f]{8}$/);
  });

  it('is noted once in the index of the user', () => {
    make('one');
    make('two');
    make('three', join(folder, 'state'));
    expect(knownFolders(userState)).toEqual([join(folder, '.runjobs'), join(folder, 'state')]);
    rmSync(join(folder, 'state'), { recursive: true });
    expect(knownFolders(userState)).toEqual([join(folder, '.runjobs')]);
  });

  it('is made where the index cannot be written', () => {
    writeFileSync(userState, 'in the way');
    expect(make().path).toBe(join(folder, '.runjobs/runs/id'));
    expect(knownFolders(userState)).toEqual([]);
  });
});

describe.runIf(isRoot)('a .runjobs of another user (needs root to make it)', () => {
  it('is not used: the run is kept in the user’s state folder, which is said', () => {
    mkdirSync(join(folder, '.runjobs'));
    chownSync(join(folder, '.runjobs'), 12345, 12345);
    const { path, notice } = make();
    expect(path).toBe(join(userState, 'runs/id'));
    expect(notice).toMatch(/belongs to another user; this run is kept in/);
  });

  it('is used when the folder around it is theirs as well', () => {
    mkdirSync(join(folder, '.runjobs'));
    for (const theirs of [folder, join(folder, '.runjobs')]) chownSync(theirs, 12345, 12345);
    expect(make().path).toBe(join(folder, '.runjobs/runs/id'));
  });

  it('is used when it was named', () => {
    mkdirSync(join(folder, 'state'));
    chownSync(join(folder, 'state'), 12345, 12345);
    expect(make('id', join(folder, 'state')).path).toBe(join(folder, 'state/runs/id'));
  });
});

describe.skipIf(isRoot)('a state folder that cannot be written (needs a user other than root)', () => {
  it('gives way to the user’s own, which is said', () => {
    chmodSync(folder, 0o500);
    const { path, notice } = make();
    chmodSync(folder, 0o700);
    expect(path).toBe(join(userState, 'runs/id'));
    expect(notice).toMatch(/cannot be written/);
  });

  it('is told when there is no other', () => {
    const closed = temporaryFolder();
    for (const each of [folder, closed]) chmodSync(each, 0o500);
    userState = join(closed, 'runjobs');
    expect(() => make()).toThrow(
      /cannot be written: the permissions of its folder forbid it, and neither can .*name a folder with --state-dir/,
    );
    for (const each of [folder, closed]) chmodSync(each, 0o700);
  });
});
