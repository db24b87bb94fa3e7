/** The interface between the engine and the world: how a leaf step is carried out. */
import type { Outcome } from '../events/outcome.ts';
import type { Address } from '../plan/address.ts';
import type { LeafStep, StepLock } from '../plan/plan.ts';
import type { Stop } from './stop.ts';

export interface Executor {
  /**
   * Carries out one attempt of a leaf step whose `${NAME}`s are already replaced.
   *
   * Resolves with how the step ended by itself; the engine decides what a cancellation makes of it. Once it resolves,
   * nothing of the step is running: no process, socket, timer or listener. Never rejects for a step that fails:
   * a rejection is a bug in runjobs.
   *
   * On cancel ({@link ExecuteContext.stop}) the work is stopped in its own orderly way, and the promise resolves
   * when nothing of it is left.
   */
  execute(step: LeafStep, context: ExecuteContext): Promise<Outcome>;

  /**
   * Ends what steps at or below this path that have ended by themselves have left behind in spite of all, such as a
   * process that has turned itself into a daemon, with a warning that names it. Resolves when nothing of them is left.
   *
   * The engine calls it at the end of each group (the path of a `steps` or `gather`, or `…/finally`), when nothing below
   * runs any more, and once with `.` at the end of the run. Steps elsewhere may be running and are left alone. Calls may
   * overlap. Costs next to nothing when no step has ended below the path since the last call. Never rejects.
   */
  sweep?(path: string, context: SweepContext): Promise<void>;

  /**
   * Holds what runs still, as Ctrl-Z does to a program; {@link Executor.proceed} lets it go on. Nothing may be executed
   * in between. Time goes on: what was due meanwhile is due at once.
   */
  suspend?(): void;
  proceed?(): void;
}

/** What a sweep is told, and what it tells. */
export interface SweepContext {
  /** Given when the whole run must end at once: no grace is left. */
  readonly kill: Stop;
  /** @param step the path of the step that has left something behind. */
  warn(message: string, step: string): void;
}

/** What an executor is told about an attempt, and what it tells while it runs. */
export interface ExecuteContext {
  /** The step's path. */
  readonly path: string;
  readonly attempt: number;
  /** The ticks of every `every` that it is in, the outermost first. */
  readonly ticks: readonly number[];
  /** Given when the step must stop: politely, then by force after its grace. */
  readonly stop: Stop;
  /** Given, just before `stop`, when the whole run must end at once: no grace is left. */
  readonly kill: Stop;
  /** The complete environment for a command; much of it may be inherited: `for … in` meets all of it. */
  readonly env: Readonly<Record<string, string>>;
  /** Call it before anything begins that others can see: all that led to it is kept then. The run may have been told to stop by it. */
  commit(): void;
  /** The same with others of this turn, where many begin at once: resolves when it is done, undefined where nothing was to be kept. */
  committed(): Promise<void> | undefined;
  /** Tells, before the start, that the attempt waits for a worker; where it is missing, nobody asks. */
  readonly queued?: (() => void) | undefined;
  /** Call exactly once, when the process or request has started. */
  started(facts?: StartFacts): void;
  /**
   * Hands over output: written to the step's log before this returns, then told to whoever listens. The bytes are
   * copied, so the buffer may be reused. A returned promise asks the caller to read no more until it resolves.
   */
  write(bytes: Uint8Array, stream?: 'out' | 'err'): Promise<void> | undefined;
  /** Tells how much of an answer has come, as often as it likes: once a second it is told on. */
  received(bytes: number, total: number | undefined): void;
  /** The step was told to stop; called again with each further measure, and for what does not end. */
  stopping(facts: StopFacts): void;
  warn(message: string): void;
  /**
   * Hands over the variables that the step's `save` asks for; call it once at most, before the end. After a bad end they
   * go nowhere, but secrets among them are masked in what was printed. Values that are too
   * large, or no text, are a failure of type `save` in its place.
   */
  save(values: Readonly<Record<string, string>>): void;
}

/** The same attempt, whose output goes elsewhere. `...` alone would leave out what is made where it is asked for. */
export function writingTo(context: ExecuteContext, write: ExecuteContext['write']): ExecuteContext {
  const { env } = context;
  return { ...context, env, write };
}

/** What is known of a start. */
export interface StartFacts {
  readonly pid?: number;
  /** The machine's worker that carries it out, where it is not this process. */
  readonly worker?: string;
}

/** How a stop goes on: the fields of the event `step.stopping`. */
export interface StopFacts {
  readonly pid: number;
  readonly signal: string;
  readonly graceMs: number;
  readonly waitedMs?: number;
  readonly command?: string;
}

/** Reads what a plan names that no step carries out. */
export interface Sources {
  /**
   * The variables of a dotenv file, whose path is as in the plan but for its `${NAME}`s.
   * @param folder absolute: the path starts from it; default: the plan's.
   */
  readEnvFile(path: string, folder?: string): Promise<EnvFileRead>;
}

/**
 * Whether something listens at the address: connects to it, and hangs up. Resolves with nothing if so, else with why not, in
 * words; nothing is left of the connection then. On cancel it resolves at once. Never rejects.
 */
export type Reach = (address: Address, stop: Stop) => Promise<string | undefined>;

/**
 * Reads a list of a forEach, whose `${NAME}`s are replaced. What is wrong with it is told in words. Never rejects for what
 * a file holds. `name` is that of the list: the variable that each item gives. Paths start from `folder`, which is absolute;
 * default: the plan's.
 */
export type ReadList = (name: string, list: ListToRead, folder?: string) => Promise<ListRead>;

/** A list from outside. */
export type ListToRead =
  | { readonly type: 'glob'; readonly pattern: string }
  | { readonly type: 'lines' | 'json' | 'csv'; readonly from: ListText };

export type ListText =
  | { readonly type: 'file'; readonly path: string }
  /** @property what how people are told of it. */
  | { readonly type: 'text'; readonly text: string; readonly what: string }
  /** A file that runjobs has made. */
  | { readonly type: 'made'; readonly file: string; readonly what: string };

export type ListRead =
  | { readonly type: 'read'; readonly items: ListItems }
  | { readonly type: 'failed'; readonly message: string };

export type EnvFileRead =
  | { readonly type: 'read'; readonly values: Readonly<Record<string, string>> }
  | { readonly type: 'missing' }
  | { readonly type: 'failed'; readonly message: string };

/** The items of a forEach, however many, in little memory. */
export interface ListItems {
  readonly count: number;
  /** The variables of an item; @param index from 0. */
  at(index: number): Readonly<Record<string, string>>;
}

/** The locks of plans that steps use. Implemented by the journal. */
export interface Locks {
  /**
   * Takes the lock for the step at a path, and waits as long as it says. One that is held by this run for a step around, or
   * for all of it, is held. Never rejects.
   */
  take(lock: StepLock, options: LockWish): Promise<LockTaking>;
}

export interface LockWish {
  /** The path of the step. */
  readonly path: string;
  /** Aborting it ends the wait. */
  readonly signal: AbortSignal;
  /** Called when it begins to wait, with for whom, in words; again for each other one. */
  readonly onWait: (words: string) => void;
}

export type LockTaking =
  | { readonly type: 'held'; readonly release: () => void }
  /** @property message who holds it, or why it cannot be kept. */
  | { readonly type: 'refused'; readonly message: string }
  /** The same where the lock says that there is nothing to do then. */
  | { readonly type: 'skipped'; readonly message: string }
  | { readonly type: 'aborted' };

/** Where the lists of forEach steps are kept for a run that is resumed. Implemented by the journal. */
export interface ListStore {
  /** Absolute path of a new file for the text of a list of the step; {@link ListStore.discard} removes it. */
  newFile(step: string): string;
  discard(file: string): void;
  /**
   * Keeps the items of a step in place of those it had, whole or not at all; returns their name below the run's folder.
   * An item that holds a secret is kept nowhere: then nothing is, and this returns `undefined`.
   * @throws the file system's error.
   */
  keep(step: string, items: ListItems, holdsSecret: (text: string) => boolean): string | undefined;
  /** What was kept under a name. */
  read(name: string): Promise<ListRead>;
}

/** Where the output of steps is kept. Implemented by the journal. */
export interface StepLogs {
  /** The log of the step at this path; nothing is created before its first byte. */
  open(path: string, options?: LogUse): StepLog;
  /** Nothing is printed any more. */
  close?(): void;
}

/** What a log is opened for. */
export interface LogUse {
  /** It may be shared with other copies of a forEach, as there may be very many that each print something once. */
  readonly isShared?: boolean;
  /** The step had ended, and only its end is to be told. */
  readonly isOver?: boolean;
}

export interface StepLog {
  /** Path below the run's folder. */
  readonly name: string;
  /** Where its next bytes begin: of a log of its own, how many the step has printed so far. */
  readonly size: number;
  /** Whether the step is not known to have printed anything. */
  readonly isEmpty: boolean;
  /** Appends, synchronously. Throws when the log cannot be written. */
  append(bytes: Uint8Array): void;
  close(): void;
}
