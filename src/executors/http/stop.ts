/** Two signals as one: whether a request is to stop, and a word when that comes. */

export interface Stop {
  readonly aborted: boolean;
  throwIfAborted(): void;
  /** Calls it when the first of them comes. Returns how to forget it; nothing listens any more then. */
  onAbort(call: () => void): () => void;
}

/** What stops a request: its step is cancelled, or the whole run killed. An AbortSignal made of both would cost more than the rest of a small request. */
export function stopOf(signal: AbortSignal, kill: AbortSignal): Stop {
  return {
    get aborted() {
      return signal.aborted || kill.aborted;
    },
    throwIfAborted() {
      signal.throwIfAborted();
      kill.throwIfAborted();
    },
    onAbort(call) {
      signal.addEventListener('abort', call);
      kill.addEventListener('abort', call);
      return () => {
        signal.removeEventListener('abort', call);
        kill.removeEventListener('abort', call);
      };
    },
  };
}
