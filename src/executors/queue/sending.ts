/** The message about one attempt, or why none may be sent. */
import type { ExecuteContext } from '../../engine/executor.ts';
import type { LeafStep } from '../../plan/plan.ts';
import { isSplit } from '../keeping.ts';
import { type Message, type Sealed, seal } from './message.ts';
import { MESSAGE_BYTES, MESSAGE_MS } from './pace.ts';
import type { Root } from './root.ts';
import { workOf } from './work.ts';

/** How much later than the root a worker ends what takes too long: the root has the first word. */
const TIMEOUT_SLACK_MS = 2000;

/** What a worker is told of the attempt; a fault, in words, where that may not leave the run. */
export function messageFor(
  root: Root,
  step: LeafStep,
  context: ExecuteContext,
  label: string,
): Message | { readonly fault: string } {
  const work = workOf(step, root.folder, isSplit(step));
  if ('fault' in work) return work;
  const saved = savedSecret(step, root.secrets);
  if (saved !== undefined)
    return {
      fault: `the step saves the secret "${saved}", which would go through the queue: let it run with the root, "runsOn: root"`,
    };
  if (holds(work, root.holdsSecret))
    return {
      fault:
        'the step holds the value of a secret, and messages hold none: let a script read the variable, and name it in "envFromWorker"',
    };
  const { env, held } = root.envFor(step, context);
  if (held !== undefined)
    return {
      fault: `its variable "${held}" holds the value of a secret, and messages hold none: set it on the worker, and name it in "envFromWorker"`,
    };
  return {
    run: root.run,
    step: context.path,
    attempt: context.attempt,
    work,
    env,
    fromWorker: step.envFromWorker ?? [],
    ...(step.timeoutMs === undefined ? {} : { timeoutMs: step.timeoutMs + TIMEOUT_SLACK_MS }),
    label,
    until: Date.now() + MESSAGE_MS,
  };
}

function savedSecret({ save }: LeafStep, secrets: ReadonlySet<string>): string | undefined {
  switch (save?.type) {
    case undefined:
      return undefined;
    case 'output':
      return secrets.has(save.name) ? save.name : undefined;
    case 'parts':
      return Object.keys(save.parts).find(name => secrets.has(name));
    case 'file':
      return save.names.find(name => secrets.has(name));
    default:
      return save satisfies never;
  }
}

/** Whether one of the texts in a value is such a one. */
export function holds(value: unknown, isSuch: (text: string) => boolean): boolean {
  if (typeof value === 'string') return isSuch(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(one => holds(one, isSuch));
}

/** The message as that of a job; a fault, in words, where it is too large to be sent. */
export function sealFor({ key }: Root, message: Message, job: string): Sealed | { readonly fault: string } {
  const sealed = seal(message, job, key);
  const size = Buffer.byteLength(JSON.stringify(sealed));
  if (size <= MESSAGE_BYTES) return sealed;
  return {
    fault:
      `the step and its variables are ${Math.ceil(size / 1024)} KiB, and a message holds ${MESSAGE_BYTES / 1024} KiB at most: ` +
      'put the large ones in files, or let the step run with the root, "runsOn: root"',
  };
}
