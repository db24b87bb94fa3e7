/** Notices that the npm which started us has gone: npm and npx do not pass SIGTERM on (Linux; elsewhere our own parent only). */
import { readFileSync } from 'node:fs';

const POLL_MS = 250;
/** Between npm and us there is one shell; a script of `npm run` may make it a few. */
const SHELLS_MAX = 4;

/**
 * Calls `gone` once when npm, or a shell between it and us, has ended. Where it was not npm that started us, as with
 * `runjobs plan &` in a shell, nothing is watched. Keeps no process alive. Returns how to call it off.
 */
export function watchNpm(gone: () => void): () => void {
  const { npm_execpath, npm_command, npm_lifecycle_event } = process.env;
  const chain = (npm_execpath ?? npm_command ?? npm_lifecycle_event) === undefined ? undefined : chainToNpm();
  if (chain === undefined) return () => {};
  const timer = setInterval(() => {
    if (isWhole(chain)) return;
    clearInterval(timer);
    gone();
  }, POLL_MS).unref();
  return () => clearInterval(timer);
}

/** Our parent, its parent and so on, up to npm; undefined where npm is not above us but for shells. */
function chainToNpm(): readonly number[] | undefined {
  const chain = [process.ppid];
  if (process.platform !== 'linux') return chain;
  // /proc may be that of another namespace.
  if (parentOf(process.pid) !== process.ppid) return undefined;
  for (let pid = process.ppid; ; ) {
    const command = commandLine(pid);
    if (isNpm(command)) return chain;
    const parent = isShell(command) && chain.length <= SHELLS_MAX ? parentOf(pid) : undefined;
    if (parent === undefined) return undefined;
    chain.push(parent);
    pid = parent;
  }
}

/** Whether each is still the child of the next: an orphan is given another parent. */
function isWhole(chain: readonly number[]): boolean {
  return chain.every((pid, index) => (index === 0 ? process.ppid : parentOf(chain[index - 1] ?? 0)) === pid);
}

/** npm names itself `npm exec runjobs …`; before it does it is `node …/npm-cli.js`. */
function isNpm([program = '', script = '']: readonly string[]): boolean {
  return /^(npm|npx|yarn|pnpm)( |$)/.test(program) || /(^|\/)(npm|npx|yarn|pnpm)(-cli)?(\.c?js)?$/.test(script);
}

function isShell([program = '']: readonly string[]): boolean {
  return /(^|\/)(sh|ash|dash|bash|zsh|ksh)$/.test(program);
}

function commandLine(pid: number): readonly string[] {
  return read(`/proc/${pid}/cmdline`)?.split('\0') ?? [];
}

function parentOf(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ', 2)[1]);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
