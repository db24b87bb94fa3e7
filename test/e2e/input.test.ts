import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { BIN, ENV, planFile, runjobs, temporaryFolder } from '../support/cli.ts';

/** Exit 2, words on standard error, nothing started, no trace of ours. */
async function refused(args: readonly string[], options: object = {}) {
  const result = await runjobs(args, options);
  expect(result.exitCode).toBe(2);
  expect(String(result.stdout)).toBe('');
  expect(String(result.stderr)).not.toMatch(/\n\s+at |node:internal|dist\//);
  return String(result.stderr);
}

describe('a file that is no plan', () => {
  it('has all of its errors told at once, each with its place, an excerpt and the next action', async () => {
    const file = planFile(
      '{\n  "steps": [\n    { "run": "touch started", "timout": "5s" },\n    { "run": 5 }\n  ],\n  "slots": 0\n}\n',
    );
    const words = await refused([file]);
    expect(words).toContain('plan.json:3:31 root.steps[0].timout: unknown key, did you mean "timeout"?');
    expect(words).toMatch(/3 \| .*"timout": "5s" },\n +\| +\^/);
    expect(words).toContain('plan.json:4:14 root.steps[1].run:');
    expect(words).toContain('root.slots');
    expect(words).toMatch(/3 problems in .*plan\.json; nothing was started\.\n$/);
  });

  it.each([
    ['an empty file', '', /empty/],
    ['binary junk', '\u0000\u0001\u0002', /binary|text/i],
    ['a list', '[1, 2]', /object|mapping/],
    ['duplicate keys', '{"run": "a", "run": "b"}', /duplicate/i],
    ['a thousand levels', `${'{"steps":['.repeat(1000)}${']}'.repeat(1000)}`, /deep/],
    ['a hundred thousand brackets', '['.repeat(100_000), /deep|brackets|expected/i],
    ['a comma too much', '{"run": "a",}', /comma/i],
  ])('%s', async (_, text, words) => {
    expect(await refused([planFile(text)])).toMatch(words);
  });

  it('a missing one is named, with the one that was probably meant', async () => {
    const file = planFile({ run: 'true' }, 'nightly.json');
    expect(await refused([file.replace('nightly', 'nihgtly')])).toMatch(/no such file.*nightly\.json/);
  });

  it('a folder, a circle of links, and what may not be read', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'd'));
    expect(await refused([join(folder, 'd')])).toMatch(/folder/);
    symlinkSync('circle', join(folder, 'circle'));
    expect(await refused([join(folder, 'circle')])).toMatch(/circle/);
    writeFileSync(join(folder, 'secret.json'), '{}');
    chmodSync(join(folder, 'secret.json'), 0);
    if (process.getuid?.() !== 0) expect(await refused([join(folder, 'secret.json')])).toMatch(/permission/);
  });

  it('a pipe that a shell makes is read as a file of variables, as a list and as a plan', async () => {
    const shown = async (script: string, ...args: string[]) => {
      const options = { env: ENV, extendEnv: false, reject: false, stdin: 'ignore' } as const;
      const { stdout, stderr } = await execa('bash', ['-c', script, process.execPath, BIN, ...args], options);
      return [
        String(stdout)
          .split('\n')
          .filter(line => line.startsWith('[')),
        String(stderr),
      ];
    };
    const env = planFile({ run: 'echo "it is $A"', envFile: '/dev/stdin' });
    expect(await shown('echo A=1 | "$0" "$@"', env)).toEqual([['[plan] it is 1'], '']);
    const list = planFile({ run: 'echo "it is $A"', forEach: { A: { lines: '/dev/stdin' } } });
    expect(await shown('echo 1 | "$0" "$@"', list)).toEqual([['[[1]] it is 1'], '']);
    expect(await shown('"$0" "$@" <(echo "run: echo it")')).toEqual([['[plan] it'], '']);
    // Without the two dashes Node itself would read the file first.
    const given = planFile({ run: 'echo "it is $A"' });
    expect(await shown('"$0" -- "$@" --env-file <(echo A=1)', given)).toEqual([['[plan] it is 1'], '']);
    expect(await shown('"$0" -- "$@" --env-file /dev/zero', given)).toEqual([
      [],
      '/dev/zero: larger than 4 MiB; is this the right file?\n\n1 problem in --env-file; nothing was started.',
    ]);
  });

  it('a named pipe keeps no run waiting', async () => {
    const plan = planFile({ run: 'true', envFile: 'pipe' });
    await execa('mkfifo', [join(dirname(plan), 'pipe')]);
    expect(await refused([plan])).toContain('root.envFile: a named pipe, to which nobody may ever write');
    const late = planFile({ run: 'true', envFile: `\${FILE}` });
    await execa('mkfifo', [join(dirname(late), 'pipe')]);
    const { exitCode, stdout } = await runjobs([late, '--state-dir', temporaryFolder()], { env: { FILE: 'pipe' } });
    expect(exitCode).toBe(1);
    expect(String(stdout)).toContain('envFile: "pipe": a named pipe');
  });

  it('standard input is told as such', async () => {
    expect(await refused(['-'], { stdin: 'pipe', input: 'steps: [{ rnu: x }]' })).toMatch(
      /^<stdin>:1:\d+ root\.steps\[0\]\.rnu: unknown key, did you mean "run"\?/,
    );
  });
});

describe('a command line that is wrong', () => {
  it.each([
    [[], /no plan is named, and none here is called runjobs.yaml/],
    [['--nope', 'x.json'], /unknown option '--nope'/],
    [['run', 'x.json', '-j', '0'], /whole number from 1/],
    [['run', 'x.json', '--timeout', 'soon'], /duration/],
    [['a.json', 'b.json'], /too many arguments/],
    [['x.json', '--dry-run'], /^runjobs: unknown option "--dry-run"; runjobs check shows what a plan would do/],
    [['-f', 'x.json'], /^runjobs: unknown option "-f"; a plan is named without an option\n$/],
    [['x.json', '-e', 'A=b'], /^runjobs: unknown option "-e"; values are given by --set NAME=value/],
    [['x.json', '--from', 'a', '--from', 'd'], /'--from <step>' argument 'd' is invalid. It may be given once/],
    [['cron', 'print'], /missing required argument 'plan'\n\(runjobs cron print --help shows what there is\)\n$/],
  ])('%j', async (args, words) => {
    expect(await refused(args)).toMatch(words);
  });

  it('names the command that was probably meant', async () => {
    expect(await refused(['chek', 'jobs/hello.json'])).toBe(
      'runjobs: there is no command "chek" and no such file, did you mean "check"?\n',
    );
  });

  it.each([
    [['help', 'nope'], 'there is no command "nope"; runjobs --help shows what there is'],
    [['help', 'resum'], 'there is no command "resum", did you mean "resume"?'],
    [['help', 'cron', 'prin'], 'there is no command "cron prin", did you mean "print"?'],
    [['help', 'cron', 'x'], 'there is no command "cron x"; runjobs cron --help shows what there is'],
    [['help', 'package.json'], 'there is no command "package.json"; of a file: runjobs package.json --help'],
  ])('says of %j that there is no such command to explain', async (args, words) => {
    expect(await refused(args)).toBe(`runjobs: ${words}\n`);
  });

  it('says of what a resumed run is given that it adds to what the run had', async () => {
    const help = String((await runjobs(['resume', '--help'])).stdout).replaceAll(/\s+/g, ' ');
    expect(help).toContain('or the path of its folder (default: "last")');
    expect(help.match(/\(default: what the run was given\)/g)).toHaveLength(2);
    const run = String((await runjobs(['run', '--help'])).stdout).replaceAll(/\s+/g, ' ');
    expect(run).toContain('(default: what the plan says)');
  });

  it('explains a command below another one, as --help does', async () => {
    for (const command of [['cron', 'print'], ['resume']]) {
      const { exitCode, stdout } = await runjobs(['help', ...command]);
      expect([exitCode, stdout]).toEqual([0, (await runjobs([...command, '--help'])).stdout]);
    }
  });

  it.each([
    ['rerun', ['rerun', 'last', 'api'], '; runjobs --help shows what there is'],
    ['ls', ['ls'], ', did you mean "runs"?'],
    ['dev', ['dev'], ', did you mean "dev.yaml"?'],
    // Rather than "check".
    ['chec', ['chec', '--only', 'a'], ', did you mean "chec.json"?'],
    ['nigthly', ['nigthly'], ', did you mean "nightly.yml"?'],
  ])('says of "%s" that there is neither such a command nor such a file', async (word, args, next) => {
    const cwd = temporaryFolder();
    for (const name of ['dev.yaml', 'chec.json', 'nightly.yml']) writeFileSync(join(cwd, name), 'run: touch started');
    expect(await refused(args, { cwd })).toBe(`runjobs: there is no command "${word}" and no such file${next}\n`);
    expect(readdirSync(cwd)).toHaveLength(3);
  });

  it('names the definition that was probably meant', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'runjobs.yaml'), 'run: touch started\ndefine: { lint: x, "start": y }\n');
    for (const word of ['lint', 'start'])
      expect(await refused([word], { cwd })).toBe(
        `runjobs: there is no command "${word}" and no such file, did you mean "runjobs.yaml#${word}"?\n`,
      );
    expect(await refused(['runjobs.yaml', 'lint', 'start'], { cwd })).toBe(
      'runjobs: a run has one plan; to run its definition "lint" write: runjobs runjobs.yaml#lint\n',
    );
    expect(readdirSync(cwd)).toHaveLength(1);
  });

  it('takes a file without an extension for a plan, and one that is missing for that which begins so', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'dev'), 'run: echo from dev');
    writeFileSync(join(cwd, 'later.yaml'), 'run: true');
    expect(String((await runjobs(['dev'], { cwd })).stdout)).toContain('[dev] from dev\n');
    for (const command of ['run', 'check'])
      expect(await refused([command, 'later'], { cwd })).toContain('later: no such file, did you mean "later.yaml"?');
  });

  it.each([
    [['plan.json', 'TARGET=x'], '"TARGET=x" is no option; to give the plan this value write: --set TARGET=x'],
    [
      ['check', 'plan.json', '--set', 'C=c', 'A=a b', 'B='],
      '"A=a b" and "B=" are no options; to give the plan these values write: --set \'A=a b\' --set B=',
    ],
    [['TARGET=x', 'plan.json'], '"TARGET=x" is no option; to give the plan this value write: --set TARGET=x'],
    [['TARGET=x'], '"TARGET=x" is no option; to give the plan this value write: --set TARGET=x'],
    [['resume', 'last', 'TARGET=x'], '"TARGET=x" is no option; to give the plan this value write: --set TARGET=x'],
  ])('names the option that gives a value: %j', async (args, words) => {
    const cwd = dirname(planFile({ run: 'touch started' }));
    expect(await refused(args, { cwd })).toBe(`runjobs: ${words}\n`);
  });

  it('names the reporters there are', async () => {
    const words = await refused([planFile({ run: 'true' }), '--reporter', 'plian']);
    expect(words).toContain('"plian" is no reporter, did you mean "plain"?');
  });

  it('names the file of a reporter that cannot be written, why, and what to do', async () => {
    const plan = planFile({ run: 'true' });
    const cwd = dirname(plan);
    const words = async (file: string) => {
      const told = await refused([plan, '--reporter', `junit:${file}`], { cwd });
      return told.replace('runjobs: a reporter’s file cannot be opened: ', '');
    };
    const next = 'name another file: --reporter junit:<file>\n';
    expect(await words('plan.json/x')).toBe(
      `"plan.json/x" cannot be written: a part of its path is no folder; ${next}`,
    );
    expect(await words('.')).toBe(`"." cannot be written: it is a folder; ${next}`);
    expect(await words('/proc/none/such/x')).toBe(
      `"/proc/none/such/x" cannot be written: its folder cannot be made; ${next}`,
    );
    expect(await words('x'.repeat(250))).toBe(`"${'x'.repeat(250)}" cannot be written: its name is too long; ${next}`);
    expect(readdirSync(cwd)).toEqual(['plan.json']);
  });
});

it('a plan comes from standard input, as JSON and as YAML', async () => {
  for (const input of ['{"run": "echo from stdin"}', 'run: echo from stdin']) {
    const result = await runjobs(['-', '--state-dir', temporaryFolder()], { stdin: 'pipe', input });
    expect(result.exitCode).toBe(0);
    expect(String(result.stdout)).toContain('[plan] from stdin');
  }
});

it('a module that never ends loading is told, and ends with 2', async () => {
  expect(await refused([planFile('await new Promise(() => {}); export default {};', 'plan.mjs')])).toMatch(
    /never ends loading/,
  );
});

it('a folder as standard input is told as such', async () => {
  const { execa } = await import('execa');
  const { BIN, ENV } = await import('../support/cli.ts');
  const { exitCode, stderr } = await execa('bash', ['-c', `${process.execPath} ${BIN} - < .`], {
    env: ENV,
    extendEnv: false,
    reject: false,
  });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('it is a folder');
});

it('a plan may come through a pipe that has a path', async () => {
  const { execa } = await import('execa');
  const { BIN, ENV } = await import('../support/cli.ts');
  const folder = temporaryFolder();
  const command = `${process.execPath} ${BIN} <(echo '{"run": "pwd"}')`;
  const { exitCode, stdout } = await execa('bash', ['-c', command], {
    cwd: folder,
    env: ENV,
    extendEnv: false,
    reject: false,
    timeout: 20_000,
  });
  expect(exitCode, stdout).toBe(0);
  expect(stdout).toContain(`] ${folder}`);
});

it('a plan may be a module', async () => {
  const file = planFile('export default { steps: [1, 2].map(n => `echo number ${n}`) };', 'plan.mjs');
  const result = await runjobs([file]);
  expect(String(result.stdout)).toContain('[2] number 2');
});

it('check prints the tree, and starts nothing', async () => {
  const result = await runjobs(['check', 'jobs/tour.json']);
  expect(result.exitCode).toBe(0);
  expect(String(result.stdout)).toContain('├─ checks · 5 steps at once');
  expect(String(result.stdout)).toContain('└─ finally/sweep');
  const wrong = await runjobs(['check', planFile({ run: 'x', gather: [] })]);
  expect(wrong.exitCode).toBe(2);
});

it('--version and --help say what they should', async () => {
  expect(String((await runjobs(['--version'])).stdout)).toMatch(/^\d+\.\d+\.\d+\n$/);
  const help = await runjobs(['--help']);
  expect(help.exitCode).toBe(0);
  expect(String(help.stdout)).toMatch(/check.*schema/s);
  expect(
    Math.max(
      ...String(help.stdout)
        .split('\n')
        .map(line => line.length),
    ),
  ).toBeLessThanOrEqual(80);
});

describe('surroundings in which nothing can be run are told in words:', () => {
  const shell = (script: string, ...args: string[]) =>
    execa('bash', ['-c', script, 'bash', process.execPath, BIN, ...args], {
      env: ENV,
      extendEnv: false,
      reject: false,
    });

  it.each([[['runs']], [['resume']], [['plan.json']], [['-']], [[]], [['dev']]])(
    'a current folder that is gone: %j',
    async args => {
      const folder = temporaryFolder();
      mkdirSync(join(folder, 'gone'));
      const result = await shell(`cd "${folder}/gone" && rmdir "$PWD" && exec "$@" < /dev/null`, ...args);
      expect([result.exitCode, result.stderr]).toEqual([
        2,
        'runjobs: the current folder is not there any more: cd to one that is; nothing was started',
      ]);
    },
  );

  it('a state folder where nothing can be made', async () => {
    const result = await runjobs([planFile({ run: 'true' }), '--state-dir', '/proc/nope/deeper']);
    expect(result.exitCode).toBe(74);
    expect(result.stderr).toBe(
      'runjobs: the run cannot be recorded, so nothing was started: "/proc/nope/deeper" cannot be written: its folder cannot be made; name another folder with --state-dir\n',
    );
    const below = await runjobs([planFile({ run: 'true' }), '--state-dir', '/dev/null/x']);
    expect(below.exitCode).toBe(74);
    expect(below.stderr).toContain(
      '"/dev/null/x" cannot be written: a part of its path is no folder; name another folder with --state-dir\n',
    );
  });

  it('a file of the password of the queue that is not there', async () => {
    for (const [file, why] of [
      ['nope', 'no such file'],
      ['/', 'this is a folder; name a file in it'],
    ] as const) {
      const args = ['--queue', 'redis://127.0.0.1:1', '--queue-password-file', file];
      const { exitCode, stderr } = await runjobs([planFile({ run: 'true' }), ...args]);
      expect([exitCode, stderr]).toEqual([
        2,
        `runjobs: "${file}" of --queue-password-file: ${why}; name the file that holds the password, or set RUNJOBS_QUEUE_PASSWORD; nothing was started\n`,
      ]);
    }
  });

  it('a disk without room for the plan’s copy; no run that never began stays behind', async () => {
    const state = temporaryFolder();
    const plan = planFile({ gather: Array.from({ length: 50 }, (_, index) => `echo ${index}`) });
    const result = await shell(`trap '' XFSZ; ulimit -f 1; exec "$@"`, plan, '--state-dir', state);
    expect(result.exitCode).toBe(74);
    expect(result.stderr).toMatch(
      /cannot be recorded, so nothing was started: it is larger than files may be here; see to that, and start it again$/m,
    );
    expect(readdirSync(join(state, 'runs'))).toEqual([]);
  });
});

it('the help of a worker shows each default as one would type it', async () => {
  const { stdout } = await runjobs(['help', 'worker']);
  const words = String(stdout).replace(/\s+/g, ' ');
  for (const [option, value] of [
    ['--allow', 'run,http'],
    ['--env-allow', 'none'],
    ['--orphan-grace', '10m'],
  ])
    expect(words).toMatch(new RegExp(`${option} <[^(]* \\(default: ${value}\\)`));
});
