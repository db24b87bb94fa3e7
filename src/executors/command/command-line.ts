/** What is started for a step: the program with its arguments, where, and with which environment. */
import { resolve } from 'node:path';
import type { RunStep } from '../../plan/plan.ts';
import { type Environment, extended } from './environment.ts';

export interface CommandLine {
  readonly command: readonly [string, ...string[]];
  /** Whether its last argument is a script of the plan's. */
  readonly isScript: boolean;
  /** Whether its program is that of a `launcher`. */
  readonly isLaunched?: boolean;
  /** Absolute. */
  readonly cwd: string;
  readonly env: Environment;
}

/** The step's command behind its launcher: a script through its shell, an array as it stands. Relative folders start from `folder`. */
export function commandLine(
  { command, shell, launcher, cwd = '' }: RunStep,
  folder: string,
  env: Environment,
): CommandLine {
  const isScript = typeof command === 'string';
  const own: CommandLine['command'] = isScript ? [...shell, command] : command;
  const place = { isScript, cwd: resolve(folder, cwd), env };
  return launcher === undefined
    ? { command: own, ...place }
    : { command: [...launcher, ...own], isLaunched: true, ...place };
}

/** The script that stops the command `pid`: with the same shell, in the same place, RUNJOBS_PID added. */
export function stopLine(script: string, { shell }: RunStep, { cwd, env }: CommandLine, pid: number): CommandLine {
  return { command: [...shell, script], isScript: true, cwd, env: extended(env, { RUNJOBS_PID: String(pid) }) };
}
