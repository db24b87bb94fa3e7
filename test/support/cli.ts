/** Runs the built command line as a user would, in real processes. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa, type Options } from 'execa';
import { onTestFinished } from 'vitest';

export const BIN = resolve('bin/runjobs.cjs');

/** The environment of the tests without what would change the output. */
export const ENV: Record<string, string> = Object.fromEntries(
  Object.entries({ ...process.env, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' }).filter(
    ([name, value]) =>
      value !== undefined &&
      !/^(CI|GITHUB_.*|GITLAB_.*|NO_COLOR|FORCE_COLOR|NODE_EXTRA_CA_CERTS|VITEST.*|RUNJOBS_.*|npm_.*)$/.test(name),
  ),
) as Record<string, string>;

type CliOptions = Omit<Options, 'all'> & { readonly env?: Record<string, string> };

/** Starts `runjobs` with these arguments; never rejects for an exit code. */
export function runjobs(args: readonly string[], options: CliOptions = {}) {
  return execa(process.execPath, [BIN, ...args], {
    stdin: 'ignore',
    ...options,
    env: { ...ENV, ...options.env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
  });
}

/** A folder that lives as long as the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runjobs-test-'));
  // What a test has left running on purpose may be writing its last file.
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

/** Writes a plan into a folder of its own and gives its path. */
export function planFile(plan: unknown, name = 'plan.json'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, typeof plan === 'string' ? plan : JSON.stringify(plan));
  return path;
}

/** A process whose output can be listened to. */
type Printing = Pick<ChildProcess, 'stdout' | 'stderr' | 'once'>;

/** Resolves once the process has printed the text, on either stream. */
export function printed(child: Printing, text: string): Promise<void> {
  return new Promise((done, failed) => {
    let seen = '';
    let found = false;
    const look = (chunk: Buffer | string) => {
      if (found) return;
      seen += String(chunk);
      found = seen.includes(text);
      if (found) done();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', code => failed(new Error(`ended with ${code} before it printed "${text}":\n${seen}`)));
  });
}

/** Processes whose environment or command line holds the marker: what a test has left behind. */
export function processesWith(marker: string): string[] {
  return listProcesses()
    .filter(({ text }) => text.includes(marker))
    .map(({ pid }) => pid);
}

function listProcesses(): { pid: string; text: string }[] {
  const { readdirSync, readFileSync } = process.getBuiltinModule('node:fs');
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && name !== String(process.pid))
    .map(pid => {
      try {
        return {
          pid,
          text: readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8'),
        };
      } catch {
        return { pid, text: '' };
      }
    });
}

/** Polls until the condition holds; the test's own time limit is the only one. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(done => setTimeout(done, 20));
}
