/** At most one run at a time has a plan's lock, whoever starts it and however the last one ended. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BIN, ENV, planFile, printed, processesWith, runjobs, temporaryFolder, until } from '../support/cli.ts';

const canUnshare = (...flags: string[]) =>
  process.platform === 'linux' && spawnSync('unshare', [...flags, 'true']).status === 0;
const noNamespaces = canUnshare('--pid', '--fork', '--mount-proc') ? undefined : 'may not make pid namespaces here';
const noMounts =
  process.platform === 'linux' && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'x', '/mnt']).status === 0
    ? undefined
    : 'may not mount here';

const HELD = (pid: number | undefined, plan: string) =>
  new RegExp(
    `^runjobs: "\\w+" is locked: run \\d{8}-\\d{6}-[0-9a-f]+ \\(pid ${pid}, plan ${plan}\\) has held it for (\\d+m )?\\d+s; nothing was started\\. Stop it with "runjobs stop \\d{8}-[0-9a-f-]+", or wait for it: lock: {wait: 10m}\\.\\n$`,
  );

/** A world of its own: a state folder for locks, a step that begins, waits for `go`, and ends. */
function world(plan: object = { lock: true }, go?: string) {
  const state = temporaryFolder();
  const env = { XDG_STATE_HOME: state };
  const folder = temporaryFolder();
  const trace = join(folder, 'trace');
  const goes = go ?? join(folder, 'go');
  const file = planFile({
    run: `echo in >> ${trace}; echo ready; while [ ! -e ${goes} ]; do sleep 0.05; done; echo out >> ${trace}`,
    ...plan,
  });
  const start = (args: readonly string[] = [], path = file) =>
    runjobs([path, '--state-dir', temporaryFolder(), ...args], { env });
  return {
    file,
    env,
    start,
    async holding(path = file) {
      const child = start([], path);
      onTestFinished(() => void child.kill('SIGKILL'));
      await printed(child, '] ready');
      // A child is a promise of its end, too.
      return { holder: child };
    },
    go: () => writeFileSync(goes, ''),
    trace: () => (existsSync(trace) ? readFileSync(trace, 'utf8').trim().split('\n') : []),
    locks: () => join(state, 'runjobs/locks', hostname()),
  };
}

describe('of many starts at once', () => {
  it('one runs, and the others exit with 75 and say who has the lock', async () => {
    const { start, file, go, trace, locks } = world();
    const children = Array.from({ length: 20 }, () => start());
    let ended = 0;
    for (const child of children) void child.then(() => ++ended);
    await until(() => ended >= 19);
    go();
    const results = await Promise.all(children);
    expect(results.map(({ exitCode }) => exitCode).sort()).toEqual([0, ...Array(19).fill(75)]);
    expect(trace()).toEqual(['in', 'out']);
    const holder = children[results.findIndex(({ exitCode }) => exitCode === 0)];
    for (const { exitCode, stderr, stdout } of results) {
      if (exitCode === 0) continue;
      expect(String(stderr)).toMatch(HELD(holder?.pid, file));
      expect(String(stdout)).toBe('');
    }
    // One lock, one generation, nothing beside it, for its owner only.
    const [lock = ''] = readdirSync(locks());
    expect(readdirSync(locks())).toEqual([lock]);
    expect(readdirSync(join(locks(), lock))).toHaveLength(1);
    expect(statSync(locks()).mode & 0o777).toBe(0o700);
  }, 120_000);

  it('one takes over from a dead holder, each time', async () => {
    const { start, go, trace, locks } = world({ lock: 'shared' });
    go();
    expect((await start()).exitCode).toBe(0);
    const [lock = ''] = readdirSync(locks());
    const folder = join(locks(), lock);
    for (let round = 1; round <= 4; round += 1) {
      const [last = ''] = readdirSync(folder);
      const dead = { host: hostname(), boot: 'before', pid: 1, run: 'dead', name: 'x', at: new Date(0).toISOString() };
      writeFileSync(join(folder, String(Number(last) + 1)), JSON.stringify(dead));
      const hold = join(temporaryFolder(), 'go');
      const plan = planFile({ lock: 'shared', run: `while [ ! -e ${hold} ]; do sleep 0.05; done` });
      const children = Array.from({ length: 4 }, () => start([], plan));
      let ended = 0;
      for (const child of children) void child.then(() => ++ended);
      await until(() => ended >= 3);
      writeFileSync(hold, '');
      const codes = (await Promise.all(children)).map(({ exitCode }) => exitCode);
      expect(codes.sort()).toEqual([0, 75, 75, 75]);
    }
    expect(trace()).toEqual(['in', 'out']);
  }, 120_000);
});

describe('a lock', () => {
  it('is free at once when its holder was killed, though a child that was kept on purpose lives on', async () => {
    const kept = join(temporaryFolder(), 'kept');
    const { holding, start, go, trace } = world({
      lock: true,
      steps: [
        `RUNJOBS_RUN_IDS= RUNJOBS_STEP_MARK= setsid sh -c 'echo $$ > ${kept}; exec sleep 100' & until [ -s ${kept} ]; do sleep 0.05; done`,
        'echo ready; sleep 100',
      ],
      run: undefined,
    });
    const { holder } = await holding();
    const pid = Number(readFileSync(kept, 'utf8'));
    onTestFinished(() => void process.kill(pid, 'SIGKILL'));
    expect((await start()).exitCode).toBe(75);
    holder.kill('SIGKILL');
    await holder;
    go();
    const next = start();
    await printed(next, '] ready');
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('sleep');
    next.kill('SIGTERM');
    await next;
    expect(trace()).toEqual([]);
  });

  it('is given back by a run that a signal, a failure or its own clock ends', async () => {
    const { holding, start } = world();
    const { holder } = await holding();
    holder.kill('SIGTERM');
    await holder;
    const failing = planFile({ lock: 'deploy', run: 'exit 7' });
    for (let round = 0; round < 2; round += 1) expect((await start([], failing)).exitCode).toBe(1);
    const late = planFile({ lock: 'deploy', timeout: '100ms', run: 'sleep 100' });
    expect((await start([], late)).exitCode).toBe(124);
    expect((await start([], failing)).exitCode).toBe(1);
    const { holder: again } = await holding();
    expect((await start()).exitCode).toBe(75);
    again.kill('SIGKILL');
  });

  it('is still held by a process that is suspended', async () => {
    const { holding, start, trace } = world();
    const { holder } = await holding();
    holder.kill('SIGSTOP');
    expect((await start()).exitCode).toBe(75);
    holder.kill('SIGKILL');
    expect(trace()).toEqual(['in']);
  });

  it('is that of the real file, of a name for all plans that name it, and of --lock', async () => {
    const { holding, start, file } = world();
    const link = join(temporaryFolder(), 'link.json');
    symlinkSync(file, link);
    const { holder } = await holding(link);
    const { exitCode, stderr } = await start();
    expect(exitCode).toBe(75);
    expect(String(stderr)).toMatch(HELD(holder.pid, link));
    const unlocked = planFile({ run: 'true' });
    expect((await start(['--lock'], unlocked)).exitCode).toBe(0);
    const { holder: named } = await holding(planFile({ name: 'one', lock: 'deploy', run: 'echo ready; sleep 100' }));
    const other = await start(['--lock'], planFile({ name: 'two', lock: { name: 'deploy' }, run: 'true' }));
    expect(other.exitCode).toBe(75);
    expect(String(other.stderr)).toMatch(/^runjobs: "deploy" is locked/);
    for (const child of [holder, named]) child.kill('SIGKILL');
  });

  it('of a plan from standard input needs a name', async () => {
    const { env } = world();
    const input = (text: string, ...args: string[]) =>
      runjobs(['-', '--state-dir', temporaryFolder(), ...args], { stdin: 'pipe', input: text, env });
    const wrong = await input('{"lock": true, "run": "touch started"}');
    expect(wrong.exitCode).toBe(2);
    expect(String(wrong.stderr)).toMatch(/^<stdin>:1:\d+ root\.lock: .* give it a name/);
    const asked = await input('{"run": "touch started"}', '--lock');
    expect(asked.exitCode).toBe(2);
    expect(String(asked.stderr)).toMatch(/^runjobs: --lock: .* give it a name/);
    expect((await input('{"lock": "mine", "run": "true"}', '--lock')).exitCode).toBe(0);
  });

  it('with held: skip lets a second start exit with 0, with one line and nothing started', async () => {
    const { holding, start, trace } = world({ lock: { held: 'skip' } });
    const { holder } = await holding();
    const { exitCode, stdout, stderr } = await start();
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(String(stderr)).toMatch(
      /^runjobs: "plan" is locked: run \S+ \(pid \d+, plan \S+\) has held it for \d+s; skipped, as its lock says: held: skip\n$/,
    );
    const quiet = await start(['--quiet']);
    expect([quiet.exitCode, quiet.stdout, quiet.stderr]).toEqual([0, '', '']);
    expect(trace()).toEqual(['in']);
    holder.kill('SIGKILL');
  });

  it('leaves the files of reporters alone when it is held', async () => {
    const { holding, start } = world();
    const { holder } = await holding();
    const report = join(temporaryFolder(), 'report.ndjson');
    writeFileSync(report, 'of the run that holds it\n');
    expect((await start(['--reporter', `ndjson:${report}`])).exitCode).toBe(75);
    expect(readFileSync(report, 'utf8')).toBe('of the run that holds it\n');
    expect((await start(['--reporter', 'plian'])).exitCode).toBe(2);
    holder.kill('SIGKILL');
  });
});

describe('who waits for a lock', () => {
  it('says for whom, and runs when it is given back', async () => {
    const { holding, start, file, go, trace } = world({ lock: { wait: '1m' } });
    const { holder } = await holding();
    const next = start();
    await printed(next, 'waiting for it');
    expect(trace()).toEqual(['in']);
    go();
    const { exitCode, stderr } = await next;
    expect(exitCode).toBe(0);
    expect(String(stderr)).toMatch(
      new RegExp(
        `^runjobs: "plan" is locked: run .* \\(pid ${holder.pid}, plan ${file}\\) has held it for \\d+s; waiting for it, 1m 0s at most\\n$`,
      ),
    );
    expect((await holder).exitCode).toBe(0);
    expect(trace()).toEqual(['in', 'out', 'in', 'out']);
  });

  it('gives up after its time', async () => {
    const { holding, start, trace } = world({ lock: { wait: '500ms' } });
    const { holder } = await holding();
    const { exitCode, stderr } = await start();
    expect(exitCode).toBe(75);
    expect(String(stderr)).toMatch(/; waiting for it, 500ms at most\n.*; waited 500ms, nothing was started\. /);
    expect(trace()).toEqual(['in']);
    holder.kill('SIGKILL');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('is ended by %s at once, and has started nothing', async signal => {
    const { holding, start, trace } = world({ lock: { wait: 'forever' }, finally: ['echo never'] });
    const { holder } = await holding();
    const next = start();
    await printed(next, 'waiting for it\n');
    next.kill(signal);
    const result = await next;
    expect(result.signal ?? result.exitCode).toBe(signal);
    expect(String(result.stdout)).toBe('');
    expect(String(result.stderr)).toMatch(/nothing was started\n$/);
    expect(trace()).toEqual(['in']);
    holder.kill('SIGKILL');
  });
});

describe.skipIf(noNamespaces)(`across pid namespaces${noNamespaces ? ` (${noNamespaces})` : ''}`, () => {
  const inside = (args: readonly string[], env: Record<string, string>, flags = ['--mount-proc']) =>
    execa(
      'unshare',
      ['--pid', '--fork', '--kill-child', ...flags, process.execPath, BIN, ...args, '--state-dir', temporaryFolder()],
      {
        env: { ...ENV, ...env },
        extendEnv: false,
        reject: false,
        stdin: 'ignore',
      },
    );

  it.each([[['--mount-proc']], [[]]])('a holder inside (unshare %j) is alive until it is killed', async flags => {
    const { file, env, start, trace } = world();
    const holder = inside([file], env, flags);
    onTestFinished(() => void holder.kill('SIGKILL'));
    await printed(holder, '] ready');
    const refused = await start();
    expect(refused.exitCode).toBe(75);
    expect(String(refused.stderr)).toMatch(/Stop it with/);
    expect((await inside([file], env, flags)).exitCode).toBe(75);
    holder.kill('SIGKILL');
    await holder;
    await until(() => processesWith(env.XDG_STATE_HOME).length === 0);
    const next = start();
    await printed(next, '] ready');
    next.kill('SIGKILL');
    expect(trace()).toEqual(['in', 'in']);
  });

  it('a holder outside is seen from inside', async () => {
    const { file, env, holding, trace } = world();
    const { holder } = await holding();
    expect((await inside([file], env)).exitCode).toBe(75);
    holder.kill('SIGKILL');
    await holder;
    const next = inside([file], env);
    await printed(next, '] ready');
    next.kill('SIGKILL');
    expect(trace()).toEqual(['in', 'in']);
  });
});

describe('a lock that cannot be kept is told with exit code 74, and starts nothing', () => {
  it.skipIf(noMounts)(`on a full disk${noMounts ? ` (${noMounts})` : ''}`, async () => {
    const { file, trace } = world();
    const mount = temporaryFolder();
    const script = `mount -t tmpfs -o size=64k runjobs ${mount} && mkdir -p ${mount}/runjobs/locks
      cat /dev/zero > ${mount}/filler 2> /dev/null
      exec "$@"`;
    const args = [process.execPath, BIN, file, '--state-dir', temporaryFolder()];
    const { exitCode, stderr } = await execa('unshare', ['--mount', 'sh', '-c', script, 'sh', ...args], {
      env: { ...ENV, XDG_STATE_HOME: mount },
      extendEnv: false,
      reject: false,
    });
    expect(String(stderr)).toMatch(
      /^runjobs: the lock "plan" cannot be kept in ".*", so nothing was started: ENOSPC: no space left on device/,
    );
    expect(exitCode).toBe(74);
    expect(trace()).toEqual([]);
  });

  it('where nothing can be made', async () => {
    const { file, trace } = world();
    const { exitCode, stderr } = await runjobs([file], { env: { XDG_STATE_HOME: '/proc/x' }, timeout: 20_000 });
    expect([exitCode, String(stderr)]).toEqual([
      74,
      expect.stringMatching(/mkdir '\/proc(?:\/x)?'; set XDG_STATE_HOME to a folder that can be written\n$/),
    ]);
    expect(trace()).toEqual([]);
  });

  it('where a link or a file stands in its place', async () => {
    const { start, locks, go, trace } = world();
    go();
    expect((await start()).exitCode).toBe(0);
    const [lock = ''] = readdirSync(locks());
    spawnSync('rm', ['-r', join(locks(), lock)]);
    mkdirSync(join(locks(), 'elsewhere'));
    symlinkSync('elsewhere', join(locks(), lock));
    const linked = await start();
    expect(linked.exitCode).toBe(74);
    expect(String(linked.stderr)).toMatch(/is a link/);
    expect(readdirSync(realpathSync(join(locks(), 'elsewhere')))).toEqual([]);
    spawnSync('rm', [join(locks(), lock)]);
    appendFileSync(join(locks(), lock), 'x');
    expect((await start()).exitCode).toBe(74);
    expect(trace()).toEqual(['in', 'out']);
  });
});

it('what a killed holder has left is ended before the next one starts', async () => {
  const trace = join(temporaryFolder(), 'trace');
  const env = { XDG_STATE_HOME: temporaryFolder() };
  // Without the end of the first, its step would write its last word in the middle of the second.
  const file = planFile({
    lock: 'deploy',
    stop: { grace: '1s' },
    run: `trap "" TERM; echo in >> ${trace}; echo ready; i=0; while [ $i -lt 40 ]; do sleep 0.05; i=$((i + 1)); done; echo out >> ${trace}`,
  });
  const holder = runjobs([file, '--state-dir', temporaryFolder()], { env });
  await printed(holder, '] ready');
  holder.kill('SIGKILL');
  await holder;
  const next = await runjobs([file, '--state-dir', temporaryFolder()], { env });
  expect(next.exitCode).toBe(0);
  expect(readFileSync(trace, 'utf8')).toBe('in\nin\nout\n');
});
