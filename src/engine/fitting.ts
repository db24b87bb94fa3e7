/** What a step saves must fit beside the variables that there are: else no command after it could be started. */
import { SCOPE_BYTES } from '../plan/limits.ts';
import type { Ending } from './context.ts';
import type { Variables } from './variables.ts';

/** The ending of a body, a failure where it was good and all variables together would become too large. */
export function fitting(ending: Ending, path: string, variables: Variables): Ending {
  const { outcome, saved } = ending;
  if (saved === undefined || outcome.state !== 'succeeded') return ending;
  const { bytes } = variables.with(saved, { type: 'saved', step: path });
  if (bytes <= SCOPE_BYTES) return ending;
  const message =
    `save: with what this step saves all variables together would take ${Math.ceil(bytes / 1024)} KiB, and 1024 KiB is ` +
    'the most that commands can be started with; write large ones to files with "saveTo: FILE"';
  return { outcome: { ...outcome, state: 'failed', reason: { type: 'save', message } } };
}
