import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'bullmq';
import { describe, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { printed, processesWith, until } from '../support/cli.ts';
import { openStage, type Stage, stageOn } from '../support/queue.ts';
import { noRedis } from '../support/redis.ts';
import { openSlowLink } from '../support/slow-link.ts';

/** Waits that the locks of a queue ask for. */
const LONG = 120_000;

const sleep = (ms: number) => new Promise(done => setTimeout(done, ms));

/** The steps of which a line was written to the file, and how often. */
function written({ folder }: Stage, name = 'done'): string[] {
  return readFileSync(join(folder, name), 'utf8').trim().split('\n');
}

/** The same where each step has a number, in their order. */
function numbersIn(stage: Stage): number[] {
  return written(stage)
    .map(Number)
    .sort((a, b) => a - b);
}

/** The one run of the folder. */
function runOf({ folder }: Stage): string {
  return readdirSync(join(folder, '.runjobs', 'runs'))[0] ?? '';
}

// They wait for the most part, so they do it together.
describe
  .skipIf(noRedis !== undefined)
  .concurrent(`a queue that loses something${noRedis ? ` (${noRedis})` : ''}`, () => {
    it('ends the steps of a root that does not come back, which have not succeeded whatever they return', {
      timeout: LONG,
    }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      const { child } = await stage.worker(['--orphan-grace', '1s']);
      const run = stage.run({ run: 'trap "exit 0" TERM; echo up; sleep 1234 & wait' });
      await printed(run, 'up\n');
      const killedAt = performance.now();
      const ended = Promise.all([
        printed(child, 'is gone for too long: its steps are ended'),
        printed(child, '◼ . of '),
        printed(child, ' stopped after '),
      ]);
      run.kill('SIGKILL');
      await ended;
      expect(performance.now() - killedAt).toBeLessThan(60_000);
    });

    it('gives up the step of a killed worker, of which nothing is left, and repeats one that is idempotent elsewhere', {
      timeout: LONG,
    }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      const { child: first } = await stage.worker(['-c', '2']);
      const run = stage.run({
        failFast: false,
        gather: [
          { id: 'once', run: 'echo once >>done; exec sleep 1234' },
          { id: 'again', run: 'echo again >>done; [ $RUNJOBS_ATTEMPT = 2 ] || exec sleep 1234', idempotent: true },
        ],
      });
      await Promise.all([printed(run, 'once: echo'), printed(run, 'again: echo')]);
      await stage.worker(['-c', '2']);
      await stage.worker(['-c', '2']);
      const killedAt = performance.now();
      first.kill('SIGKILL');
      const { stdout, exitCode } = await run;
      expect(exitCode).toBe(1);
      expect(performance.now() - killedAt).toBeLessThan(30_000);
      expect(stdout).toMatch(/✖ once lost: its worker is gone, and it may have run/);
      expect(stdout).toMatch(/again: attempt 2/);
      expect(stdout).toMatch(/✔ again/);
      expect(written(stage).sort()).toEqual(['again', 'again', 'once']);
      expect(
        processesWith(stage.folder).filter(pid => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sleep')),
      ).toEqual([]);
    });

    it('gives up the step of its only worker', { timeout: LONG }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      const scratch = join(stage.folder, 'scratch');
      mkdirSync(scratch);
      const { child: worker } = await stage.worker([], { TMPDIR: scratch });
      const run = stage.run({ id: 'a', run: 'sleep 1234' });
      await printed(run, 'sleep 1234, on');
      const killedAt = performance.now();
      worker.kill('SIGKILL');
      const { stdout, exitCode } = await run;
      expect(stdout).toMatch(/lost: its worker is gone, and it may have run/);
      // What it had put aside is gone with it.
      await until(() => readdirSync(scratch).length === 0);
      expect(exitCode).toBe(1);
      expect(performance.now() - killedAt).toBeLessThan(30_000);
    });

    it('takes one end only of a step whose worker stood still for too long', { timeout: LONG }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      const { child: frozen } = await stage.worker();
      const run = stage.run({
        id: 'a',
        run: 'echo a >>done; [ $RUNJOBS_ATTEMPT = 2 ] || sleep 40; echo end >>done',
        retry: { times: 1, on: ['lost'] },
      });
      await printed(run, 'on ');
      frozen.kill('SIGSTOP');
      await stage.worker();
      const { stdout, exitCode } = await run;
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/plan lost: .*, attempt 2 of 2/);
      const told = Promise.all([printed(frozen, 'the hold on'), printed(frozen, '◼')]);
      frozen.kill('SIGCONT');
      await told;
      // The first one was ended when its worker went on.
      expect(written(stage)).toEqual(['a', 'a', 'end']);
    });

    it('goes on where Redis was away for two seconds, in order or killed', { timeout: LONG }, async context => {
      const { expect } = context;
      // Else Redis answers before it has written, while its disk is busy: killed then, it loses what was begun.
      const stage = await openStage(context, { args: ['--appendfsync', 'always'] });
      await stage.worker(['-c', '4']);
      const run = stage.run({
        forEach: { N: Array.from({ length: 40 }, (_, n) => n) },
        limit: 8,
        run: 'echo $N >>done; sleep 0.3; echo "end $N"',
      });
      await printed(run, 'end 0');
      await stage.redis.stop();
      await sleep(2000);
      await stage.redis.start();
      await printed(run, 'end 20');
      await stage.redis.stop('SIGKILL');
      await sleep(2000);
      await stage.redis.start();
      const { stdout, exitCode } = await run;
      expect(stdout).toMatch(/the queue is away/);
      expect(stdout).toMatch(/the queue is back after [1-4] s/);
      expect(exitCode, stdout).toBe(0);
      expect(numbersIn(stage)).toEqual(Array.from({ length: 40 }, (_, n) => n));
      for (let n = 0; n < 40; n += 1) expect(stdout).toContain(`end ${n}\n`);
    });

    it('gives a step away again that no worker had begun to which Redis had handed it', {
      timeout: LONG,
    }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      const { redis } = stage;
      const run = stage.run({ run: 'echo once >>done' });
      // It is what a worker looks like to which the answer of Redis never came.
      const taker = new Worker('leaf.default', null, {
        connection: { port: redis.port, password: redis.password, maxRetriesPerRequest: null },
        prefix: '{rj}',
        autorun: false,
        lockDuration: 1000,
      });
      taker.on('error', () => {});
      while ((await taker.getNextJob('nobody', { block: false })) === undefined) await sleep(50);
      await taker.close(true);
      await stage.worker();
      const { exitCode, stdout } = await run;
      expect([exitCode, written(stage)], stdout).toEqual([0, ['once']]);
    });

    it('goes on where Redis is full for some seconds, and nothing runs twice', { timeout: LONG }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      const { child } = await stage.worker(['-c', '4']);
      const numbers = Array.from({ length: 12 }, (_, n) => n);
      const script = 'echo $N >>done; echo "begin $N"; sleep 0.3; echo "end $N"';
      const late = {
        steps: [
          { runsOn: 'root', run: 'until [ -e full ]; do sleep 0.1; done' },
          { run: script, env: { N: '12' } },
        ],
      };
      const run = stage.run({ gather: [{ forEach: { N: numbers }, limit: 3, run: script }, late] });
      await printed(run, 'end 0');
      const told = Promise.all([printed(child, 'is full'), printed(run, 'steps wait for the queue: ')]);
      await stage.redis.client.config('SET', 'maxmemory', '1mb');
      writeFileSync(join(stage.folder, 'full'), '');
      await told;
      await stage.redis.client.config('SET', 'maxmemory', '0');
      await stage.redis.client.config('SET', 'maxmemory', '0');
      const { stdout, exitCode } = await run;
      expect(exitCode, stdout).toBe(0);
      expect(numbersIn(stage)).toEqual([...numbers, 12]);
      for (const n of [...numbers, 12]) expect(stdout).toMatch(new RegExp(`begin ${n}\n(.*\n)*.*end ${n}\n`));
    });

    it('keeps its hold on a step whose output waits on a slow link, and waits for its end behind that', {
      timeout: LONG,
    }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      const port = await openSlowLink(context, stage.redis.port, 80_000);
      await stageOn(stage.redis, stage.folder, context, `redis://127.0.0.1:${port}`).worker();
      const step = { id: 'chatty', run: 'yes', timeout: '2s', stop: { grace: '100ms' } };
      const { stdout, stderr } = await stage.run({ steps: [step] }, ['--quiet']);
      expect(stdout + stderr).toContain('chatty timed out after 2s');
      expect(stdout + stderr).not.toMatch(/lost|may still run/);
    });

    it('lets a worker go that is told to while Redis is away', { timeout: LONG }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      const { child } = await stage.worker();
      const away = printed(child, 'the queue is away');
      await stage.redis.stop();
      await away;
      child.kill('SIGTERM');
      expect((await child).exitCode).toBe(0);
    });

    it('keeps all that a command prints while its root stands still for long, also in a file', {
      timeout: LONG,
    }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      await stage.worker();
      // More than may be on its way.
      const script = 'echo up >&2; until [ -e go ]; do sleep 0.1; done; seq 1 2600000';
      const run = stage.run({
        gather: [
          { run: script, saveTo: 'big.out' },
          { id: 'log', run: script },
        ],
      });
      await printed(run, 'up\n');
      run.kill('SIGSTOP');
      writeFileSync(join(stage.folder, 'go'), '');
      await sleep(35_000);
      run.kill('SIGCONT');
      const { exitCode, stdout } = await run;
      const told = String(stdout)
        .split('\n')
        .filter(line => !/\d$/.test(line));
      expect(exitCode, told.join('\n')).toBe(0);
      const all = Array.from({ length: 2_600_000 }, (_, n) => `${n + 1}\n`).join('');
      expect(readFileSync(join(stage.folder, 'big.out'), 'utf8') === all).toBe(true);
      const log = join(stage.folder, '.runjobs', 'runs', runOf(stage), 'logs', 'log.log');
      expect(readFileSync(log, 'utf8') === `up\n${all}`).toBe(true);
    });

    it('lets a run end that is interrupted while Redis is away', { timeout: LONG }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      await stage.worker();
      const run = stage.run({
        steps: [{ id: 'a', run: 'echo up; exec sleep 77', stop: { grace: '100ms' } }],
        finally: [{ run: 'true', stop: { grace: '1h' } }],
      });
      await printed(run, 'up\n');
      const away = printed(run, 'the queue is away');
      await stage.redis.stop();
      await away;
      const given = printed(run, '◼ a cancelled');
      run.kill('SIGINT');
      // What tidies up waits for the queue now, until it is killed.
      await given;
      run.kill('SIGINT');
      const { exitCode, signal, stdout } = await run;
      expect([exitCode ?? signal, stdout]).toEqual([
        'SIGINT',
        expect.stringContaining('did not say that it has ended'),
      ]);
    });

    it('takes up, when the run is resumed, what went on as nobody could tell its worker to end', {
      timeout: LONG,
    }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      const { child } = await stage.worker(['-c', '2']);
      const script = 'echo $RUNJOBS_STEP >>done; echo up; while [ ! -e go ]; do sleep 0.1; done';
      const run = stage.run({
        gather: [
          { id: 'a', run: `${script}; echo end >>done` },
          { id: 'file', run: `${script}; echo whole`, saveTo: 'kept', stop: { grace: '100ms' } },
        ],
      });
      await printed(run, 'up\n');
      const away = Promise.all([printed(run, 'the queue is away'), printed(child, 'the queue is away')]);
      await stage.redis.stop('SIGKILL');
      await away;
      const stopping = printed(run, 'stopping everything');
      run.kill('SIGINT');
      await stopping;
      run.kill('SIGINT');
      expect((await run).stdout).toContain('it may still run there; a resumed run takes it up');
      const back = printed(child, 'the queue is back');
      await stage.redis.start();
      await back;
      const ended = printed(child, '◼ file');
      const resumed = stage.runjobs(['resume', runOf(stage), '--reporter', 'plain']);
      // Its file had been broken off, so that it is ended and done anew, as all that was cancelled.
      await ended;
      writeFileSync(join(stage.folder, 'go'), '');
      const { stdout, exitCode } = await resumed;
      expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/✔ a\b[\s\S]*succeeded/)]);
      expect(written(stage).sort()).toEqual(['a', 'end', 'file', 'file']);
      expect(written(stage, 'kept')).toEqual(['up', 'whole']);
    });

    it('does what was still in the queue when its root was killed, also where a file is kept', {
      timeout: LONG,
    }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      const run = stage.run({ run: 'echo a >>done; echo whole', saveTo: 'kept' });
      await printed(run, 'no live worker');
      run.kill('SIGKILL');
      await run;
      await stage.worker();
      const { stdout, exitCode } = await stage.runjobs(['resume', runOf(stage), '--reporter', 'plain']);
      expect([exitCode, stdout]).toEqual([0, expect.stringContaining('succeeded')]);
      expect([written(stage), written(stage, 'kept')]).toEqual([['a'], ['whole']]);
    });

    it('keeps no file of a step that had ended, but whose root was killed before the file was whole', {
      timeout: LONG,
    }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      await stage.worker();
      const run = stage.run({ run: 'echo whole; echo up >&2; exec sleep 1234', saveTo: 'kept' });
      await printed(run, 'up\n');
      run.kill('SIGKILL');
      await run;
      // The moment between the two cannot be met otherwise.
      const result = { outcome: { state: 'succeeded', exitCode: 0 } };
      const known = join(stage.folder, '.runjobs', 'runs', runOf(stage), 'queue.ndjson');
      appendFileSync(known, `${JSON.stringify({ ended: 1, result })}\n`);
      const { stdout, exitCode } = await stage.runjobs(['resume', runOf(stage), '--reporter', 'plain']);
      expect([exitCode, stdout]).toEqual([1, expect.stringContaining('was broken off with the run')]);
      expect(existsSync(join(stage.folder, 'kept'))).toBe(false);
    });

    it('does not try again what a worker that stands still has not ended in time', { timeout: LONG }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      const { child: frozen } = await stage.worker();
      const run = stage.run({
        run: 'echo a >>done; echo up; exec sleep 1234',
        timeout: '2s',
        stop: { grace: '100ms' },
        retry: { times: 1, delay: '0s' },
      });
      await printed(run, 'up\n');
      frozen.kill('SIGSTOP');
      await stage.worker();
      const { stdout, exitCode } = await run;
      expect([exitCode, stdout]).toEqual([
        1,
        expect.stringMatching(/✖ plan lost: it was told to end, and its worker has not said that it has/),
      ]);
      frozen.kill('SIGCONT');
      await printed(frozen, '◼');
      expect(written(stage)).toEqual(['a']);
    });

    it('takes what was done well while Redis was away for longer than a lock', { timeout: LONG }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      await stage.worker(['-c', '2']);
      const run = stage.run({
        failFast: false,
        gather: [
          { id: 'short', run: 'sleep 5; echo short >>done; echo short is done' },
          { id: 'long', run: 'echo long >>done; sleep 1234' },
        ],
      });
      await Promise.all([printed(run, 'short: sleep'), printed(run, 'long: echo')]);
      await stage.redis.stop();
      await sleep(21_000);
      await stage.redis.start();
      const { stdout, exitCode } = await run;
      expect(stdout).toMatch(/✔ short/);
      expect(stdout).toContain('short is done');
      expect(stdout).toMatch(/✖ long lost: /);
      expect(exitCode).toBe(1);
      expect(written(stage).sort()).toEqual(['long', 'short']);
    });

    it('keeps the steps of a killed root for the resumed one: nothing runs twice, and logs are complete', {
      timeout: LONG,
    }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      await stage.worker(['-c', '3']);
      const numbers = [1, 2, 3, 4, 5, 6];
      const run = stage.run({
        steps: [
          { id: 'v', run: 'echo v >>done; echo saved', save: 'V' },
          {
            id: 'all',
            gather: numbers.map(n => ({
              id: `s${n}`,
              run: `echo s${n} >>done; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "${n} line $i $V"; sleep 0.25; done; printf ${n}`,
              save: `OUT${n}`,
            })),
          },
          { id: 'last', run: 'echo last >>done; echo "$OUT1" | tail -n 1; echo "$OUT6" | tail -n 1' },
        ],
      });
      await printed(run, '3 line 5');
      run.kill('SIGKILL');
      await run;
      await sleep(1500);
      const resumed = stage.runjobs(['resume', runOf(stage), '--reporter', 'plain']);
      const { stdout, exitCode } = await resumed;
      expect(exitCode, stdout).toBe(0);
      expect(written(stage).sort()).toEqual(['last', ...numbers.map(n => `s${n}`), 'v']);
      expect(stdout).toContain('[last] 1\n');
      for (const n of numbers) {
        const log = readFileSync(join(stage.folder, '.runjobs', 'runs', runOf(stage), 'logs', `all.s${n}.log`), 'utf8');
        expect(log).toBe(`${Array.from({ length: 12 }, (_, i) => `${n} line ${i + 1} saved\n`).join('')}${n}`);
      }
    });

    it('keeps a background step apart from what asked whether it is ready when the root was killed', {
      timeout: LONG,
    }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      await stage.worker(['-c', '3']);
      const run = stage.run({
        steps: [
          {
            id: 'server',
            background: true,
            run: 'echo server >>done; until test -e stop; do sleep 0.1; done; echo bye >>done',
            // It is asked when the root is killed, and answers a while later.
            ready: { run: 'echo asked >>asked; until test -e answer; do sleep 0.1; done' },
          },
          { id: 'use', run: 'echo use >>done; touch stop; until grep bye done; do sleep 0.1; done' },
        ],
      });
      await until(() => existsSync(join(stage.folder, 'asked')));
      run.kill('SIGKILL');
      await run;
      const resumed = stage.runjobs(['resume', runOf(stage), '--reporter', 'ndjson']);
      await printed(resumed, '"step.started","step":"server"');
      writeFileSync(join(stage.folder, 'answer'), '');
      const { stdout, exitCode } = await resumed;
      expect(exitCode, stdout).toBe(0);
      expect(written(stage)).toEqual(['server', 'use', 'bye']);
      expect(written(stage, 'asked')).toEqual(['asked']);
      const events = stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as RunEvent);
      const told = events.flatMap(event => ('step' in event ? [`${event.type} ${event.step}`] : []));
      const order = ['step.ready server', 'step.started use', 'step.finished server'];
      expect(told.filter(words => order.includes(words))).toEqual(order);
    });

    it('stops when another root has taken its run over', { timeout: LONG }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      await stage.worker();
      const run = stage.run({ run: 'echo up; exec sleep 1234' });
      await printed(run, 'up\n');
      await stage.redis.client.set(`{rj}:run:${runOf(stage)}`, 'another', 'PX', 60_000);
      const { exitCode, stdout } = await run;
      expect(exitCode).toBe(74);
      expect(stdout).toContain('another runjobs has taken this run over');
    });

    it('ends a run whose rights are taken away', { timeout: LONG }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      const { client } = stage.redis;
      await client.acl('SETUSER', 'rj', 'on', '>rj', '~{rj}:*', '&{rj}:*', '+@all');
      await stage.worker();
      const user = stageOn(stage.redis, stage.folder, context, stage.redis.url.replace('127', 'rj@127'));
      const run = user.run({ run: 'echo up; exec sleep 88' }, [], { RUNJOBS_QUEUE_PASSWORD: 'rj' });
      await printed(run, 'up\n');
      await client.acl('SETUSER', 'rj', '-@write');
      const { exitCode, stdout } = await run;
      expect([exitCode, stdout]).toEqual([
        74,
        expect.stringMatching(/the queue cannot be used any more: .* does not let this user/),
      ]);
    });

    it('says after ten seconds that nobody serves a label, and goes on when somebody does', {
      timeout: LONG,
    }, async context => {
      const { expect } = context;
      const stage = await openStage(context);
      await stage.worker();
      const run = stage.run({
        gather: [
          { id: 'a', run: 'echo here', runsOn: 'gpu', timeout: '5s' },
          { id: 'b', run: 'echo meanwhile' },
        ],
      });
      await Promise.all([
        printed(run, '[b] meanwhile'),
        printed(
          run,
          'no live worker has the label "gpu", for which a step waits: start one with "runjobs worker --queue',
        ),
      ]);
      await stage.worker(['--labels', 'gpu']);
      const { stdout, exitCode } = await run;
      expect(exitCode, stdout).toBe(0);
      expect(stdout).toContain('[a] here');
    });

    it('says that background steps of the run have all places for which others wait', {
      timeout: LONG,
    }, async context => {
      const stage = await openStage(context);
      await stage.worker(['-c', '1']);
      const run = stage.run({
        steps: [{ id: 'server', background: true, run: 'while :; do sleep 0.1; done' }, 'echo used'],
      });
      await printed(
        run,
        'background steps of this run have all places of the workers with the label "default", for which a step waits: start',
      );
      await stage.worker(['-c', '1']);
      const { stdout, exitCode } = await run;
      context.expect([exitCode, stdout]).toEqual([0, context.expect.stringContaining('used')]);
    });

    it('says so, too, where the only worker leaves and is not done yet', { timeout: LONG }, async context => {
      const stage = await openStage(context);
      const { child } = await stage.worker(['-c', '1']);
      const run = stage.run({
        gather: [
          { id: 'a', run: 'until [ -e go ]; do sleep 0.1; done' },
          { id: 'b', run: 'echo late' },
        ],
      });
      await printed(run, ', on ');
      child.kill('SIGTERM');
      await printed(run, 'no live worker has the label "default", for which a step waits');
      await stage.worker();
      writeFileSync(join(stage.folder, 'go'), '');
      const { stdout, exitCode } = await run;
      context.expect([exitCode, stdout]).toEqual([0, context.expect.stringContaining('[b] late')]);
    });
  });
