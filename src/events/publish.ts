/** Fans every event out: the journal must take it, reporters may fail without harm to the run. */
import type { RunEvent, Warning } from './event.ts';

/** All output as it comes; none; or only the end of what an attempt has printed that did not end well, when it has ended. */
export type OutputWish = boolean | 'ends';

/** What takes events besides the journal. */
export interface Listener {
  readonly name: string;
  /** What it reads of `step.output` and `step.progress`. Default: true. */
  readonly wantsOutput?: OutputWish;
  /** Whether nobody sees what it is told before the process turns to something else, the end of the run aside. Default: false. */
  readonly showsLater?: boolean;
  /**
   * Takes one event. Must not change it. A returned promise asks the source of output to slow down until it resolves.
   * What it throws or rejects with ends its calls, is told once as a warning, and never breaks the run.
   */
  report(event: RunEvent): Promise<void> | undefined;
  /** The process is about to be stopped, as by Ctrl-Z: gives the terminal back. */
  suspend?(): void;
  /** It goes on. */
  proceed?(): void;
}

/** Keeps events, everything but `step.output` and `step.progress`. Nothing in it throws. */
export interface Recording {
  record(event: RunEvent): void;
  /** What was recorded is kept when this returns. */
  commit(): void;
}

export interface PublisherOptions {
  readonly recording?: Recording;
  readonly reporters: readonly Listener[];
  /** Called once for each reporter that failed; it is given no event from then on. */
  readonly onReporterFailure: (name: string, error: unknown) => void;
}

export interface Publisher {
  /** Hands an event to all. Never throws or rejects. A returned promise resolves when more output is welcome. */
  publish(event: RunEvent): Promise<void> | undefined;
  /** What of `step.output` anybody reads; who wants less than another may be told all of it. */
  readonly outputWanted: OutputWish;
}

export function createPublisher(options: PublisherOptions): Publisher {
  const { recording } = options;
  const listeners = new Set(options.reporters);
  let isOver = false;

  /** What is shown was kept before; but the end of an attempt is kept with what follows it at once. */
  const isShown = ({ type }: RunEvent) => {
    if (type === 'run.finished') return true;
    if (type === 'attempt.finished') return false;
    for (const { showsLater } of listeners) if (!showsLater) return true;
    return false;
  };

  /** Once the run has finished, no event may follow: then only the caller is told. */
  const fail = (listener: Listener, event: RunEvent, error: unknown) => {
    if (!listeners.delete(listener)) return;
    options.onReporterFailure(listener.name, error);
    if (isOver) return;
    // Not every object can be made a text.
    const said = error instanceof Error ? error.message : typeof error === 'object' ? 'no Error' : String(error);
    const message = `the reporter "${listener.name}" failed and is off from now on: ${said}`;
    const warning: Warning = { type: 'warning', t: event.type === 'run.started' ? 0 : event.t, message };
    void publish(warning);
  };

  const publish = (event: RunEvent): Promise<void> | undefined => {
    const isOutput = event.type === 'step.output' || event.type === 'step.progress';
    if (!isOutput && recording !== undefined) {
      recording.record(event);
      if (isShown(event)) recording.commit();
    }
    isOver ||= event.type === 'run.finished';
    let pending: Promise<void> | undefined;
    let failed: [Listener, unknown][] | undefined;
    for (const listener of listeners) {
      if (isOutput && listener.wantsOutput === false) continue;
      try {
        const busy = listener.report(event);
        if (busy === undefined) continue;
        const settled = busy.catch(error => fail(listener, event, error));
        pending = pending === undefined ? settled : both(pending, settled);
      } catch (error) {
        failed ??= [];
        failed.push([listener, error]);
      }
    }
    for (const [listener, error] of failed ?? []) fail(listener, event, error);
    return pending;
  };

  return {
    publish,
    get outputWanted() {
      const wishes = [...listeners].map(({ wantsOutput = true }) => wantsOutput);
      return wishes.includes(true) || (wishes.includes('ends') && 'ends');
    },
  };
}

async function both(one: Promise<void>, other: Promise<void>): Promise<void> {
  await one;
  await other;
}
