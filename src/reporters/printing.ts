/** Lines on their way to a sink; after a long silence, one that tells what is running. */
import type { Progress } from '../events/progress.ts';
import { stillRunning } from './lines.ts';
import type { Clock, Sink } from './reporter.ts';
import type { Steps } from './steps.ts';

/** After so long without a line, one tells what is running. */
const SILENCE_MS = 60_000;

export interface Printing {
  /** The run has begun: from now on silence is noticed. */
  begin(): void;
  /** Writes whole lines. A returned promise resolves when more is welcome. */
  print(lines: readonly string[]): Promise<void> | undefined;
  /** Resolves when more is welcome; undefined where it is. */
  readonly busy: Promise<void> | undefined;
  /** Leaves no timer behind, and says nothing by itself any more. */
  stop(): void;
  /** After {@link stop}: the silence until now was none. */
  goOn(): void;
}

interface PrintingOptions {
  readonly sink: Sink;
  readonly clock: Clock;
  readonly steps: Steps;
  readonly progress: Progress;
  /** Called before the line that nobody asked for. */
  readonly onSilence?: () => void;
}

export function createPrinting({ sink, clock, steps, progress, onSilence }: PrintingOptions): Printing {
  let startedAt = clock.now();
  let quietSince = startedAt;
  let busy: Promise<void> | undefined;
  let disarm = () => {};

  const print = (lines: readonly string[]) => {
    if (lines.length === 0) return undefined;
    quietSince = clock.now();
    const wait = sink.write(`${lines.join('\n')}\n`);
    if (wait === undefined) return undefined;
    busy = wait;
    return wait.then(() => {
      if (busy === wait) busy = undefined;
    });
  };

  const watch = () => {
    disarm = clock.at(quietSince + SILENCE_MS, () => {
      if (clock.now() - quietSince >= SILENCE_MS) {
        const line = stillRunning(progress, steps, clock.now() - startedAt);
        if (line !== undefined) {
          onSilence?.();
          void print([line]);
        }
        quietSince = clock.now();
      }
      watch();
    });
  };

  return {
    begin() {
      startedAt = clock.now();
      quietSince = startedAt;
      watch();
    },
    print,
    get busy() {
      return busy;
    },
    stop: () => disarm(),
    goOn() {
      quietSince = clock.now();
      watch();
    },
  };
}
