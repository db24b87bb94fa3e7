/** What a worker tells the root of a job: entries of the run's stream, each numbered within its job. */
import type { StartFacts, StopFacts } from '../../engine/executor.ts';
import type { Outcome } from '../../events/outcome.ts';

export type Told =
  /** It has started; tells the worker and the process. */
  | { readonly type: 'started'; readonly facts: StartFacts }
  | { readonly type: 'output'; readonly stream: 'out' | 'err'; readonly bytes: Uint8Array }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'stopping'; readonly facts: StopFacts }
  | { readonly type: 'received'; readonly bytes: number; readonly total?: number }
  | { readonly type: 'ended'; readonly result: Result };

/** The last word on a job: nothing of it runs any more. */
export interface Result {
  readonly outcome: Outcome;
  /** What the step saves. */
  readonly saved?: Readonly<Record<string, string>>;
  /** It was told to end by its root. */
  readonly told?: true;
  /** What it printed to stdout held values of the worker's own, and came without them. */
  readonly masked?: true;
  /** The worker has ended the command by itself: nobody knows what it has done. */
  readonly lost?: Abandoned;
}

/** Why: it had lost its hold on the job, it was stopped itself, or the root was gone for too long. */
export type Abandoned = 'cut-off' | 'stopped' | 'orphaned';

/** What is kept may hold nothing that is masked. */
export const STAYS_THERE: Outcome = {
  state: 'failed',
  reason: { type: 'save', message: 'what it saves holds a value of "envFromWorker", which stays on the worker' },
};

export interface Entry {
  readonly job: string;
  /** From 1, without gaps. */
  readonly seq: number;
  readonly told: Told;
}

const LETTERS = { out: 'o', err: 'e' } as const;

/** The fields of the entry in the stream. */
export function fieldsOf({ job, seq, told }: Entry): (string | Uint8Array)[] {
  const head = ['j', job, 'q', String(seq)];
  if (told.type === 'output') return [...head, LETTERS[told.stream], told.bytes];
  return [...head, 't', JSON.stringify(told)];
}

/** The entry; undefined where it is none of ours. @param fields names and values in turn. */
export function entryOf(fields: readonly Uint8Array[]): Entry | undefined {
  const [, job, , seq, kind, value] = fields;
  if (job === undefined || seq === undefined || kind === undefined || value === undefined) return undefined;
  const place = { job: String(job), seq: Number(String(seq)) };
  const letter = String(kind);
  if (letter === LETTERS.out) return { ...place, told: { type: 'output', stream: 'out', bytes: value } };
  if (letter === LETTERS.err) return { ...place, told: { type: 'output', stream: 'err', bytes: value } };
  try {
    return { ...place, told: JSON.parse(String(value)) as Told };
  } catch {
    return undefined;
  }
}
