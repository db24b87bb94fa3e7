/** Makes commands, with what flows down to them from the steps around. */
import type { HttpDefaults } from './build-http.ts';
import { ms } from './build-modifiers.ts';
import type { StdinInput, StepInput, StopInput } from './input.ts';
import type { Command, Remote, Stdin, StopPolicy } from './plan.ts';

/** What flows down to a step from its ancestors. */
export interface Inherited {
  /** Absolute, where it is not that of the plan. */
  readonly folder?: string;
  readonly cwd?: string;
  readonly shell: readonly [string, ...string[]];
  /** An empty one is none. */
  readonly launcher?: readonly string[];
  readonly stop: StopPolicy;
  readonly runsOn?: string;
  readonly http?: HttpDefaults;
}

const SHELLS = { sh: ['sh', '-ec'], bash: ['bash', '-eo', 'pipefail', '-c'] } as const;

/** What the plan itself begins with. */
export const OUTERMOST: Inherited = { shell: SHELLS.sh, stop: { signal: 'SIGTERM', graceMs: 5000 } };

/** What flows down from a step to those inside it. */
export function flowDown(input: StepInput, inherited: Inherited): Inherited {
  const { cwd, shell, launcher, stop, runsOn } = input;
  if ([cwd, shell, launcher, stop, runsOn].every(one => one === undefined)) return inherited;
  return {
    ...inherited,
    ...(cwd === undefined ? {} : { cwd }),
    ...(shell === undefined ? {} : { shell: shellOf(shell) }),
    ...(launcher === undefined ? {} : { launcher }),
    ...(stop === undefined ? {} : { stop: stopOf(stop, inherited.stop) }),
    ...(runsOn === undefined ? {} : { runsOn }),
  };
}

/** The command of a `run` step. */
export function commandIn(input: StepInput, inherited: Inherited): Command & Remote {
  const { run = '', stdin, interactive, okExitCodes = [0] } = input;
  const { shell, cwd, launcher = [], stop } = inherited;
  return {
    command: typeof run === 'string' ? run : words(run),
    shell,
    ...(cwd === undefined ? {} : { cwd }),
    ...(launcher.length === 0 ? {} : { launcher: words(launcher) }),
    stop,
    ...(stdin === undefined ? {} : { stdin: stdinOf(stdin) }),
    ...(interactive === true ? { interactive } : {}),
    okExitCodes,
    ...remoteIn(input, inherited),
  };
}

/** Which machines may carry it out. */
export function remoteIn({ idempotent, envFromWorker }: StepInput, { runsOn }: Inherited): Remote {
  return {
    ...(runsOn === undefined ? {} : { runsOn }),
    ...(idempotent === true ? { idempotent } : {}),
    ...(envFromWorker === undefined ? {} : { envFromWorker }),
  };
}

/** The command of a script that belongs to a step besides its body, such as a test: nothing is put before it. */
export function scriptIn(script: string, inherited: Inherited): Command & Remote {
  return commandIn({ run: script }, { ...inherited, launcher: [] });
}

function stdinOf({ text, file = '' }: StdinInput): Stdin {
  return text === undefined ? { type: 'file', path: file } : { type: 'text', text };
}

function shellOf(shell: NonNullable<StepInput['shell']>): readonly [string, ...string[]] {
  return typeof shell === 'string' ? SHELLS[shell] : words(shell);
}

function stopOf(input: StopInput, outer: StopPolicy): StopPolicy {
  return {
    signal: input.signal ?? outer.signal,
    graceMs: input.grace === undefined ? outer.graceMs : ms(input.grace),
    ...(input.run === undefined ? (outer.run === undefined ? {} : { run: outer.run }) : { run: input.run }),
  };
}

function words(list: readonly string[]): [string, ...string[]] {
  const [first = '', ...rest] = list;
  return [first, ...rest];
}
