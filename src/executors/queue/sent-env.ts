/** Which variables of a command go to a worker: those that the plan sets, and no secret. */

export interface SentEnvOptions {
  /** Of this process, which means nothing on another machine. */
  readonly ofProcess: Readonly<Record<string, string | undefined>>;
  /** Names that the plan, or the caller, sets: they go also where the value is the same. */
  readonly names: ReadonlySet<string>;
  /** Names of secrets. */
  readonly secrets: ReadonlySet<string>;
  readonly holdsSecret: (text: string) => boolean;
}

export interface SentEnv {
  readonly env: Readonly<Record<string, string>>;
  /** Those that were kept back. */
  readonly kept: readonly string[];
}

/** Folders and marks of this machine. */
const HERE = ['RUNJOBS_TMP', 'RUNJOBS_RUN_IDS', 'RUNJOBS_STEP_MARK', 'RUNJOBS_PID', 'RUNJOBS_OUTPUT'];

export function sentEnv(env: Readonly<Record<string, string>>, options: SentEnvOptions): SentEnv {
  const { ofProcess, names, secrets, holdsSecret } = options;
  const sent: Record<string, string> = {};
  const kept: string[] = [];
  // Much of it may be inherited.
  for (const name in env) {
    const value = env[name];
    if (value === undefined || HERE.includes(name) || /^RUNJOBS_QUEUE/.test(name)) continue;
    if (secrets.has(name)) kept.push(name);
    else if (!names.has(name) && ofProcess[name] === value) continue;
    else if (holdsSecret(value)) kept.push(name);
    else sent[name] = value;
  }
  return { env: sent, kept };
}
