/** The terminal of the command line: whether interactive steps can have it, and what makes way for them. */
import { openTerminal, type Terminal, type TerminalStreams, terminalStreams } from '../executors/command/terminal.ts';
import { needsTerminal } from '../plan/needs-terminal.ts';
import { type Chosen, MACHINES } from '../reporters/choose.ts';
import type { Reporter } from '../reporters/reporter.ts';
import type { SignalOwner } from './signals.ts';
import type { Streams } from './streams.ts';

export type Seat =
  | { readonly type: 'found'; readonly streams: TerminalStreams }
  /** No step asks for it. */
  | { readonly type: 'none' }
  /** In words. */
  | { readonly type: 'wrong'; readonly message: string };

/** Looks for the terminal that these steps need, beside these reporters. */
export function findTerminal(interactive: readonly string[], chosen: readonly Chosen[], { stdout }: Streams): Seat {
  if (interactive.length === 0) return { type: 'none' };
  const streams = terminalStreams();
  if (streams === undefined) return { type: 'wrong', message: needsTerminal(interactive) };
  const machine = chosen.find(({ name, to }) => MACHINES.includes(name) && to === 'stdout');
  if (stdout.isTTY && machine !== undefined) {
    const message = `"${machine.name}" and the interactive step "${interactive[0]}" cannot share the terminal; give it a file, as in "${machine.name}:path/of/file"`;
    return { type: 'wrong', message };
  }
  return { type: 'found', streams };
}

export interface TerminalOptions {
  readonly streams: Streams;
  readonly signals: SignalOwner;
  readonly reporters: readonly Reporter[];
}

/** The terminal that was found; while a program has it, reporters, streams and signals make way. */
export function seatAt(at: TerminalStreams, { streams, signals, reporters }: TerminalOptions): Terminal {
  return openTerminal(at, {
    lent() {
      signals.lend();
      for (const reporter of reporters) reporter.lend?.();
      streams.hold();
    },
    takenBack(endedBy) {
      streams.release();
      for (const reporter of reporters) reporter.takeBack?.();
      signals.takeBack(endedBy);
    },
  });
}
