/** One job on a worker: read, carried out by an executor, all that it tells sent to its root. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecuteContext, Executor } from '../../engine/executor.ts';
import { type Stop, StopSource } from '../../engine/stop.ts';
import type { CancelReason, Outcome } from '../../events/outcome.ts';
import { createSecrets } from '../../events/secrets.ts';
import { makeFolder } from '../../plan/make-folder.ts';
import { quoteText } from '../../plan/quote.ts';
import { whyUnwritable } from '../../plan/unwritable.ts';
import { after } from './after.ts';
import type { Client, Connection } from './connect.ts';
import { type Abandoned, type Result, STAYS_THERE } from './entry.ts';
import { type Message, readMessage } from './message.ts';
import { type Outlet, openOutlet } from './outlet.ts';
import { patiently } from './patiently.ts';
import { takeJob } from './taking.ts';
import type { Word } from './tell.ts';
import { wordOn } from './tell.ts';
import { stepFor } from './work.ts';
import { workerEnv } from './worker-env.ts';

/** What the jobs of a worker share. */
export interface Workshop {
  readonly id: string;
  readonly connection: Connection;
  /** For output alone: behind it no lock would be renewed in time. */
  readonly sending: Client;
  readonly executor: Required<Executor>;
  readonly label: string;
  readonly key: string | undefined;
  readonly allow: readonly ('run' | 'http')[];
  /** The place of the plan's folder. */
  readonly workdir: string;
  /** A folder of the worker's own for what commands put aside. */
  readonly scratch: string;
  readonly own: Readonly<Record<string, string | undefined>>;
  readonly envAllow: readonly string[];
  /** The jobs that it has. */
  readonly jobs: Map<string, HeldJob>;
  /** Whether the error says that Redis takes nothing for now, of which somebody is told. */
  readonly isForNow: (error: unknown) => boolean;
}

/** A job while a worker has it. */
export interface HeldJob {
  readonly run: string;
  readonly step: string;
  /** Its root tells it to stop. */
  tell(word: Word): void;
  /** The worker ends it by itself, for the first reason that there was; that it did is told with its end. */
  abandon(why: Abandoned, word: Word): void;
}

/** No worker of this kind carries the message out; it is told to the root as the reason. */
export class Refusal extends Error {}

/** What became of a job. */
export interface CarriedOut {
  readonly run: string;
  /** The step's path. */
  readonly step: string;
  readonly outcome: Outcome;
  /** It was told to end, whatever it has made of that. */
  readonly isStopped: boolean;
}

const TOLD: CancelReason = { type: 'aborted' };

/**
 * Carries it out, and resolves with how it ended once nothing of it is left and Redis has its last word.
 * @throws {Refusal} where the message is not for us, or none.
 */
export async function carryOutJob(shop: Workshop, job: string, data: unknown): Promise<CarriedOut> {
  const { connection, label, key, allow } = shop;
  const read = readMessage(data, { job, key, now: Date.now(), label, allow });
  if (read.type === 'refused') throw new Refusal(read.words);
  const { message } = read;
  const { run, step } = message;
  const stop = new StopSource();
  const kill = new StopSource();
  let abandoned: Abandoned | undefined;
  let isTold = false;
  const tell = (word: Word) => {
    if (word === 'kill') kill.cancel(TOLD);
    stop.cancel(TOLD);
  };
  shop.jobs.set(job, {
    run,
    step,
    tell(word) {
      isTold = true;
      tell(word);
    },
    abandon(why, word) {
      if (stop.cancelled === undefined) abandoned = why;
      tell(word);
    },
  });
  const { client, keys } = connection;
  const outlet = openOutlet({ client, sending: shop.sending, keys, run, job, isForNow: shop.isForNow });
  const { timeoutMs } = message;
  const callOff = timeoutMs === undefined ? () => {} : after(timeoutMs, () => stop.cancel(TOLD));
  try {
    // It may have been told before we had it.
    const [word, isOurs] = await patiently(
      () => Promise.all([wordOn(connection, run, job), takeJob(connection, run, job, shop.id)]),
      shop.isForNow,
    );
    if (!isOurs) throw new Refusal('its root has taken it back');
    if (word !== undefined) {
      isTold = true;
      stop.cancel(TOLD);
    }
    const result = await resultOf(shop, { job, message, outlet, stop, kill });
    const outcome = placed(result.outcome, shop.id);
    // Later it would be told what has ended.
    const isStopped = stop.cancelled !== undefined;
    const why = { ...(isTold ? { told: true as const } : {}), ...(abandoned === undefined ? {} : { lost: abandoned }) };
    await outlet.end({ type: 'ended', result: { ...result, outcome, ...why } });
    return { run, step, outcome, isStopped };
  } finally {
    callOff();
    shop.jobs.delete(job);
  }
}

interface Doing {
  readonly job: string;
  readonly message: Message;
  readonly outlet: Outlet;
  readonly stop: Stop;
  readonly kill: Stop;
}

async function resultOf(shop: Workshop, { job, message, outlet, stop, kill }: Doing): Promise<Result> {
  const { executor, workdir, scratch, own, envAllow: allowed } = shop;
  const { attempt, work, fromWorker } = message;
  if (stop.cancelled !== undefined) return { outcome: { state: 'cancelled', reason: TOLD } };
  const step = stepFor(work, workdir);
  if ('fault' in step) return notStarted(step.fault);
  const tmp = join(scratch, job);
  const given = workerEnv({ ...message.env, RUNJOBS_TMP: tmp }, fromWorker, { own, allowed });
  if (given.type === 'refused') return notStarted(given.words);
  const secrets = createSecrets();
  for (const name of fromWorker) secrets.add(name, own[name] ?? '');
  const maskers = { out: secrets.stream(), err: secrets.stream() };
  let saved: Readonly<Record<string, string>> | undefined;
  const context: ExecuteContext = {
    // One of its own: what is left of another job is none of this one.
    path: job,
    attempt,
    ticks: [],
    stop,
    kill,
    env: given.env,
    // Its beginning is written down before.
    commit() {},
    committed: () => undefined,
    started: facts => outlet.tell({ type: 'started', facts: { ...facts, worker: shop.id } }),
    write: (bytes, stream = 'out') => outlet.write(secrets.isEmpty ? bytes : maskers[stream].write(bytes), stream),
    received: (bytes, total) => outlet.tell({ type: 'received', bytes, ...(total === undefined ? {} : { total }) }),
    stopping: facts => outlet.tell({ type: 'stopping', facts }),
    warn: text => outlet.tell({ type: 'warning', message: text }),
    save(values) {
      saved = values;
    },
  };
  try {
    makeFolder(tmp);
  } catch (error) {
    return notStarted(
      `the folder of RUNJOBS_TMP, ${quoteText(tmp)}, cannot be made on the worker: ${whyUnwritable(error)}`,
    );
  }
  try {
    const outcome = await executor.execute(step, context);
    // Its group is elsewhere, and would not end what it has left.
    await executor.sweep(job, { kill, warn: text => outlet.tell({ type: 'warning', message: text }) });
    if (!secrets.isEmpty)
      for (const stream of ['out', 'err'] as const) void outlet.write(maskers[stream].end(), stream);
    if (Object.values(saved ?? {}).some(secrets.holds)) return { outcome: STAYS_THERE };
    return {
      outcome,
      ...(saved === undefined ? {} : { saved }),
      ...(maskers.out.hasMasked ? { masked: true } : {}),
    };
  } finally {
    rmSync(tmp, { recursive: true, force: true });
  }
}

/** That something is missing is no wonder where it is looked for on another machine than the plan's: the reason names it. */
function placed(outcome: Outcome, id: string): Outcome {
  if (outcome.state !== 'failed' || outcome.reason.type !== 'start') return outcome;
  const { reason } = outcome;
  return { ...outcome, reason: { ...reason, message: `${reason.message} (on the worker ${id})` } };
}

function notStarted(message: string): Result {
  return { outcome: { state: 'failed', reason: { type: 'start', message } } };
}
