/** Carries out leaf steps on many machines: commands through BullMQ, the rest, and what says so, in the run itself. */
import type { Executor } from '../../engine/executor.ts';
import { labelOf, ROOT_LABEL } from '../../plan/remote.ts';
import { attemptRemotely } from './attempt.ts';
import { connect } from './connect.ts';
import { openRoot } from './root.ts';
import type { RootOptions } from './root-options.ts';

// Loaded with it, as both need the same.
export { namesSetBy } from './set-names.ts';

export interface QueueExecutorOptions extends RootOptions {
  /** Carries out what stays here. */
  readonly local: Required<Executor>;
}

export interface QueueExecutor extends Required<Executor> {
  /** Lets go of the queue. Call when no step runs. */
  close(): Promise<void>;
}

/**
 * Connects to the queue, and opens the executor for one run; or says in words why it cannot be used. On cancel a worker is told
 * to stop the command; where none can be told, the step ends after its grace and some seconds, with a warning.
 */
export async function openQueueExecutor(
  options: QueueExecutorOptions,
): Promise<QueueExecutor | { readonly fault: string }> {
  const { place, local, warn, broken } = options;
  const connection = await connect(place, {
    onDown: words => warn(`the queue is away, steps wait for it: ${words}`),
    onUp: awayMs => warn(`the queue is back after ${Math.round(awayMs / 1000)} s`),
    onFinal: words => broken(`the queue cannot be used any more: ${words}`),
  });
  if ('fault' in connection) return connection;
  for (const warning of connection.warnings) warn(warning);
  const root = await openRoot(connection, options);
  return {
    async execute(step, context) {
      const label = labelOf(step);
      return label === ROOT_LABEL ? local.execute(step, context) : attemptRemotely(root, step, context, label);
    },
    sweep: local.sweep,
    suspend: local.suspend,
    proceed: local.proceed,
    close: () => root.close(),
  };
}
