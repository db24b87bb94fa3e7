/** What turns events into something that a person or a machine reads. */
import type { Listener } from '../events/publish.ts';

/** A listener that the command line knows by its name. */
export interface Reporter extends Listener {
  /** A program is about to have the terminal: what is drawn there goes, and nothing is drawn before {@link takeBack}. */
  lend?(): void;
  takeBack?(): void;
  /** As `close`, in the middle of a run that is only told again: nothing is said of how it ended. Default: `close`. */
  leave?(): Promise<void>;
  /** Called once after `run.finished`, or when the run dies: everything is flushed and the terminal given back. */
  close(): Promise<void>;
}

/** Where a step stands in its plan; undefined where that is not known. Without a line where a program made the plan. */
export type PlaceOf = (step: string) =>
  | {
      /** Absolute. */
      readonly file: string;
      readonly line?: number | undefined;
      readonly column?: number | undefined;
    }
  | undefined;

/** Where a reporter writes. */
export interface Sink {
  /** Writes text; a returned promise resolves when more is welcome. Never throws: a closed stream swallows. */
  write(text: string): Promise<void> | undefined;
  /** Resolves when all that was written has left the process. */
  flush(): Promise<void>;
}

/** A file; it is there, complete, once it has ended. */
export interface FileSink extends Sink {
  /** Called once after everything was written. Resolves when the file is in its place, or cannot be. Never rejects. */
  end(): Promise<void>;
}

/** A standard stream of ours, which may be a terminal; its size is read anew for each frame. */
export interface Terminal extends Sink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Time as a reporter sees it; the engine's clock is one. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Calls `wake` once, as soon as `now()` has reached `due` and never inside this call. Returns how to call it off. */
  at(due: number, wake: () => void): () => void;
}
