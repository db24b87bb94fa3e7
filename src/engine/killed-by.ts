/** Which signal made a step fail. */
import type { Failed } from '../events/outcome.ts';

/** The signal that is the failure, of a group that of its first one; not that by which a clock has stopped the command. */
export function killedBy({ reason, signal }: Failed): string | undefined {
  return reason.type === 'signal' || reason.type === 'child' ? signal : undefined;
}
