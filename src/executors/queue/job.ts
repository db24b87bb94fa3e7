/** One job on a worker: read, carried out by an executor, all that it tells sent to its root. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecuteContext } from '../../engine/executor.ts';
import type { Outcome } from '../../events/outcome.ts';
import { createSecrets } from '../../events/secrets.ts';
import { makeFolder } from '../../plan/make-folder.ts';
import { quoteText } from '../../plan/quote.ts';
import { whyUnwritable } from '../../plan/unwritable.ts';
import { after } from './after.ts';
import { type Result, STAYS_THERE } from './entry.ts';
import type { HeldJob } from './held-jobs.ts';
import { type Message, readMessage } from './message.ts';
import { type Outlet, openOutlet } from './outlet.ts';
import { patiently } from './patiently.ts';
import { takeJob } from './taking.ts';
import { wordOn } from './tell.ts';
import { stepFor } from './work.ts';
import { workerEnv } from './worker-env.ts';
import type { Workshop } from './workshop.ts';

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

/**
 * Carries it out, and resolves with how it ended once nothing of it is left and Redis has its last word.
 * @throws {Refusal} where the message is not for us, or none.
 */
export async function carryOutJob(shop: Workshop, job: string, data: unknown): Promise<CarriedOut> {
  const { connection, terms, key, isForNow } = shop;
  const { label, allow } = terms;
  const read = readMessage(data, { job, key, now: Date.now(), label, allow });
  if (read.type === 'refused') throw new Refusal(read.words);
  const { message } = read;
  const { run, step, timeoutMs } = message;
  const held = shop.jobs.hold(job, { run, step });
  const outlet = openOutlet(connection, { sending: shop.sending, run, job, isForNow });
  const callOff = timeoutMs === undefined ? () => {} : after(timeoutMs, held.expire);
  try {
    // It may have been told before we had it.
    const [word, isOurs] = await patiently(
      () => Promise.all([wordOn(connection, run, job), takeJob(connection, run, job, shop.id)]),
      isForNow,
    );
    if (!isOurs) throw new Refusal('its root has taken it back');
    if (word !== undefined) held.tell('stop');
    const result = await resultOf(shop, { job, message, outlet, held });
    const outcome = placed(result.outcome, shop.id);
    // Later it would be told what has ended.
    const { isTold, abandoned, stop } = held;
    const isStopped = stop.cancelled !== undefined;
    const why = { ...(isTold ? { told: true as const } : {}), ...(abandoned === undefined ? {} : { lost: abandoned }) };
    await outlet.end({ type: 'ended', result: { ...result, outcome, ...why } });
    return { run, step, outcome, isStopped };
  } finally {
    callOff();
    shop.jobs.drop(job);
  }
}

interface Doing {
  readonly job: string;
  readonly message: Message;
  readonly outlet: Outlet;
  readonly held: HeldJob;
}

async function resultOf(shop: Workshop, { job, message, outlet, held }: Doing): Promise<Result> {
  const { executor, scratch, terms } = shop;
  const { workdir, own, envAllow: allowed } = terms;
  const { attempt, work, fromWorker } = message;
  const { stop, kill } = held;
  if (stop.cancelled !== undefined) return { outcome: { state: 'cancelled', reason: stop.cancelled } };
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
