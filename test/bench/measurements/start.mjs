// What it takes to start: a plan of one `true`, the whole process, beside bare Node and its peers.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, table } from '../harness/finding.mjs';
import { BIN, ENV } from '../harness/here.mjs';
import { npmPeer, PEER_MODULES } from '../harness/peers.mjs';
import { timed } from '../harness/process.mjs';
import { inTurns, ratio } from '../harness/rounds.mjs';

export const about = 'the whole process of `--version`, and of one `true`';
export const minutes = 1.5;

const ms = sample => sample.ms;
const columns = { figure: ms, unit: 'ms', reference: 'node -e 0', also: { 'CPU ms': sample => sample.cpuMs } };

export async function measure({ rounds = 41, scratch }) {
  const node = process.execPath;
  writeFileSync(join(scratch, 'plan.json'), '{"run": "true"}\n');
  writeFileSync(join(scratch, 'plan.yaml'), 'run: "true"\n');
  const runjobs = (name, file) => {
    const state = join(scratch, name);
    return () => timed([node, BIN, file, '--state-dir', state], { cwd: scratch });
  };
  const own = {
    'node -e 0': () => timed([node, '-e', '0']),
    'runjobs --version': () => timed([node, BIN, '--version']),
    'runjobs plan.json': runjobs('json', 'plan.json'),
    'runjobs plan.yaml': runjobs('yaml', 'plan.yaml'),
  };
  const samples = await inTurns(own, { rounds });
  const times = name => ratio(samples, name, 'node -e 0', ms);

  const { 'runjobs --version': _, ...again } = own;
  const peers = peersIn(scratch);
  const beside = await inTurns({ ...again, ...peers }, { rounds: Math.ceil(rounds / 4) });
  const fastest = Math.min(...Object.keys(peers).map(name => ratio(beside, name, 'runjobs plan.json', ms)));
  return [
    table('start', samples, {
      ...columns,
      goals: [
        atMost('--version ≤ 1.3 × bare node', 1.3, times('runjobs --version')),
        atMost('JSON plan of one `true` ≤ 2.0 × bare node', 2, times('runjobs plan.json')),
        atMost('YAML plan of one `true` ≤ 2.5 × bare node', 2.5, times('runjobs plan.yaml')),
      ],
    }),
    table('one `true`, beside peers', beside, {
      ...columns,
      goals: Number.isFinite(fastest)
        ? [{ says: 'ahead of every peer: the fastest takes so many times as long', value: fastest, isMet: fastest > 1 }]
        : [],
    }),
  ];
}

/** Each as a user starts it, in a folder that has what it wants. */
function peersIn(scratch) {
  const folder = join(scratch, 'peers');
  mkdirSync(folder);
  const write = (name, content) => writeFileSync(join(folder, name), content);
  write(
    'package.json',
    JSON.stringify({
      name: 'one',
      private: true,
      type: 'module',
      packageManager: 'npm@11.0.0',
      scripts: { one: 'true', wired: 'wireit' },
      wireit: { wired: { command: 'true' } },
    }),
  );
  write('package-lock.json', JSON.stringify({ name: 'one', lockfileVersion: 3, requires: true, packages: { '': {} } }));
  write('turbo.json', '{"tasks": {"one": {"cache": false}}}');
  write('lage.config.js', 'export default { pipeline: { one: [] }, cache: false };');
  write('one.mjs', 'import { $ } from "zx"; await $`true`;');
  write('.gitignore', 'node_modules\n.turbo\n.wireit\n');
  symlinkSync(PEER_MODULES, join(folder, 'node_modules'));
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=b', '-c', 'user.email=b@b', ...args], { cwd: folder, env: ENV });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'one');
  const start = {
    concurrently: [npmPeer('concurrently', 'dist/bin/concurrently.js'), 'true'],
    'npm-run-all2': [npmPeer('npm-run-all2', 'bin/run-s/index.js'), 'one'],
    zx: [npmPeer('zx', 'build/cli.js'), 'one.mjs'],
    turbo: [npmPeer('turbo', 'bin/turbo'), 'run', 'one'],
    lage: [npmPeer('lage', 'dist/lage.js'), 'one', '--no-cache'],
  };
  const there = Object.entries(start).filter(([, [file]]) => file !== undefined);
  const run =
    (...command) =>
    () =>
      timed(command, { cwd: folder });
  return {
    ...Object.fromEntries(there.map(([name, args]) => [name, run(process.execPath, ...args)])),
    ...(npmPeer('wireit', 'package.json') && { 'wireit (npm run)': run('npm', 'run', '--silent', 'wired') }),
  };
}
