/** Laws of what a command reads. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Stdin } from '../../../src/plan/plan.ts';
import { openRig } from './rig.ts';

const rig = openRig();

const text = (value: string): { step: { stdin: Stdin } } => ({ step: { stdin: { type: 'text', text: value } } });
const file = (path: string): { step: { stdin: Stdin } } => ({ step: { stdin: { type: 'file', path } } });
const failure = (message: string | RegExp) => ({
  state: 'failed',
  reason: { type: 'start', message: typeof message === 'string' ? message : expect.stringMatching(message) },
});

describe('a command with a text to read', () => {
  it.each<[string, string | [string, ...string[]], string]>([
    ['a script', 'cat', 'a\nb'],
    ['a program', ['cat'], 'a\nb'],
    ['/dev/stdin', 'cat /dev/stdin', 'a\nb'],
    ['/dev/stdin as a program to interpret', ['bash', '/dev/stdin'], 'echo from the script'],
    ['nothing at all', 'cat; cat /dev/stdin; echo end', ''],
    ['more than a pipe holds', 'wc -c', 'x'.repeat(1_000_000)],
  ])('reads it to its end: %s', async (_, command, written) => {
    const { text: printed, result } = await rig().run(command, text(written));
    const expected = { 'wc -c': '1000000\n', 'echo from the script': 'from the script\n', '': 'end\n' };
    expect(printed()).toBe(
      Object.entries(expected).find(([key]) => key === command || key === written)?.[1] ?? written,
    );
    expect(result).toEqual({ state: 'succeeded', exitCode: 0 });
  });

  it('reads it from the beginning each time', async () => {
    for (const _ of [1, 2]) expect((await rig().run('cat', text('again'))).text()).toBe('again');
  });

  it('may end without reading it, or never read it and be stopped', async () => {
    const { result } = await rig().run('exit 3', text('x'.repeat(1_000_000)));
    expect(result).toMatchObject({ state: 'failed', exitCode: 3 });
    const idle = rig().start('echo ready; exec sleep 100', text('x'.repeat(1_000_000)));
    await idle.printed('ready');
    idle.stop();
    expect(await idle.outcome).toMatchObject({ signal: 'SIGTERM' });
  });

  it('leaves no file of it, nor a descriptor', async () => {
    const { text: printed } = await rig().run('readlink /proc/self/fd/0; ls /dev/shm', text('secret'));
    const [, name = ''] = /^\/dev\/shm\/(runjobs-\S+) \(deleted\)$/m.exec(printed()) ?? [];
    expect(printed().match(new RegExp(name, 'g'))).toHaveLength(1);
    expect((await rig().run(['/no/such/program'], text('secret'))).result).toMatchObject({ reason: { type: 'start' } });
    const held = readdirSync('/proc/self/fd').map(descriptor => linkOf(descriptor));
    expect(held.filter(link => link.startsWith('/dev/shm/runjobs-'))).toEqual([]);
  });

  it('hands it to no test and no script that stops it', async () => {
    const started = rig().start('cat > /dev/null; echo ready; exec sleep 100', {
      step: {
        stdin: { type: 'text', text: 'x' },
        stop: { signal: 'SIGTERM', graceMs: 5000, run: 'readlink /proc/$$/fd/0; kill $RUNJOBS_PID' },
      },
    });
    await started.printed('ready');
    started.stop();
    await started.outcome;
    expect(started.text()).toBe('ready\n/dev/null\n');
  });
});

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return '';
  }
}

describe('a command with a file to read', () => {
  it('reads its bytes, relative to the plan’s folder whatever its cwd', async () => {
    mkdirSync(join(rig().folder, 'below'));
    const bytes = Buffer.from([0, 255, 254, 10, 0, 128, 13, 10]);
    writeFileSync(join(rig().folder, 'data'), bytes);
    const stdin = { type: 'file', path: 'data' } as const;
    expect((await rig().run('cat', { step: { stdin, cwd: 'below' } })).bytes()).toEqual(bytes);
    expect((await rig().run(['cat', '/dev/stdin'], file('data'))).bytes()).toEqual(bytes);
  });

  it('may be larger than any memory', async () => {
    writeFileSync(join(rig().folder, 'sparse'), '');
    truncateSync(join(rig().folder, 'sparse'), 2 ** 40);
    const { text: printed } = await rig().run('head -c 3 | od -An -tx1; exit 0', file('sparse'));
    expect(printed()).toBe(' 00 00 00\n');
  });

  it.each<[string, string, string | RegExp]>([
    ['is missing', 'nowhere', 'stdin: "nowhere": no such file'],
    ['is a folder', '.', 'stdin: ".": this is a folder; name a file in it'],
    ['is a named pipe', 'pipe', 'stdin: "pipe": a named pipe; let a script read it: "cat < pipe"'],
    ['is a socket', 'socket', /^stdin: "socket": a socket, which cannot be opened/],
    ['is a circle of links', 'circle', 'stdin: "circle": symbolic links that lead in a circle'],
    ['has a NUL in its path', 'a\0b', /^stdin: "a\0b": cannot be read/],
  ])('that %s fails before anything starts', async (_, path, message) => {
    execFileSync('mkfifo', [join(rig().folder, 'pipe')]);
    const server = createServer().listen(join(rig().folder, 'socket'));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    symlinkSync('circle', join(rig().folder, 'circle'));
    const { result, pids } = await rig().run('echo started', file(path));
    expect(result).toEqual(failure(message));
    expect(pids).toEqual([]);
  });

  it.skipIf(userInfo().uid === 0)('that may not be read fails before anything starts', async () => {
    writeFileSync(join(rig().folder, 'closed'), '');
    chmodSync(join(rig().folder, 'closed'), 0);
    expect((await rig().run('cat', file('closed'))).result).toEqual(
      failure('stdin: "closed": no permission to read it'),
    );
  });
});
