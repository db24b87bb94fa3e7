import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseQueueAddress } from '../../../src/executors/queue/address.ts';
import { fitsCluster, keysOf } from '../../../src/executors/queue/keys.ts';
import { sentEnv } from '../../../src/executors/queue/sent-env.ts';
import { namesSetBy } from '../../../src/executors/queue/set-names.ts';
import { troubleOf } from '../../../src/executors/queue/trouble.ts';
import { stepFor, workOf } from '../../../src/executors/queue/work.ts';
import { workerEnv } from '../../../src/executors/queue/worker-env.ts';
import { planFrom } from '../../../src/plan/load.ts';
import type { LeafStep } from '../../../src/plan/plan.ts';
import { labelOf } from '../../../src/plan/remote.ts';
import { leaf } from '../../support/steps.ts';

const step = (more: object = {}) => ({ ...leaf('x'), ...more }) as LeafStep;

describe('an address of a queue', () => {
  it.each([
    ['redis://127.0.0.1', { host: '127.0.0.1', port: 6379, db: 0, shown: 'redis://127.0.0.1:6379' }],
    ['redis://localhost:7000/3', { host: 'localhost', port: 7000, db: 3, shown: 'redis://localhost:7000/3' }],
    ['redis://[::1]:7000', { host: '::1', port: 7000, db: 0, shown: 'redis://[::1]:7000' }],
    [
      'rediss://me@host:6380/0?ca=a.pem&cert=b.pem&key=c.pem',
      {
        host: 'host',
        port: 6380,
        db: 0,
        user: 'me',
        tls: { ca: 'a.pem', cert: 'b.pem', key: 'c.pem' },
        shown: 'rediss://me@host:6380',
      },
    ],
  ])('%s is understood', (text, address) => {
    expect(parseQueueAddress(text, false)).toEqual(address);
  });

  it.each([
    ['host:6379', /is no address of a queue/],
    ['http://host', /is no address of a queue/],
    ['redis://:secret@127.0.0.1', /holds a password, which everybody on this machine can see/],
    ['redis://10.0.0.7', /another machine, and the way there is open.*--insecure-queue/],
    ['redis://127.0.0.1/x', /no number of a database/],
    ['redis://127.0.0.1?ca=a', /are for rediss/],
    ['rediss://h?password=x', /knows ca, cert and key/],
  ])('%s is refused, in words and without a password', (text, words) => {
    const { fault } = parseQueueAddress(text, false) as { fault: string };
    expect(fault).toMatch(words);
    expect(fault).not.toContain('secret');
  });

  it('may be an open one elsewhere where that is asked for', () => {
    expect(parseQueueAddress('redis://10.0.0.7', true)).toMatchObject({ host: '10.0.0.7' });
  });

  it('keeps everything below its prefix', () => {
    const keys = keysOf('{p}');
    const all = [
      keys.log('r'),
      keys.read('r'),
      keys.cancel('r'),
      keys.lease('r'),
      keys.worker('w'),
      keys.workers,
      keys.channel,
      keys.job('l', 'r.1'),
    ];
    expect(all.filter(key => !key.startsWith('{p}:'))).toEqual([]);
    expect([fitsCluster('{p}'), fitsCluster('p'), fitsCluster('{}')]).toEqual([true, false, false]);
  });
});

describe('what Redis refuses', () => {
  it.each([
    ['WRONGPASS invalid username-password pair or user is disabled.', /does not take this user and password/, true],
    ['NOAUTH Authentication required.', /asks for a password/, true],
    ["NOPERM this user has no permissions to run the 'info' command", /does not let this user/, true],
    ["ERR The user executing the script can't run this command or subcommand", /does not let this user/, true],
    ["CROSSSLOT Keys in request don't hash to the same slot", /needs braces/, true],
    ['Connection is closed.', /^redis:\/\/q has closed the connection$/, false],
    ["OOM command not allowed when used memory > 'maxmemory'.", /q is full/, false],
    ["READONLY You can't write against a read only replica.", /q is a copy that takes nothing: name the one/, false],
    ['Unknown RESP type 72 "H". Please report this.', /^what listens at redis:\/\/q is no Redis$/, false],
    ['something else.', /redis:\/\/q: something else$/, false],
    ['something else', /redis:\/\/q: something else/, false],
  ])('%s is told in words', (message, words, isFinal) => {
    expect(troubleOf(new Error(message), { shown: 'redis://q' })).toEqual({
      words: expect.stringMatching(words),
      isFinal,
    });
  });

  it('is found inside of other errors', () => {
    const error = Object.assign(new Error('x'), { errors: [Object.assign(new Error('y'), { code: 'ECONNREFUSED' })] });
    expect(troubleOf(error, { shown: 'redis://q' })).toEqual({
      words: 'no Redis listens at redis://q',
      isFinal: false,
    });
  });
});

describe('what goes to a worker', () => {
  it('is the work without its place in the plan, its paths below the plan’s folder', () => {
    const work = workOf(
      step({ name: 'N', needs: [], saveTo: 'f', cwd: '/plan/sub/deep', folder: '/plan/sub' }),
      '/plan',
      true,
    );
    expect(work).toMatchObject({ folder: 'sub', isSplit: true, step: { cwd: 'deep', id: 'x' } });
    expect(Object.keys((work as { step: object }).step)).not.toEqual(expect.arrayContaining(['name']));
    expect(JSON.stringify(work)).not.toContain('saveTo');
  });

  it.each([
    [{ cwd: '..' }, /cwd, "..", is not below the plan's folder/],
    [{ cwd: '/etc' }, /cwd, "\/etc"/],
    [{ stdin: { type: 'file', path: '../x' } }, /stdin, "..\/x"/],
    [{ folder: '/other' }, /the folder of its plan, "\/other"/],
  ])('is nothing outside of that folder: %j', (more, words) => {
    expect(workOf(step(more), '/plan', false)).toEqual({ fault: expect.stringMatching(words) });
  });

  it('stays below the folder of the worker, wherever links lead', () => {
    const workdir = mkdtempSync(join(tmpdir(), 'runjobs-workdir-'));
    onTestFinished(() => rmSync(workdir, { recursive: true }));
    mkdirSync(join(workdir, 'in'));
    symlinkSync('/', join(workdir, 'out'));
    const work = (cwd: string) => ({ step: step({ cwd }), folder: '', isSplit: false });
    expect(stepFor(work('in'), workdir)).toMatchObject({ folder: workdir, cwd: 'in' });
    expect(stepFor(work('new'), workdir)).toMatchObject({ cwd: 'new' });
    for (const cwd of ['out', '../x', '/etc'])
      expect(stepFor(work(cwd), workdir)).toEqual({
        fault: expect.stringMatching(/not below the folder of this worker/),
      });
  });

  it('are the variables that the plan sets, and neither those of the root’s process nor secrets', () => {
    const options = {
      ofProcess: { HOME: '/root', SAME: 's', TOKEN: 'secret' },
      names: new Set(['SAME']),
      secrets: new Set(['TOKEN']),
      holdsSecret: (text: string) => text.includes('secret'),
    };
    const env = Object.assign(Object.create({ HOME: '/root', SAME: 's', TOKEN: 'secret' }), {
      A: '1',
      B: 'a secret',
      RUNJOBS_TMP: '/t',
    });
    expect(sentEnv(env, options)).toEqual({ env: { A: '1', SAME: 's' }, kept: ['B', 'TOKEN'] });
  });

  it('are variables by all names that a plan sets', () => {
    const loaded = planFrom(
      {
        inputs: { I: { default: 'x' } },
        env: { A: '1' },
        steps: [
          { run: 'x', save: ['S'] },
          { forEach: { F: [1] }, run: 'x', save: 'T' },
        ],
      },
      { folder: '/' },
    );
    if (loaded.type !== 'loaded') throw new Error('the plan is wrong');
    const names = namesSetBy(loaded.plan);
    for (const name of ['I', 'A', 'S', 'F', 'T', 'RUNJOBS_STEP']) expect(names).toContain(name);
  });

  it('are the columns and members of its lists, too, where the process has the same', () => {
    const loaded = planFrom({ forEach: { R: { csv: 'r.csv' } }, run: 'x' }, { folder: '/' });
    if (loaded.type !== 'loaded') throw new Error('the plan is wrong');
    const env = { R: 'row', R_host: 'prod', OTHER_host: 'prod' };
    const options = {
      ofProcess: env,
      names: namesSetBy(loaded.plan),
      secrets: new Set<string>(),
      holdsSecret: () => false,
    };
    expect(sentEnv(env, options).env).toEqual({ R: 'row', R_host: 'prod' });
  });

  it('has of the worker’s own what every program needs, and what is asked for and allowed', () => {
    const own = { PATH: '/bin', LC_ALL: 'C', TOKEN: 'secret', PIN: '12345', EMPTY: '', OTHER: 'o', RUNJOBS_X: 'x' };
    const given = (asked: string[], allowed: string[]) => workerEnv({ A: '1' }, asked, { own, allowed });
    expect(given(['TOKEN'], ['TOKEN'])).toEqual({
      type: 'env',
      env: { PATH: '/bin', LC_ALL: 'C', A: '1', TOKEN: 'secret' },
    });
    expect(given(['EMPTY'], ['EMPTY'])).toMatchObject({ env: { EMPTY: '' } });
    expect(given(['PIN'], ['PIN'])).toMatchObject({ words: expect.stringMatching(/"PIN" .* is too short/) });
    expect(given(['OTHER'], ['TOKEN'])).toMatchObject({ words: expect.stringMatching(/--env-allow TOKEN,OTHER/) });
    expect(given(['NONE'], ['NONE'])).toMatchObject({ words: expect.stringMatching(/has no "NONE"/) });
    expect(given(['RUNJOBS_X'], ['RUNJOBS_X']).type).toBe('refused');
  });

  it('is decided by the label: commands are for workers, requests and what has the terminal for the root', () => {
    expect(labelOf({ type: 'run' })).toBe('default');
    expect(labelOf({ type: 'http' })).toBe('root');
    expect(labelOf({ type: 'http', runsOn: 'gpu' })).toBe('gpu');
    expect(labelOf({ type: 'run', runsOn: 'root' })).toBe('root');
    expect(labelOf({ type: 'run', runsOn: 'gpu', interactive: true })).toBe('root');
  });
});
