/** The message by which a root gives one attempt of a leaf step to a worker, and how a worker reads it. */
import { quoteText } from '../../plan/quote.ts';
import { isSignature, signatureOf } from './sign.ts';
import type { Work } from './work.ts';

/** What this runjobs writes and reads. */
export const MESSAGE_VERSION = 2;

export interface Message {
  readonly run: string;
  /** The step's path. */
  readonly step: string;
  readonly attempt: number;
  readonly work: Work;
  /** The variables that the plan sets; no secret is among them. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of variables that the worker adds from its own environment. */
  readonly fromWorker: readonly string[];
  /** What the attempt may take on the worker, where the root cannot tell it to stop. */
  readonly timeoutMs?: number;
  /** The label of the queue that it was put into. */
  readonly label: string;
  /** Milliseconds since 1970 after which nobody takes it any more. */
  readonly until: number;
}

/** As BullMQ carries it. */
export interface Sealed {
  readonly v: number;
  /** The message as JSON: what is signed. */
  readonly body: string;
  readonly sig?: string;
}

export function seal(message: Message, job: string, key: string | undefined): Sealed {
  const body = JSON.stringify(message);
  return { v: MESSAGE_VERSION, body, ...(key === undefined ? {} : { sig: signatureOf(key, job, body) }) };
}

export interface ReadOptions {
  readonly job: string;
  /** Its signature is asked for. */
  readonly key?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of the worker. */
  readonly label: string;
  /** The kinds of steps that it carries out. */
  readonly allow: readonly Work['step']['type'][];
}

export type MessageRead =
  | { readonly type: 'message'; readonly message: Message }
  /** In words. */
  | { readonly type: 'refused'; readonly words: string };

/** Reads what came through the queue, which anybody may have written. Never throws. */
export function readMessage(given: unknown, { job, key, now, label, allow }: ReadOptions): MessageRead {
  const sealed = isRecord(given) ? given : {};
  if (sealed.v !== MESSAGE_VERSION)
    return refused(
      `this worker is too old or too new: it reads messages of version ${MESSAGE_VERSION}, and this one has ` +
        `${quoteText(String(sealed.v))}; run the same runjobs on all machines`,
    );
  // A folder of the worker is called by it.
  if (!JOB_NAME.test(job)) return refused('its job has a name that no root gives');
  const { body } = sealed;
  if (typeof body !== 'string') return refused('the message has no body');
  if (key !== undefined && !isSignature(sealed.sig, key, job, body))
    return refused(
      sealed.sig === undefined
        ? 'the message is not signed: give the root the RUNJOBS_QUEUE_KEY of the workers'
        : 'the signature of the message is not that of RUNJOBS_QUEUE_KEY: root and workers need the same key',
    );
  const message = messageIn(body);
  if (message === undefined) return refused('the message is damaged');
  if (message.until < now)
    return refused(
      'the message is too old: it waited for a worker for more than a day, or the clocks of root and worker are that far apart',
    );
  if (message.label !== label) return refused(`the message was written for workers with the label "${message.label}"`);
  const { type } = message.work.step;
  if (!allow.includes(type)) return refused(`this worker carries out no "${type}" steps: --allow ${allow.join(',')}`);
  return { type: 'message', message };
}

/** `<run>.<number>`. */
const JOB_NAME = /^[\w-]+\.\d+$/;

function refused(words: string): MessageRead {
  return { type: 'refused', words };
}

/** The message in the text, if it has all its parts. */
function messageIn(body: string): Message | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || !isRecord(value.work) || !isRecord(value.work.step) || !isRecord(value.env)) return undefined;
  const { run, step, attempt, label, until, fromWorker, timeoutMs, env, work } = value;
  const { type } = work.step as Record<string, unknown>;
  const isWhole =
    [run, step, label, work.folder].every(one => typeof one === 'string') &&
    [attempt, until].every(one => typeof one === 'number') &&
    (timeoutMs === undefined || typeof timeoutMs === 'number') &&
    (type === 'run' || type === 'http') &&
    Array.isArray(fromWorker) &&
    [...fromWorker, ...Object.values(env)].every(one => typeof one === 'string');
  return isWhole ? (value as unknown as Message) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
