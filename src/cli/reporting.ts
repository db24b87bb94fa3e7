/** The reporters of a run, in the world that they are given: streams, files, colours, the clock. */
import { realClock } from '../engine/clock.ts';
import type { Plan } from '../plan/plan.ts';
import { type Choice, type Chosen, chooseReporters, openReporters } from '../reporters/choose.ts';
import type { Reporter } from '../reporters/reporter.ts';
import { hasColour } from './colour.ts';
import { openFileSink } from './sink.ts';
import type { Streams } from './streams.ts';

export type OpenedReporters =
  | { readonly type: 'opened'; readonly reporters: readonly Reporter[] }
  /** A file cannot be written; in words. */
  | { readonly type: 'wrong'; readonly message: string };

/** Chooses the reporters of a run; opens and writes nothing. */
export function chooseNamedReporters(specs: readonly string[], { stdout, stderr }: Streams): Choice {
  return chooseReporters(specs, {
    env: process.env,
    stdoutIsTTY: stdout.isTTY === true,
    stderrIsTTY: stderr.isTTY === true,
  });
}

/** Opens the reporters that were chosen: their files are made anew. */
export async function openChosenReporters(
  chosen: readonly Chosen[],
  plan: Plan,
  streams: Streams,
  wantsColour: boolean,
): Promise<OpenedReporters> {
  const { stdout, stderr } = streams;
  try {
    const reporters = await openReporters(chosen, {
      plan,
      stdout,
      stderr,
      clock: realClock,
      colour: wantsColour && hasColour(),
      openSink: file =>
        openFileSink(file, error => void stderr.write(`runjobs: "${file}" cannot be written: ${error.message}\n`)),
      onExit(restore) {
        process.on('exit', restore);
        return () => void process.off('exit', restore);
      },
      cwd: process.cwd(),
    });
    return { type: 'opened', reporters };
  } catch (error) {
    return { type: 'wrong', message: `a reporter’s file cannot be opened: ${(error as Error).message}` };
  }
}
