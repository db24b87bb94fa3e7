/** What steps save reaches those that follow, byte for byte, whatever happens to the run in between. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { planFile, printed, runjobs, temporaryFolder, until } from '../support/cli.ts';
import { say, stage, wait } from '../support/crashes.ts';
import { job } from '../support/jobs.ts';

/** Runs a plan and gives its exit code, output and events. */
async function ran(plan: unknown, env: Record<string, string> = {}) {
  const state = temporaryFolder();
  const result = await runjobs([planFile(plan), '--reporter', 'ndjson', '--state-dir', state], { env });
  const events = String(result.stdout)
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Record<string, unknown> & { type: string; step?: string });
  const output = (step: string, stream = 'out') =>
    events
      .filter(event => event.type === 'step.output' && event.step === step && event.stream === stream)
      .map(({ text }) => text)
      .join('');
  const ended = (step: string) => events.findLast(event => event.type === 'step.finished' && event.step === step);
  return { exitCode: result.exitCode, stderr: String(result.stderr), events, output, ended, state };
}

describe('the plans of jobs/', () => {
  it('save.yaml hands on output, parts, variables of a file, and what the last attempt printed', async () => {
    const { exitCode, lines } = await job('save.yaml');
    expect(exitCode).toBe(0);
    expect(lines.slice(-4)).toEqual([
      '[told] 1.4.2, Ada (12345678901234567890) at 3.10, green, attempt 2',
      '[told] first',
      '[told] second',
      '[list] 1.4.2 without a shell',
    ]);
  });

  it('save-to.yaml puts a large output into a file, and keeps it when a later attempt at it fails', async () => {
    const TMPDIR = temporaryFolder();
    const { exitCode, lines } = await job('save-to.yaml', { TMPDIR });
    expect(exitCode).toBe(0);
    expect(lines.at(-1)).toBe('[still] still 1000000 bytes');
    expect(readdirSync(TMPDIR)).toEqual([]);
  });
});

describe('a saved value', () => {
  const VALUES = {
    quotes: `a "b" 'c' \`d\``,
    newlines: 'one\n\n two \ttabs\r\nthree',
    dollars: '$HOME ${HOME} $$ $(date) \\$x \\n %s %%',
    empty: '',
    unicode: 'é e\u0301 𝄞 👩‍👩‍👧 שלום \u202e\u2028 \ufeff',
    large: `${'äb"$\n'.repeat(16_000)}end`,
  };

  it.each(Object.entries(VALUES))(
    'arrives byte for byte in scripts, arguments, urls, bodies and headers: %s',
    async (name, value) => {
      expect(Buffer.byteLength(value)).toBeLessThanOrEqual(96 * 1024);
      const requests: { url: string; body: string; headers: IncomingMessage['headers'] }[] = [];
      const server = createServer({ maxHeaderSize: 2 ** 20 }, (request, response) => {
        const pieces: Buffer[] = [];
        request.on('data', piece => pieces.push(piece));
        request.on('end', () => {
          requests.push({ url: request.url ?? '', body: Buffer.concat(pieces).toString(), headers: request.headers });
          response.end();
        });
      }).listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await new Promise(done => server.once('listening', done));
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'value'), value);
      const isLine = /^[\x20-\x7e]*$/.test(value);
      const inFile = (file: string) => readFileSync(join(folder, file), 'utf8');
      const { exitCode, stderr } = await ran(
        {
          env: { F: folder, URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
          steps: [
            { run: 'cat "$F/value"', save: 'V' },
            { run: 'printf %s "$V" > "$F/script"' },
            { run: ['sh', '-c', 'printf %s "$1" > "$F/argument"', 'sh', '${V}'] },
            { env: { W: '<${V}>' }, run: 'printf %s "$W" > "$F/env"' },
            { http: 'GET ${URL}/path/x${V}?q=${V}' },
            { http: { method: 'POST', url: '${URL}/json', json: { v: '${V}', w: ['-${V}-'] } } },
            { http: { method: 'POST', url: '${URL}/text', body: '${V}' } },
            { http: { url: '${URL}/header', headers: { 'X-Value': isLine ? '<${V}>' : 'none' } } },
          ],
        },
        {},
      );
      expect(exitCode, stderr).toBe(0);
      expect(inFile('script')).toBe(value);
      expect(inFile('argument')).toBe(value);
      expect(inFile('env')).toBe(`<${value}>`);
      const [get, json, text, header] = requests;
      const url = new URL(get?.url ?? '', 'http://h');
      expect(decodeURIComponent(url.pathname)).toBe(`/path/x${value}`);
      expect(url.searchParams.get('q')).toBe(value);
      expect(JSON.parse(json?.body ?? '')).toEqual({ v: value, w: [`-${value}-`] });
      expect(text?.body).toBe(value);
      if (isLine) expect(header?.headers['x-value'], name).toBe(`<${value}>`);
    },
  );

  it('of an output and of $RUNJOBS_OUTPUT is the same', async () => {
    const value = VALUES.dollars + VALUES.newlines + VALUES.unicode;
    const { exitCode, output } = await ran(
      {
        steps: [
          { run: 'printf %s "$VALUE"', save: 'A' },
          { run: '{ echo "B<<END"; printf "%s\\n" "$VALUE"; echo END; } >> "$RUNJOBS_OUTPUT"', save: ['B'] },
          { run: 'test "$A" = "$VALUE"; test "$B" = "$VALUE"; echo same' },
        ],
      },
      { VALUE: value },
    );
    expect(output('3')).toBe('same\n');
    expect(exitCode).toBe(0);
  });
});

describe('the step that saves', () => {
  it('has two streams, both in its log, and told apart in its events', async () => {
    const { output, ended, state } = await ran({
      steps: [{ id: 's', run: 'echo out; echo err >&2', save: 'X' }, 'echo out; echo err >&2'],
    });
    expect(output('s', 'out')).toBe('out\n');
    expect(output('s', 'err')).toBe('err\n');
    expect(output('2', 'out')).toBe('out\nerr\n');
    expect(ended('s')).toMatchObject({ saved: { X: 'out' } });
    const [run = ''] = readdirSync(join(state, 'runs'));
    const log = readFileSync(join(state, 'runs', run, 'logs/s.log'), 'utf8');
    expect(log.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('keeps what its last attempt, its last good tick, and the winner of an any have printed', async () => {
    const { output, exitCode } = await ran({
      steps: [
        {
          run: 'echo "attempt $RUNJOBS_ATTEMPT"; test "$RUNJOBS_ATTEMPT" = 3',
          retry: { times: 5, delay: 0 },
          save: 'A',
        },
        {
          run: 'echo >> "$RUNJOBS_TMP/ticks"; n=$(($(wc -l < "$RUNJOBS_TMP/ticks"))); echo "tick $n"; test "$n" -lt 3',
          every: { interval: '20ms', times: 5 },
          save: 'T',
          allowFailure: true,
        },
        { any: [{ run: 'sleep 60; echo slow', save: 'W' }, { run: 'exit 1' }, { run: 'echo quick', save: 'Q' }] },
        { id: 'told', run: 'echo "$A, $T, $Q, ${W-none}"' },
      ],
    });
    expect(output('told')).toBe('attempt 3, tick 2, quick, none\n');
    expect(exitCode).toBe(0);
  });

  it('fails in words, with the way out, where what it prints is no variable', async () => {
    const { exitCode, ended } = await ran({
      run: 'head -c 200000 /dev/zero | tr "\\0" x',
      shell: 'bash',
      save: 'X',
    });
    expect(exitCode).toBe(1);
    expect(ended('.')).toMatchObject({
      outcome: {
        state: 'failed',
        exitCode: 0,
        reason: {
          type: 'save',
          message:
            'save: X: the output is 196 KiB, and a variable holds 96 KiB at most; write it to a file with "saveTo: FILE"',
        },
      },
    });
  });

  it('fails in words where a variable that the plan sets is too large for any command', async () => {
    const { ended } = await ran({ steps: [{ id: 'a', env: { BIG: 'x'.repeat(140_000) }, run: 'echo no' }] });
    expect(ended('a')).toMatchObject({
      outcome: {
        reason: {
          type: 'start',
          message: expect.stringContaining('variable "BIG" alone 137 KiB (Linux allows 128 KiB'),
        },
      },
    });
  });
});

describe('a run that is killed and resumed', () => {
  it('has what was saved before, and saves again what was not', async () => {
    const at = stage({
      steps: [
        { id: 'a', run: `${say('a')}; echo "first $$"; echo no >&2`, save: 'A' },
        { id: 'g', gather: [{ id: 'x', run: 'echo "X=from x" >> "$RUNJOBS_OUTPUT"', save: ['X'] }] },
        { id: 'w', run: wait('w') },
        { id: 'b', run: `${say('b')}; echo "$A, $X"`, save: 'B' },
        { id: 'c', run: `echo "[$B]" >> "$DONE"` },
      ],
    });
    const first = at.start();
    await printed(first, '] ready');
    const pid = /first (\d+)/.exec(readFileSync(at.journal(), 'utf8'))?.[1];
    first.kill('SIGKILL');
    await first;
    await until(() => at.left().length === 0);
    at.go();
    expect((await at.resume()).exitCode).toBe(0);
    expect(at.done()).toEqual(['a', 'w', 'w', 'w-end', 'b', `[first ${pid}, from x]`]);
  });

  it('finds the folder of the run again, which goes with its success', async () => {
    const at = stage({
      steps: [
        { id: 'a', run: 'echo kept > "$RUNJOBS_TMP/a"; ls -ld "$RUNJOBS_TMP" >> "$DONE"' },
        { id: 'w', run: wait('w') },
        { id: 'b', run: 'cat "$RUNJOBS_TMP/a" >> "$DONE"; mkdir "$RUNJOBS_TMP/sub"' },
      ],
    });
    const first = at.start();
    await printed(first, '] ready');
    const folder = join(at.runFolder(), 'tmp');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    first.kill('SIGKILL');
    await first;
    await until(() => at.left().length === 0);
    expect(existsSync(join(folder, 'a'))).toBe(true);
    at.go();
    expect((await at.resume()).exitCode).toBe(0);
    expect(at.done().slice(1)).toEqual(['w', 'w', 'w-end', 'kept']);
    expect(existsSync(folder)).toBe(false);
  });

  it('leaves nothing of a file that was being written, and no file for variables', async () => {
    const at = stage({
      steps: [
        { id: 'f', run: 'echo half; [ -e "$GO" ] || { echo "ready" >&2; sleep 60; }', saveTo: '${DONE}.d/f' },
        { id: 'v', run: 'echo V=1 >> "$RUNJOBS_OUTPUT"', save: ['V'] },
      ],
    });
    const first = at.start();
    await printed(first, '] ready');
    const folder = join(at.state, '..', 'done.d');
    expect(readdirSync(folder)).toHaveLength(1);
    first.kill('SIGKILL');
    await first;
    await until(() => at.left().length === 0);
    expect(readdirSync(folder)).not.toContain('f');
    at.go();
    expect((await at.resume()).exitCode).toBe(0);
    expect(readdirSync(folder)).toEqual(['f']);
    expect(readFileSync(join(folder, 'f'), 'utf8')).toBe('half\n');
    expect(existsSync(join(at.runFolder(), 'outputs'))).toBe(false);
  });
});

it('the folder of a run that has failed stays, for its resumption', async () => {
  const { exitCode, state } = await ran({ steps: ['echo kept > "$RUNJOBS_TMP/a"', 'exit 1'] });
  expect(exitCode).toBe(1);
  const [run = ''] = readdirSync(join(state, 'runs'));
  expect(readFileSync(join(state, 'runs', run, 'tmp/a'), 'utf8')).toBe('kept\n');
});

it('each step has a name that is fit for a file', async () => {
  const { output } = await ran({
    gather: [
      { id: 'a', steps: [{ id: 'b', run: 'echo "$RUNJOBS_STEP_KEY"' }] },
      { id: 'c', run: 'echo "$RUNJOBS_STEP_KEY"' },
    ],
  });
  expect([output('a/b'), output('c')]).toEqual(['a.b\n', 'c\n']);
});

describe('what goes into a file', () => {
  it('is neither shown nor in the log, where its size stands in its place; stderr is', async () => {
    const folder = temporaryFolder();
    const plan = planFile({
      steps: [{ id: 'dump', run: 'head -c 300000 /dev/zero; echo done >&2', saveTo: join(folder, 'dump') }],
    });
    const { stdout, exitCode } = await runjobs([plan, '--reporter', 'plain', '--state-dir', folder]);
    expect(exitCode).toBe(0);
    expect(String(stdout)).toContain(
      `[dump] done\n[dump] [not shown: 300000 bytes for the file "${join(folder, 'dump')}"]\n`,
    );
    expect(statSync(join(folder, 'dump')).size).toBe(300_000);
    const logs = await runjobs(['logs', 'last', 'dump', '--state-dir', folder]);
    expect(String(logs.stdout)).toBe(`done\n[not shown: 300000 bytes for the file "${join(folder, 'dump')}"]\n`);
  });

  it('may lie in the folder of the run, which a later forEach looks into', async () => {
    const plan = planFile({
      steps: [
        { run: 'touch "$RUNJOBS_TMP/a.txt" "$RUNJOBS_TMP/b.txt"' },
        { forEach: { F: { glob: '${RUNJOBS_TMP}/*.txt' } }, run: 'test -e "$F"; basename "$F"', limit: 1, cwd: '/' },
      ],
    });
    const { stdout, exitCode } = await runjobs([plan, '--reporter', 'plain', '--state-dir', temporaryFolder()]);
    expect(exitCode, String(stdout)).toBe(0);
    expect(String(stdout)).toContain('[2[1]] a.txt\n');
  });
});

describe.runIf(process.platform === 'linux')('saveTo', () => {
  it('into a folder that cannot be made fails the step, and goes on at once', async () => {
    const { exitCode, ended } = await ran({ steps: [{ id: 'a', run: 'echo x', saveTo: '/proc/none/such/f' }] });
    expect(exitCode).toBe(1);
    expect(ended('a')?.outcome).toMatchObject({
      state: 'failed',
      reason: { message: 'saveTo: "/proc/none/such/f" cannot be written: its folder cannot be made' },
    });
  }, 30_000);
});
