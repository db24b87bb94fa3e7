/** Whatever happens, no process of a run survives it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endDeadRun } from '../../src/executors/command/dead-run.ts';
import { BIN, planFile, printed, processesWith, runjobs, temporaryFolder, until } from '../support/cli.ts';

const program = (name: string) => resolve('test/commands', name);
let counter = 0;

/** Starts a plan whose processes carry a marker, unless they clear their environment. */
function start(plan: Record<string, unknown> & { readonly env?: object }, env: Record<string, string> = {}) {
  const marker = `runjobs-orphans-${process.pid}-${++counter}`;
  const state = temporaryFolder();
  const file = planFile({ ...plan, env: { MARKER: marker, ...plan.env } });
  return {
    child: runjobs([file, '--state-dir', state], { env }),
    left: () => processesWith(`MARKER=${marker}`),
    /** Its watchdogs: they have the run's id in their command line. */
    runs: () => readdirSync(join(state, 'runs')),
    watchers: () => readdirSync(join(state, 'runs')).flatMap(run => processesWith(`runjobs-watchdog\0${run}`)),
  };
}

it('a daemon ends with the group of steps that it was started in, and the run tells of it', async () => {
  const pid = join(temporaryFolder(), 'pid');
  const { child, left } = start({
    steps: [
      { steps: [`${program('daemonises.sh')} ${pid}`] },
      `[ -n "$(tr -d '\\0' < /proc/$(cat ${pid})/cmdline)" ] || echo it is gone`,
    ],
  });
  const { exitCode, stdout } = await child;
  expect(exitCode).toBe(0);
  expect(String(stdout)).toContain('[2] it is gone');
  expect(String(stdout)).toContain('left process');
  expect(left()).toEqual([]);
});

it('a daemon of a plan that is one command ends with the run', async () => {
  const { child, left } = start({ run: `${program('daemonises.sh')} ${join(temporaryFolder(), 'pid')}` });
  expect((await child).exitCode).toBe(0);
  expect(left()).toEqual([]);
});

it('a second signal ends what ignores the first in a session of its own, at once', async () => {
  const { child, left } = start({
    stop: { grace: '1m' },
    run: `${program('child-in-own-session.sh')} ${join(temporaryFolder(), 'told')} ignores`,
  });
  await printed(child, '] ready');
  child.kill('SIGINT');
  await printed(child, 'stopping everything');
  child.kill('SIGINT');
  await child;
  expect(left()).toEqual([]);
});

it('a runjobs inside a run is told to stop once, and tells its own steps', async () => {
  const told = join(temporaryFolder(), 'told');
  const inner = planFile({
    run: `${program('child-in-own-session.sh')} ${told} ends`,
    finally: ['echo tidied'],
  });
  const { child, left } = start({ run: `${process.execPath} ${BIN} ${inner} --state-dir ${temporaryFolder()}` });
  await printed(child, '] ready');
  child.kill('SIGINT');
  const { stdout } = await child;
  expect(String(stdout)).toContain('tidied');
  expect(String(stdout)).not.toContain('forced');
  expect(left()).toEqual([]);
});

it('a runjobs inside a run that does not stop in time is killed with all that it has started', async () => {
  const inner = planFile({
    stop: { grace: '1m' },
    gather: [
      `${program('child-in-own-session.sh')} ${join(temporaryFolder(), 'told')} ignores`,
      `${program('daemonises.sh')} ${join(temporaryFolder(), 'pid')}; trap "" TERM; echo ready too; sleep 60`,
    ],
  });
  const { child, left } = start({
    stop: { grace: '500ms' },
    run: `${process.execPath} ${BIN} ${inner} --state-dir ${temporaryFolder()}`,
  });
  await Promise.all([printed(child, '] ready\n'), printed(child, '] ready too\n')]);
  const from = performance.now();
  child.kill('SIGTERM');
  await child;
  // The grace of the inner run is a minute.
  expect(performance.now() - from).toBeLessThan(30_000);
  expect(left()).toEqual([]);
});

describe('runjobs that is killed itself', () => {
  const graceMs = 700;
  const nasty = () => {
    const folder = temporaryFolder();
    return [
      'sh -c "sleep 60 & wait" & echo ready one; wait',
      `${program('child-in-own-session.sh')} ${join(folder, 'told')} ignores`,
      `${program('daemonises.sh')} ${join(folder, 'pid')}; echo ready three; trap "" TERM; while :; do sleep 60; done`,
    ];
  };
  const allReady = (child: ReturnType<typeof start>['child']) =>
    Promise.all(['] ready one\n', '] ready\n', '] ready three\n'].map(words => printed(child, words)));
  const gone = async (left: () => string[], limitMs: number) => {
    const from = performance.now();
    await until(() => left().length === 0);
    expect(performance.now() - from).toBeLessThan(limitMs);
  };

  it('is followed by all that it has started, within the grace and two seconds, by its folders, and by its watchdog', async () => {
    const TMPDIR = temporaryFolder();
    const { child, left, watchers } = start({ stop: { grace: `${graceMs}ms` }, gather: nasty() }, { TMPDIR });
    await allReady(child);
    expect(watchers()).toHaveLength(1);
    expect(readdirSync(TMPDIR)).toHaveLength(1);
    child.kill('SIGKILL');
    await child;
    expect(left().length).toBeGreaterThan(3);
    await gone(left, graceMs + 2_000);
    await gone(watchers, 1_000);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it('is followed by the process that starts its commands, and by all that this has started', async () => {
    const { child, left, watchers, runs } = start({
      stop: { grace: `${graceMs}ms` },
      steps: [
        'true',
        'true',
        // From now on it is asked; before that commands are our own children.
        'until grep -qs "runjobs-fork-server $RUNJOBS_RUN" /proc/[0-9]*/cmdline; do sleep 0.01; done; sleep 0.2',
        { gather: [...nasty(), 'tr -d "\\0" < /proc/$PPID/cmdline; echo; sleep 60'] },
      ],
    });
    const [run] = await Promise.all([printed(child, '] runjobs-fork-server '), allReady(child)]).then(runs);
    const forkServers = () => processesWith(`runjobs-fork-server ${run}`);
    expect(forkServers()).toHaveLength(1);
    child.kill('SIGKILL');
    await child;
    await gone(left, graceMs + 2_000);
    await gone(watchers, 1_000);
    await gone(forkServers, 1_000);
  });

  it('is followed by a runjobs inside, which ends its own steps in order', async () => {
    const inner = planFile({ stop: { grace: '200ms' }, gather: nasty(), finally: ['touch "$TIDIED"'] });
    const TIDIED = join(temporaryFolder(), 'tidied');
    const { child, left, watchers } = start({
      env: { TIDIED },
      stop: { grace: '2s' },
      run: `${process.execPath} ${BIN} ${inner} --state-dir ${temporaryFolder()}`,
    });
    await allReady(child);
    child.kill('SIGKILL');
    await child;
    await gone(left, 4_000);
    await gone(watchers, 1_000);
    expect(existsSync(TIDIED)).toBe(true);
  });

  it.each([
    ['its watchdog is at work', false],
    ['its watchdog was killed too', true],
  ])('leaves what can be ended before a run is resumed: %s', async (_, isWatchdogLost) => {
    const told = join(temporaryFolder(), 'told');
    const { child, left, watchers, runs } = start({
      stop: { grace: '700ms' },
      gather: [...nasty(), `${program('child-in-own-session.sh')} ${told} ignores; echo never`],
    });
    await Promise.all([allReady(child), printed(child, '[4] ready\n')]);
    if (isWatchdogLost) for (const pid of watchers()) process.kill(Number(pid), 'SIGKILL');
    child.kill('SIGKILL');
    await child;
    const warnings: string[] = [];
    const count = await endDeadRun({ run: runs()[0] ?? '', graceMs, warn: message => warnings.push(message) });
    expect(count).toBeGreaterThan(3);
    expect([left(), warnings]).toEqual([[], []]);
    expect(readFileSync(told, 'utf8')).toBe('told\n');
    await until(() => watchers().length === 0);
  });

  it('leaves another run alone', async () => {
    const other = start({ run: 'echo ready; sleep 60' });
    const { child, left } = start({ run: 'echo ready; sleep 60' });
    await Promise.all([printed(other.child, '] ready'), printed(child, '] ready')]);
    child.kill('SIGKILL');
    await child;
    await gone(left, 7_000);
    expect(other.left().length).toBeGreaterThan(0);
    other.child.kill('SIGTERM');
    await other.child;
  });
});

it.each(['true', 'exit 3', 'kill -TERM $PPID; sleep 60'])('no watchdog outlives a run of "%s"', async run => {
  const { child, watchers, left } = start({ run });
  await child;
  expect([watchers(), left()]).toEqual([[], []]);
});

it('nothing stays of the pipes of a run whose watchdog was killed while it made them, whenever the run is killed', async () => {
  const folder = temporaryFolder();
  const [tmp, programs, waits] = ['tmp', 'programs', 'waits'].map(name => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(tmp);
  mkdirSync(programs);
  // Asked by the watchdog it kills it, asked by the run it takes its time.
  const kills = `mkdir ${folder}/asked 2> /dev/null && exec kill -KILL $PPID`;
  const lasts = `echo $$ > ${waits}.new; mv ${waits}.new ${waits}; exec sleep 100`;
  writeFileSync(join(programs, 'mkfifo'), `#!/bin/sh\n${kills}\n${lasts}\n`, { mode: 0o755 });
  const { child } = start({ run: 'true' }, { TMPDIR: tmp, PATH: `${programs}:${process.env.PATH}` });
  await until(() => existsSync(waits));
  child.kill('SIGKILL');
  await child;
  await until(() => readdirSync(tmp).length === 0);
  process.kill(Number(readFileSync(waits, 'utf8')), 'SIGKILL');
});
