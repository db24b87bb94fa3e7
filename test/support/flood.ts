/** Floods of output: what is printed, what of it arrived, and how much memory the way took. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
// @ts-expect-error: a plain script, which is run as a command as well.
import { pieces } from '../commands/prints.mjs';
import { BIN, ENV } from './cli.ts';

/** How the output is shaped. */
export type Shape = 'lines' | 'line';

const PRINTS = resolve('test/commands/prints.mjs');

/** The command that prints so many MiB, and says in the file, if one is named, how far it has come. */
export function prints(mib: number, shape: Shape, progress?: string): readonly string[] {
  return [process.execPath, PRINTS, String(mib), shape, ...(progress === undefined ? [] : [progress])];
}

/** The hash of all that {@link prints} prints. */
export function hashOfPrinted(mib: number, shape: Shape): string {
  const hash = createHash('sha256');
  for (const piece of pieces(mib, shape)) hash.update(piece);
  return hash.digest('hex');
}

/** The hash of each log below a state folder that holds one run, by file name. */
export async function hashesOfLogs(state: string): Promise<Record<string, string>> {
  const [run = ''] = readdirSync(join(state, 'runs'));
  const logs = join(state, 'runs', run, 'logs');
  const hashes: Record<string, string> = {};
  for (const name of readdirSync(logs)) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(join(logs, name), { highWaterMark: 1024 * 1024 })) hash.update(chunk);
    hashes[name] = hash.digest('hex');
  }
  return hashes;
}

export interface Watched {
  readonly child: ChildProcess;
  /** How it ended. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly peakMib: number }>;
}

/** Starts `runjobs` and looks at its memory while it runs: the peak is kept by the system, the last look tells it. */
export function watched(args: readonly string[], stdio: StdioOptions): Watched {
  const child = spawn(process.execPath, [BIN, ...args], { stdio, env: ENV });
  let peakKib = 0;
  const look = setInterval(() => {
    peakKib = Math.max(peakKib, peakOf(child.pid));
  }, 20);
  const ended = new Promise<{ exitCode: number | null; peakMib: number }>(tell =>
    child.once('exit', exitCode => {
      clearInterval(look);
      tell({ exitCode, peakMib: Math.round(peakKib / 1024) });
    }),
  );
  return { child, ended };
}

function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Why so much output cannot be kept here, or undefined. In CI nothing is left out: the test fails instead. */
export function noRoomFor(gib: number): string | undefined {
  if (process.platform !== 'linux') return 'needs /proc';
  const { bavail, bsize } = statfsSync(tmpdir());
  return process.env.CI || bavail * bsize > gib * 2 ** 30 ? undefined : `needs ${gib} GiB of free disk`;
}
