/** What a person at the terminal can do to a run besides looking: keys, the stop of a step, its restart, its whole log. */

/** What is typed at the terminal, key by key and without an echo. None of its methods throws. */
export interface Keyboard {
  /** From now on what is typed is told, whenever the terminal is ours: not while we are in the background. */
  take(onTyped: (text: string) => void): void;
  /** Leaves it as it was found. */
  release(): void;
  /** Whether what is typed now would be told. */
  readonly isOurs: boolean;
}

/** What a step has printed, while it grows. */
export interface LogText {
  /** Where it lies. */
  readonly path: string;
  /** Bytes by now; 0 where nothing was printed yet. */
  size(): number;
  /** These bytes, or as many of them as there are. */
  read(position: number, length: number): Buffer;
  close(): void;
}

/** What keys act on. */
export interface Controls {
  readonly keyboard: Keyboard;
  /** Tells a step to stop, as `runjobs stop` does; false where it does not run. */
  stop(step: string): boolean;
  /** Has it begin again, as `runjobs restart` does; false where no attempt of it runs. */
  restart(step: string): boolean;
  /** Opens the log of a step of the run in this folder, also before its first byte. */
  openLog(folder: string, step: string): LogText;
}
