/** What turns events into something that a person or a machine reads. */
import type { RunEvent } from '../events/event.ts';
import type { OutputWish } from '../events/publish.ts';

export interface Reporter {
  /** What it is called on the command line. */
  readonly name: string;
  /** What it reads of `step.output`. Default: true. */
  readonly wantsOutput?: OutputWish;
  /** Whether nobody sees what it is told before the process turns to something else, the end of the run aside. Default: false. */
  readonly showsLater?: boolean;
  /**
   * Takes one event. Must not change it. A returned promise asks the source of output to slow down until it resolves.
   * What it throws disables this reporter, is told once as a warning, and never breaks the run.
   */
  report(event: RunEvent): Promise<void> | undefined;
  /** The process is about to be stopped, as by Ctrl-Z: gives the terminal back. */
  suspend?(): void;
  /** It goes on. */
  proceed?(): void;
  /** A program is about to have the terminal: what is drawn there goes, and nothing is drawn before {@link takeBack}. */
  lend?(): void;
  takeBack?(): void;
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
