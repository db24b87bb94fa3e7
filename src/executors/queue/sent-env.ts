/** Which variables of a command go to a worker: those that the plan sets, and no secret. */
import type { ExecuteContext } from '../../engine/executor.ts';
import type { LeafStep } from '../../plan/plan.ts';

export interface SentEnvOptions {
  /** Of this process, which means nothing on another machine. */
  readonly ofProcess: Readonly<Record<string, string | undefined>>;
  /** Names that the plan, or the caller, sets, as {@link namesSetBy}: they go also where the value is the same. */
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
    else if (ofProcess[name] === value && !isSet(name, names)) continue;
    else if (holdsSecret(value)) kept.push(name);
    else sent[name] = value;
  }
  return { env: sent, kept };
}

/** The variables that go with a step. */
export interface StepEnv {
  readonly env: Readonly<Record<string, string>>;
  /** Of those that the step itself sets, the first that may not go. */
  readonly held: string | undefined;
}

/** Finds them for each step of a run; of a secret that others would have had, the first is told that it stays. */
export function openStepEnv(options: SentEnvOptions): (step: LeafStep, context: ExecuteContext) => StepEnv {
  const told = new Set<string>();
  return (step, context) => {
    const { env, kept } = sentEnv(context.env, options);
    const missing = kept.filter(name => !step.envFromWorker?.includes(name));
    const held = missing.find(name => name in step.env);
    for (const name of held === undefined ? missing : []) {
      if (told.has(name)) continue;
      told.add(name);
      context.warn(`"${name}" is secret and not sent to workers: where a step needs it, name it in "envFromWorker"`);
    }
    return { env, held };
  };
}

/** Whether the plan sets it, by its name or by that of the list of which it is a column or a member. */
function isSet(name: string, names: ReadonlySet<string>): boolean {
  return names.has(name) || [...name.matchAll(/_/g)].some(({ index }) => names.has(`${name.slice(0, index)}_*`));
}
