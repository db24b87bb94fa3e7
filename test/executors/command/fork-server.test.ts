/** Laws of the fork server beside those of every command, which test/vitest.config.ts tries a second time with it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StopSource } from '../../../src/engine/stop.ts';
import type { Channel } from '../../../src/executors/command/channel.ts';
import { type Channels, openChannels } from '../../../src/executors/command/channels.ts';
import { openCommandExecutor } from '../../../src/executors/command/command.ts';
import type { CommandLine } from '../../../src/executors/command/command-line.ts';
import { extended } from '../../../src/executors/command/environment.ts';
import type { Exit } from '../../../src/executors/command/exit.ts';
import { type ForkServer, forkServerName, openForkServer } from '../../../src/executors/command/fork-server.ts';
import { type Launch, type Leader, launch } from '../../../src/executors/command/launch.ts';
import { livingIn, scanProcesses } from '../../../src/executors/command/processes.ts';
import { launchBy, openSpawner } from '../../../src/executors/command/spawner.ts';
import { closeInput, openStdin } from '../../../src/executors/command/stdin.ts';
import { openRig, readyForkServer } from './rig.ts';

const rig = openRig();
const path = process.env.PATH ?? '';
let channels: Channels;
let server: ForkServer;
let count = 0;

beforeEach(async () => {
  channels = openChannels(() => {});
  count += 1;
  server = await readyForkServer(`server-${process.pid}-${count}`);
});

afterEach(async () => {
  await server.close();
  await channels.close();
});

const line = (command: CommandLine['command'], more: Partial<CommandLine> = {}): CommandLine => ({
  command,
  isScript: false,
  cwd: rig().folder,
  env: { PATH: path },
  ...more,
});
const byServer: Launch = (...how) => launchBy(server, ...how);

/** A channel, and what comes out of it. */
async function listened(): Promise<{ readonly channel: Channel; text(): string }> {
  const chunks: Buffer[] = [];
  const write = (bytes: Uint8Array) => {
    chunks.push(Buffer.from(bytes));
    return undefined;
  };
  const channel = await channels.lend({ write, warn: () => {} });
  return { channel, text: () => Buffer.concat(chunks).toString() };
}

/** How it ended, whoever was left of its group. */
const exitOf = ({ code, signal }: Exit) => ({ code, signal });

/** Runs the program to its end. */
async function run(by: Launch, how: CommandLine, input?: Parameters<Launch>[2]) {
  const { channel, text } = await listened();
  const leader = await by(how, channel, input);
  const exit = 'message' in leader ? leader : exitOf(await leader.exited);
  await channel.finish();
  return { exit, text: text() };
}

const sh = (script: string, more?: Partial<CommandLine>) => line(['sh', '-ec', script], more);

/** The process ids of the fork servers of a run that are our children. */
async function serversOf(run: string): Promise<number[]> {
  return [...((await scanProcesses())?.values() ?? [])]
    .filter(({ pid, parent }) => parent === process.pid && isNamed(pid, `${forkServerName} ${run}`))
    .map(({ pid }) => pid);
}

function isNamed(pid: number, name: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(name);
  } catch {
    return false;
  }
}

const pidOfServer = async () => (await serversOf(`server-${process.pid}-${count}`))[0] ?? 0;

describe('a process that the fork server has started', () => {
  it('looks to itself as one that Node has started: signals, descriptors, session, limits, folder, variables', async () => {
    const script = [
      'grep -E "^(Sig|Shd|Umask|Uid|Groups|NoNewPrivs|Seccomp:|Cap)" /proc/self/status | grep -v SigQ',
      'cat /proc/self/limits; pwd; env | sort',
      'for each in /proc/self/fd/*; do echo "${each##*/} $(readlink "$each" | tr -d 0-9)"; done | grep -v /proc/',
      'set -- $(cut -d " " -f 5,6,7,8 /proc/$$/stat); echo $(($1 - $$)) $(($2 - $$)) $3 $4; nice',
    ].join('\n');
    const env = extended(
      { PATH: path, GONE: '1', 'an.odd-name': 'x', EMPTY: '', OVER: 'below' },
      { GONE: undefined, OVER: 'a=b\nc' },
    );
    const [own, forked] = [await run(launch, sh(script, { env })), await run(byServer, sh(script, { env }))];
    expect(forked).toEqual(own);
    expect(own.exit).toEqual({ code: 0, signal: null });
    expect(own.text).toContain('SigIgn:\t0000000000000000');
  });

  it('ends as it does: with each exit code, and by each signal, which are told apart', async () => {
    for (const code of [0, 1, 3, 137, 143, 255]) {
      expect((await run(byServer, sh(`exit ${code}`))).exit).toEqual({ code, signal: null });
    }
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGSEGV', 'SIGHUP', 'SIGFPE', 'SIGALRM', 'SIGCHLD'] as const) {
      const expected = signal === 'SIGCHLD' ? { code: 0, signal: null } : { code: null, signal };
      expect((await run(byServer, sh(`kill -s ${signal.slice(3)} $$`))).exit, signal).toEqual(expected);
    }
    expect((await run(byServer, sh('kill -40 $$'))).exit).toEqual({ code: null, signal: null });
  });

  it.each(['No such command', 'not executable', 'not a folder', 'does not exist', 'too large', 'A NUL'])(
    'that cannot be started is none, as with Node: %s',
    async words => {
      const file = join(rig().folder, 'file');
      writeFileSync(file, Buffer.from('\x7fELF no program'));
      const odd: Record<string, CommandLine> = {
        'No such command': line(['no-such-program']),
        'not executable': line([file]),
        'not a folder': line(['true'], { cwd: file }),
        'does not exist': line(['true'], { cwd: join(rig().folder, 'nowhere') }),
        'too large': line(['true'], { env: { PATH: path, LARGE: 'x'.repeat(200 * 1024) } }),
        'A NUL': line(['echo', 'a\0b']),
      };
      const how = odd[words] ?? line(['true']);
      const { exit } = await run(byServer, how);
      expect(exit).toMatchObject({ type: 'start', message: expect.stringContaining(words) });
      if (words !== 'A NUL') expect(exit).toEqual((await run(launch, how)).exit);
      // And the server goes on.
      expect((await run(byServer, sh('echo x'))).text).toBe('x\n');
    },
  );

  it('reads the text or the file it is given from its beginning, and a pipe as it is', async () => {
    writeFileSync(join(rig().folder, 'list'), 'one\ntwo\n');
    for (const stdin of [
      { type: 'text', text: 'a text' },
      { type: 'file', path: 'list' },
    ] as const) {
      const input = openStdin(stdin, rig().folder);
      if (typeof input === 'object') throw new Error(input.fault);
      const { text } = await run(byServer, sh('cat; cat /dev/stdin'), input);
      closeInput(input);
      expect(text).toMatch(stdin.type === 'text' ? /^(a text){2}$/ : /^(one\ntwo\n){2}$/);
    }
  });

  it('has an environment of a megabyte, and arguments with all but NUL in them', async () => {
    const large = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`V${index}`, `${'x'.repeat(90_000)}${index}`]),
    );
    const odd = ['', ' ', '\n', '"\'$(`\\', 'ü€😀', '='];
    const { text, exit } = await run(byServer, line(['printf', '%s|', ...odd], { env: { PATH: path, ...large } }));
    expect([exit, text]).toEqual([{ code: 0, signal: null }, `${odd.join('|')}|`]);
    expect((await run(byServer, sh('echo ${#V11}', { env: { PATH: path, ...large } }))).text).toBe('90002\n');
  });

  it('is started by Node after all where the server cannot open what it is to write into', async () => {
    const { channel, text } = await listened();
    const closed = 999_999;
    expect(await server.start(sh('true'), [undefined, closed, closed])).toBeUndefined();
    const leader = (await byServer(sh('echo x'), { ...channel, pipes: [closed, closed] })) as Leader;
    expect(exitOf(await leader.exited)).toEqual({ code: 0, signal: null });
    await channel.finish();
    expect(text()).toBe('x\n');
  });

  it('starts in the order of the calls, and is told of so', async () => {
    const order: number[] = [];
    const lent = await Promise.all(Array.from({ length: 20 }, listened));
    const started = await Promise.all(
      lent.map(async ({ channel }, index) => {
        const leader = (await byServer(sh('sleep 0.05'), channel)) as Leader;
        order.push(index);
        return leader;
      }),
    );
    expect(order).toEqual(order.toSorted((one, other) => one - other));
    expect(started.map(({ pid }) => pid)).toEqual(started.map(({ pid }) => pid).toSorted((one, other) => one - other));
    await Promise.all(started.map(({ exited }) => exited));
    await Promise.all(lent.map(({ channel }) => channel.finish()));
  });

  it('says of its end whether it was the last of its group', async () => {
    for (const [script, wasLast] of [
      ['true', true],
      ['sleep 60 & exit 3', false],
      ['setsid sleep 0 & wait', true],
    ] as const) {
      const { channel } = await listened();
      const leader = (await byServer(sh(script), channel)) as Leader;
      expect((await leader.exited).wasLast, script).toBe(wasLast);
      if (!wasLast) process.kill(-leader.pid, 'SIGKILL');
      await channel.finish();
    }
  });

  it('is not missed when it ends, however many end at once', { timeout: 60_000 }, async () => {
    const lent = await Promise.all(Array.from({ length: 8 }, listened));
    await Promise.all(
      lent.map(async ({ channel }) => {
        for (let round = 0; round < 50; round += 1) {
          const leader = (await byServer(line(['true']), channel)) as Leader;
          expect(await leader.exited).toEqual({ code: 0, signal: null, wasLast: true });
        }
        await channel.finish();
      }),
    );
  });
});

describe('the fork server', () => {
  it('is not reached by the signals that end the programs of a terminal or a service', async () => {
    const pid = await pidOfServer();
    expect(server.pid).toBe(pid);
    const [, blocked = '0'] = /^SigBlk:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    const { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGTSTP } = constants.signals;
    for (const signal of [SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGTSTP])
      expect(BigInt(`0x${blocked}`) & (1n << BigInt(signal - 1)), String(signal)).not.toBe(0n);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.kill(pid, signal);
    expect((await run(byServer, sh('echo x'))).text).toBe('x\n');
    expect(await pidOfServer()).toBe(pid);
  });

  it('when it is killed takes what it has started with it, and others start what follows', async () => {
    const { channel, text } = await listened();
    const leader = (await byServer(sh('echo up; sleep 60'), channel)) as Leader;
    await vi.waitFor(() => expect(text()).toBe('up\n'));
    process.kill(await pidOfServer(), 'SIGSTOP');
    const other = await listened();
    const asked = byServer(sh('echo never'), other.channel);
    process.kill(await pidOfServer(), 'SIGKILL');
    expect(await leader.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await asked).toMatchObject({ type: 'start', message: expect.stringContaining('was killed') });
    await vi.waitFor(() => expect(livingIn(leader.pid, performance.now())).toEqual([]));
    expect([server.isReady, server.pid]).toEqual([false, undefined]);
    await Promise.all([channel.finish(), other.channel.finish()]);
  });

  it('takes with it also what it was about to tell of', async () => {
    const lent = await Promise.all(Array.from({ length: 60 }, listened));
    const asked = lent.map(({ channel }) => byServer(line(['sleep', `600.${process.pid}`]), channel));
    await asked[0];
    process.kill(await pidOfServer(), 'SIGKILL');
    for (const leader of await Promise.all(asked)) if (!('message' in leader)) await leader.exited;
    const alive = async () =>
      [...((await scanProcesses())?.values() ?? [])].filter(({ pid }) => isNamed(pid, `sleep\u{0}600.${process.pid}`));
    await vi.waitFor(async () => expect(await alive()).toEqual([]));
    await Promise.all(lent.map(({ channel }) => channel.finish()));
  });

  it('that does not answer is killed soon after those who wait are', async () => {
    const { channel } = await listened();
    process.kill(await pidOfServer(), 'SIGSTOP');
    const kill = new StopSource();
    const asked = byServer(sh('echo never'), channel, 'ignore', kill);
    kill.cancel({ type: 'aborted' });
    expect(await asked).toMatchObject({ type: 'start' });
    expect(server.isReady).toBe(false);
    await channel.finish();
  });

  it('that stands still holds up no stop, once that is to be a kill, not even by a script that it was to start', async () => {
    const executor = openCommandExecutor({
      folder: rig().folder,
      run: `stopped-${process.pid}`,
      outputs: join(rig().folder, 'out'),
      spawner: { launch: byServer, pid: () => server.pid, close: async () => {} },
    });
    const stop = { run: 'true', signal: 'SIGTERM', graceMs: 60_000 } as const;
    const running = rig().start('echo up; sleep 60', { executor, step: { stop } });
    await running.printed('up\n');
    process.kill(await pidOfServer(), 'SIGSTOP');
    running.stop();
    await vi.waitFor(() => expect(running.stops).toMatchObject([{ signal: 'stop.run' }]));
    running.kill();
    await running.outcome;
    expect(server.isReady).toBe(false);
    await executor.close();
  });

  it('stands still and goes on with the run', async () => {
    const executor = openCommandExecutor({
      folder: rig().folder,
      run: `still-${process.pid}`,
      outputs: join(rig().folder, 'out'),
      spawner: { launch: byServer, pid: () => server.pid, close: async () => {} },
    });
    const state = () => /^State:\s*(\w)/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1];
    executor.suspend();
    await vi.waitFor(() => expect(state()).toBe('T'));
    executor.proceed();
    await vi.waitFor(() => expect(state()).toBe('S'));
    await executor.close();
  });

  it('goes with all of its group where something stands before Perl', async () => {
    vi.stubEnv('PATH', `${rig().folder}:${path}`);
    const script = `#!/bin/sh\ntrap "" TERM\nsleep 601.${process.pid} &\nwait\n`;
    writeFileSync(join(rig().folder, 'perl'), script, { mode: 0o755 });
    const odd = openForkServer('odd');
    vi.unstubAllEnvs();
    const alive = async () =>
      [...((await scanProcesses())?.values() ?? [])].filter(({ pid }) => isNamed(pid, `sleep\u{0}601.${process.pid}`));
    await vi.waitFor(async () => expect(await alive()).toHaveLength(1));
    await odd?.close();
    await vi.waitFor(async () => expect(await alive()).toEqual([]));
  });

  it('is never asked where what is named perl is none', async () => {
    vi.stubEnv('PATH', rig().folder);
    writeFileSync(join(rig().folder, 'perl'), '#!/bin/sh\nexit 1', { mode: 0o755 });
    const none = openForkServer('none');
    vi.unstubAllEnvs();
    await vi.waitFor(async () => expect(await serversOf('none')).toEqual([]));
    expect(none?.isReady).toBe(false);
    await none?.close();
  });
});

describe('a spawner', () => {
  it('starts the first commands itself and has the others started, with one server that goes with it', async () => {
    const { launch: by, close } = openSpawner(`spawner-${process.pid}`);
    const parents: number[] = [];
    await vi.waitFor(async () => {
      parents.push(Number((await run(by, sh('cut -d " " -f 4 /proc/$$/stat'))).text));
      expect(parents.at(-1)).not.toBe(process.pid);
    }, 10_000);
    expect(parents.slice(0, 3)).toEqual([process.pid, process.pid, process.pid]);
    const server = parents.at(-1) ?? 0;
    expect(readFileSync(`/proc/${server}/cmdline`, 'utf8')).toContain(forkServerName);
    await close();
    expect(() => process.kill(server, 0)).toThrow();
  });

  it('is not asked for a tick where nothing else runs, which would be late by that way', async () => {
    const spawner = { launch: byServer, pid: () => server.pid, close: async () => {} };
    const executor = openCommandExecutor({
      folder: rig().folder,
      run: `ticks-${process.pid}`,
      outputs: join(rig().folder, 'out'),
      spawner,
    });
    const parentOf = async (ticks: readonly number[]) => {
      const { text } = await rig().run('cut -d " " -f 4 /proc/$$/stat', { executor, context: { ticks } });
      return Number(text());
    };
    expect(await parentOf([1])).toBe(process.pid);
    expect(await parentOf([])).toBe(await pidOfServer());
    const other = rig().start('echo up; sleep 60', { executor });
    await other.printed('up\n');
    expect(await parentOf([2])).toBe(await pidOfServer());
    other.stop();
    await other.outcome;
    await executor.close();
  });
});
