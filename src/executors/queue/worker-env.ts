/** The environment of a command on a worker: little of the worker's own, what the message brings, and what the plan asks for by name. */
import { isTooShort, SECRET_MIN } from '../../events/spellings.ts';

/** What a command cannot do without: where programs and the user's files are, and how text is written. */
const OWN = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'SystemRoot',
  'ComSpec',
  'PATHEXT',
];

export interface WorkerEnvOptions {
  /** The worker's own environment. */
  readonly own: Readonly<Record<string, string | undefined>>;
  /** Names that may be asked for. */
  readonly allowed: readonly string[];
}

export type WorkerEnv =
  | { readonly type: 'env'; readonly env: Readonly<Record<string, string>> }
  /** In words. */
  | { readonly type: 'refused'; readonly words: string };

/** The environment, or why it cannot be had. */
export function workerEnv(
  sent: Readonly<Record<string, string>>,
  asked: readonly string[],
  { own, allowed }: WorkerEnvOptions,
): WorkerEnv {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(own))
    if (value !== undefined && (OWN.includes(name) || name.startsWith('LC_'))) env[name] = value;
  Object.assign(env, sent);
  for (const name of asked) {
    if (!allowed.includes(name) || name.startsWith('RUNJOBS_'))
      return {
        type: 'refused',
        words: `this worker does not give "${name}" away: start it with --env-allow ${[...allowed, name].join(',')}`,
      };
    const value = own[name];
    if (value === undefined)
      return {
        type: 'refused',
        words: `the environment of this worker has no "${name}", which "envFromWorker" asks for`,
      };
    if (value !== '' && isTooShort(value))
      return {
        type: 'refused',
        words: `"${name}" of this worker's environment is too short to be masked: it must have ${SECRET_MIN} characters`,
      };
    env[name] = value;
  }
  return { type: 'env', env };
}
