/** `runjobs cron print`: what it prints is understood by what reads it, and starts the plan. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planFile, runjobs, temporaryFolder } from '../support/cli.ts';

const noSystemd =
  spawnSync('systemd-analyze', ['--version']).status === 0 ? '' : ' (left out: there is no systemd-analyze here)';

describe('cron print', () => {
  it('prints a line for the plan and one for each definition that has a schedule', async () => {
    const { stdout, exitCode, stderr } = await runjobs(['cron', 'print', 'jobs/schedule.yaml'], { env: { TZ: 'UTC' } });
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    const lines = String(stdout).split('\n');
    expect(lines.filter(line => /^\d/.test(line)).map(line => line.replace(/ cd .* /, ' … '))).toEqual([
      `0 * * * * … ${join(process.cwd(), 'jobs/schedule.yaml')}`,
      expect.stringMatching(/^0 8 \* \* 1-5 … '.*#workdays'$/),
      expect.stringMatching(/^0 17 \* \* 1-5 … '.*#workdays'$/),
      expect.stringMatching(/^30 2 \* \* \* … '.*#nightly'$/),
    ]);
    expect(lines).toContain('CRON_TZ=Europe/Vienna');
    expect(String(stdout)).toContain('The cron of Debian and Ubuntu does not know it');
  });

  it('prints a command that starts the plan as cron does: from another folder, in an empty environment', async () => {
    const file = planFile({ schedule: '@daily', run: 'pwd > out; exit 3' }, 'a 50% plan.json');
    const { stdout } = await runjobs(['cron', 'print', file]);
    const [, line = ''] = String(stdout).split('\n');
    const command = line.replace('0 0 * * * ', '').replaceAll('\\%', '%');
    const { status, stdout: report } = spawnSync('/bin/sh', ['-c', command], { cwd: '/', env: {}, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(report).toContain('exit 3');
    expect(readFileSync(join(dirname(file), 'out'), 'utf8')).toBe(`${dirname(file)}\n`);
  });

  it('hands on what is given, by absolute paths, and tells what will be missing', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'ci.env'), 'A=1\n');
    writeFileSync(
      join(folder, 'plan.json'),
      JSON.stringify({ schedule: '@daily', inputs: { A: {}, B: {}, C: {} }, secrets: ['TOKEN'], run: 'true' }),
    );
    const args = ['cron', 'print', 'plan.json', '--env-file', 'ci.env', '--set', 'B=two words'];
    const { stdout, stderr } = await runjobs(args, { cwd: folder, env: { TOKEN: 'a long secret' } });
    expect(String(stdout)).toContain(` --quiet --set 'B=two words' --env-file ${folder}/ci.env ${folder}/plan.json\n`);
    expect(stderr).toMatch(/^runjobs: the environment of cron has no C or TOKEN: give it here, /);
    expect(`${stdout}${stderr}`).not.toContain('a long secret');
  });

  it.each([
    ['no schedule', { run: 'true' }, 'has no schedule'],
    ['seconds', { run: 'true', schedule: '* * * * * *' }, 'which has no seconds'],
  ])('prints nothing for %s, and exits with 2', async (_, plan, words) => {
    const { stdout, stderr, exitCode } = await runjobs(['cron', 'print', planFile(plan)]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
  });

  it.skipIf(noSystemd !== '')(`prints units that systemd understands${noSystemd}`, async () => {
    const plan = {
      schedule: ['*/10 0-6,22 1,15 JAN-MAR MON', { cron: '30 2 * * 1-5', timezone: 'Europe/Vienna' }],
      run: 'true',
    };
    const { stdout, stderr, exitCode } = await runjobs(['cron', 'print', '--systemd', planFile(plan, 'a plan.json')]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('systemctl --user enable --now runjobs-a-plan.timer');
    const folder = temporaryFolder();
    for (const unit of String(stdout).split(/^(?=# ~)/m)) {
      const [, name = ''] = /([^/]+\.(?:timer|service))$/m.exec(unit) ?? [];
      writeFileSync(join(folder, name), unit);
    }
    for (const name of ['runjobs-a-plan.timer', 'runjobs-a-plan.service']) {
      const verified = spawnSync('systemd-analyze', ['verify', '--man=no', join(folder, name)], { encoding: 'utf8' });
      expect(verified.stderr.split('\n').filter(line => line.includes(name))).toEqual([]);
    }
    const calendars = [...String(stdout).matchAll(/^OnCalendar=(.*)$/gm)].map(([, calendar = '']) => calendar);
    expect(calendars).toHaveLength(3);
    expect(spawnSync('systemd-analyze', ['calendar', ...calendars]).status).toBe(0);
  });
});

describe('a start of a plan with a schedule', () => {
  it('tells the times that were missed since the last one, and a resumed run does not', async () => {
    const state = temporaryFolder();
    const file = planFile({ schedule: '* * * * * *', run: 'exit 1' });
    const first = await runjobs([file, '--state-dir', state, '--reporter', 'ndjson']);
    expect(String(first.stdout)).not.toContain('missed');
    // The last run becomes one of long ago.
    const { renameSync, readdirSync } = process.getBuiltinModule('node:fs');
    const [id = ''] = readdirSync(join(state, 'runs'));
    renameSync(join(state, 'runs', id), join(state, 'runs', `20200101-000000-${id.slice(-8)}`));
    const second = await runjobs([file, '--state-dir', state, '--reporter', 'ndjson']);
    expect(String(second.stdout)).toMatch(/"type":"warning".*more than 1000 times of the schedule were missed since /);
    const third = await runjobs(['resume', 'last', '--state-dir', state, '--reporter', 'ndjson']);
    expect(String(third.stdout)).toContain('"resumed"');
    expect(String(third.stdout)).not.toContain('missed');
  });
});
