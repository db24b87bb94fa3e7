/** What the root has given to workers, kept in the run's folder, so that a resumed run takes it up again and gives nothing twice. */
import type { StartFacts } from '../../engine/executor.ts';
import { type DispatchLogOptions, type Known, openDispatchLog, readDispatchLog } from './dispatch-log.ts';
import type { Result } from './entry.ts';
import { isSameQueue, type QueueName } from './name.ts';
import { type InDoubt, openPosition, type Position, readPosition, START } from './position.ts';

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

export interface Dispatches extends Position {
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
  /** Whether a worker may go on with something: with what was left, or what nobody has claimed. */
  mayGoOn(): boolean;
  close(): void;
}

export interface DispatchOptions extends DispatchLogOptions {
  readonly run: string;
  readonly queue: QueueName;
}

/** Opens them for a run. @param folder of the run. @throws the file system's error. */
export function openDispatches(folder: string, { run, queue, durable, onFailure }: DispatchOptions): Dispatches {
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
  const { note, close } = openDispatchLog(folder, { durable, onFailure });
  const place = openPosition(folder, { from: position, onFailure });
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
    begin: place.begin,
    moveTo: place.moveTo,
    unclaimed: () => [...waiting.values()],
    mayGoOn: () => left.size > 0 || waiting.size > 0,
    close() {
      close();
      place.close();
    },
  };
}

/** The name of an attempt, or of what is under way beside it. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let beside = 1; ; beside += 1) if (!taken.has(`${name} +${beside}`)) return `${name} +${beside}`;
}

/**
 * The queue whose workers carry out the steps of a run; undefined: it has none.
 * @throws where what is known of them is damaged, in words.
 */
export function queueOfRun(folder: string): QueueName | undefined {
  return readKnown(folder).queue;
}

function readKnown(folder: string): Known & Position {
  // In this order: a run that goes on writes a line before it reads anything.
  const position = readPosition(folder);
  const known = readDispatchLog(folder, { isAnswered: position !== undefined });
  return { ...known, ...(position ?? START) };
}
