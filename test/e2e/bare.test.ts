/** In an environment with nothing in it, as cron, containers and systemd have it, a plan runs by its absolute path alone. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BIN, planFile, temporaryFolder } from '../support/cli.ts';

const NOBODY = 54_321;
const noSetpriv =
  process.platform === 'linux' && spawnSync('setpriv', ['--reuid', String(NOBODY), 'true']).status === 0
    ? ''
    : ' (left out: this user may not become another, or there is no setpriv)';

/** In the root folder, without a variable. */
function bare(args: readonly string[], { env = {}, as = [] }: { env?: Record<string, string>; as?: string[] } = {}) {
  const [program = '', ...rest] = [...as, process.execPath, BIN, ...args];
  const { status, stdout, stderr } = spawnSync(program, rest, { cwd: '/', env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const plan = {
  name: 'bare',
  lock: true,
  steps: [
    { id: 'shell', run: 'echo "$(pwd) ${HOME-no} ${USER-no} ${LANG-no} ${TMPDIR-no}"; printf "\\303\\244\\n"' },
    { id: 'program', run: ['env'], save: 'ENVIRONMENT' },
    { id: 'temporary', run: 'test -d "$RUNJOBS_TMP" && echo made' },
  ],
  finally: ['echo cleaned'],
};

describe('without any variable, in the root folder', () => {
  it('a plan runs, with its lock, in its own folder, and keeps its run beside it', () => {
    const file = planFile(plan);
    const { status, stdout, stderr } = bare([file]);
    expect([status, stderr]).toEqual([0, '']);
    const said = stdout.split('\n').filter(line => line.startsWith('[') && !line.startsWith('[program]'));
    expect(said).toEqual([
      `[shell] ${dirname(file)} no no no no`,
      '[shell] ä',
      '[temporary] made',
      '[finally/1] cleaned',
    ]);
    expect(existsSync(join(dirname(file), '.runjobs/runs'))).toBe(true);
    const folder = join(dirname(file), '.runjobs');
    expect(bare(['runs', '--state-dir', folder]).stdout).toContain('bare');
    expect(bare(['show', '--state-dir', folder]).status).toBe(0);
    expect(bare(['check', file]).status).toBe(0);
  });

  it('a temporary folder that is not there is not missed', () => {
    expect(bare([planFile(plan)], { env: { TMPDIR: '/nowhere', PATH: '/usr/bin:/bin' } }).status).toBe(0);
  });

  it('a home in which nothing can be made is not missed', () => {
    const { status, stdout, stderr } = bare([planFile({ run: 'echo up' })], { env: { HOME: '/proc' } });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('up');
  });

  it.skipIf(noSetpriv !== '')(`a user who has no name and no home runs it${noSetpriv}`, () => {
    const file = planFile(plan);
    chmodSync(dirname(file), 0o777);
    chmodSync(file, 0o644);
    const own = temporaryFolder();
    chmodSync(own, 0o777);
    const as = ['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'];
    onTestFinished(() => rmSync(join(own, `runjobs-${NOBODY}`), { recursive: true, force: true }));
    for (const env of [{ TMPDIR: own }, { TMPDIR: own, HOME: '' }]) {
      const { status, stderr } = bare([file], { env, as });
      expect([status, stderr]).toEqual([0, '']);
      expect(bare(['runs', '--all'], { env, as }).stdout).toContain('bare');
    }
    expect(existsSync(join(own, `runjobs-${NOBODY}`, 'locks'))).toBe(true);
  });
});
