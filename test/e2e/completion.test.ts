/** `runjobs completion`: command lines are completed in the real shells. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, ENV, runjobs, temporaryFolder } from '../support/cli.ts';
import { noTerminal, openTerminal } from '../support/terminal.ts';

const without = (shell: string) =>
  spawnSync(shell, ['-c', 'true']).status === 0 ? '' : ` (left out: there is no ${shell} here)`;
const noZsh = noTerminal === undefined ? without('zsh') : ` (left out: ${noTerminal})`;

/** A folder with a plan and a run of it, and a `runjobs` on the path. */
async function place() {
  const cwd = temporaryFolder();
  const bin = join(temporaryFolder(), 'bin');
  mkdirSync(bin);
  symlinkSync(BIN, join(bin, 'runjobs'));
  mkdirSync(join(cwd, 'sub'));
  writeFileSync(join(cwd, 'package.json'), '{}');
  writeFileSync(
    join(cwd, 'plan.yaml'),
    'define: { nightly: { run: "true", description: Every night } }\nsteps:\n' +
      '  - { id: build, run: "true" }\n  - id: test\n    gather: [{ id: unit, run: "true" }]\n',
  );
  const env = {
    ...ENV,
    PATH: `${bin}:${dirname(process.execPath)}:${ENV.PATH}`,
    HOME: cwd,
    XDG_STATE_HOME: join(bin, 'state'),
  };
  const { stdout } = await runjobs(['plan.yaml', '--reporter', 'ndjson'], { cwd, env });
  const { run } = JSON.parse(String(stdout).split('\n')[0] ?? '{}');
  return { cwd, env, run: String(run) };
}

type Place = Awaited<ReturnType<typeof place>>;

/** What bash offers for a line, by the function that it calls at a tab. */
function inBash({ cwd, env }: Place, words: readonly string[]): string[] {
  const script = `source <(runjobs completion bash)
COMP_WORDS=(runjobs "$@"); COMP_CWORD=$#; _runjobs; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], { cwd, env, encoding: 'utf8' });
  return stdout.split('\n').filter(line => line !== '');
}

function inFish({ cwd, env }: Place, line: string): string[] {
  const script = `runjobs completion fish | source; complete -C '${line}'`;
  const { stdout } = spawnSync('fish', ['--no-config', '-c', script], { cwd, env, encoding: 'utf8' });
  return stdout.split('\n').filter(text => text !== '');
}

describe('in bash', () => {
  it('any file is offered where an option takes one, and folders alone where it takes a folder', async () => {
    const here = await place();
    expect(inBash(here, ['worker', '--queue-password-file', 'p'])).toEqual(['package.json', 'plan.yaml']);
    expect(inBash(here, ['run', '--env-file', 'pa'])).toEqual(['package.json']);
    expect(inBash(here, ['worker', '--workdir', ''])).toEqual(['sub/']);
  });

  it('commands, plans and folders are offered at first; other files are not', async () => {
    const here = await place();
    expect(inBash(here, [''])).toEqual(expect.arrayContaining(['run', 'resume', 'cron', 'plan.yaml', 'sub/']));
    expect(inBash(here, [''])).not.toContain('package.json');
    expect(inBash(here, ['p'])).toEqual(['plan.yaml']);
    expect(inBash(here, ['check', ''])).toEqual(['plan.yaml', 'sub/']);
    expect(inBash(here, ['./p'])).toEqual(['./plan.yaml']);
    expect(inBash(here, [`${here.cwd}/p`])).toEqual([`${here.cwd}/plan.yaml`]);
  });

  it('definitions, steps and options of the plan on the line are', async () => {
    const here = await place();
    expect(inBash(here, ['plan.yaml#'])).toEqual(['plan.yaml#nightly']);
    expect(inBash(here, ['plan.yaml', '--only', ''])).toEqual(['build', 'test', 'test/unit']);
    expect(inBash(here, ['plan.yaml', '--skip', '=', 'test/'])).toEqual(['test/unit']);
    expect(inBash(here, ['plan.yaml', '--rep'])).toEqual(['--reporter']);
    expect(inBash(here, ['cron', ''])).toEqual(['print']);
  });

  it('inputs are, and the values that one of them may have', async () => {
    const here = await place();
    const inputs = '{ TO: { enum: [live, lab, "a b"] }, DRY: { type: boolean }, NOTE: {} }';
    writeFileSync(join(here.cwd, 'given.yaml'), `inputs: ${inputs}\nrun: echo \${TO} \${DRY} \${NOTE}\n`);
    expect(inBash(here, ['given.yaml', '--set', ''])).toEqual(['TO=', 'DRY=', 'NOTE=']);
    expect(inBash(here, ['given.yaml', '--set', 'TO', '='])).toEqual(['live', 'lab', 'a\\ b']);
    expect(inBash(here, ['given.yaml', '--set', 'TO', '=', 'li'])).toEqual(['live']);
    expect(inBash(here, ['given.yaml', '--set', "'TO=a"])).toEqual(['TO=a b']);
    expect(inBash(here, ['given.yaml', '--set', 'DRY', '=', ''])).toEqual(['true', 'false']);
    expect(inBash(here, ['given.yaml', '--set', 'NOTE', '=', ''])).toEqual([]);
    expect(inBash(here, ['--set', 'TO', '=', 'live', 'given.yaml', '--set', 'D'])).toEqual(['DRY=']);
  });

  it('runs are, and the steps of a run', async () => {
    const here = await place();
    for (const command of ['resume', 'show', 'logs', 'stop', 'restart', 'clean', 'replay'])
      expect(inBash(here, [command, ''])).toEqual(['last', here.run]);
    expect(inBash(here, ['logs', here.run, 'te'])).toEqual(['test', 'test/unit']);
  });

  it('what an option of workers may be is, and the commands that help explains, and the version at first', async () => {
    const here = await place();
    expect(inBash(here, ['worker', '--on-lock-lost', ''])).toEqual(['kill', 'finish']);
    expect(inBash(here, ['worker', '--allow', 'r'])).toEqual(['run', 'run\\,http']);
    expect(inBash(here, ['help', 're'])).toEqual(['resume', 'replay', 'restart']);
    expect(inBash(here, ['help', 'cron', ''])).toEqual(['print']);
    expect(inBash(here, ['help', 'run', ''])).toEqual([]);
    expect(inBash(here, ['h'])).toEqual(['help']);
    expect(inBash(here, ['--ve'])).toEqual(['--version']);
    expect(inBash(here, ['run', '--ve'])).toEqual([]);
  });

  it('what is in quotes stays in them', async () => {
    const here = await place();
    writeFileSync(
      join(here.cwd, "my $plan's.yaml"),
      "steps: [{ id: ab, forEach: { N: [x] }, steps: [{ id: in, run: 'true' }] }]\n",
    );
    expect(inBash(here, ['my'])).toEqual(["my\\ \\$plan\\'s.yaml"]);
    expect(inBash(here, ["'my"])).toEqual(["my $plan'\\''s.yaml"]);
    expect(inBash(here, ['"my'])).toEqual(["my \\$plan's.yaml"]);
    for (const plan of ["my\\ \\$plan\\'s.yaml", '"my \\$plan\'s.yaml"']) {
      expect(inBash(here, [plan, '--only', "'ab["])).toEqual(['ab[]/in']);
      expect(inBash(here, [plan, '--only', '"ab['])).toEqual(['ab[]/in']);
      expect(inBash(here, [plan, '--only', 'ab['])).toEqual(['ab\\[\\]/in']);
    }
  });

  it('nothing is, and nothing said, where a plan is wrong or would have to be run', async () => {
    const here = await place();
    writeFileSync(join(here.cwd, 'bad.yaml'), 'stepz: 1\n');
    writeFileSync(join(here.cwd, 'module.mjs'), 'throw new Error("was run");\n');
    for (const name of ['bad.yaml', 'module.mjs', 'none.yaml']) expect(inBash(here, [name, '--only', ''])).toEqual([]);
  });
});

it.skipIf(without('fish') !== '')(`fish offers the same, with a word on each${without('fish')}`, async () => {
  const here = await place();
  expect(inFish(here, 'runjobs pl')).toEqual(['plan.yaml']);
  expect(inFish(here, 'runjobs plan.yaml#')).toEqual(['plan.yaml#nightly\tEvery night']);
  expect(inFish(here, 'runjobs plan.yaml --only test/')).toEqual(['test/unit']);
  expect(inFish(here, 'runjobs plan.yaml --only=test/')).toEqual(['--only=test/unit']);
  writeFileSync(join(here.cwd, 'given.yaml'), "inputs: { TO: { enum: [live, lab] } }\nrun: 'echo ${TO}'\n");
  expect(inFish(here, 'runjobs given.yaml --set TO=li')).toEqual(['TO=live']);
  expect(inFish(here, 'runjobs show ')).toEqual(['last\tthe latest one', `${here.run}\tplan`]);
});

it.skipIf(noTerminal !== undefined)(`bash completes in quotes at a tab (${noTerminal ?? 'a real one'})`, async () => {
  const { cwd, env } = await place();
  writeFileSync(
    join(cwd, 'my plan.yaml'),
    "steps: [{ id: ab, forEach: { N: [x] }, steps: [{ id: in, run: 'true' }] }]\n",
  );
  const start = `cd ${cwd} && exec bash --norc -i`;
  const screen = openTerminal(`sh -c '${start}'`, 100, 30, { ...env, PS1: 'ready> ' });
  await screen.shows('ready>');
  screen.type('source <(runjobs completion bash); echo lo\\aded\n');
  await screen.shows('loaded');
  screen.type("runjobs 'my\t");
  await screen.shows("runjobs 'my plan.yaml'");
  screen.type(" --only 'ab[\t");
  await screen.shows("--only 'ab[]/in'");
  screen.type('\u0015exit\n');
  expect(await screen.ended).toBe(0);
});

it.skipIf(noZsh !== '')(`zsh completes at a tab${noZsh}`, async () => {
  const { cwd, env } = await place();
  writeFileSync(
    join(cwd, '.zshrc'),
    'autoload -Uz compinit && compinit -u -d "$HOME/dump"\nsource <(runjobs completion zsh)\nPS1="ready> "\n',
  );
  const screen = openTerminal(`sh -c 'cd ${cwd} && exec zsh -i'`, 100, 30, { ...env, ZDOTDIR: cwd });
  await screen.shows('ready>');
  screen.type('runjobs pl\t');
  await screen.shows('runjobs plan.yaml');
  screen.type('--only test/\t');
  await screen.shows('runjobs plan.yaml --only test/unit');
  writeFileSync(join(cwd, 'given.yaml'), "inputs: { TO: { enum: [live, lab] } }\nrun: 'echo ${TO}'\n");
  screen.type('\u0015runjobs given.yaml --set TO=li\t');
  await screen.shows('--set TO=live');
  screen.type('\u0015runjobs show \t');
  await screen.shows('last  -- the latest one');
  screen.type('\u0015exit\n');
  expect(await screen.ended).toBe(0);
});

it('an unknown shell is told, with those that there are', async () => {
  const { exitCode, stderr } = await runjobs(['completion', 'tcsh']);
  expect(exitCode).toBe(2);
  expect(String(stderr)).toContain('bash, zsh, fish');
});
