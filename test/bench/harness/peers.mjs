// Which peers this machine has, and how those of npm are brought.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ENV, HERE } from './here.mjs';

const PEERS = join(HERE, 'peers');
const NPM = ['concurrently', 'npm-run-all2', 'wireit', 'turbo', 'lage', 'zx'];
const SYSTEM = {
  make: ['--version'],
  ninja: ['--version'],
  parallel: ['--version'],
  xargs: ['--version'],
  curl: ['--version'],
  wrk: ['--version'],
  oha: ['--version'],
};

/** Puts the npm peers, in the versions that peers/package.json names, into that folder alone. Gives npm's exit code. */
export function install() {
  const args = ['install', '--no-package-lock', '--no-audit', '--no-fund'];
  return spawnSync('npm', args, { cwd: PEERS, stdio: 'inherit' }).status ?? 1;
}

/** Where npm peers are installed; undefined: this one is not. */
export function npmPeer(name, file) {
  const path = join(PEERS, 'node_modules', name, file);
  return existsSync(path) ? path : undefined;
}

export const PEER_MODULES = join(PEERS, 'node_modules');

export const has = command =>
  command in SYSTEM && spawnSync(command, SYSTEM[command], { env: ENV }).error === undefined;

/** A Python, not a shim that looks for one first; with a module, one that has it. */
export function python(module = 'asyncio') {
  const has = path => spawnSync(path, ['-c', `import ${module}`], { env: ENV, stdio: 'ignore' }).status === 0;
  return ['/usr/bin/python3', 'python3'].find(has);
}

export function foundPeers() {
  const all = [
    ...NPM.map(name => ({ name, isThere: npmPeer(name, 'package.json') !== undefined })),
    ...Object.keys(SYSTEM).map(name => ({ name, isThere: has(name) })),
    { name: 'asyncio', isThere: python() !== undefined },
    { name: 'aiohttp', isThere: python('aiohttp') !== undefined },
  ];
  const names = isThere => all.filter(peer => peer.isThere === isThere).map(({ name }) => name);
  return { there: names(true), missing: names(false) };
}
