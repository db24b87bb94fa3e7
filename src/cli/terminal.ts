/** The world as reporters are given it: the process's streams, files, colours and clock. */
import type { WriteStream } from 'node:tty';
import { realClock } from '../engine/clock.ts';
import type { Plan } from '../plan/plan.ts';
import { chooseReporters, openReporters } from '../reporters/choose.ts';
import type { Reporter, Terminal } from '../reporters/reporter.ts';
import { createSink, openFileSink } from './sink.ts';

export type OpenedReporters =
  | { readonly type: 'opened'; readonly reporters: readonly Reporter[] }
  /** The command line is wrong, or a file cannot be written; in words. */
  | { readonly type: 'wrong'; readonly message: string };

/** Chooses and opens the reporters of a run. */
export async function openChosenReporters(
  specs: readonly string[],
  plan: Plan,
  streams: { readonly stdout: Terminal; readonly stderr: Terminal },
  wantsColour: boolean,
): Promise<OpenedReporters> {
  const { stdout, stderr } = streams;
  const choice = chooseReporters(specs, {
    env: process.env,
    stdoutIsTTY: stdout.isTTY === true,
    stderrIsTTY: stderr.isTTY === true,
  });
  if (choice.type === 'wrong') return choice;
  try {
    const reporters = await openReporters(choice.reporters, {
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

/** A standard stream as a terminal: its size is read anew each time, as it changes. */
export function openTerminal(stream: WriteStream): Terminal {
  const { write, flush } = createSink(stream);
  return {
    write,
    flush,
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
  };
}

/** NO_COLOR and FORCE_COLOR as everywhere (no-color.org, force-color.org). */
function hasColour(): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return NO_COLOR === undefined || NO_COLOR === '';
}
