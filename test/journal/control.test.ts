import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ask } from '../../src/journal/ask.ts';
import { openControl, type StopAnswer } from '../../src/journal/control.ts';
import { temporaryFolder, until } from '../support/cli.ts';

/** A run of the steps a and b, whose ends the test decides. */
async function opened(folder = temporaryFolder()) {
  const told: string[] = [];
  const end = new Map<string, () => void>();
  const answer = (asked: string): StopAnswer => {
    told.push(asked);
    if (!['.', 'a', 'b'].includes(asked.replace('again ', ''))) return { type: 'not-running', running: ['a', 'b'] };
    return { type: 'stopping', ended: new Promise<void>(done => end.set(asked, done)) };
  };
  const control = await openControl({
    folder,
    run: 'the-run',
    target: { stop: answer, restart: path => answer(`again ${path}`) },
  });
  if (control === undefined) throw new Error('no control socket');
  onTestFinished(() => {
    control.shut();
    control.ended();
  });
  const socket = join(folder, 'control.sock');
  return { folder, socket, told, end, control };
}

/** All that comes back for these bytes, until the other side ends. */
function exchange(socket: string, bytes: string | Buffer): Promise<string> {
  return new Promise(done => {
    let text = '';
    const client = connect({ path: socket, allowHalfOpen: true });
    client.on('data', chunk => {
      text += String(chunk);
    });
    client.on('error', () => {});
    client.on('end', () => client.end()).on('close', () => done(text));
    client.write(bytes);
  });
}

const never = () => {
  throw new Error('it has answered');
};

describe('a control socket', () => {
  it('is for its owner only, and is removed at the end', async () => {
    const { socket, control } = await opened();
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    control.shut();
    expect(existsSync(socket)).toBe(false);
  });

  it('stops a step, and answers again when it has ended', async () => {
    const { folder, told, end } = await opened();
    const asked = await ask(folder, { type: 'stop', step: 'a' }, never);
    expect(told).toEqual(['a']);
    if (asked.type !== 'stopping') throw new Error(asked.type);
    let isOver = false;
    void asked.ended.then(() => {
      isOver = true;
    });
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    end.get('a')?.();
    await asked.ended;
  });

  it('has a step begin again, and answers when nothing of its attempt is left, also where that is the whole plan', async () => {
    const { folder, told, end } = await opened();
    for (const step of ['a', '.']) {
      const asked = await ask(folder, { type: 'restart', step }, never);
      if (asked.type !== 'stopping') throw new Error(asked.type);
      end.get(`again ${step}`)?.();
      await asked.ended;
    }
    expect(told).toEqual(['again a', 'again .']);
    expect(await ask(folder, { type: 'restart', step: 'x' }, never)).toMatchObject({ type: 'refused' });
  });

  it('stops the whole run, which has ended when the socket says so', async () => {
    const { folder, told, end, control } = await opened();
    const asked = await Promise.all([
      ask(folder, { type: 'stop' }, never),
      ask(folder, { type: 'stop', step: '.' }, never),
    ]);
    expect(told).toEqual(['.', '.']);
    end.get('.')?.();
    control.shut();
    control.ended();
    for (const each of asked) {
      if (each.type !== 'stopping') throw new Error(each.type);
      await each.ended;
    }
    expect(await ask(folder, { type: 'stop' }, never)).toEqual({ type: 'gone' });
  });

  it('refuses a step that is not running, and names those that are', async () => {
    const { folder } = await opened();
    expect(await ask(folder, { type: 'stop', step: 'x' }, never)).toEqual({
      type: 'refused',
      message: 'no step "x" is running; running are: a, b',
    });
  });

  it.each([
    ['no JSON', 'stop\n'],
    ['no object', 'null\n'],
    ['another request', '{"type":"start"}\n'],
    ['a step that is no text', '{"type":"stop","step":5}\n'],
    ['a megabyte without an end', `"${'x'.repeat(1_000_000)}`],
    ['bytes', Buffer.from([0, 255, 254, 10])],
  ])('refuses %s, and stops nothing', async (_, bytes) => {
    const { socket, told } = await opened();
    const answer = await exchange(socket, bytes);
    if (bytes.length < 1000) expect(answer).toMatch(/^\{"type":"refused","message":"a request is one line/);
    expect(told).toEqual([]);
  });

  it('takes one request of a client, and goes on whatever its clients do', async () => {
    const { folder, socket, told } = await opened();
    for (let client = 0; client < 100; client += 1)
      connect(socket)
        .on('error', () => {})
        .destroy();
    connect(socket)
      .on('error', () => {})
      .write('{"type":"stop","step":"a"}\n'.repeat(10_000));
    await until(() => told.length > 0);
    expect(await ask(folder, { type: 'stop', step: 'b' }, never)).toMatchObject({ type: 'stopping' });
    expect(told).toEqual(['a', 'b']);
  });

  it('is reached however long its path, and takes the place of one that a dead run has left', async () => {
    const folder = join(temporaryFolder(), 'deep/'.repeat(40));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'control.sock'), '');
    const { told } = await opened(folder);
    expect(readdirSync(folder)).toEqual(['control.sock']);
    expect(await ask(folder, { type: 'stop', step: 'a' }, never)).toMatchObject({ type: 'stopping' });
    expect(told).toEqual(['a']);
  });

  it('makes nothing outside of the folder of its run, however long its path', async () => {
    const empty = temporaryFolder();
    vi.stubEnv('XDG_RUNTIME_DIR', empty);
    onTestFinished(() => void vi.unstubAllEnvs());
    const folder = join(temporaryFolder(), 'deep/'.repeat(40));
    mkdirSync(folder, { recursive: true });
    const opening = opened(folder);
    expect(readdirSync(empty)).toEqual([]);
    await opening;
    const asking = ask(folder, { type: 'stop', step: 'a' }, never);
    expect(readdirSync(empty)).toEqual([]);
    expect(await asking).toMatchObject({ type: 'stopping' });
  });

  it('is done without where it cannot be', async () => {
    const none = (): StopAnswer => ({ type: 'not-running', running: [] });
    const target = { stop: none, restart: none };
    expect(await openControl({ folder: '/no/such/folder', run: 'x', target })).toBeUndefined();
  });
});
