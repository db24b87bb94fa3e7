/** The types of a job file as its author writes it: what `definePlan` checks and editors complete. */
import type { HttpDefaultsInput, HttpInput } from './http-input.ts';
import type { DurationInput, ScalarInput, SizeInput } from './input-terms.ts';
import type { StopSignal } from './plan.ts';

export type { StatusInput } from './http-expect-input.ts';
export type { HttpDefaultsInput, HttpInput } from './http-input.ts';
export type { DurationInput, ScalarInput, SizeInput } from './input-terms.ts';

/** A step in a list; a string stands for `{ run: … }`. */
export type ListedStep = string | StepInput;

/** One step: exactly one of `run`, `http`, `steps`, `gather`, `any`, `use`, `sleep`; everything else is optional. */
export interface StepInput {
  /** A shell script, or a program with its arguments (no shell). */
  run?: string | readonly string[] | undefined;
  /** `"GET https://…"`, or a request. */
  http?: string | HttpInput | undefined;
  /** Steps, one after the other. */
  steps?: readonly ListedStep[] | undefined;
  /** Steps, concurrently. */
  gather?: readonly ListedStep[] | undefined;
  /** Steps, concurrently: the first success wins. */
  any?: readonly ListedStep[] | undefined;
  /** Another plan, `deploy.yaml`, or a definition: `#build`, `lib.yaml#build`. */
  use?: string | undefined;
  /** A wait. */
  sleep?: DurationInput | 'forever' | undefined;

  /** Of a child of a gather: the ids of the siblings that it waits for. */
  needs?: string | NeedInput | readonly (string | NeedInput)[] | undefined;
  /** A test (exit code 0), or values that variables must have. */
  if?: string | Readonly<Record<string, ScalarInput | readonly ScalarInput[]>> | undefined;
  /** A copy for each value. */
  forEach?: ForEachInput | readonly Readonly<Record<string, ScalarInput>>[] | undefined;
  /** Again and again, at fixed distances. */
  every?: DurationInput | EveryInput | undefined;
  /** Further attempts after a failure. */
  retry?: number | RetryInput | undefined;
  /** What one attempt may take. */
  timeout?: DurationInput | TimeoutInput | undefined;
  /** Started and not awaited; ended with its group. */
  background?: boolean | undefined;
  /** Of a background step: when those that wait for it go on. */
  ready?: ReadyInput | undefined;
  /** A failure is reported but does not count. */
  allowFailure?: boolean | undefined;
  /** Steps that run once after the body, however it ended. */
  finally?: readonly ListedStep[] | FinallyInput | undefined;
  /** Of a gather or forEach: how many children at once. */
  limit?: number | undefined;
  /** Of a gather or forEach: whether the first failure cancels the siblings. */
  failFast?: boolean | 'soon' | undefined;
  /** Of a gather or forEach: so many failures are no failure. */
  tolerate?: number | string | undefined;

  id?: string | undefined;
  name?: string | undefined;
  description?: string | undefined;
  /** Environment variables for the step and all below it. */
  env?: Readonly<Record<string, ScalarInput>> | undefined;
  /** Dotenv files for the step and all below it; the later over the earlier, `env` over all. */
  envFile?: string | EnvFileInput | readonly (string | EnvFileInput)[] | undefined;
  /** Variables for the steps that follow: the output, lines of `$RUNJOBS_OUTPUT`, or parts of the output. */
  save?: string | readonly string[] | Readonly<Record<string, string>> | undefined;
  /** A file for the output. */
  saveTo?: string | undefined;
  /** Working folder, for the step and all below it. */
  cwd?: string | undefined;
  /** Interpreter of scripts, for the step and all below it. */
  shell?: 'sh' | 'bash' | readonly string[] | undefined;
  /** What a command reads. */
  stdin?: StdinInput | undefined;
  /** It has the terminal: for passwords, editors, shells. */
  interactive?: boolean | undefined;
  /** Put before the command, for the step and all below it; an empty one puts nothing there. */
  launcher?: readonly string[] | undefined;
  /** With `--queue`: the label of the workers for the step and all below it; `root`: none. */
  runsOn?: string | undefined;
  /** With `--queue`: it may be carried out once more where its worker was lost. */
  idempotent?: boolean | undefined;
  /** With `--queue`: variables that the worker gives from its own environment. */
  envFromWorker?: readonly string[] | undefined;
  /** How commands are told to end, for the step and all below it. */
  stop?: StopInput | undefined;
  /** What the requests below have where they do not say otherwise. */
  httpDefaults?: HttpDefaultsInput | undefined;
  /** What it takes of the plan's pools, all at once. */
  pools?: string | readonly string[] | Readonly<Record<string, number>> | undefined;
  /** Exit codes that count as success. */
  okExitCodes?: readonly number[] | undefined;
  /** On resume always again, also after success: a login, a mount. */
  rerun?: boolean | undefined;
}

/** A definition: a step that stands nowhere by itself. */
export interface DefinedInput extends Omit<StepInput, 'id' | 'needs' | 'background'> {
  /** Variables that the `env` of the step gives that uses it. */
  inputs?: Readonly<Record<string, InputInput>> | undefined;
  /** When it is to be started; it starts nothing. */
  schedule?: ScheduleInput | undefined;
}

/** A job file. A plan is a step with a few keys more. */
export interface PlanInput extends Omit<StepInput, 'pools'> {
  $schema?: string | undefined;
  /** Whatever the author keeps there: it is passed over. */
  [extra: `x-${string}`]: unknown;
  /** What steps share: places, or starts in a time. */
  pools?: Readonly<Record<string, number | string>> | undefined;
  /** Commands and requests at once in the whole run. */
  slots?: number | undefined;
  /** No second run at the same time: of this plan (`true`), or of whatever names the same lock. */
  lock?: boolean | string | LockInput | undefined;
  /** When it is to be started; it starts nothing: `runjobs cron print` makes lines for crontab of it. */
  schedule?: ScheduleInput | undefined;
  /** Who is told of starts and ends: the URL of a check, or more. */
  notify?: string | NotifyInput | undefined;
  /** Steps for `use`, by name; each may have inputs of its own. */
  define?: Readonly<Record<string, string | DefinedInput>> | undefined;
  /** Variables that the caller gives. */
  inputs?: Readonly<Record<string, InputInput>> | undefined;
  /** Variables whose values are masked everywhere. */
  secrets?: readonly string[] | undefined;
  /** Ended runs that are kept. */
  keep?: number | undefined;
  /** What the kept runs may take on disk. */
  keepBytes?: SizeInput | undefined;
  /** What the log of one step may hold: its first and its last half. */
  maxLog?: SizeInput | undefined;
}

export interface InputInput {
  type?: 'string' | 'number' | 'boolean' | undefined;
  description?: string | undefined;
  enum?: readonly ScalarInput[] | undefined;
  pattern?: string | undefined;
  default?: ScalarInput | undefined;
  required?: boolean | undefined;
}

export interface NeedInput {
  id: string;
  when?: 'succeeded' | 'failed' | 'ended' | undefined;
}

/** Exactly one of `http`, `tcp`, `log`, `run`. */
export interface ReadyInput {
  /** A request that succeeds. */
  http?: string | HttpInput | undefined;
  /** A port of 127.0.0.1, or `host:port`. */
  tcp?: number | string | undefined;
  /** A text that a line of the output holds, or `/pattern/flags`. */
  log?: string | undefined;
  /** A script that exits with 0. */
  run?: string | undefined;
  every?: DurationInput | undefined;
  timeout?: DurationInput | undefined;
}

export interface EnvFileInput {
  path: string;
  optional?: boolean | undefined;
}

/** Lists by the names of their variables; `exclude` takes combinations out. */
export interface ForEachInput {
  readonly [name: string]: readonly ScalarInput[] | ListInput | readonly Readonly<Record<string, ScalarInput>>[];
}

/** Exactly one of them. */
export interface ListInput {
  lines?: ListSourceInput | undefined;
  json?: ListSourceInput | undefined;
  csv?: ListSourceInput | undefined;
  glob?: string | undefined;
}

/** The path of a file, or a command, or a variable. */
export type ListSourceInput = string | { run?: string | undefined; var?: string | undefined };

export type ScheduleInput = string | ScheduledInput | readonly (string | ScheduledInput)[];

export interface ScheduledInput {
  /** A cron pattern. */
  cron: string;
  /** Default: that of the machine. */
  timezone?: string | undefined;
}

export interface NotifyInput {
  /** As of healthchecks.io: `<url>/start`, `<url>`, `<url>/fail`. */
  ping?: string | undefined;
  /** An incoming webhook as of Slack. */
  slack?: string | undefined;
  start?: string | HttpInput | undefined;
  success?: string | HttpInput | undefined;
  failure?: string | HttpInput | undefined;
}

export interface LockInput {
  /** Default: the plan itself. */
  name?: string | undefined;
  /** How long to wait for the run that holds it. */
  wait?: DurationInput | 'forever' | undefined;
  /** What becomes of a start that cannot have it. Default: `fail`. */
  held?: 'fail' | 'skip' | undefined;
}

export interface EveryInput {
  interval?: DurationInput | undefined;
  cron?: string | undefined;
  timezone?: string | undefined;
  times?: number | undefined;
  for?: DurationInput | undefined;
  until?: 'success' | 'failure' | undefined;
  overlap?: 'skip' | 'queue' | 'cancel' | undefined;
  catchUp?: 'once' | 'none' | undefined;
  failureThreshold?: number | undefined;
  immediate?: boolean | undefined;
  jitter?: DurationInput | undefined;
}

export interface TimeoutInput {
  attempt?: DurationInput | undefined;
  total?: DurationInput | undefined;
  quiet?: DurationInput | undefined;
  queue?: DurationInput | undefined;
}

export interface RetryInput {
  times: number | 'forever';
  delay?: DurationInput | undefined;
  factor?: number | undefined;
  maxDelay?: DurationInput | undefined;
  /** Exit codes, `"start"`, `"timeout"`, `"network"`, `"http:429"`, `"http:5xx"`, `"stderr:/pattern/"`, `"lost"`. */
  on?: readonly (number | string)[] | undefined;
  jitter?: 'none' | 'full' | undefined;
}

export interface FinallyInput {
  steps: readonly ListedStep[];
  timeout?: DurationInput | undefined;
}

/** Exactly one of them. */
export interface StdinInput {
  text?: string | undefined;
  file?: string | undefined;
}

export interface StopInput {
  signal?: StopSignal | undefined;
  grace?: DurationInput | undefined;
  run?: string | undefined;
}
