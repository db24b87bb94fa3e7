/** Laws of a command's start: its environment, its folder, and every way in which it cannot start. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StopSource } from '../../../src/engine/stop.ts';
import { openCommandExecutor } from '../../../src/executors/command/command.ts';
import { openEnvironment } from '../../../src/executors/command/environment.ts';
import { startFailure } from '../../../src/executors/command/start-failure.ts';
import { openRig } from './rig.ts';

const rig = openRig();
const path = process.env.PATH ?? '';

describe('a command', () => {
  it('starts once all that led to it is kept, and not at all where it is stopped by that', async () => {
    const order: string[] = [];
    const commit = () => void order.push('kept');
    await rig().run('true', { context: { commit, started: () => void order.push('started') } });
    expect(order).toEqual(['kept', 'started']);
    const stop = new StopSource();
    const interrupt = () => stop.cancel({ type: 'interrupted', signal: 'SIGINT' });
    const { result, pids } = await rig().run('true', { context: { stop, commit: interrupt } });
    expect(result).toMatchObject({ state: 'cancelled' });
    expect(pids).toEqual([]);
  });

  it('reads nothing: its stdin is /dev/null', async () => {
    expect((await rig().run('cat; readlink /proc/self/fd/0')).text()).toBe('/dev/null\n');
  });

  it('leads a process group and session of its own', async () => {
    const { text, pids } = await rig().run('cut -d " " -f 5,6 /proc/$$/stat');
    expect(text()).toBe(`${pids[0]} ${pids[0]}\n`);
  });

  it('holds no descriptor of ours but its own output', async () => {
    const keeper = rig().start('echo ready; sleep 60');
    await keeper.printed('ready');
    const { text } = await rig().run(['ls', '-l', '/proc/self/fd']);
    expect(text().match(/ \d+ -> .*runjobs-.*/g)).toEqual([
      expect.stringMatching(/^ 1 -> /),
      expect.stringMatching(/^ 2 -> /),
    ]);
    keeper.stop();
    await keeper.outcome;
  });

  it('stands behind its launcher, a script with its shell', async () => {
    const launcher = ['env', 'A=1', 'printf', '%s|'] as const;
    expect((await rig().run(['ls', '-l'], { step: { launcher } })).text()).toBe('ls|-l|');
    expect((await rig().run('echo $A', { step: { launcher } })).text()).toBe('sh|-ec|echo $A|');
    expect((await rig().run('echo $A', { step: { launcher: ['env', 'A=1'] } })).text()).toBe('1\n');
  });

  it('whose launcher does not exist fails with its name, and where it was looked for', async () => {
    const { result } = await rig().run('true', { step: { launcher: ['no-such-launcher', '-n1'] } });
    expect(result).toMatchObject({
      reason: {
        message: expect.stringMatching(/^No such command "no-such-launcher", which "launcher" names: searched /),
      },
    });
  });

  it('gets an array as it stands, without a shell', async () => {
    expect((await rig().run(['printf', '%s|', '$HOME', 'a b', '*', ''])).text()).toBe('$HOME|a b|*||');
  });

  it('runs in the shell that the step names', async () => {
    const { text } = await rig().run('echo "$0"', { step: { shell: ['bash', '-eo', 'pipefail', '-c'] } });
    expect(text()).toBe('bash\n');
  });

  it('runs in the plan’s folder, or in its own one below', async () => {
    mkdirSync(join(rig().folder, 'below'));
    expect((await rig().run('pwd')).text()).toBe(`${rig().folder}\n`);
    expect((await rig().run('pwd', { step: { cwd: 'below' } })).text()).toBe(`${rig().folder}/below\n`);
  });

  it('has exactly the given environment, PATH and the marks of the run', async () => {
    const { text } = await rig().run(['env'], {
      env: { PATH: path, A: '1', RUNJOBS_STEP_MARK: 'x:1', RUNJOBS_PID: '2' },
    });
    const lines = text().trim().split('\n').toSorted();
    expect(lines).toEqual([
      'A=1',
      expect.stringMatching(/^PATH=/),
      expect.stringMatching(/^RUNJOBS_RUN_IDS=rig-\d+-\d+$/),
      expect.stringMatching(/^RUNJOBS_STEP_MARK=rig-\d+-\d+:1$/),
    ]);
  });

  it('carries the marks of the outer run too, and a step mark of its own', async () => {
    const env = { PATH: path, RUNJOBS_RUN_IDS: 'outer' };
    const first = await rig().run('echo $RUNJOBS_RUN_IDS $RUNJOBS_STEP_MARK', { env });
    const second = await rig().run('echo $RUNJOBS_RUN_IDS $RUNJOBS_STEP_MARK', { env });
    expect(first.text()).toMatch(/^outer (\S+) \1:1\n$/);
    expect(second.text()).toMatch(/^outer (\S+) \1:2\n$/);
  });

  it('finds the programs of every node_modules/.bin from the plan’s folder upward, the nearest first', async () => {
    const inner = join(rig().folder, 'packages', 'inner');
    for (const [folder, names] of [
      [inner, ['both']],
      [rig().folder, ['both', 'outer-only']],
    ] as const) {
      const programs = join(folder, 'node_modules', '.bin');
      mkdirSync(programs, { recursive: true });
      for (const name of names) writeFileSync(join(programs, name), `#!/bin/sh\necho ${folder}\n`, { mode: 0o755 });
    }
    const executor = openCommandExecutor({ folder: inner, run: 'inner', outputs: join(inner, '.outputs') });
    const { text } = await rig().run('both; outer-only', { executor });
    expect(text()).toBe(`${inner}\n${rig().folder}\n`);
    await executor.close();
  });

  it('keeps the system’s own programs when PATH is not set', () => {
    mkdirSync(join(rig().folder, 'node_modules', '.bin'), { recursive: true });
    const { PATH } = openEnvironment(rig().folder, 'run')({}, 1);
    expect(PATH?.startsWith(`${rig().folder}/node_modules/.bin:`)).toBe(true);
    expect(PATH?.endsWith(':/usr/bin:/bin')).toBe(true);
  });
});

describe('a command that cannot start has failed', () => {
  const cannot = async (
    command: string | readonly [string, ...string[]],
    options: Parameters<ReturnType<typeof rig>['run']>[1] = {},
  ) => {
    const { result, pids } = await rig().run(command, options);
    expect(pids).toEqual([]);
    expect(result).toMatchObject({ state: 'failed', reason: { type: 'start' } });
    return result.state === 'failed' && result.reason.type === 'start' ? result.reason.message : '';
  };

  it('for want of the program, with the folders searched, each once', async () => {
    expect(await cannot(['no-such', 'x'], { env: { PATH: '/usr/bin:/bin:/usr/bin' } })).toMatch(
      /^No such command "no-such": searched .*\/usr\/bin, \/bin$/,
    );
  });

  it('for want of the shell', async () => {
    expect(await cannot('true', { step: { shell: ['no-such-sh', '-c'] } })).toContain('No such command "no-such-sh"');
  });

  it('for want of the named file', async () => {
    const file = join(rig().folder, 'missing.sh');
    expect(await cannot(['./missing.sh'])).toBe(`No such command "./missing.sh": there is no file "${file}"`);
  });

  it('for want of the folder, which is not taken for the program', async () => {
    expect(await cannot(['true'], { step: { cwd: 'missing' } })).toBe(
      `The working directory "${rig().folder}/missing" does not exist: create it, or correct "cwd"`,
    );
  });

  it('in a folder that is a file', async () => {
    writeFileSync(join(rig().folder, 'file'), '');
    expect(await cannot('true', { step: { cwd: 'file' } })).toBe(
      `The working directory "${rig().folder}/file" is not a folder`,
    );
  });

  it.skipIf(userInfo().uid === 0)('in a folder that may not be entered', async () => {
    mkdirSync(join(rig().folder, 'closed'), { mode: 0 });
    expect(await cannot('true', { step: { cwd: 'closed' } })).toContain('may not be entered');
  });

  it('when the file is not executable', async () => {
    writeFileSync(join(rig().folder, 'script.sh'), '#!/bin/sh\n');
    expect(await cannot(['./script.sh'])).toBe(
      `"${rig().folder}/script.sh" is not executable: run "chmod +x" on it, or name its interpreter`,
    );
  });

  it('when the program is a folder', async () => {
    mkdirSync(join(rig().folder, 'folder'));
    expect(await cannot(['./folder'])).toBe(`"${rig().folder}/folder" is a folder, not a program`);
  });

  it('when the interpreter of its first line is missing', async () => {
    writeFileSync(join(rig().folder, 'script'), '#!/no/such/interpreter\n', { mode: 0o755 });
    expect(await cannot(['./script'])).toContain('the interpreter in its first line');
  });

  it('when its links run in a circle', async () => {
    symlinkSync('loop', join(rig().folder, 'loop'));
    expect(await cannot(['./loop'])).toContain('"./loop"');
  });

  it('when an argument or the environment is too large', async () => {
    expect(await cannot(['true', 'x'.repeat(200 * 1024)])).toContain('argument 1 alone 201 KiB');
    expect(await cannot(`: ${'x'.repeat(200 * 1024)}`)).toContain('the script alone 201 KiB');
    const env = { PATH: path, BIG: 'x'.repeat(300 * 1024) };
    expect(await cannot('true', { env })).toContain('variable "BIG" alone 301 KiB');
  });

  it('when a NUL character stands in it', async () => {
    expect(await cannot(['echo', 'a\0b'])).toContain('NUL');
  });

  it('when the array names nothing', async () => {
    expect(await cannot([''])).toContain('The command is empty');
  });

  it('when the system is short of descriptors, processes or memory', () => {
    const line = { command: ['true'], isScript: false, cwd: '/', env: {} } as const;
    for (const [code, advice] of [
      ['EMFILE', 'ulimit -n'],
      ['ENFILE', 'fs.file-max'],
      ['EAGAIN', 'ulimit -u'],
      ['ENOMEM', 'no memory left'],
      ['ENOEXEC', 'not a program for this machine'],
    ] as const) {
      expect(startFailure(Object.assign(new Error(code), { code }), line).message).toContain(advice);
    }
    expect(() => startFailure(new TypeError('a bug'), line)).toThrow('a bug');
  });

  it('and leaves the executor ready for the next one', async () => {
    chmodSync(rig().folder, 0o755);
    await cannot(['no-such']);
    expect((await rig().run('echo on')).text()).toBe('on\n');
  });
});
