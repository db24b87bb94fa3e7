import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { describe, it } from 'vitest';
import { QueueUnusable, run } from '../../src/index.ts';
import { printed, processesWith, runjobs, until } from '../support/cli.ts';
import { openStage, type Stage, stageOn } from '../support/queue.ts';
import { freePort, noRedis } from '../support/redis.ts';

function logOf({ folder }: Stage, name: string): string {
  const runs = join(folder, '.runjobs', 'runs');
  const [run = ''] = readdirSync(runs).sort().reverse();
  return readFileSync(join(runs, run, 'logs', `${name}.log`), 'utf8');
}

describe.skipIf(noRedis !== undefined).concurrent(`a plan on workers${noRedis ? ` (${noRedis})` : ''}`, () => {
  it('runs as it does alone: variables, saved ones, files, output in order, exit codes', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    await stage.worker();
    mkdirSync(join(stage.folder, 'sub'));
    writeFileSync(join(stage.folder, 'sub', 'in.txt'), 'from a file\n');
    const run = stage.run(
      {
        env: { A: 'one', SAME: 'as around' },
        steps: [
          { id: 'v', run: 'echo first; echo second >&2; echo third', save: 'V' },
          { id: 'args', run: ['printf', '%s|', '${A}', '${V}', '$x'] },
          { id: 'env', run: 'echo "$A $SAME [$NOT_OURS] $RUNJOBS_STEP $RUNJOBS_ATTEMPT"; test -d "$RUNJOBS_TMP"' },
          { id: 'cwd', run: 'cat; pwd', cwd: 'sub', stdin: { file: 'sub/in.txt' } },
          { id: 'out', run: 'printf "X=1\\nY=2\\n" >"$RUNJOBS_OUTPUT"', save: ['X', 'Y'] },
          { id: 'file', run: 'echo in the file; echo beside >&2', saveTo: 'made.txt' },
          { id: 'all', forEach: { N: ['a', 'b'] }, run: 'echo "$N$X$Y"' },
          { id: 'bad', run: 'exit 7', allowFailure: true },
          { id: 'sig', run: 'kill -9 $$', allowFailure: true },
          { id: 'none', run: ['no-such-program'], allowFailure: true },
          { id: 'here', run: 'echo "$NOT_OURS"', runsOn: 'root' },
        ],
        finally: ['echo the end is $RUNJOBS_OUTCOME'],
      },
      [],
      { SAME: 'as around', NOT_OURS: 'of the root' },
    );
    const { stdout, exitCode } = await run;
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toContain('[v] second\n');
    expect(logOf(stage, 'args')).toBe('one|first\nthird|$x|');
    expect(logOf(stage, 'env')).toBe('one as around [] env 1\n');
    expect(logOf(stage, 'cwd')).toBe(`from a file\n${stage.folder}/sub\n`);
    expect(readFileSync(join(stage.folder, 'made.txt'), 'utf8')).toBe('in the file\n');
    expect(stdout).toContain('[all[1]] a12\n');
    expect(stdout).toMatch(/bad exit 7/);
    expect(stdout).toMatch(/sig killed by SIGKILL/);
    expect(stdout).toMatch(/none No such command "no-such-program"/);
    expect(logOf(stage, 'here')).toBe('of the root\n');
    expect(stdout).toContain('the end is succeeded');
    expect(stdout).toMatch(/❯ v: .*, on \S+-\d+-[0-9a-f]{4}\n/);
    expect(await stage.redis.client.keys('*:log:*')).toEqual([]);
  });

  it('sends requests from workers where a step says so', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    await stage.worker();
    const server = createServer((request, response) => {
      response.statusCode = request.headers['if-none-match'] === undefined ? 200 : 304;
      response.setHeader('x-tag', 'a tag').end('{"a": 1}');
    }).listen(0, '127.0.0.1');
    context.onTestFinished(() => void server.close());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const run = stage.run({
      steps: [
        { id: 'there', http: url, runsOn: 'default', save: { A: '/a', TAG: 'header:x-tag', CODE: 'status' } },
        { id: 'file', http: url, runsOn: 'default', saveTo: 'got.json' },
        {
          id: 'same',
          http: { url, headers: { 'If-None-Match': '*' }, expect: { status: 304 } },
          runsOn: 'default',
          saveTo: 'got.json',
        },
        { id: 'here', http: url },
        { id: 'outside', http: { url, file: '/etc/hostname' }, runsOn: 'default', allowFailure: true },
        { id: 'tell', run: ['echo', '${A} ${TAG} ${CODE}'] },
      ],
    });
    const { stdout, exitCode } = await run;
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toMatch(/there: GET .*, on /);
    expect(stdout).not.toMatch(/❯ here: GET .*, on /);
    expect(stdout).toContain('[tell] 1 a tag 200');
    expect(stdout).toMatch(/outside "\/etc\/hostname" is not below the folder of this worker/);
    expect(readFileSync(join(stage.folder, 'got.json'), 'utf8')).toBe('{"a": 1}');
  });

  it('ends what was started at once, grandchildren and daemons too, when a step is cancelled, or its time is over', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    await stage.worker(['-c', '4']);
    const deep = (name: string) =>
      `(setsid sh -c 'exec sleep 4321' & sh -c 'exec sleep 4321; true' & echo ${name} is up; wait)`;
    const run = stage.run({
      gather: [
        { id: 'deep', run: deep('deep') },
        { id: 'slow', run: deep('slow'), timeout: '2s' },
      ],
      failFast: true,
    });
    await Promise.all([printed(run, 'deep is up'), printed(run, 'slow is up')]);
    const { stdout, exitCode } = await run;
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/✖ slow timed out after 2s \([2-5]\.\d s\)/);
    expect(stdout).toMatch(/deep cancelled: "slow" failed \([2-6]\.\d s\)/);
    const left = () => processesWith(stage.folder).filter(pid => isSleep(pid, '4321'));
    expect(left()).toEqual([]);

    const cancelled = async () => {
      const second = stage.run({ id: 'deep', run: deep('deep') });
      await printed(second, 'deep is up');
      await until(() => left().length > 0);
      const askedAt = performance.now();
      second.kill('SIGINT');
      await second;
      expect(left()).toEqual([]);
      return performance.now() - askedAt;
    };
    // On a quiet machine a few hundredths of a second; the machine of a test may be busy for a moment.
    const took: number[] = [];
    for (let times = 0; times < 5 && !took.some(ms => ms < 1000); times += 1) took.push(await cancelled());
    expect(Math.min(...took)).toBeLessThan(1000);
  });

  it('keeps 200 000 lines in order and complete, and the result after them', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    await stage.worker();
    const run = stage.run({ steps: [{ id: 'much', run: 'seq 1 200000' }, 'true'] }, ['--quiet']);
    const { exitCode } = await run;
    expect(exitCode).toBe(0);
    expect(logOf(stage, 'much') === Array.from({ length: 200_000 }, (_, n) => `${n + 1}\n`).join('')).toBe(true);
  });

  it('lets a command wait whose output nobody reads as fast as it comes, and loses nothing of it', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    await stage.worker();
    const run = stage.run({ id: 'flood', run: 'head -c 100000000 /dev/zero | tr "\\0" x' }, ['--quiet']);
    const { exitCode, stderr } = await run;
    expect(exitCode, String(stderr)).toBe(0);
    expect(logOf(stage, 'plan').length).toBe(100_000_000);
  });

  it('gives secrets to no message: a worker adds them from its own environment, and masks them', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    await stage.worker(['--env-allow', 'TOKEN,SHORT'], {
      TOKEN: 'the-worker-token',
      OTHER: 'not for steps',
      SHORT: 'pin12',
    });
    writeFileSync(join(stage.folder, 'root-token'), 'it is the-root-token');
    const run = stage.run(
      {
        secrets: ['TOKEN'],
        failFast: false,
        gather: [
          { id: 'good', run: 'echo "$TOKEN [$OTHER]"; test ${#TOKEN} = 16', envFromWorker: ['TOKEN'] },
          { id: 'without', run: 'test -z "$TOKEN"' },
          { id: 'other', run: 'true', envFromWorker: ['OTHER'] },
          { id: 'text', run: ['echo', '${TOKEN}'] },
          { id: 'env', run: 'echo "$Z"', env: { Z: 'my ${TOKEN}' } },
          { id: 'file', run: 'echo "$TOKEN"', envFromWorker: ['TOKEN'], saveTo: 'kept' },
          { id: 'short', run: 'true', envFromWorker: ['SHORT'] },
          // The worker knows nothing of that one.
          { id: 'saves', run: 'cat root-token', save: 'SAVED' },
        ],
      },
      [],
      { TOKEN: 'the-root-token' },
    );
    const { stdout } = await run;
    expect(stdout).toContain('[good] *** []');
    expect(stdout).toMatch(/✔ good/);
    expect(stdout).toMatch(/✔ without/);
    expect(stdout).toContain(
      '"TOKEN" is secret and not sent to workers: where a step needs it, name it in "envFromWorker"',
    );
    expect(stdout).toMatch(
      /✖ other this worker does not give "OTHER" away: start it with --env-allow TOKEN,SHORT,OTHER/,
    );
    expect(stdout).toMatch(/✖ env its variable "Z" holds the value of a secret, and messages hold none/);
    expect(stdout).toMatch(/✖ file .*what it saves holds a value of "envFromWorker"/);
    expect(existsSync(join(stage.folder, 'kept'))).toBe(false);
    expect(stdout).toMatch(/✖ short "SHORT" of this worker's environment is too short to be masked/);
    expect(stdout).toMatch(/✖ text the step holds the value of a secret, and messages hold none/);
    expect(stage.redis.written()).toContain('without');
    expect(stage.redis.written().replaceAll('it is the-root-token', '')).not.toMatch(/the-root-token|the-worker-token/);
    expect(stdout).toMatch(/✔ saves/);
    const kept = readdirSync(join(stage.folder, '.runjobs'), { recursive: true, withFileTypes: true });
    const texts = kept.flatMap(file => (file.isFile() ? [readFileSync(join(file.parentPath, file.name), 'utf8')] : []));
    expect(texts.filter(text => /the-(?:root|worker)-token/.test(text))).toEqual([]);
  });

  it('takes signed messages only, where it has a key, and only kinds that it allows', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    await stage.worker(['--allow', 'run'], { RUNJOBS_QUEUE_KEY: 'a key of both' });
    const plan = { id: 'a', run: 'echo ran' };
    const signed = await stage.run(plan, [], { RUNJOBS_QUEUE_KEY: 'a key of both' });
    expect(signed.stdout).toContain('[plan] ran');
    const unsigned = await stage.run(plan);
    expect(unsigned.stdout).toContain('the message is not signed: give the root the RUNJOBS_QUEUE_KEY of the workers');
    const other = await stage.run(plan, [], { RUNJOBS_QUEUE_KEY: 'another key' });
    expect(other.stdout).toContain('the signature of the message is not that of RUNJOBS_QUEUE_KEY');
    const http = await stage.run({ id: 'a', http: 'http://127.0.0.1:1/', runsOn: 'default', retry: { times: 0 } }, [], {
      RUNJOBS_QUEUE_KEY: 'a key of both',
    });
    expect(http.stdout).toContain('this worker carries out no "http" steps: --allow run');
  });

  it('says that a worker is too old for a message', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    const { child } = await stage.worker();
    const queue = new Queue('leaf.default', { connection: stage.redis.client, prefix: '{rj}' });
    await queue.add('step', { v: 3, body: 'whatever that is' }, { jobId: 'a.1', attempts: 1 });
    await printed(
      child,
      'refused a.1: this worker is too old or too new: it reads messages of version 2, and this one has "3"',
    );
    // It is said before Redis is told.
    while ((await queue.getFailedCount()) === 0) await new Promise(done => setTimeout(done, 20));
    expect((await queue.getFailed()).map(({ failedReason }) => failedReason)).toEqual([
      expect.stringContaining('run the same runjobs on all machines'),
    ]);
  });

  it('tells of a step that waits for a worker, and counts it', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    const run = stage.run(
      {
        gather: [
          { id: 'a', run: 'true' },
          { id: 'b', run: 'true', runsOn: 'root' },
        ],
      },
      ['--reporter', 'ndjson'],
    );
    await printed(run, '"type":"step.queued","step":"a"');
    // Those of other tests may be newer, and near.
    const RUNJOBS_STATE_DIR = join(stage.folder, '.runjobs');
    const shown = await runjobs(['show'], { cwd: stage.folder, env: { RUNJOBS_STATE_DIR } });
    expect(shown.stdout).toContain('a is queued');
    await stage.worker();
    const { stdout, exitCode } = await run;
    expect(exitCode).toBe(0);
    const events = stdout.split('\n').filter(line => line.includes('"step":"a"'));
    expect(events.map(line => JSON.parse(line).type)).toEqual([
      'step.queued',
      'step.started',
      'attempt.finished',
      'step.finished',
    ]);
    expect(JSON.parse(events[0] ?? '')).toMatchObject({ for: 'worker' });
    expect(stdout).not.toMatch(/"step.queued","step":"b"/);
  });

  it('lists live workers with their slots, and those that leave', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    const none = await stage.runjobs(['workers']);
    expect([none.exitCode, none.stderr]).toEqual([0, 'runjobs: no worker is there\n']);
    const { child } = await stage.worker(['-c', '3', '--labels', 'gpu']);
    const listed = await stage.runjobs(['workers', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject({ label: 'gpu', slots: 3, busy: 0, isLeaving: false });
    expect((await stage.runjobs(['workers'])).stdout).toMatch(/^worker +label +busy\n\S+ +gpu +0\/3\n$/);
    const run = stage.run({ id: 'a', run: 'while [ ! -e go ]; do sleep 0.1; done', runsOn: 'gpu' });
    await printed(run, ', on ');
    child.kill('SIGTERM');
    await printed(child, 'nothing more is taken');
    expect((await stage.runjobs(['workers'])).stdout).toMatch(/ 1\/3 +leaving\n/);
    writeFileSync(join(stage.folder, 'go'), '');
    expect((await run).exitCode).toBe(0);
    expect((await child).exitCode).toBe(0);
    expect((await stage.runjobs(['workers'])).stdout).toBe('');
  });

  it('lets a worker that has nothing go at once', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    // Once it took two seconds each time, by a timer of a connection that was closed already.
    const took: number[] = [];
    while (took.length < 3 && !took.some(ms => ms < 1500)) {
      const { child } = await stage.worker();
      const toldAt = performance.now();
      child.kill();
      expect((await child).exitCode).toBe(0);
      took.push(performance.now() - toldAt);
    }
    expect(Math.min(...took)).toBeLessThan(1500);
  });

  it('needs a folder for temporary files, and says where there is none', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    const none = await stage.runjobs(['worker'], { TMPDIR: '/dev/null' });
    expect([none.exitCode, none.stderr]).toEqual([
      2,
      'runjobs: no folder can be made in "/dev/null": a part of its path is no folder; set TMPDIR to one that can be ' +
        'written; nothing was started\n',
    ]);
    const tmp = join(stage.folder, 'tmp');
    mkdirSync(tmp);
    await stage.worker([], { TMPDIR: tmp });
    const own = readdirSync(tmp).find(name => name.startsWith('runjobs-worker-')) ?? '';
    rmSync(join(tmp, own), { recursive: true });
    writeFileSync(join(tmp, own), '');
    const { exitCode, stdout } = await stage.run({ run: 'echo up' });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /✖ plan the folder of RUNJOBS_TMP, ".*", cannot be made on the worker: a part of its path is no folder/,
    );
  });

  it('stops what a worker has at the second signal', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    const { child } = await stage.worker();
    const run = stage.run({ id: 'a', run: 'trap "echo bye; exit 3" TERM; echo up; while :; do sleep 0.1; done' });
    await printed(run, 'up\n');
    child.kill('SIGTERM');
    await printed(child, 'nothing more is taken');
    child.kill('SIGTERM');
    const { stdout, exitCode } = await run;
    expect(stdout).toContain('[plan] bye');
    expect(stdout).toMatch(/✖ plan lost: its worker was stopped and has ended it, but it has run/);
    expect(exitCode).toBe(1);
    expect((await child).exitCode).toBe(0);
  });

  it('keeps two roots on one Redis apart', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    await stage.worker(['-c', '4']);
    const runs = ['one', 'two'].map(name => {
      const other = stageOn(stage.redis, join(stage.folder, name), context);
      // What is in both plans has the same path in both.
      return other.run({ name, forEach: { N: [1, 2, 3, 4, 5] }, run: `echo ${name} $N` });
    });
    for (const [index, { stdout, exitCode }] of (await Promise.all(runs)).entries()) {
      expect(exitCode, stdout).toBe(0);
      for (const n of [1, 2, 3, 4, 5]) expect(stdout).toContain(`${['one', 'two'][index]} ${n}\n`);
      expect(stdout).not.toContain(['two', 'one'][index]);
    }
  });

  it('refuses in words what a worker does not have', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    mkdirSync(join(stage.folder, 'other'));
    writeFileSync(join(stage.folder, 'here.txt'), '');
    await stage.worker(['--workdir', 'other']);
    const { stdout } = await stage.run({
      failFast: false,
      gather: [
        { id: 'outside', run: 'true', cwd: '../elsewhere' },
        { id: 'absolute', run: 'true', cwd: '/' },
        { id: 'missing', run: 'cat', stdin: { file: 'here.txt' } },
        {
          id: 'large',
          run: 'true',
          env: Object.fromEntries(Array.from({ length: 4 }, (_, n) => [`V${n}`, 'x'.repeat(90_000)])),
        },
      ],
    });
    expect(stdout).toMatch(/✖ outside cwd, "..\/elsewhere", is not below the plan's folder/);
    expect(stdout).toMatch(/✖ absolute cwd, "\/", is not below/);
    expect(stdout).toMatch(/✖ missing stdin: "here.txt": no such file \(on the worker \S+\) /);
    expect(stdout).toMatch(/✖ large the step and its variables are 35\d KiB, and a message holds 256 KiB at most/);
  });

  it('says once and in words what is wrong with the queue, and starts nothing', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    const plan = { run: 'true' };
    const port = await freePort();
    await stage.redis.client.acl('SETUSER', 'poor', 'on', '>poor', '~other:*', '+@all', '-@admin');
    await stage.redis.client.acl('SETUSER', 'blind', 'on', '>blind', '~{rj}:*', '&{rj}:*', '+@all', '-info');
    interface Said {
      readonly exitCode?: number | undefined;
      readonly stdout?: unknown;
      readonly stderr?: unknown;
    }
    const wrong: [Said, RegExp][] = [
      [await stage.run(plan, [], { RUNJOBS_QUEUE_PASSWORD: 'no' }), /does not take this user and password/],
      [
        await stage.run(plan, [], { RUNJOBS_QUEUE_PASSWORD: '' }),
        /asks for a password: give it in RUNJOBS_QUEUE_PASSWORD/,
      ],
      [
        await stageOn(stage.redis, stage.folder, context, `redis://127.0.0.1:${port}`).run(plan),
        new RegExp(`no Redis listens at redis://127.0.0.1:${port}; nothing was started`),
      ],
      [await stageOn(stage.redis, stage.folder, context, `${stage.redis.url}/99`).run(plan), /has no such database/],
      [await stageOn(stage.redis, stage.folder, context, 'redis://:secret@127.0.0.1').run(plan), /holds a password/],
      [
        await stageOn(stage.redis, stage.folder, context, 'redis://10.1.2.3').run(plan),
        /is another machine, and the way there is open/,
      ],
    ];
    for (const user of ['poor', 'blind']) {
      const asUser = stageOn(stage.redis, stage.folder, context, stage.redis.url.replace('127', `${user}@127`));
      const said = await asUser.run(plan, [], { RUNJOBS_QUEUE_PASSWORD: user });
      wrong.push([said, /does not let this user do what runjobs needs/]);
    }
    for (const address of ['redis://%zz@127.0.0.1', 'redis://127.0.0.1:0'])
      wrong.push([await stageOn(stage.redis, stage.folder, context, address).run(plan), /is no address of a queue/]);
    for (const stray of [['--insecure-queue'], ['--queue-prefix', '{x}'], ['--queue-password-file', 'none']])
      wrong.push([await runjobs(['plan.json', ...stray], { cwd: stage.folder }), /is of no use without --queue/]);
    for (const [{ exitCode, stderr, stdout }, words] of wrong) {
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(words);
      expect(String(stderr).trim().split('\n')).toHaveLength(1);
      expect(stderr).not.toMatch(/secret@|at file:/);
    }
    const worker = await stage.runjobs(['worker'], { RUNJOBS_QUEUE_PASSWORD: 'no' });
    expect([worker.exitCode, worker.stderr.split('\n').length]).toEqual([2, 2]);
    expect(existsSync(join(stage.folder, '.runjobs', 'runs')) && readdir(stage)).toEqual([]);
  });

  it('ends a worker, with one line, whose rights are taken away', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    await stage.redis.client.acl('SETUSER', 'rj', 'on', '>rj', '~{rj}:*', '&{rj}:*', '+@all');
    const url = stage.redis.url.replace('127', 'rj@127');
    const { child } = await stageOn(stage.redis, stage.folder, context, url).worker([], {
      RUNJOBS_QUEUE_PASSWORD: 'rj',
    });
    await stage.redis.client.acl('SETUSER', 'rj', 'resetkeys', '~other:*');
    const { exitCode, stderr } = await child;
    expect(exitCode).toBe(1);
    expect(stderr.match(/does not let this user/g)).toHaveLength(1);
  });

  it('carries out what the library runs, which says in words where it cannot', async context => {
    const { expect } = context;
    const { redis, folder, worker } = await openStage(context);
    await worker();
    const queue = { address: redis.url, password: redis.password };
    const options = { stateDir: join(folder, 'state'), queue };
    const workers: unknown[] = [];
    const { exitCode, steps } = await run(
      { run: 'echo "$A"', env: { A: 'there' } },
      {
        ...options,
        onEvent(event) {
          if (event.type === 'step.started') workers.push(event.worker);
        },
      },
    );
    expect([exitCode, steps.get('.')?.state, workers]).toEqual([0, 'succeeded', [expect.any(String)]]);
    await expect(run({ run: 'true' }, { ...options, queue: { ...queue, password: 'x' } })).rejects.toThrow(
      QueueUnusable,
    );
    await expect(run({ run: 'true' }, { ...options, queue: { address: 'redis://a.example' } })).rejects.toThrow(
      'is another machine',
    );
  });

  it('needs the queue again to resume: workers may have steps of the run', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    await stage.worker();
    const run = stage.run({ run: 'echo up; while [ ! -e go ]; do sleep 0.1; done' });
    await printed(run, 'up\n');
    run.kill('SIGKILL');
    await run;
    const [id = ''] = readdir(stage);
    const refused = await runjobs(['resume', id], { cwd: stage.folder });
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      expect.stringMatching(
        /workers carry out the steps of .*; nothing was started. Go on with: runjobs resume \S+ --queue redis:/,
      ),
    ]);
    const other = await stageOn(stage.redis, stage.folder, context, `${stage.redis.url}/1`).runjobs(['resume', id]);
    expect([other.exitCode, other.stderr]).toEqual([2, refused.stderr]);
    const renamed = await stage.runjobs(['resume', id, '--queue-prefix', 'mine']);
    expect([renamed.exitCode, renamed.stderr]).toEqual([2, refused.stderr]);
    const known = join(stage.folder, '.runjobs', 'runs', id, 'queue.ndjson');
    const whole = readFileSync(known, 'utf8');
    writeFileSync(known, `garbage\n${whole}`);
    const damaged = await stage.runjobs(['resume', id]);
    expect([damaged.exitCode, damaged.stderr]).toEqual([
      2,
      expect.stringMatching(/queue\.ndjson" is damaged.*nothing was started\n$/),
    ]);
    writeFileSync(known, whole);
    writeFileSync(join(stage.folder, 'go'), '');
    expect((await stage.runjobs(['resume', id])).exitCode).toBe(0);
  });
});

function readdir({ folder }: Stage): string[] {
  return process.getBuiltinModule('node:fs').readdirSync(join(folder, '.runjobs', 'runs'));
}

function isSleep(pid: string, seconds: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `sleep\0${seconds}\0`;
  } catch {
    return false;
  }
}
