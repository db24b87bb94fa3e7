/** Laws of what is kept of a command's output: its variables, its file, and the two streams that this takes. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExecuteContext } from '../../../src/engine/executor.ts';
import type { RunStep } from '../../../src/plan/plan.ts';
import { openRig, program } from './rig.ts';

const rig = openRig();

/** Runs a script, and keeps what it saves and which stream each piece came from. */
async function run(command: RunStep['command'], step: Partial<RunStep>, context: Partial<ExecuteContext> = {}) {
  const streams: Record<string, string> = { out: '', err: '' };
  const saved: Record<string, string>[] = [];
  const { outcome } = rig().start(command, {
    step,
    context: {
      write: (bytes, stream = 'out') => {
        streams[stream] += Buffer.from(bytes).toString();
        return undefined;
      },
      save: values => void saved.push({ ...values }),
      ...context,
    },
  });
  return { outcome: await outcome, streams, saved };
}

const good = { state: 'succeeded', exitCode: 0 };
const files = () => readdirSync(rig().folder, { recursive: true }).map(String).sort();
const at = (...path: string[]) => join(rig().folder, ...path);

describe('the output of a command that is saved', () => {
  it('is stdout only, and both streams are told apart', async () => {
    const { outcome, streams, saved } = await run('echo one; echo two >&2; echo three', {
      save: { type: 'output', name: 'X' },
    });
    expect(outcome).toEqual(good);
    expect(saved).toEqual([{ X: 'one\nthree' }]);
    expect(streams).toEqual({ out: 'one\nthree\n', err: 'two\n' });
  });

  it('takes what is written to /dev/stdout and /dev/stderr by name', async () => {
    const { streams, saved } = await run('echo 1 > /dev/stdout; echo 2 > /dev/stderr; echo 3 | tee /dev/stderr', {
      save: { type: 'output', name: 'X' },
    });
    expect(saved).toEqual([{ X: '1\n3' }]);
    expect(streams.err).toBe('2\n3\n');
  });

  it('is told apart, too, where retry looks at stderr', async () => {
    const on = [{ type: 'stderr', source: 'two', flags: '' }] as const;
    const retry = { times: 1, delayMs: 0, factor: 1, maxDelayMs: 0, jitter: 'none', on } as const;
    const { streams } = await run('echo one; echo two >&2', { retry });
    expect(streams).toEqual({ out: 'one\n', err: 'two\n' });
  });

  it('is one stream as ever where nothing of it is saved', async () => {
    const { streams } = await run('echo one; echo two >&2', { save: { type: 'file', names: ['X'] } });
    expect(streams).toEqual({ out: 'one\ntwo\n', err: '' });
  });

  it('is one stream again for the steps that follow', async () => {
    await run('echo one; echo two >&2', { save: { type: 'output', name: 'X' } });
    for (let round = 0; round < 3; round += 1) {
      const { text } = await rig().run('echo a; echo b >&2; echo c');
      expect(text()).toBe('a\nb\nc\n');
    }
  });

  it('is read to its end, and told, also where it is too large to be saved', async () => {
    let size = 0;
    const write: ExecuteContext['write'] = bytes => {
      size += bytes.length;
      return undefined;
    };
    const { outcome, saved } = await run(
      ['head', '-c', '3000000', '/dev/zero'],
      { save: { type: 'output', name: 'X' } },
      { write },
    );
    expect(outcome).toMatchObject({ state: 'failed', reason: { type: 'save' }, exitCode: 0 });
    expect(size).toBe(3_000_000);
    expect(saved).toEqual([]);
  });

  it('is not saved when the command fails, and the failure is that of the command', async () => {
    const { outcome, saved } = await run('echo one; exit 3', { save: { type: 'output', name: 'X' } });
    expect(outcome).toEqual({ state: 'failed', reason: { type: 'exit' }, exitCode: 3 });
    expect(saved).toEqual([]);
  });

  it('is saved in parts', async () => {
    const parts = { ID: { type: 'pointer', pointer: '/id' } } as const;
    const { saved } = await run(`echo '{"id": 3.10}'; echo no >&2`, { save: { type: 'parts', parts } });
    expect(saved).toEqual([{ ID: '3.10' }]);
  });
});

describe('the variables that a command writes', () => {
  const save = { type: 'file', names: ['A', 'B'] } as const;

  it('are handed over when it fails, too, so that secrets among them are masked', async () => {
    const { outcome, saved } = await run('echo A=1 > "$RUNJOBS_OUTPUT"; exit 3', { save });
    expect(outcome).toMatchObject({ state: 'failed', exitCode: 3 });
    expect(saved).toEqual([{ A: '1' }]);
  });

  it('are those of a file that is empty at the start and gone at the end', async () => {
    const script = 'test ! -s "$RUNJOBS_OUTPUT"; echo "$RUNJOBS_OUTPUT"; echo A=1 >> "$RUNJOBS_OUTPUT"';
    const { outcome, saved, streams } = await run(script, { save });
    expect(outcome).toEqual(good);
    expect(saved).toEqual([{ A: '1' }]);
    expect(streams.out).toContain(rig().folder);
    expect(existsSync(String(streams.out).trim())).toBe(false);
  });

  it.each([
    ['is removed', 'rm "$RUNJOBS_OUTPUT"', undefined],
    ['is put in its place by mv', 'echo A=2 > new; mv new "$RUNJOBS_OUTPUT"', '2'],
  ])('are as they stand when the file %s', async (_, script, value) => {
    const { outcome, saved } = await run(script, { save });
    expect(outcome).toEqual(good);
    expect(saved).toEqual([value === undefined ? {} : { A: value }]);
  });

  it.each([
    ['a link', 'ln -sf /etc/passwd "$RUNJOBS_OUTPUT"'],
    ['a folder', 'rm "$RUNJOBS_OUTPUT"; mkdir "$RUNJOBS_OUTPUT"'],
    ['a named pipe', 'rm "$RUNJOBS_OUTPUT"; mkfifo "$RUNJOBS_OUTPUT"'],
  ])('are a failure when the file has become %s', async (_, script) => {
    const { outcome } = await run(script, { save });
    expect(outcome).toMatchObject({
      reason: { type: 'save', message: 'save: $RUNJOBS_OUTPUT: it is no file any more' },
    });
  });

  it('are a failure when the file is huge, which is not read', async () => {
    const { outcome } = await run('truncate -s 100G "$RUNJOBS_OUTPUT"', { save });
    expect(outcome).toMatchObject({ reason: { type: 'save' } });
  });

  it('are nobody else’s: a step without them has no such file', async () => {
    const env = { PATH: process.env.PATH ?? '', RUNJOBS_OUTPUT: '/outer' };
    const { text } = await rig().run('echo "${RUNJOBS_OUTPUT-none}"', { env });
    expect(text()).toBe('none\n');
  });
});

describe('saveTo', () => {
  it('puts stdout, byte for byte, into a file, whose folder is made', async () => {
    const { outcome, streams } = await run(`printf '\\000\\377a'; echo err >&2`, { saveTo: 'a/b/c.bin' });
    expect(outcome).toEqual(good);
    expect([...readFileSync(at('a/b/c.bin'))]).toEqual([0, 255, 97]);
    expect(streams.err).toBe('err\n');
    expect(files()).toEqual(['a', 'a/b', 'a/b/c.bin']);
  });

  it('replaces a file at the end only, at once, and keeps its mode', async () => {
    writeFileSync(at('f'), 'old');
    chmodSync(at('f'), 0o640);
    const { streams } = await run('echo new; cat f >&2', { saveTo: 'f' });
    expect(streams.err).toBe('old');
    expect(readFileSync(at('f'), 'utf8')).toBe('new\n');
    expect(statSync(at('f')).mode & 0o777).toBe(0o640);
  });

  it('follows a link to the file', async () => {
    mkdirSync(at('real'));
    writeFileSync(at('real', 'f'), 'old');
    symlinkSync('real/f', at('link'));
    await run('echo new', { saveTo: 'link' });
    expect(readFileSync(at('real', 'f'), 'utf8')).toBe('new\n');
    expect(files()).toEqual(['link', 'real', 'real/f']);
  });

  it('makes an empty file of no output', async () => {
    await run('true', { saveTo: 'f' });
    expect(readFileSync(at('f'), 'utf8')).toBe('');
  });

  it('goes together with save', async () => {
    const { saved } = await run('echo one', { saveTo: 'f', save: { type: 'output', name: 'X' } });
    expect(saved).toEqual([{ X: 'one' }]);
    expect(readFileSync(at('f'), 'utf8')).toBe('one\n');
  });

  it('leaves nothing where what is saved is no text', async () => {
    const { outcome } = await run(`printf '\\000'`, { saveTo: 'f', save: { type: 'output', name: 'X' } });
    expect(outcome).toMatchObject({ reason: { type: 'save' } });
    expect(files()).toEqual([]);
  });

  it('keeps what was there when the command fails', async () => {
    writeFileSync(at('f'), 'old');
    await run('echo new; exit 1', { saveTo: 'f' });
    expect(readFileSync(at('f'), 'utf8')).toBe('old');
    expect(files()).toEqual(['f']);
  });

  it('keeps what was there when the command is stopped, though it then exits with 0', async () => {
    writeFileSync(at('f'), 'old');
    const started = rig().start('trap "exit 0" TERM; echo new; while :; do sleep 0.05; done', {
      step: { saveTo: 'f' },
    });
    await started.printed('new');
    started.stop();
    await started.outcome;
    expect(readFileSync(at('f'), 'utf8')).toBe('old');
    expect(files()).toEqual(['f']);
  });

  it('keeps what was there when the command cannot be started', async () => {
    const { outcome } = await run(['no-such-program'], { saveTo: 'f' });
    expect(outcome).toMatchObject({ reason: { type: 'start' } });
    expect(files()).toEqual([]);
  });

  it('has the file when a background step is stopped at the good end of its group', async () => {
    const started = rig().start('echo served; exec sleep 60', { step: { saveTo: 'f', background: true, id: 'step' } });
    await started.printed('served');
    started.stop({ type: 'group-ended', step: '.' });
    await started.outcome;
    expect(readFileSync(at('f'), 'utf8')).toBe('served\n');
  });

  it('holds 100 MB of output with memory that does not grow', async () => {
    let peak = 0;
    const write: ExecuteContext['write'] = () => {
      peak = Math.max(peak, process.memoryUsage.rss());
      return undefined;
    };
    await run('true', {});
    const before = process.memoryUsage.rss();
    const { outcome } = await run(
      ['node', program('floods.mjs'), '100'],
      { saveTo: 'f', save: { type: 'parts', parts: {} } },
      { write },
    );
    expect(outcome).toEqual(good);
    expect(statSync(at('f')).size).toBeGreaterThan(100_000_000 * 0.9);
    expect((peak - before) / 2 ** 20).toBeLessThan(64);
  });

  it('removes what a dead process has left, and nothing of a living one', async () => {
    await run('echo one', { saveTo: 'sub/f' });
    const [draft = ''] = await draftsDuring('other/f');
    const dead = draft.replace(/-\d+-\d+-\d+$/, '-4194304-1-1');
    const alive = draft.replace(/-\d+$/, '-999999');
    mkdirSync(at('third'));
    for (const name of [dead, alive, '.runjobs-else']) writeFileSync(at('third', name), '');
    await run('echo one', { saveTo: 'third/f' });
    expect(readdirSync(at('third')).sort()).toEqual([alive, '.runjobs-else', 'f'].sort());
  });

  it.each([
    ['a folder', 'mkdir f', 'saveTo: "f" is there, and is no file'],
    ['a device', 'ln -s /dev/null f', 'saveTo: "f" is there, and is no file'],
    ['below a file', 'rm -rf f; touch f', 'saveTo: "f/g" cannot be written: a part of its path is no folder'],
  ])('fails before anything starts where the place is %s', async (_, prepare, message) => {
    await rig().run(prepare);
    const { outcome, streams } = await run('echo ran', { saveTo: message.split('"')[1] ?? '' });
    expect(outcome).toEqual({ state: 'failed', reason: { type: 'start', message } });
    expect(streams.out).toBe('');
  });

  /** The drafts that lie beside the file while a command writes it. */
  async function draftsDuring(saveTo: string): Promise<string[]> {
    const { streams } = await run(`ls -A ${join(saveTo, '..')} >&2`, { saveTo });
    return String(streams.err)
      .split('\n')
      .filter(name => name.startsWith('.runjobs-'));
  }
});

it('a command has all of its variables, those that many commands share, too', async () => {
  const shared = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`N${index}`, String(index)]));
  const env = Object.assign(Object.create({ ...shared, PATH: process.env.PATH, RUNJOBS_PID: '1' }), { OWN: 'x' });
  const { text } = await rig().run(
    'env | grep -c "^N[0-9]*="; echo "$OWN $N9999 ${RUNJOBS_PID-none}"; test -n "$RUNJOBS_RUN_IDS"',
    { env },
  );
  expect(text()).toBe('10000\nx 9999 none\n');
});
