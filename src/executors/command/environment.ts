/** The environment of a command: the step's own, the local programs on PATH, and the marks that tell whose it is. */
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { env as ownEnv } from 'node:process';
import { marksFor } from './marks.ts';

/** Of a command: all that `for … in` meets, inherited or not, and has a value. So node's `spawn` takes it, too. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment in an object of its own, for whoever does not know of what is inherited. */
export function flat(env: Environment): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name in env) if (env[name] !== undefined) all[name] = env[name];
  return all;
}

/** An environment with some variables more. What there is is not copied: there may be very many. */
export function extended(env: Environment, more: Environment): Environment {
  return Object.assign(Object.create(env), more);
}

/** What execvp searches when PATH is not set at all. */
export const defaultPath = ['/usr/bin', '/bin'].join(delimiter);

/**
 * Of the small processes that serve a run. The empty mark keeps them from a run that this one is inside of, which would kill
 * them together with us.
 */
export function bareEnvironment(): Environment {
  return { PATH: [ownEnv.PATH, defaultPath].filter(Boolean).join(delimiter), RUNJOBS_RUN_IDS: '' };
}

/**
 * Returns a function that completes the environment of one launch: every `node_modules/.bin` from `folder` upward, or from
 * the folder that the launch is for, stands first on PATH, and the marks of the launch (its number within the run) stand behind those of the runs around
 * this one. `output` is the file that the command writes variables to, where it has one. The folders are looked for once.
 */
export function openEnvironment(
  folder: string,
  run: string,
): (env: Environment, launch: number, output?: string, from?: string) => Environment {
  const known = new Map<string, string>();
  return (env, launch, output, from = folder) => {
    const programs = known.get(from) ?? localPrograms(from);
    known.set(from, programs);
    const { PATH: path } = env;
    return extended(env, {
      // Those of a runjobs around this one mean nothing here.
      RUNJOBS_PID: undefined,
      RUNJOBS_OUTPUT: output,
      ...(programs || path !== undefined
        ? { PATH: [programs, path ?? defaultPath].filter(Boolean).join(delimiter) }
        : {}),
      ...marksFor(run, launch, env),
    });
  };
}

/** The existing `node_modules/.bin` folders, nearest first, as a part of PATH. */
function localPrograms(folder: string): string {
  const found: string[] = [];
  for (let at = folder, above = ''; at !== above; above = at, at = dirname(at)) {
    const candidate = join(at, 'node_modules', '.bin');
    // PATH has no way to write a folder whose own name holds the delimiter.
    if (!candidate.includes(delimiter) && existsSync(candidate)) found.push(candidate);
  }
  return found.join(delimiter);
}
