/** Through npm, which does not pass SIGTERM on, a run ends as it does without. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { BIN, ENV, planFile, printed, processesWith, temporaryFolder, until } from '../support/cli.ts';
import { noTerminal, openTerminal } from '../support/terminal.ts';

let counter = 0;
const quiet = { ...ENV, npm_config_update_notifier: 'false' };

/** A folder in which this very runjobs is installed, and a plan in it that ends only when it is told to. */
function installed() {
  const folder = temporaryFolder();
  const marker = `runjobs-npx-${process.pid}-${++counter}`;
  const state = join(folder, 'state');
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, scripts: { go: `RUNJOBS_STATE_DIR=${state} runjobs plan.json` } }),
  );
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', resolve('.')], {
    cwd: folder,
    env: quiet,
    stdio: 'pipe',
  });
  const plan = {
    env: { MARKER: marker },
    stop: { grace: '500ms' },
    gather: ['trap "" TERM; echo ready; while :; do sleep 0.1; done', 'setsid sleep 100'],
    finally: [`touch ${join(folder, 'tidied')}`],
  };
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  return {
    folder,
    env: { ...quiet, RUNJOBS_STATE_DIR: state },
    left: () => processesWith(`MARKER=${marker}`),
    /** Of ours, the watchdog included. */
    ours: () => processesWith(state),
    isTidied: () => existsSync(join(folder, 'tidied')),
  };
}

describe('npm', () => {
  beforeAll(() => {
    expect(existsSync(BIN)).toBe(true);
  });

  it.each([
    ['npx', ['npx', '--no-install', 'runjobs', 'plan.json']],
    ['npm run', ['npm', 'run', 'go']],
  ])('that is ended by SIGTERM takes all with it within the grace and two seconds: %s', async (_, command) => {
    const { folder, env, left, ours, isTidied } = installed();
    const [program = '', ...args] = command;
    const npm = execa(program, args, { cwd: folder, env, extendEnv: false, reject: false, stdin: 'ignore' });
    await printed(npm, '] ready');
    expect(left().length).toBeGreaterThanOrEqual(2);
    const from = performance.now();
    npm.kill('SIGTERM');
    await until(() => left().length === 0 && isTidied());
    expect(performance.now() - from).toBeLessThan(500 + 2000);
    await npm;
    await until(() => ours().length === 0);
  });

  it.skipIf(noTerminal !== undefined)('gives 130 after Ctrl-C', async () => {
    const { folder, env, left, isTidied } = installed();
    const screen = openTerminal(`sh -c 'cd ${folder} && npx --no-install runjobs plan.json'`, 80, 24, env);
    await screen.shows('ready');
    screen.type('\u0003');
    expect(await screen.ended).toBe(130);
    expect(isTidied()).toBe(true);
    expect(left()).toEqual([]);
  });

  it.skipIf(noTerminal !== undefined)('lets an interactive step have Ctrl-C', async () => {
    const { folder, env } = installed();
    const ask = ['bash', '-c', 'trap "echo not now" INT; echo ready; read -r line; echo "read $line"'];
    writeFileSync(join(folder, 'plan.json'), JSON.stringify({ steps: [{ run: ask, interactive: true }] }));
    const screen = openTerminal(`sh -c 'cd ${folder} && npx --no-install runjobs plan.json'`, 80, 24, env);
    await screen.shows('ready');
    screen.type('\u0003');
    await screen.shows('not now');
    screen.type('on\n');
    // What npm makes of it is its own: the shell between it and us says 130.
    await screen.ended;
    expect((await screen.lines()).join('\n')).toMatch(/read on *\n✔ plan succeeded/);
  });
});

it.each([
  ['a shell', {}],
  ['a shell that npm had started', { npm_execpath: '/npm-cli.js', npm_command: 'exec', npm_lifecycle_event: 'npx' }],
])('a run in the background of %s outlives it', async (_, env) => {
  const folder = temporaryFolder();
  const gone = join(folder, 'gone');
  const out = join(folder, 'out');
  const plan = planFile({ run: `until [ -e ${gone} ]; do sleep 0.05; done; sleep 1` });
  const command = `${process.execPath} ${BIN} ${plan} --state-dir ${folder} > ${out} 2>&1 & until [ -s ${out} ]; do sleep 0.05; done`;
  await execa('sh', ['-c', command], { env: { ...ENV, ...env }, extendEnv: false, stdio: 'ignore' });
  writeFileSync(gone, '');
  await until(() => /(succeeded in|cancelled after)/.test(readFileSync(out, 'utf8')));
  expect(readFileSync(out, 'utf8')).toContain('succeeded in');
  await until(() => processesWith(plan).length === 0);
});
