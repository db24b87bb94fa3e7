/** What the caller gives to a plan: --set, --env-file, the environment, and again on resume. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planFile, runjobs, temporaryFolder } from '../support/cli.ts';

const DEPLOY = `inputs:
  TARGET: { enum: [staging, production], description: Where to deploy }
  COUNT: { type: number, default: 1 }
  TOKEN: { pattern: "[a-z0-9]+" }
secrets: [TOKEN]
steps:
  - run: [echo, "to \${TARGET} \${COUNT}"]
`;

describe('the value of an input', () => {
  it.each<[string, string[], string]>([
    ['is that of --set, the last one', ['--set', 'A=set', '--set', 'A=last=one'], 'A last=one, B env'],
    ['else the default, though files and the environment have others', ['--env-file', 'a.env'], 'A default, B file'],
    [
      'of the last file that has it',
      ['--env-file', 'a.env', '--env-file', 'b.env', '--env-file', 'c.env'],
      'A default, B last',
    ],
    ['empty, where that is given', ['--set', 'A=', '--set', 'B='], 'A , B '],
  ])('%s', async (_, args, said) => {
    const plan = planFile({ inputs: { A: { default: 'default' }, B: {} }, run: `echo "A $A, B $B"` });
    const folder = dirname(plan);
    for (const [name, text] of [
      ['a', 'A=file\nB=file'],
      ['b', 'B="last"'],
      ['c', 'C=1'],
    ])
      writeFileSync(join(folder, `${name}.env`), text ?? '');
    const { stdout, exitCode, stderr } = await runjobs(['plan.json', ...args], {
      cwd: folder,
      env: { A: 'env', B: 'env' },
    });
    expect(exitCode, String(stderr)).toBe(0);
    expect(String(stdout)).toContain(`] ${said}\n`);
  });

  it('is refused with all that is missing and all that is wrong at once, and nothing starts', async () => {
    const plan = planFile(DEPLOY, 'deploy.yaml');
    const { exitCode, stderr, stdout } = await runjobs(
      ['deploy.yaml', '--set', 'COUNT=many', '--set', 'TOKEN=Hunter-22', '--set', 'TARGT=staging'],
      { cwd: dirname(plan) },
    );
    expect(exitCode).toBe(2);
    expect(String(stdout)).toBe('');
    expect(String(stderr).split('\n')).toEqual([
      '--set TARGT: the plan has no such input, did you mean "TARGET"?',
      'input TARGET is missing: "staging" or "production" (Where to deploy); give it with --set TARGET=…, --env-file or the environment',
      'input COUNT: expected a number, got "many"',
      'input TOKEN: expected what matches [a-z0-9]+ as a whole; what it has is a secret, and not shown',
      '',
      '4 problems in the inputs of deploy.yaml; nothing was started.',
      '',
    ]);
    expect(existsSync(join(dirname(plan), '.runjobs'))).toBe(false);
  });

  it('is refused together with the secrets that are missing, each of them told once', async () => {
    const plan = planFile({ inputs: { A: {}, TOKEN: {} }, secrets: ['TOKEN', 'API_KEY'], run: 'true' });
    const { exitCode, stderr } = await runjobs(['plan.json'], { cwd: dirname(plan) });
    expect(exitCode).toBe(2);
    expect(String(stderr).split('\n')).toEqual([
      'input A is missing: give it with --set A=…, --env-file or the environment',
      'input TOKEN is missing: give it with --set TOKEN=…, --env-file or the environment',
      'root.secrets[1]: the secret "API_KEY" has no value; give it in the environment, in a file that envFile names, or as an input',
      '',
      '3 problems in the inputs and the secrets of plan.json; nothing was started.',
      '',
    ]);
    const wellGiven = await runjobs(['check', plan]);
    expect(wellGiven.exitCode, String(wellGiven.stderr)).toBe(0);
  });

  it.each([
    ['--set', 'A'],
    ['--set', '=1'],
  ])('is NAME=value, and not %s %s', async (...args) => {
    const { exitCode, stderr } = await runjobs([planFile({ run: 'true' }), ...args]);
    expect(exitCode).toBe(2);
    expect(String(stderr)).toContain('It must be NAME=value.');
  });
});

describe('--env-file', () => {
  it('gives variables to a plan that declares none of them, over the environment', async () => {
    const plan = planFile({ run: ['echo', `\${GREETING} \${WHOM}`] });
    writeFileSync(join(dirname(plan), 'a.env'), '\ufeffGREETING=Hello\nWHOM="file"\n');
    const given = await runjobs(['plan.json', '--env-file', 'a.env'], { cwd: dirname(plan), env: { WHOM: 'env' } });
    expect(String(given.stdout)).toContain('] Hello file\n');
    const without = await runjobs(['plan.json'], { cwd: dirname(plan) });
    expect(without.exitCode).toBe(2);
    expect(String(without.stderr)).toContain('plan.json:1:16 root.run[1]: nothing sets "GREETING"');
  });

  it('that cannot be read is told, and nothing starts', async () => {
    const plan = planFile({ run: 'true' });
    writeFileSync(join(dirname(plan), 'latin.env'), Buffer.from('A=\xe9', 'latin1'));
    const odd = await runjobs(['plan.json', '--env-file', 'latin.env'], { cwd: dirname(plan) });
    expect(odd.exitCode).toBe(2);
    expect(String(odd.stderr)).toBe(
      'latin.env: not UTF-8; save it as UTF-8\n\n1 problem in --env-file; nothing was started.\n',
    );
    writeFileSync(join(dirname(plan), 'open.env'), 'A=1\nB="secret\n');
    const open = await runjobs(['plan.json', '--env-file', 'open.env'], { cwd: dirname(plan) });
    expect(open.exitCode).toBe(2);
    expect(String(open.stderr)).toBe(
      'open.env:2:1: a quote is opened here, and not closed before the end of the file\n\n1 problem in --env-file; nothing was started.\n',
    );
    const none = await runjobs(['plan.json', '--env-file', 'none.env'], { cwd: dirname(plan) });
    // Node 20 takes the option for its own as well, and ends with 9 before anything of ours runs.
    expect([2, 9]).toContain(none.exitCode);
    expect(String(none.stderr)).toMatch(/none\.env: (not found|no such file)/);
    expect(existsSync(join(dirname(plan), '.runjobs'))).toBe(false);
  });
});

describe('the inputs of a plan are shown', () => {
  const TABLE = [
    'Inputs (--set NAME=value):',
    '  TARGET  staging or production, required            Where to deploy',
    '  COUNT   number, default 1',
    '  TOKEN   text, matches [a-z0-9]+, secret, required',
    '',
  ].join('\n');

  it.each([[['deploy.yaml', '--help']], [['run', 'deploy.yaml', '-h']], [['-j', '2', 'deploy.yaml', '--help']]])(
    'below the help: %j',
    async args => {
      const plan = planFile(`${DEPLOY}  - run: [echo, "\${SET_ELSEWHERE}"]\n`, 'deploy.yaml');
      const { exitCode, stdout, stderr } = await runjobs(args, { cwd: dirname(plan) });
      expect(exitCode, String(stderr)).toBe(0);
      expect(String(stdout)).toMatch(/^Usage: runjobs /);
      expect(String(stdout).endsWith(`\n\n${TABLE}`), String(stdout)).toBe(true);
    },
  );

  it('below the options of a run, as "run --help" shows them, wherever the plan stands', async () => {
    const cwd = dirname(planFile(DEPLOY, 'deploy.yaml'));
    const alone = await runjobs(['run', '--help'], { cwd });
    expect(String(alone.stdout)).toMatch(/--set .*--env-file .*--only /s);
    for (const args of [
      ['deploy.yaml', '--help'],
      ['-h', 'deploy.yaml'],
      ['run', 'deploy.yaml', '--help'],
      ['--only', '1', 'deploy.yaml', '--help'],
    ])
      expect([args, (await runjobs(args, { cwd })).stdout]).toEqual([args, `${alone.stdout}\n${TABLE}`]);
  });

  it('below the tree of check, which need not have their values, but checks those it gets', async () => {
    const plan = planFile(DEPLOY, 'deploy.yaml');
    const well = await runjobs(['check', plan, '--set', 'COUNT=2']);
    expect(well.exitCode, String(well.stderr)).toBe(0);
    expect(String(well.stdout).endsWith(`\n\n${TABLE}`)).toBe(true);
    const badly = await runjobs(['check', plan, '--set', 'COUNT=two']);
    expect(badly.exitCode).toBe(2);
    expect(String(badly.stderr)).toContain('input COUNT: expected a number, got "two"');
  });

  it('unless the plan is wrong, which is told below the help', async () => {
    const { exitCode, stdout, stderr } = await runjobs([planFile({ rum: 'x' }), '--help']);
    expect(exitCode).toBe(2);
    expect(String(stdout)).toMatch(/^Usage: /);
    expect(String(stderr)).toContain('did you mean "run"?');
  });

  it('where there are none, the help is as ever', async () => {
    const alone = await runjobs(['run', '--help']);
    const withPlan = await runjobs(['run', planFile({ run: 'true' }), '--help']);
    expect(alone.exitCode).toBe(0);
    expect(withPlan.stdout).toBe(alone.stdout);
  });
});

describe('a resumed run', () => {
  const PLAN = {
    inputs: { TARGET: {}, GO: { default: 'no' }, TOKEN: {}, FROM_FILE: {} },
    secrets: ['TOKEN'],
    steps: ['true', `echo "$TARGET $FROM_FILE \${#TOKEN}"; test "$GO" = yes`],
  };

  /** Other runs may go on in the folders above. */
  const resume = (folder: string, args: readonly string[]) =>
    runjobs(['resume', 'last', '--state-dir', join(folder, '.runjobs'), ...args], { cwd: folder });

  /** A run that has failed, in a folder with its plan. */
  async function failedRun() {
    const plan = planFile(PLAN);
    const folder = dirname(plan);
    mkdirSync(join(folder, 'below'));
    writeFileSync(join(folder, 'a.env'), 'FROM_FILE=file');
    const set = ['--set', 'TARGET=moon', '--set', 'TOKEN=hunter22'];
    const args = ['../plan.json', '--env-file', '../a.env', ...set];
    const { exitCode, stdout } = await runjobs(args, { cwd: join(folder, 'below') });
    expect(exitCode).toBe(1);
    expect(String(stdout)).toContain('] moon file 8\n');
    return folder;
  }

  it('has what was given again, but secrets, which are kept nowhere', async () => {
    const folder = await failedRun();
    const [run = ''] = readdirSync(join(folder, '.runjobs/runs'));
    expect(readFileSync(join(folder, '.runjobs/runs', run, 'plan.json'), 'utf8')).not.toContain('hunter22');
    const without = await resume(folder, ['--set', 'GO=yes']);
    expect(without.exitCode).toBe(2);
    expect(String(without.stderr)).toContain(
      'input TOKEN is missing: give it with --set TOKEN=…, --env-file or the environment',
    );
    expect(String(without.stderr)).toContain('The values of secrets are not kept with a run: give TOKEN again.\n');
    const again = await resume(folder, ['--set', 'GO=yes', '--set', 'TOKEN=abcdef']);
    expect(again.exitCode, String(again.stderr)).toBe(0);
    expect(String(again.stdout)).toContain('] moon file 6\n');
  });

  it('takes what it is given itself first', async () => {
    const folder = await failedRun();
    writeFileSync(join(folder, 'b.env'), 'FROM_FILE=other\nTOKEN=abcdefg');
    const args = ['--set', 'GO=yes', '--set', 'TARGET=mars', '--env-file', 'b.env'];
    const { exitCode, stdout, stderr } = await resume(folder, args);
    expect(exitCode, String(stderr)).toBe(0);
    expect(String(stdout)).toContain('] mars other 7\n');
    expect(String(stderr)).toContain(
      'runjobs: TARGET is "mars" from here on; what is taken over was done with "moon"\n',
    );
    expect(String(stderr)).toContain('runjobs: GO is "yes" from here on; what is taken over was done with "no"\n');
  });

  it('is refused while a file that it was given is not there', async () => {
    const folder = await failedRun();
    rmSync(join(folder, 'a.env'));
    const { exitCode, stderr } = await resume(folder, ['--set', 'TOKEN=abcdef']);
    expect(exitCode).toBe(2);
    expect(String(stderr)).toContain('a.env: no such file\n\n1 problem in --env-file; nothing was started.');
    expect(String(stderr)).toMatch(
      /\nPut it back, or give another one in its place: runjobs resume \S+ --env-file <file>\n$/,
    );
  });

  it('goes on with another file in the place of one that is not there, which is said, and keeps that one', async () => {
    const folder = await failedRun();
    rmSync(join(folder, 'a.env'));
    writeFileSync(join(folder, 'b.env'), 'FROM_FILE=other\nTOKEN=abcdefg');
    const moved = await resume(folder, ['--env-file', 'b.env']);
    expect(moved.exitCode, String(moved.stderr)).toBe(1);
    expect(String(moved.stderr)).toContain(
      `${join(folder, 'a.env')} is not there any more; "b.env" stands in its place\n`,
    );
    expect(String(moved.stdout)).toContain('] moon other 7\n');
    const again = await resume(folder, ['--set', 'GO=yes']);
    expect(again.exitCode, String(again.stderr)).toBe(0);
    expect(String(again.stderr)).not.toContain('a.env');
  });
});

it('a file of variables that a step names is read when the step starts', async () => {
  const plan = planFile({
    steps: [
      'echo "X=made here" > made.env',
      { envFile: { path: 'made.env', optional: true }, run: ['echo', `\${X}`] },
      { envFile: `\${NAME:-none}.env`, run: 'true' },
    ],
  });
  const { exitCode, stdout } = await runjobs([plan, '--state-dir', temporaryFolder()]);
  expect(String(stdout)).toContain('[2] made here\n');
  expect(exitCode).toBe(1);
  expect(String(stdout)).toContain('"none.env" does not exist; write {path, optional: true} where it may be missing');
});

it('a secret that is given by --set is masked, and its place on the command line is warned of', async () => {
  const plan = planFile({ inputs: { TOKEN: {} }, secrets: ['TOKEN'], run: 'echo "token $TOKEN"' });
  const { exitCode, stdout, stderr } = await runjobs([
    plan,
    '--set',
    'TOKEN=hunter22',
    '--state-dir',
    temporaryFolder(),
  ]);
  expect(exitCode).toBe(0);
  expect(String(stdout)).toContain('token ***');
  expect(String(stderr)).toBe(
    'runjobs: everybody on this machine can see the arguments of a command, and so --set TOKEN; give secrets in the environment or with --env-file\n',
  );
});
