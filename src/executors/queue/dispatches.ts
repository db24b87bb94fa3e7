/** What the root has given to workers, kept in the run's folder, so that a resumed run takes it up again and gives nothing twice. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { StartFacts } from '../../engine/executor.ts';
import type { Result } from './entry.ts';
import { isSameQueue, type QueueName } from './name.ts';

/** The files of the queue in the run's folder. */
const QUEUE_FILES = {
  /** One line for each thing that happened to a job. */
  dispatches: 'queue.ndjson',
  /** Up to where the stream of the run has been read. */
  position: 'queue.position',
} as const;

/** One attempt that was given away. */
export interface Dispatch {
  readonly job: string;
  readonly label: string;
  /** A run that was broken off had given it away. */
  readonly isResumed: boolean;
  /** It is in the queue for certain. */
  isAdded: boolean;
  /** That run had not waited for its end any more. */
  readonly wasLeft: boolean;
  /** The worker that has started it, where that was known. */
  readonly started?: StartFacts;
  /** How it ended, where that was known but nobody had made use of it. */
  readonly result?: Result;
}

export interface Dispatches {
  /** The stream is read on from there. */
  readonly position: string;
  /** The entry behind it, which was being written to the log of a step that was so long then. */
  readonly inDoubt: InDoubt | undefined;
  /**
   * Takes up what was given away for the attempt by a run that was broken off, else notes that it will be given away. Several
   * may be under way under one name, the attempt itself first: those beside it ask whether it is ready.
   */
  claim(attempt: string, label: string): Dispatch;
  added(dispatch: Dispatch): void;
  started(job: string, facts: StartFacts): void;
  /** Note before {@link Dispatches.moveTo}: the result must not be lost. */
  ended(job: string, result: Result): void;
  /** The attempt is over: what is claimed under its name from now on is another one, not one beside it. */
  over(dispatch: Dispatch): void;
  /** Nobody waits for its end any more, though a worker may still have it: a run that is resumed takes it up. */
  left(dispatch: Dispatch): void;
  /** The result has gone into the journal; what was left stays open. */
  done(dispatch: Dispatch): void;
  /** An entry will be written to a log: call before. */
  begin(entry: InDoubt): void;
  /** Everything up to there has been dealt with. */
  moveTo(position: string): void;
  /** What a broken-off run had given away and nobody has claimed. */
  unclaimed(): readonly Dispatch[];
  close(): void;
}

/** An entry of which a root that was killed had perhaps written what it holds. */
export interface InDoubt {
  /** In the stream. */
  readonly id: string;
  /** Of the step. */
  readonly path: string;
  /** Bytes of its log. */
  readonly size: number;
}

type Line =
  | { readonly queue: QueueName }
  | { readonly given: number; readonly attempt: string; readonly label: string }
  | { readonly added: number }
  | { readonly started: number; readonly facts: StartFacts }
  | { readonly left: number }
  | { readonly ended: number; readonly result: Result }
  | { readonly done: number };

const START = '0-0';
/** What is written over the last time; a longer path is left in doubt. */
const POSITION_BYTES = 512;

export interface DispatchOptions {
  readonly run: string;
  readonly queue: QueueName;
  /** Each note is safe against a loss of power before the step is given away. */
  readonly durable: boolean;
  /** Something could not be noted: nothing more may be given away. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Opens them for a run. @param folder of the run. @throws the file system's error.
 */
export function openDispatches(folder: string, { run, queue, durable, onFailure }: DispatchOptions): Dispatches {
  const path = join(folder, QUEUE_FILES.dispatches);
  const { position, inDoubt, ...known } = readKnown(folder);
  const jobOf = (number: number) => `${run}.${number}`;
  const numberOf = (job: string) => Number(job.slice(run.length + 1));
  const waiting = new Map<string, Dispatch>();
  for (const { number, attempt, ...more } of known.open)
    waiting.set(attempt, { job: jobOf(number), isResumed: true, ...more });
  /** The jobs of which this run has not waited for the end. */
  const left = new Set<string>();
  /** The names of attempts that are under way, and by its job that of each. */
  const taken = new Set<string>();
  const names = new Map<string, string>();
  let count = known.count;
  const lines = openSync(path, 'a', 0o600);
  const place = openSync(
    join(folder, QUEUE_FILES.position),
    existsSync(join(folder, QUEUE_FILES.position)) ? 'r+' : 'w+',
    0o600,
  );
  let at = position;
  const keep = (kept: Kept) => {
    const text = JSON.stringify(kept);
    try {
      if (text.length < POSITION_BYTES) writeSync(place, text.padEnd(POSITION_BYTES), 0);
    } catch (error) {
      onFailure(error);
    }
  };
  const note = (line: Line) => {
    try {
      writeSync(lines, `${JSON.stringify(line)}\n`);
      if (durable && 'given' in line) fsyncSync(lines);
    } catch (error) {
      onFailure(error);
    }
  };
  if (!isSameQueue(known.queue, queue)) note({ queue });
  return {
    position,
    inDoubt,
    claim(name, label) {
      const attempt = freeName(name, taken);
      const earlier = waiting.get(attempt);
      waiting.delete(attempt);
      if (earlier === undefined) {
        count += 1;
        note({ given: count, attempt, label });
      }
      const dispatch = earlier ?? { job: jobOf(count), label, isResumed: false, isAdded: false, wasLeft: false };
      taken.add(attempt);
      names.set(dispatch.job, attempt);
      return dispatch;
    },
    over({ job }) {
      taken.delete(names.get(job) ?? '');
      names.delete(job);
    },
    added(dispatch) {
      dispatch.isAdded = true;
      note({ added: numberOf(dispatch.job) });
    },
    started: (job, facts) => note({ started: numberOf(job), facts }),
    ended: (job, result) => note({ ended: numberOf(job), result }),
    left({ job }) {
      left.add(job);
      note({ left: numberOf(job) });
    },
    done({ job }) {
      if (!left.has(job)) note({ done: numberOf(job) });
    },
    begin: entry => keep({ position: at, inDoubt: entry }),
    moveTo(position) {
      at = position;
      keep({ position });
    },
    unclaimed: () => [...waiting.values()],
    close() {
      closeSync(lines);
      closeSync(place);
    },
  };
}

/** The name of an attempt, or of what is under way beside it. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let beside = 1; ; beside += 1) if (!taken.has(`${name} +${beside}`)) return `${name} +${beside}`;
}

interface Kept {
  readonly position: string;
  readonly inDoubt?: InDoubt;
}

function positionIn(text: string, folder: string): Kept {
  if (text.trim() === '') return { position: START };
  try {
    const { position, inDoubt } = JSON.parse(text) as Kept;
    return { position, ...(inDoubt === undefined ? {} : { inDoubt }) };
  } catch {
    throw damaged(join(folder, QUEUE_FILES.position));
  }
}

/** Nobody knows any more what workers have, or have done, of the run. */
function damaged(place: string): Error {
  return new Error(
    `"${place}" is damaged, by which it is known what workers have done of this run: start the plan anew, once none of them has a step of it`,
  );
}

/**
 * The queue whose workers carry out the steps of a run; undefined: it has none.
 * @throws where what is known of them is damaged, in words.
 */
export function queueOfRun(folder: string): QueueName | undefined {
  return readKnown(folder).queue;
}

function readKnown(folder: string): Known & Kept {
  const path = join(folder, QUEUE_FILES.dispatches);
  const position = textIn(join(folder, QUEUE_FILES.position));
  const known = { ...readDispatches(path), ...positionIn(position, folder) };
  // What workers have told has been read: something had been given to them.
  if (known.queue === undefined && position.trim() !== '') throw damaged(path);
  return known;
}

function textIn(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

interface Known {
  readonly queue: QueueName | undefined;
  readonly count: number;
  readonly open: readonly OpenDispatch[];
}

interface OpenDispatch {
  readonly number: number;
  readonly attempt: string;
  readonly label: string;
  isAdded: boolean;
  wasLeft: boolean;
  started?: StartFacts;
  result?: Result;
}

/** A torn last line never happened. */
function readDispatches(path: string): Known {
  const open = new Map<number, OpenDispatch>();
  let queue: QueueName | undefined;
  let count = 0;
  for (const written of textIn(path).split('\n').slice(0, -1)) {
    const line = lineIn(written);
    if (line === undefined) throw damaged(path);
    if ('queue' in line) {
      if (typeof line.queue?.address !== 'string') throw damaged(path);
      queue = line.queue;
    } else if ('given' in line) {
      count = line.given;
      open.set(line.given, {
        number: line.given,
        attempt: line.attempt,
        label: line.label,
        isAdded: false,
        wasLeft: false,
      });
    } else if ('added' in line) Object.assign(open.get(line.added) ?? {}, { isAdded: true });
    else if ('left' in line) Object.assign(open.get(line.left) ?? {}, { wasLeft: true });
    else if ('started' in line) Object.assign(open.get(line.started) ?? {}, { started: line.facts });
    else if ('ended' in line) Object.assign(open.get(line.ended) ?? {}, { result: line.result });
    else open.delete(line.done);
  }
  return { queue, count, open: [...open.values()] };
}

function lineIn(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}
