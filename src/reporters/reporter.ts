/** What turns events into something that a person or a machine reads. */
import type { RunEvent } from '../events/event.ts';

export interface Reporter {
  /**
   * Takes one event. Must not change it. A returned promise asks the source of output to slow down until it resolves.
   * What it throws disables this reporter, is told once as a warning, and never breaks the run.
   */
  report(event: RunEvent): Promise<void> | undefined;
  /** Called once after `run.finished`, or when the run dies: everything is flushed and the terminal given back. */
  close(): Promise<void>;
}

/** Where a reporter writes. */
export interface Sink {
  /** Writes text; a returned promise resolves when more is welcome. Never throws: a closed stream swallows. */
  write(text: string): Promise<void> | undefined;
  /** Resolves when all that was written has left the process. */
  flush(): Promise<void>;
}
