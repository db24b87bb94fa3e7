/** How a process ended, and what that means for its step. */
import type { Outcome } from '../../events/outcome.ts';

/** By an exit code or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** That nothing of its group was left then; absent where nobody has looked. */
  readonly wasLast?: boolean;
}

/** The facts of the exit; of a process that nothing could end, that it was told to. */
export async function exitOf({ exited }: { readonly exited: Promise<Exit> }): Promise<Exit> {
  return Promise.race([exited, Promise.resolve<Exit>({ code: null, signal: 'SIGKILL' })]);
}

export function outcomeOf({ code, signal }: Exit, okExitCodes: readonly number[]): Outcome {
  if (code === null) return { state: 'failed', reason: { type: 'signal' }, ...(signal ? { signal } : {}) };
  if (okExitCodes.includes(code)) return { state: 'succeeded', exitCode: code };
  return { state: 'failed', reason: { type: 'exit' }, exitCode: code };
}
