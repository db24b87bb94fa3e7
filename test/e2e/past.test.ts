import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { BIN, ENV, printed, runjobs, temporaryFolder } from '../support/cli.ts';
import { noMounts, runjobsOnDisk } from '../support/mounted.ts';

let cwd = '';
let env: Record<string, string> = {};
beforeEach(() => {
  cwd = temporaryFolder();
  env = { XDG_STATE_HOME: join(temporaryFolder(), 'state') };
});

const plan = (content: unknown, name = 'plan.json') => {
  const file = join(cwd, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
};
const here = (...args: readonly string[]) => runjobs(args, { cwd, env });
const ids = () => readdirSync(join(cwd, '.runjobs/runs')).sort();

/** What the command prints, when it ends with this code. */
async function said(args: readonly string[], code = 0): Promise<string> {
  const { exitCode, stdout, stderr } = await here(...args);
  expect([exitCode, String(stderr)], String(stdout)).toEqual([code, expect.any(String)]);
  return String(stdout) + String(stderr);
}

/** A run that goes on until the file `go` is there, told by its process once its step has printed "begun". */
async function living() {
  const file = plan({ id: 'a', run: 'echo begun; while ! test -e go; do sleep 0.05; done; echo over' }, 'living.json');
  const child = here(file);
  await printed(child, 'begun');
  return { child, go: () => writeFileSync(join(cwd, 'go'), '') };
}

/** Ends well, with a warning. */
const LEAVES_SOMETHING = 'sleep 1000 &';

describe('a run that has ended', () => {
  it('is listed, shown and read back, by last and by the beginning of its id', async () => {
    const file = plan({
      gather: [
        { id: 'good', run: 'echo fine' },
        { id: 'bad', run: 'echo broken; exit 3', retry: { times: 1, delay: '1ms' } },
      ],
      failFast: false,
    });
    await here(file);
    const [id = ''] = ids();

    const table = await said(['runs']);
    expect(table).toMatch(/^RUN +STATE +STARTED +TOOK +PLAN +STEPS\n/);
    expect(table).toMatch(new RegExp(`${id} +failed \\(exit code 1\\) .* plan +1 failed, 1 succeeded`));
    const [json = ''] = (await said(['runs', '--json'])).split('\n');
    expect(JSON.parse(json)).toMatchObject({
      run: id,
      state: 'failed',
      exitCode: 1,
      plan: file,
      counts: { failed: 1 },
    });

    for (const name of ['last', id.slice(0, 16), join('.runjobs/runs', id)]) {
      const shown = await said(['show', name]);
      expect(shown).toContain('✔ good');
      expect(shown).toMatch(/✖ bad exit 3 \(\d\.\d s, 2 attempts\)\n {2}\$ echo broken; exit 3\n {2}│ broken/);
      expect(shown).toContain(`runjobs resume ${id}`);
    }
    expect(await said(['show', 'last', 'bad'])).toMatch(/attempt 1: exit 3[\s\S]*attempt 2: exit 3[\s\S]*│ broken/);
    expect(JSON.parse(await said(['show', 'last', 'bad', '--json']))).toMatchObject({
      state: 'failed',
      attempts: [{ attempt: 1 }, { attempt: 2 }],
    });
    expect(await said(['logs', 'last', 'bad'])).toBe('broken\nbroken\n');
    expect((await said(['logs'])).split('\n').sort()).toEqual(['', '[bad] broken', '[bad] broken', '[good] fine']);
  });

  it('is shown in colours off a terminal where they are asked for, and nowhere else', async () => {
    await here(plan({ run: 'true' }));
    for (const command of ['runs', 'show']) {
      const isColoured = async (more: Record<string, string>, ...flags: string[]) =>
        String((await runjobs([command, ...flags], { cwd, env: { ...env, ...more } })).stdout).includes('\u001b[');
      expect(await isColoured({})).toBe(false);
      expect(await isColoured({ FORCE_COLOR: '1' })).toBe(true);
      expect(await isColoured({ FORCE_COLOR: '0' })).toBe(false);
      expect(await isColoured({ FORCE_COLOR: '1' }, '--no-color')).toBe(false);
    }
  });

  it('tells at its end and later how to run a step again with what stood in the place of the plan’s own', async () => {
    const file = plan({ steps: ['true', { id: 'bad', run: 'exit 3' }] });
    const options = ['--timeout', '90s', '--lock'];
    const command = `runjobs plan.json ${options.join(' ')} --only bad\n`;
    expect(String((await here(file, ...options, '-j', '2', '--durable', '-r', 'plain')).stdout)).toContain(command);
    expect(await said(['show'])).toContain(command);
    expect(await said(['replay', '--speed', 'max'])).toContain(command);
    expect(String((await here('resume', '--timeout', '2m')).stdout)).toContain(command.replace('90s', '2m'));
  });

  it('is shown with the digest that it ended with', async () => {
    const file = plan({
      inputs: { TARGET: { default: 'here' } },
      steps: [
        { id: 'build', run: 'echo built' },
        {
          id: 'checks',
          gather: [
            { id: 'lint', run: 'sleep 100' },
            { id: 'unit', run: 'echo broken; exit 127' },
            { id: 'each', forEach: { N: [1, 2] }, run: 'until test -e never; do sleep 0.05; done' },
          ],
        },
        { id: 'optional', run: 'true' },
      ],
      finally: [{ id: 'tidy', run: 'exit 2' }],
    });
    const { stdout } = await here(file, '--set', 'TARGET=it is here', '--only', '**');
    const digest = String(stdout).replace(/^[\s\S]*\n(?=\n✖ checks\/unit)/, '');
    expect(digest).toContain('exit 127 (command not found)');
    expect(digest).toMatch(/\nto run it again: runjobs plan.json --set 'TARGET=it is here' --only checks\/unit\n/);
    const [id = ''] = ids();
    const shown = await said(['show']);
    // That stands in the head of it.
    expect(shown).toContain(`  resume  runjobs resume ${id}\n`);
    expect(shown.endsWith(digest.replace(/to go on from here.*\n/, ''))).toBe(true);
  });

  it('well, though it had warnings, tells them where it was quiet about them', async () => {
    const file = plan({ run: LEAVES_SOMETHING });
    const { exitCode, stdout, stderr } = await here(file, '--quiet');
    expect([exitCode, stdout, stderr]).toEqual([0, '', '']);
    expect(await said(['runs'])).toMatch(/ 1 succeeded, 1 warning\n/);
    expect(JSON.parse(await said(['runs', '--json']))).toMatchObject({ warnings: 1 });
    expect(await said(['show'])).toMatch(/: 1 succeeded, 1 warning\n[\s\S]*\n⚠ plan: .*sleep 1000/);
  });

  it('with many warnings shows the latest, and counts the others', async () => {
    await here(plan({ steps: Array.from({ length: 12 }, () => LEAVES_SOMETHING) }), '--quiet');
    const shown = await said(['show']);
    expect(shown).toContain('\n\n… 2 earlier warnings\n⚠ 3: ');
    expect(shown.match(/^⚠ /gm)).toHaveLength(10);
  });

  it('tells what a step of it has seen, and where each variable comes from', async () => {
    const file = plan({
      env: { MODE: 'test', WHERE: '/opt:${HOME}' },
      secrets: ['TOKEN'],
      inputs: { TARGET: { default: 'staging' }, COLOUR: { default: 'red' } },
      steps: [
        { id: 'version', run: 'printf "1.2\\n3"', save: 'VERSION' },
        { id: 'each', forEach: { N: ['a', 'b'] }, run: 'true' },
        { id: 'login', run: 'echo top-secret', save: 'TOKEN' },
        {
          id: 'group',
          envFile: 'group.env',
          env: { MODE: 'deep', AUTH: 'Bearer ${TOKEN:-none}' },
          steps: [{ id: 'told', run: 'true' }],
        },
      ],
    });
    writeFileSync(join(cwd, 'group.env'), 'SHAPE=round\n');
    writeFileSync(join(cwd, 'given.env'), 'SIZE=10\n');
    await here(file, '--set', 'COLOUR=green', '--env-file', 'given.env');
    const words = await said(['show', 'last', 'group/told', '--env']);
    const row = (name: string) =>
      words
        .split('\n')
        .find(line => line.startsWith(`  ${name} `))
        ?.replace(/ {2,}/g, '  ')
        .trim();
    expect(row('VERSION')).toBe('VERSION  "1.2\\n3"  saved by version');
    expect(row('MODE')).toBe('MODE  deep  env of group');
    expect(row('WHERE')).toBe('WHERE  /opt:${HOME}  env of the plan');
    expect(row('TOKEN')).toBe('TOKEN  ***  saved by login');
    expect(row('SHAPE')).toBe('SHAPE  round  envFile "group.env" of group, as it is now');
    expect(row('TARGET')).toBe('TARGET  staging  input, by default');
    expect(row('COLOUR')).toBe('COLOUR  green  input, as given');
    expect(row('SIZE')).toMatch(/^SIZE {2}10 {2}--env-file ".*given\.env", as it is now$/);
    expect(row('AUTH')).toBe('AUTH  Bearer ***  env of group');
    expect(row('RUNJOBS_STEP_KEY')).toBe('RUNJOBS_STEP_KEY  group.told  runjobs');
    expect(words).toContain('the variables of the process that ran it are not kept');
    expect(words).not.toContain('top-secret');

    expect(await said(['show', 'last', 'each[2]', '--env'])).toMatch(/\n {2}N +b +forEach of each\n/);

    const json = JSON.parse(await said(['show', 'last', 'group/told', '--env', '--json']));
    const named = (name: string) => json.variables.find((each: { name: string }) => each.name === name);
    expect(named('VERSION')).toEqual({ name: 'VERSION', value: '1.2\n3', origin: { type: 'saved', step: 'version' } });
    expect(named('TOKEN')).toMatchObject({ value: '***', secret: true });
    expect(JSON.stringify(json)).not.toContain('top-secret');
    expect(await said(['show', 'last', 'group/tod', '--env'], 2)).toContain('did you mean "group/told"?');
  });

  it('has a result for its owner only', async () => {
    await here(plan({ run: 'echo x' }));
    const file = join(cwd, '.runjobs/runs', ids()[0] ?? '', 'result.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      v: 1,
      outcome: { state: 'succeeded' },
      exitCode: 0,
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('gives its logs back byte for byte where there is no terminal', async () => {
    await here(plan({ run: ['printf', 'a\\000\\033[2J\\377\\r\\nb'] }));
    const { stdout } = await runjobs(['logs', 'last', '.'], { cwd, env, encoding: 'buffer' });
    expect(Buffer.from(stdout as Uint8Array)).toEqual(Buffer.from('a\u0000\u001b[2J\u00ff\r\nb', 'latin1'));
  });

  it('is found from elsewhere by its id', async () => {
    await here(plan({ run: 'echo x' }));
    const elsewhere = { cwd: temporaryFolder(), env };
    expect(String((await runjobs(['logs', ids()[0] ?? '', '.'], elsewhere)).stdout)).toBe('x\n');
    expect((await runjobs(['show', 'last'], elsewhere)).exitCode).toBe(2);
    expect(String((await runjobs(['runs', '--all'], elsewhere)).stdout)).toContain(ids()[0]);
  });
});

describe('a name', () => {
  it('that no run has, or several, is refused with those there are', async () => {
    expect(await said(['show'], 2)).toContain('there is no run');
    expect(await said(['runs'])).toContain('there is no run nearby');
    const file = plan({ run: 'true' });
    await here(file);
    await here(file);
    expect(await said(['logs', 'nightly'], 2)).toContain(ids()[1]);
    const ambiguous = await said(['show', ids()[0]?.slice(0, 4) ?? ''], 2);
    for (const id of ids()) expect(ambiguous).toContain(id);
    expect(await said(['show', 'last', 'nothing'], 2)).toContain('has no step "nothing"');
    expect(await said(['clean', ids()[0] ?? '', 'nightly'], 2)).toContain('there is no run "nightly"');
    expect(ids()).toHaveLength(2);
  });
});

describe('a run that is alive', () => {
  it('is followed to its end', async () => {
    const { child, go } = await living();
    expect(await said(['runs'])).toMatch(/ running /);
    expect(await said(['show'])).toContain('runjobs stop');
    const all = here('logs', 'last', '-f');
    const one = here('logs', 'last', '.', '--follow');
    await Promise.all([printed(all, '[living] begun'), printed(one, 'begun')]);
    go();
    expect((await child).exitCode).toBe(0);
    for (const [following, text] of [
      [all, '[living] begun\n[living] over\n'],
      [one, 'begun\nover\n'],
    ] as const) {
      const { exitCode, stdout, stderr } = await following;
      expect([exitCode, String(stdout), String(stderr)]).toEqual([0, text, '']);
    }
  });

  it('is not removed, and its follower ends with 130 on Ctrl-C', async () => {
    const { child, go } = await living();
    expect(await said(['clean', '--all'])).toContain('stays: it is alive');
    expect(await said(['clean', 'last'], 75)).toContain('stays: it is alive');
    const following = here('logs', '-f');
    await printed(following, 'begun');
    following.kill('SIGINT');
    expect((await following).signal).toBe('SIGINT');
    go();
    expect((await child).exitCode).toBe(0);
  });

  it('that is killed has died: it is told, followed to there, and cleaned only on request', async () => {
    const { child } = await living();
    const following = here('logs', '-f');
    await printed(following, 'begun');
    child.kill('SIGKILL');
    expect(String((await following).stderr)).toMatch(/has died/);
    const [id = ''] = ids();
    expect(await said(['runs'])).toMatch(new RegExp(`${id} +died`));
    expect(await said(['show'])).toContain(`runjobs resume ${id}`);
    expect(await said(['clean'])).toContain('stays: it died');
    expect(ids()).toEqual([id]);
    expect(await said(['clean', '--all', '--dry-run'])).toContain('would remove 1 run');
    expect(ids()).toEqual([id]);
    expect(await said(['clean', id.slice(0, 20)])).toContain('removed 1 run');
    expect(ids()).toEqual([]);
  });
});

describe('a run with damaged files', () => {
  const TROUBLES = {
    damaged: {
      file: 'journal.ndjson',
      change: (text: string) => text.replace(/\n.*?\n/, '\n{"type":\n'),
      tells: 'damaged',
    },
    newer: { file: 'journal.ndjson', change: (text: string) => text.replace('"v":1', '"v":2'), tells: 'version 2' },
    plan: { file: 'plan.json', change: () => '{', tells: 'plan.json" cannot be read' },
  } as const;

  it.each(Object.entries(TROUBLES))('(%s) says so and is not advised to be resumed', async (kind, trouble) => {
    for (const hasResult of [true, false]) {
      await here(
        plan({
          steps: [
            { id: 'one', run: 'true' },
            { id: 'two', run: 'exit 1' },
          ],
        }),
      );
      const folder = join(cwd, '.runjobs/runs', ids().at(-1) ?? '');
      if (!hasResult) {
        rmSync(join(folder, 'result.json'));
        const journal = join(folder, 'journal.ndjson');
        writeFileSync(journal, readFileSync(journal, 'utf8').split('\n').slice(0, -2).join('\n'));
      }
      const file = join(folder, trouble.file);
      writeFileSync(file, trouble.change(readFileSync(file, 'utf8')));
      const shown = await said(['show', folder]);
      expect(shown).toContain(trouble.tells);
      expect(shown).not.toContain('runjobs resume');
      if (kind !== 'plan') expect(shown).not.toContain('not reached');
      if (kind === 'newer') expect(shown).not.toMatch(/\b(one|two)$/m);
      await said(['resume', folder], 2);
      const line = (await said(['runs'])).split('\n').find(row => row.includes(folder.slice(-24))) ?? '';
      if (!hasResult) {
        const words = { damaged: 'died (damaged)', newer: 'version 2', plan: 'died (no plan)' }[
          kind as keyof typeof TROUBLES
        ];
        expect(line).toContain(words);
      }
      rmSync(folder, { recursive: true });
    }
  });
});

describe('clean', () => {
  it('removes a run of which nothing can be read, however new, unless nobody has held it yet', async () => {
    const file = plan({ run: 'true' });
    for (const text of ['', '{"type":"run.started","v":2,"t":0}\n']) {
      await here(file);
      const [id = ''] = ids();
      const folder = join(cwd, '.runjobs/runs', id);
      rmSync(join(folder, 'result.json'));
      writeFileSync(join(folder, 'journal.ndjson'), text);
      expect(await said(['clean', id])).toContain('removed 1 run');
    }
    const folder = join(cwd, '.runjobs/runs/20261122-081349-7f3a91c4');
    mkdirSync(folder);
    expect(await said(['clean', 'last'], 75)).toContain('stays: it may be about to start');
    const then = Date.now() / 1000 - 10;
    utimesSync(folder, then, then);
    expect(await said(['clean', 'last'])).toContain('removed 1 run');
  });

  it('keeps the latest so many', async () => {
    const file = plan({ run: 'true' });
    for (let count = 0; count < 3; count += 1) await here(file);
    const latest = JSON.parse((await said(['runs', '--json', '-n', '1'])).trim()).run;
    expect(await said(['clean', '--keep', '1'])).toContain('removed 2 runs');
    expect(ids()).toEqual([latest]);
  });

  it('counts what is kept over all plans, and keeps nothing of what is named', async () => {
    const file = plan({ run: 'true' });
    await here(file);
    await here(plan({ run: 'true' }, 'other.json'));
    const before = ids();
    const refused = await said(['clean', '--keep', '5', ...before], 2);
    expect(refused).toBe(
      'runjobs: --keep counts the runs nearby, and does not go with named ones: give one or the other; nothing was removed\n',
    );
    expect(await said(['clean', '--keep', '0', '--dry-run', 'last'], 2)).toBe(refused);
    expect(ids()).toEqual(before);
    expect(await said(['clean', '--keep', '1'])).toContain('removed 1 run');
  });
});

describe('keep', () => {
  it('leaves so many runs of the plan, and those of other plans', async () => {
    const other = plan({ run: 'true' }, 'other.json');
    const file = plan({ run: 'true', keep: 2 });
    await here(other);
    for (let count = 0; count < 4; count += 1) await here(file);
    expect(ids()).toHaveLength(3);
    await here(plan({ run: 'true', keep: 0 }, 'none.json'));
    expect(ids()).toHaveLength(3);
  });
});

describe('maxLog', () => {
  it('bounds the log of a step that prints much, live and in the end', async () => {
    await here(plan({ run: 'seq 1 200000', maxLog: '10kB' }));
    const log = String((await here('logs', 'last', '.')).stdout);
    expect(Buffer.byteLength(log)).toBeLessThan(10_100);
    expect(log).toMatch(/^1\n2\n[\s\S]*\n… [\d ]+ bytes left out by maxLog …\n[\s\S]*\n199999\n200000\n$/);
  });
});

it('a reader that has gone ends the following quietly', async () => {
  const { execa } = await import('execa');
  const { child, go } = await living();
  const command = `${process.execPath} ${BIN} logs -f | head -1; echo "code \${PIPESTATUS[0]}"`;
  const shell = execa('bash', ['-c', command], { cwd, env: { ...ENV, ...env }, extendEnv: false });
  await printed(shell, 'begun');
  go();
  expect((await shell).stdout).toBe('[living] begun\ncode 0');
  expect((await shell).stderr).toBe('');
  await child;
});

describe('a folder that somebody has prepared', () => {
  it('in the form of a link is not written to: nothing is started', async () => {
    const elsewhere = temporaryFolder();
    symlinkSync(elsewhere, join(cwd, '.runjobs'));
    const { exitCode, stderr } = await here(plan({ run: 'touch started' }));
    expect(exitCode).toBe(74);
    expect(String(stderr)).toMatch(/^runjobs: .*is a symbolic link, which runjobs does not follow; .*\n$/);
    expect(existsSync(join(cwd, 'started'))).toBe(false);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('holds damaged runs that are told as such', async () => {
    await here(plan({ run: 'true' }));
    const runs = join(cwd, '.runjobs/runs');
    for (const [name, text] of [
      ['20260101-000000-00000001', ''],
      ['20260101-000000-00000002', '{"type":"run.started","v":9,"run":"x"}\n'],
      ['20260101-000000-00000003', 'rubbish\n{"type":"warning","t":1,"message":"x"}\n'],
    ] as const) {
      mkdirSync(join(runs, name));
      writeFileSync(join(runs, name, 'journal.ndjson'), text);
    }
    const table = await said(['runs']);
    expect(table).toContain('its journal is empty');
    expect(table).toContain('its journal is of version 9: a newer runjobs reads it');
    expect(table).toContain('its journal is damaged from line 1 on');
    for (const last of [1, 2, 3]) {
      await said(['show', `20260101-000000-0000000${last}`]);
      await said(['logs', `20260101-000000-0000000${last}`]);
    }
  });
});

it.skipIf(process.platform !== 'linux')(
  'a disk that is full stops the run, which says which log cannot be written',
  async () => {
    // A limit of the size of files stands for the disk.
    const { execa } = await import('execa');
    const file = plan({
      gather: [
        { id: 'big', run: 'seq 1 300000; sleep 60' },
        { id: 'other', run: 'sleep 60' },
      ],
    });
    const command = `trap '' XFSZ; ulimit -f 1024; exec ${process.execPath} ${BIN} ${file}`;
    const { exitCode, stdout } = await execa('bash', ['-c', command], {
      cwd,
      env: { ...ENV, ...env },
      extendEnv: false,
      reject: false,
    });
    expect(exitCode).toBe(74);
    expect(stdout).toMatch(/the log of "big" cannot be written: it is larger than files may be here$/m);
  },
);

it.skipIf(noMounts)(
  `a full disk is told in words, and nothing half is left${noMounts ? ` (${noMounts})` : ''}`,
  async () => {
    const disk = temporaryFolder();
    const file = plan({ id: 'big', run: "head -c 400000 /dev/zero | tr '\\0' x" });
    const args = [file, '--state-dir', disk, '--reporter', 'plain'];
    const { exitCode, stdout, left } = await runjobsOnDisk(disk, { prepare: ':', args, env });
    expect([exitCode, stdout]).toEqual([
      74,
      expect.stringMatching(/^. stopping everything: the log of "\." cannot be written: the disk is full$/m),
    ]);
    expect(left.filter(name => name.includes('result'))).toEqual([]);
  },
);
