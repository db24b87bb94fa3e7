/** Why a command could not be started, in plain words and with the next thing to do. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import type { Failed, Failure } from '../../events/outcome.ts';
import type { CommandLine } from './command-line.ts';
import { defaultPath, flat } from './environment.ts';

/** The failure of a step whose process never existed. */
export type StartFailure = Extract<Failure, { type: 'start' }>;

/** The ending of a step that could not be started, for this reason. */
export function notStarted(message: string): Failed {
  return { state: 'failed', reason: { type: 'start', message } };
}

/** What an error of starting a process means. Throws it again when it is none: a bug then. */
export function startFailure(error: unknown, line: CommandLine): StartFailure {
  const message = whyNotStarted(error as NodeJS.ErrnoException, line);
  if (message === undefined) throw error;
  return { type: 'start', message };
}

/** The system's codes are ambiguous (ENOENT: the program, its interpreter or the folder), so it looks again. */
function whyNotStarted({ code, message }: NodeJS.ErrnoException, line: CommandLine): string | undefined {
  if (line.command[0] === '') return 'The command is empty: the first entry of the array names the program';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EACCES':
    case 'EPERM':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return wrongFolder(line.cwd) ?? wrongProgram(line) ?? `Could not start "${line.command[0]}": ${message}`;
    case 'ENOEXEC':
      return `"${line.command[0]}" is not a program for this machine: its format or processor is another one`;
    case 'ETXTBSY':
      return `"${line.command[0]}" is being written to and cannot run: wait until it is complete`;
    case 'E2BIG':
      return tooLarge(line);
    case 'EMFILE':
      return 'Too many files are open in runjobs: raise the limit ("ulimit -n 65536") or lower "slots"';
    case 'ENFILE':
      return 'Too many files are open on this machine: lower "slots", or raise fs.file-max';
    case 'EAGAIN':
      return 'The limit of processes is reached: raise it ("ulimit -u", pids of the container) or lower "slots"';
    case 'ENOMEM':
      return 'The machine has no memory left for another process: lower "slots"';
    case 'ERR_INVALID_ARG_VALUE':
      return `A NUL character stands in the command, its folder or its environment, where the system allows none: ${message}`;
    default:
      return code === undefined || code.startsWith('ERR_')
        ? undefined
        : `Could not start "${line.command[0]}": ${message}`;
  }
}

function wrongFolder(cwd: string): string | undefined {
  try {
    if (!statSync(cwd).isDirectory()) return `The working directory "${cwd}" is not a folder`;
    accessSync(cwd, constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return `The working directory "${cwd}" does not exist: create it, or correct "cwd"`;
    }
    return `The working directory "${cwd}" may not be entered (${code}): its permissions forbid it`;
  }
}

function wrongProgram({ command: [program], isLaunched, cwd, env }: CommandLine): string | undefined {
  const isPath = program.includes('/');
  const folders = isPath ? [''] : [...new Set((env.PATH ?? defaultPath).split(delimiter))];
  // An empty entry of PATH means the working directory.
  const candidates = folders.map(folder => resolve(cwd, folder, program));
  const found = candidates.map(path => ({ path, kind: kindOf(path) })).filter(({ kind }) => kind !== 'missing');
  const best = found.find(({ kind }) => kind === 'program') ?? found.find(({ kind }) => kind === 'file') ?? found[0];
  switch (best?.kind) {
    case undefined:
      return (
        `No such command "${program}"${isLaunched ? ', which "launcher" names' : ''}: ` +
        (isPath ? `there is no file "${candidates[0]}"` : `searched ${folders.map(folder => folder || '.').join(', ')}`)
      );
    case 'folder':
      return `"${best.path}" is a folder, not a program`;
    case 'file':
      return `"${best.path}" is not executable: run "chmod +x" on it, or name its interpreter`;
    case 'unreadable':
      return `"${best.path}" may not be reached: the permissions of a folder above it forbid it`;
    default:
      return `"${best?.path}" could not be run: the interpreter in its first line ("#!…") or its loader does not exist or may not run`;
  }
}

function kindOf(path: string): 'missing' | 'unreadable' | 'folder' | 'file' | 'program' {
  try {
    if (statSync(path).isDirectory()) return 'folder';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'unreadable' : 'missing';
  }
  try {
    accessSync(path, constants.X_OK);
    return 'program';
  } catch {
    return 'file';
  }
}

function tooLarge({ command, isScript, env }: CommandLine): string {
  const nameOf = (index: number) => {
    if (index === 0) return 'the command';
    return isScript && index === command.length - 1 ? 'the script' : `argument ${index}`;
  };
  const entries = [
    ...command.map((text, index) => ({ name: nameOf(index), size: bytesOf(text) })),
    ...Object.entries(flat(env)).map(([name, value]) => ({
      name: `variable "${name}"`,
      size: bytesOf(`${name}=${value}`),
    })),
  ];
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const largest = entries.reduce((a, b) => (b.size > a.size ? b : a));
  return (
    `The arguments and environment are too large for the system: ${inKiB(total)} in all, ${largest.name} alone ` +
    `${inKiB(largest.size)} (Linux allows 128 KiB for one); write it to a file and pass the file's name`
  );
}

function bytesOf(text: string): number {
  // Each string carries its closing NUL.
  return Buffer.byteLength(text) + 1;
}

function inKiB(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
