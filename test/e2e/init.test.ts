/** Started by whatever starts programs, as process 1 of a container too, a run ends with the same exit codes. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { BIN, ENV, planFile, printed, processesWith, runjobs, temporaryFolder, until } from '../support/cli.ts';

const canUnshare = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0;
const why = canUnshare ? '' : ' (left out: unshare(1) needs the right to make namespaces)';
const program = (name: string) => join(import.meta.dirname, '../commands', name);
let counter = 0;

const WRAPPERS: Record<string, readonly string[]> = {
  'sh -c': ['sh', '-c', '"$@"', 'sh'],
  timeout: ['timeout', '60'],
  setsid: ['setsid', '--wait'],
  ...(canUnshare
    ? {
        'process 1': ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'],
        'process 1 with the /proc of another namespace': ['unshare', '--pid', '--fork', '--kill-child'],
      }
    : {}),
};

/** Starts a plan below a wrapper. */
function below(wrapper: readonly string[], plan: object) {
  const marker = `runjobs-init-${process.pid}-${++counter}`;
  const file = planFile({ env: { MARKER: marker }, ...plan });
  const [program = '', ...args] = wrapper;
  const command = [process.execPath, BIN, file, '--state-dir', temporaryFolder()];
  const child = execa(program, [...args, ...command], {
    env: ENV,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    // A test that has failed must not leave it.
    forceKillAfterDelay: 1000,
  });
  return {
    child,
    /** Signals runjobs itself, from outside. */
    send(signal: NodeJS.Signals) {
      const own = processesWith(file).filter(pid =>
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(command.join('\0')),
      );
      expect(own).toHaveLength(1);
      process.kill(Number(own[0]), signal);
    },
    left: () => processesWith(`MARKER=${marker}`),
  };
}

describe(`runjobs below a wrapper${why}`, () => {
  const cases = Object.entries(WRAPPERS);

  it.each(cases)('ends with 0, 1, 2 and 124 as elsewhere: %s', { timeout: 120_000 }, async (_, wrapper) => {
    const codes: [number, object][] = [
      [0, { run: 'true' }],
      [1, { gather: ['exit 7', 'sleep 100'] }],
      [2, { ran: 'true' }],
      [124, { timeout: '300ms', run: 'sleep 100' }],
    ];
    for (const [code, plan] of codes) {
      const { child, left } = below(wrapper, plan);
      expect([code, (await child).exitCode, left()]).toEqual([code, code, []]);
    }
  });

  it.each(cases)('ends in order after SIGINT and SIGTERM: %s', { timeout: 120_000 }, async (_, wrapper) => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const tidied = join(temporaryFolder(), 'tidied');
      const { child, send, left } = below(wrapper, { run: 'echo ready; sleep 100', finally: [`touch ${tidied}`] });
      await printed(child, '] ready');
      send(signal);
      const { exitCode, signal: by } = await child;
      expect([signal, exitCode ?? 128 + (by === 'SIGINT' ? 2 : 15)]).toEqual([signal, code]);
      expect([existsSync(tidied), left()]).toEqual([true, []]);
    }
  });

  it.each(cases)('leaves nothing, and is held up by no zombie: %s', { timeout: 120_000 }, async (_, wrapper) => {
    const pid = join(temporaryFolder(), 'pid');
    const { child, left } = below(wrapper, {
      stop: { grace: '500ms' },
      steps: [
        // Orphans that end at once, and two that do not: one of the group, one that has left it.
        '(true &); (setsid true &); sleep 0.1',
        'sleep 100 & echo left',
        `${program('daemonises.sh')} ${pid}`,
      ],
    });
    const { exitCode, stdout } = await child;
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('Could not end');
    await until(() => left().length === 0);
  });
});

it('timeout(1) that sends SIGTERM sees the run end in order', async () => {
  const tidied = join(temporaryFolder(), 'tidied');
  const { child, left } = below(['timeout', '1000'], { run: 'echo ready; sleep 100', finally: [`touch ${tidied}`] });
  await printed(child, '] ready');
  // What its own timer sends it.
  child.kill('SIGALRM');
  expect((await child).exitCode).toBe(124);
  expect([existsSync(tidied), left()]).toEqual([true, []]);
});

it.skipIf(!canUnshare)('a namespace without a /proc of its own never sends a signal to a stranger', async () => {
  const stranger = runjobs([planFile({ run: 'echo ready; sleep 100' }), '--state-dir', temporaryFolder()]);
  await printed(stranger, '] ready');
  const { child } = below(['unshare', '--pid', '--fork', '--kill-child', 'sh', '-c', '"$@"; exit $?', 'sh'], {
    stop: { grace: '200ms' },
    gather: [`${program('ignores-sigterm.sh')}`, 'sleep 0.5; exit 3', 'setsid sleep 100 & exit 0'],
  });
  expect((await child).exitCode).toBe(1);
  expect(stranger.exitCode).toBe(null);
  stranger.kill('SIGTERM');
  await stranger;
});

it.skipIf(!canUnshare)(
  'a namespace without a /proc of its own is told to stop from outside, however deep its folder',
  async () => {
    const folder = join(temporaryFolder(), 'deep/'.repeat(40));
    const empty = temporaryFolder();
    const apart = ['--pid', '--fork', '--kill-child', process.execPath, BIN];
    const args = [planFile({ run: 'echo ready; sleep 100' }), '--state-dir', folder];
    const env = { ...ENV, XDG_RUNTIME_DIR: empty };
    const child = execa('unshare', [...apart, ...args], { env, extendEnv: false, reject: false, stdin: 'ignore' });
    await printed(child, '] ready');
    expect((await runjobs(['stop', 'last', '--state-dir', folder])).exitCode).toBe(0);
    expect((await child).exitCode).toBe(1);
    expect(readdirSync(empty)).toEqual([]);
  },
);
