import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { eventSchema } from '../../src/events/event-schema.ts';
import { BIN, ENV, planFile, runjobs, temporaryFolder } from '../support/cli.ts';

function logsOf(state: string): Record<string, Buffer> {
  const runs = join(state, 'runs');
  return Object.fromEntries(
    readdirSync(runs).flatMap(run => {
      const logs = join(runs, run, 'logs');
      return readdirSync(logs).map(name => [name, readFileSync(join(logs, name))]);
    }),
  );
}

describe('ndjson', () => {
  it('is one event a line by the published schema, alone on standard output', async () => {
    const plan = {
      steps: [
        { id: 'server', run: 'echo up; sleep 100', background: true, ready: { log: 'up' } },
        { run: 'sleep 100', background: true, allowFailure: true, ready: { tcp: 1, timeout: '50ms' } },
        { id: 'flaky', run: 'test $RUNJOBS_ATTEMPT = 2', retry: { times: 1, delay: '10ms' } },
        { id: 'beat', run: 'sleep 0.15', every: { interval: '100ms', times: 2 } },
        {
          gather: [
            { run: 'exit 3', allowFailure: true },
            { http: 'http://127.0.0.1:1/', allowFailure: true },
          ],
        },
        { id: 'late', run: 'sleep 100', timeout: '50ms' },
        'echo never',
      ],
      finally: ['kill -9 $$'],
    };
    const result = await runjobs([planFile(plan), '-j', '1', '--reporter', 'ndjson', '--state-dir', temporaryFolder()]);
    expect(result.exitCode).toBe(1);
    expect(String(result.stderr)).toContain('✖ late');
    const validate = new Ajv({ strict: false }).compile(eventSchema);
    const types = new Set<string>();
    for (const line of String(result.stdout).trimEnd().split('\n')) {
      const event = JSON.parse(line);
      expect(validate(event), `${line} ${JSON.stringify(validate.errors)}`).toBe(true);
      types.add(event.type);
    }
    expect([...types].sort()).toEqual([
      'attempt.finished',
      'run.finished',
      'run.started',
      'step.finished',
      'step.output',
      'step.queued',
      'step.ready',
      'step.retrying',
      'step.started',
      'step.stopping',
      'tick.finished',
      'tick.waiting',
      'ticks.missed',
    ]);
  });

  it('goes to a file beside the words for people', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'events.ndjson');
    const result = await runjobs([planFile({ run: 'echo hi' }), '--reporter', `ndjson:${file}`]);
    expect(readdirSync(folder)).toEqual(['events.ndjson']);
    expect(String(result.stdout)).toContain('[plan] hi');
    expect(
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line).type),
    ).toEqual(['run.started', 'step.started', 'step.output', 'attempt.finished', 'step.finished', 'run.finished']);
  });
});

describe('plain', () => {
  it('writes no escape byte, whatever children print', async () => {
    const result = await runjobs(
      [planFile({ run: ['printf', '\\033[2J\\033]0;title\\007over\\rred \\033[31mtext\\n'] })],
      {
        env: { FORCE_COLOR: '1' },
      },
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the test
    expect(String(result.stdout)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(String(result.stdout)).toContain('red text');
  });

  it('shows each failed step with command, exit, duration, last lines and log', async () => {
    const state = temporaryFolder();
    const plan = {
      gather: [
        { id: 'bad', run: 'seq 1 30; echo broken >&2; exit 127' },
        { id: 'slow', run: 'sleep 100' },
      ],
    };
    const result = await runjobs([planFile(plan), '--state-dir', state]);
    expect(result.exitCode).toBe(1);
    const [, report = '', stopped, next] = String(result.stdout).trimEnd().split('\n\n');
    expect(stopped).toBe('◼ slow cancelled: "bad" failed');
    expect(next).toMatch(/^to run it again: runjobs \/.*plan\.json --only bad$/);
    expect(report).toMatch(/✖ bad exit 127 \(command not found\) \(\d\.\d s\)/);
    expect(report).toContain('$ seq 1 30; echo broken >&2; exit 127');
    expect(report).toContain('│ broken');
    expect(report).toContain('│ 12\n');
    expect(report).not.toContain('│ 11\n');
    expect(report).toMatch(/log: .*logs\/bad\.log/);
    expect(String(result.stdout)).toMatch(/slow cancelled: "bad" failed/);
  });
});

describe('a step’s log', () => {
  it('holds every byte of both streams, in order', async () => {
    const state = temporaryFolder();
    const program =
      'for (let i = 0; i < 5000; i++) require("fs").writeSync(1 + (i % 2), Buffer.from([i & 255, 10, 255]))';
    const result = await runjobs([
      planFile({ id: 'bytes', run: [process.execPath, '-e', program] }),
      '--state-dir',
      state,
    ]);
    expect(result.exitCode).toBe(0);
    const expected = Buffer.concat(Array.from({ length: 5000 }, (_, i) => Buffer.from([i & 255, 10, 255])));
    expect(logsOf(state)['plan.log']?.equals(expected)).toBe(true);
  });

  it('takes what is written to /dev/stderr and through tee, and loses nothing of it', async () => {
    const state = temporaryFolder();
    await runjobs([
      planFile({ run: 'echo one; echo two > /dev/stderr; echo three | tee /dev/stderr; echo four >&2' }),
      '--state-dir',
      state,
    ]);
    expect(String(logsOf(state)['plan.log'])).toBe('one\ntwo\nthree\nthree\nfour\n');
  });

  it('is private, and is not made for a step that prints nothing', async () => {
    const state = temporaryFolder();
    await runjobs([planFile({ steps: ['true', 'echo x'] }), '--state-dir', state]);
    expect(Object.keys(logsOf(state))).toEqual(['2.log']);
    const [run = ''] = readdirSync(join(state, 'runs'));
    expect(statSync(join(state, 'runs', run)).mode & 0o777).toBe(0o700);
    expect(statSync(join(state, 'runs', run, 'logs', '2.log')).mode & 0o777).toBe(0o600);
  });

  it('lies in .runjobs beside the plan, which git ignores', async () => {
    const plan = planFile({ run: 'echo x' });
    await runjobs([plan]);
    expect(readFileSync(join(plan, '../.runjobs/.gitignore'), 'utf8')).toBe('*\n');
    expect(Object.keys(logsOf(join(plan, '../.runjobs')))).toEqual(['plan.log']);
  });
});

it('a reader that goes away neither stops the run nor costs its exit status', async () => {
  const { execa } = await import('execa');
  const folder = temporaryFolder();
  const plan = planFile({ steps: ['seq 1 20000', `echo done > ${folder}/done`, 'exit 3'] });
  const shell = await execa(
    'bash',
    ['-c', `${process.execPath} ${BIN} ${plan} | head -1; echo "code \${PIPESTATUS[0]}"`],
    { env: ENV, extendEnv: false },
  );
  expect(shell.stdout).toMatch(/^.+\ncode 1$/);
  expect(shell.stderr).toBe('');
  expect(readFileSync(join(folder, 'done'), 'utf8')).toBe('done\n');
});

describe('an output that is full', () => {
  const bash = async (script: string) => {
    const { execa } = await import('execa');
    const command = `runjobs() { ${process.execPath} ${BIN} "$@"; }; ${script}`;
    return execa('bash', ['-c', command], { env: ENV, extendEnv: false, reject: false });
  };

  it('is told on standard error, and the run goes on', async () => {
    const plan = planFile({ steps: ['echo x', 'exit 3'] });
    const { exitCode, stderr } = await bash(`runjobs ${plan} >/dev/full`);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^runjobs: standard output cannot be written: the disk is full$/);
  });

  it.each(['--help', 'help run', 'schema', 'check jobs/tour.json'])('makes "%s" fail, without a trace', async args => {
    const { exitCode, stderr } = await bash(`runjobs ${args} >/dev/full`);
    expect(exitCode).toBe(74);
    expect(stderr).toMatch(/^runjobs: standard output cannot be written: the disk is full$/);
  });

  it('does not change what a wrong use is', async () => {
    expect((await bash('runjobs x.json --slotz 2>/dev/full')).exitCode).toBe(2);
    expect(await bash('runjobs help run | head -1; runjobs --help | head -1')).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
  });
});

it('two hundred background steps live beside one slot', async () => {
  const servers = Array.from({ length: 200 }, (_, index) => ({ id: `s${index}`, run: 'sleep 100', background: true }));
  const result = await runjobs([planFile({ steps: [...servers, 'echo all up'] }), '-j', '1', '--reporter', 'ndjson']);
  expect(result.exitCode, String(result.stderr)).toBe(0);
  const events = String(result.stdout)
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  const starts = events.filter(event => event.type === 'step.started' && event.step !== '.').map(event => event.step);
  expect(starts).toEqual([...servers.map(({ id }) => id), '201']);
  const ends = events
    .filter(event => event.type === 'step.finished' && event.step.startsWith('s'))
    .map(event => event.step);
  expect(ends).toEqual(servers.map(({ id }) => id).reverse());
});
