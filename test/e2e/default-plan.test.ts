/** The plan of a command line that names none: the file of the current folder that is called runjobs. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runjobs, temporaryFolder } from '../support/cli.ts';

/** A folder with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const PLAN = 'inputs: { WHO: { default: you } }\nsteps: [{ id: a, run: "echo hello $WHO" }, { id: b, run: exit 3 }]\n';

describe('without a plan on the command line', () => {
  it.each(['runjobs.yaml', 'runjobs.yml', 'runjobs.json'])('%s is run, and named as if it had been', async name => {
    const text = name.endsWith('json')
      ? '{"steps": [{"id": "a", "run": "echo hello you"}, {"id": "b", "run": "exit 3"}]}'
      : PLAN;
    const cwd = folderWith({ [name]: text });
    for (const args of [[], ['run'], ['--reporter', 'plain', '-j', '2']]) {
      const { exitCode, stdout, stderr } = await runjobs(args, { cwd });
      expect([args, exitCode, stderr]).toEqual([args, 1, '']);
      expect(String(stdout)).toContain('[a] hello you\n');
      expect(String(stdout)).toContain(`to run it again: runjobs ${name} --only b\n`);
    }
  });

  it('its options are those of a run, and resume goes on with it', async () => {
    const cwd = folderWith({ 'runjobs.yaml': PLAN });
    const only = await runjobs(['--only', 'a', '--set', 'WHO=me'], { cwd });
    expect([only.exitCode, only.stderr]).toEqual([0, '']);
    expect(String(only.stdout)).toContain('[a] hello me\n');
    expect((await runjobs([], { cwd })).exitCode).toBe(1);
    const resumed = await runjobs(['resume', 'last', '--state-dir', '.runjobs'], { cwd });
    expect(resumed.exitCode).toBe(1);
    expect(String(resumed.stdout)).not.toContain('[a] hello');
  });

  it('check looks at it, and the help of run shows its inputs', async () => {
    const cwd = folderWith({ 'runjobs.yaml': PLAN });
    const named = await runjobs(['check', 'runjobs.yaml'], { cwd });
    const { exitCode, stdout } = await runjobs(['check'], { cwd });
    expect([exitCode, stdout]).toEqual([0, named.stdout]);
    expect(String(stdout)).toContain('WHO');
    const help = await runjobs(['run', '--help'], { cwd });
    expect(help.stdout).toBe((await runjobs(['runjobs.yaml', '--help'], { cwd })).stdout);
    expect(String((await runjobs(['--help'], { cwd })).stdout)).not.toContain('WHO');
  });

  it('its steps and inputs are completed', async () => {
    const cwd = folderWith({ 'runjobs.yaml': PLAN });
    const candidates = async (...words: string[]) =>
      String((await runjobs(['complete', '--', ...words], { cwd })).stdout)
        .split('\n')
        .map(line => line.split('\t')[0]);
    expect(await candidates('--only', '')).toEqual(['a', 'b', '']);
    expect(await candidates('check', '--set', '')).toEqual(['WHO=', '']);
    expect(await candidates('resume', '--set', '')).toEqual(['']);
  });

  it('what init has written is run', async () => {
    const cwd = temporaryFolder();
    await runjobs(['init'], { cwd });
    expect((await runjobs([], { cwd })).exitCode).toBe(0);
  });

  it.each([[[]], [['run']], [['check']], [['--only', 'a']]])(
    'and without such a file what is expected is said: %j',
    async args => {
      const cwd = folderWith({ 'plan.yaml': PLAN });
      // It is looked for nowhere else.
      mkdirSync(join(cwd, 'below'));
      writeFileSync(join(cwd, 'runjobs.json'), PLAN);
      const { exitCode, stdout, stderr } = await runjobs(args, { cwd: join(cwd, 'below') });
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toBe(
        'runjobs: no plan is named, and none here is called runjobs.yaml, runjobs.yml or runjobs.json; name one, or let "runjobs init" write a first one (runjobs --help shows what there is)\n',
      );
      expect(readdirSync(join(cwd, 'below'))).toEqual([]);
    },
  );

  it('and with several such files one is asked for', async () => {
    const cwd = folderWith({ 'runjobs.yaml': PLAN, 'runjobs.json': '{"run": "true"}' });
    const { exitCode, stderr } = await runjobs([], { cwd });
    expect([exitCode, stderr]).toEqual([
      2,
      'runjobs: no plan is named, and both runjobs.yaml and runjobs.json are here; name one of them: runjobs runjobs.yaml\n',
    ]);
    writeFileSync(join(cwd, 'runjobs.yml'), PLAN);
    const all = await runjobs(['check'], { cwd });
    expect([all.exitCode, all.stderr]).toEqual([
      2,
      'runjobs: no plan is named, and runjobs.yaml, runjobs.yml and runjobs.json are here; name one of them: runjobs check runjobs.yaml\n',
    ]);
    rmSync(join(cwd, 'runjobs.yml'));
    rmSync(join(cwd, 'runjobs.yaml'));
    expect((await runjobs([], { cwd })).exitCode).toBe(0);
  });
});
