/** What a `run` step asks for. */
import type { SIGNALS } from './signals.ts';

/** A command: a shell script (string) or a program with its arguments (array, no shell). */
export interface Command {
  readonly command: string | readonly [string, ...string[]];
  /** The interpreter and its flags, for a script. */
  readonly shell: readonly [string, ...string[]];
  /** As written, own or inherited; absent: the plan's folder. */
  readonly cwd?: string;
  /** Put before the command, as written, own or inherited; absent: nothing. */
  readonly launcher?: readonly [string, ...string[]];
  readonly stop: StopPolicy;
  /** What it reads; absent: nothing. */
  readonly stdin?: Stdin;
  /** It has the terminal. */
  readonly interactive?: true;
  /** Exit codes that count as success. */
  readonly okExitCodes: readonly number[];
}

/** Where the standard input of a command comes from, as written. */
export type Stdin =
  | { readonly type: 'text'; readonly text: string }
  /** It starts from the plan's folder. */
  | { readonly type: 'file'; readonly path: string };

/** A signal that may ask a command to end. */
export type StopSignal = (typeof SIGNALS)[number];

/** How a command is told to end. */
export interface StopPolicy {
  readonly signal: StopSignal;
  /** Milliseconds between the signal and SIGKILL. */
  readonly graceMs: number;
  /** A script that stops the command, run in place of the signal. */
  readonly run?: string;
}
