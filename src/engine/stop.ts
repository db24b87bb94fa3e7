/** What tells work to stop, and why: an AbortSignal of the engine's own, as a signal takes longer to be made and heard than a small step. */
import type { CancelReason } from '../events/outcome.ts';

export interface Stop {
  /** Why, once it must stop. */
  readonly cancelled: CancelReason | undefined;
  /** Calls it once when that comes, at once if it has. Returns how to forget it; nothing listens any more then. */
  whenCancelled(call: () => void): () => void;
}

/** A stop that somebody gives: the first reason wins. */
export class StopSource implements Stop {
  cancelled: CancelReason | undefined;
  readonly #listening: Set<() => void> = new Set();

  cancel(reason: CancelReason): void {
    if (this.cancelled !== undefined) return;
    this.cancelled = reason;
    wakeAll(this.#listening);
  }

  whenCancelled(call: () => void): () => void {
    return waking(this.#listening, this.cancelled, call);
  }
}

/** Adds it, or calls it at once where what it waits for has come for a reason; returns how to take it out. */
export function waking(all: Set<() => void>, reason: CancelReason | undefined, wake: () => void): () => void {
  if (reason === undefined) all.add(wake);
  else wake();
  return () => void all.delete(wake);
}

/** Those that another one takes out meanwhile are left alone. */
export function wakeAll(all: Set<() => void> | undefined): void {
  if (all !== undefined) for (const wake of all) wake();
}
