/** Runs that another user has made, and only that one may read, are told to be that: they are neither none nor alive. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, ENV, temporaryFolder } from '../support/cli.ts';

const OTHER = 54_321;
const noSetpriv =
  process.platform === 'linux' && spawnSync('setpriv', ['--reuid', String(OTHER), 'true']).status === 0
    ? ''
    : ' (left out: this user may not become another, or there is no setpriv)';
const WHOSE = `cannot be read: it belongs to another user (uid ${process.getuid?.()})`;

/** A folder with a plan that has failed once, for us. @param owner whose folder it is, and who calls runjobs with `other`. */
function place(owner: number) {
  const cwd = temporaryFolder();
  const state = temporaryFolder();
  for (const folder of [cwd, state]) chmodSync(folder, 0o777);
  writeFileSync(join(cwd, 'plan.yaml'), 'run: "false"\n');
  chownSync(cwd, owner, owner);
  const call = (prefix: readonly string[], args: readonly string[]) => {
    const [program = '', ...rest] = [...prefix, process.execPath, BIN, ...args];
    const env = {
      ...ENV,
      HOME: state,
      XDG_STATE_HOME: prefix.length === 0 ? join(state, 'own') : join(state, 'other'),
    };
    const { status, stdout, stderr } = spawnSync(program, rest, { cwd, env, encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const other = (...args: string[]) =>
    call(['setpriv', '--reuid', String(OTHER), '--regid', String(OTHER), '--clear-groups'], args);
  return { cwd, own: (...args: string[]) => call([], args), other };
}

describe.skipIf(noSetpriv !== '')(`a run of another user${noSetpriv}`, () => {
  it('in a folder that may not be read is no run, and whose the folder is is said', () => {
    const { cwd, own, other } = place(process.getuid?.() ?? 0);
    own('plan.yaml');
    const [id = ''] = readdirSync(join(cwd, '.runjobs/runs'));
    const closed = `runjobs: "${join(cwd, '.runjobs')}" ${WHOSE}; look at its runs as its owner\n`;
    for (const command of ['show', 'logs', 'resume', 'replay', 'stop']) {
      const { status, stderr } = other(command, id);
      expect([command, status], stderr).toEqual([command, 2]);
      expect(stderr).toContain('runjobs: there is no run that you may read; looked in ');
      expect(stderr.endsWith(closed)).toBe(true);
    }
    const { status, stderr } = other('runs');
    expect(status).toBe(0);
    expect(stderr).toContain('there is no run nearby');
    expect(stderr.endsWith(closed)).toBe(true);
    expect(own('runs').stderr).toBe('');
  });

  it('beside runs of one’s own is told to be none that may be read, and stays', () => {
    const { cwd, own, other } = place(OTHER);
    other('plan.yaml');
    own('plan.yaml');
    const runs = join(cwd, '.runjobs/runs');
    const id = readdirSync(runs).find(name => statSync(join(runs, name)).uid !== OTHER) ?? '';
    for (const command of ['show', 'logs', 'resume', 'replay', 'stop']) {
      const { status, stderr } = other(command, id);
      expect([command, status], stderr).toEqual([command, 2]);
      expect(stderr).toBe(
        `runjobs: run ${id}: "${join(runs, id)}" ${WHOSE}; call this as its owner, or name another run\n`,
      );
    }
    const lines = other('runs').stdout.split('\n');
    expect(lines.find(line => line.startsWith(id))).toContain(WHOSE);
    expect(lines.find(line => line.includes('failed (exit code 1)'))).toBeDefined();
    expect(other('clean', '--all').stdout).toContain(`${id} stays: it cannot be removed`);
    expect(readdirSync(runs)).toEqual([id]);
  });
});
