/** Starts one process as the leader of a group of its own. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Stop } from '../../engine/stop.ts';
import { type Channel, closeOutputs } from './channel.ts';
import type { CommandLine } from './command-line.ts';
import type { Exit } from './exit.ts';
import type { Sent } from './processes.ts';
import type { StartFailure } from './start-failure.ts';
import { startFailure } from './start-failure.ts';
import type { Input } from './stdin.ts';

/** A process that leads the group whose id is its own, or is alone in ours. */
export interface Leader {
  readonly pid: number;
  /** Resolves when the process has ended, whatever still holds its output. Never rejects. */
  readonly exited: Promise<Exit>;
  /** Signals the process itself, where it leads no group; once it has ended nothing is signalled. */
  signal?(name: NodeJS.Signals): Sent;
  /** Stops waiting for a process that cannot be ended: it no longer keeps this one alive. */
  abandon(): void;
}

/**
 * Starts the process with its output on `channel`, to read `input`. Resolves with why there is none, if so; soon after
 * `kill` in any case.
 */
export type Launch = (
  line: CommandLine,
  channel: Channel,
  input?: Input,
  kill?: Stop,
) => Promise<Leader | StartFailure>;

/** By Node itself. */
export const launch: Launch = async (line, channel, input = 'ignore') => {
  try {
    const child = spawnOn(channel, line, input);
    const { pid } = child;
    if (pid === undefined) return startFailure((await once(child, 'error'))[0], line);
    const exited = new Promise<Exit>(resolve => child.once('exit', (code, signal) => resolve({ code, signal })));
    channel.attach(child);
    return { pid, exited, abandon: () => child.unref() };
  } catch (error) {
    // Some errors are thrown (E2BIG), others are emitted (ENOENT).
    return startFailure(error, line);
  }
};

function spawnOn(channel: Channel, { command: [program, ...args], cwd, env }: CommandLine, input: Input): ChildProcess {
  const outputs = channel.openOutputs();
  try {
    return spawn(program, args, { cwd, env, detached: true, stdio: [input, ...outputs] });
  } finally {
    // The child has its own copy by now: spawn returns after the exec.
    closeOutputs(outputs);
  }
}
