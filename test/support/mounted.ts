/** Runs the built command line where a disk of its own is mounted, which is full, or read-only (Linux, as root). */
import { spawnSync } from 'node:child_process';
import { execa } from 'execa';
import { BIN, ENV } from './cli.ts';

/** Why nothing can be mounted here; undefined where it can. */
export const noMounts =
  process.platform === 'linux' && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'x', '/mnt']).status === 0
    ? undefined
    : 'may not mount here';

/**
 * Starts `runjobs` with a small disk at `folder`, whose `prepare`, a shell script, has made of it what it is to be; prints what is
 * there in the end as the last lines of its output.
 */
export async function runjobsOnDisk(
  folder: string,
  { prepare, args, env = {} }: { prepare: string; args: readonly string[]; env?: Readonly<Record<string, string>> },
) {
  const script = `mount -t tmpfs -o size=300k runjobs '${folder}' && cd '${folder}' || exit 99
    { ${prepare}; } 2> /dev/null
    "$@"; code=$?; echo; echo left:; find . -type f; exit $code`;
  const command = [process.execPath, BIN, ...args];
  const { exitCode, stdout, stderr } = await execa('unshare', ['--mount', 'sh', '-c', script, 'sh', ...command], {
    env: { ...ENV, ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
  });
  const [printed = '', left = ''] = String(stdout).split('\nleft:\n');
  return { exitCode, stdout: printed, stderr: String(stderr), left: left.trim().split('\n').sort() };
}

/** Leaves no byte on it. */
export const FULL = 'cat /dev/zero > filler';
export const READ_ONLY = 'mount -o remount,ro .';
