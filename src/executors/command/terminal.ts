/** The terminal, as interactive commands have it: one at a time, and its modes are what they were when it has ended. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { isatty } from 'node:tty';
import { foregroundGroup, ownGroup, scanAll } from './processes.ts';

/** A terminal that can be handed to a program. */
export interface Terminal {
  /**
   * Hands it over: nothing else is drawn on it, and Ctrl-C and Ctrl-\ are the program's. Undefined while another one has
   * it. When this process exits before it is taken back, its modes are restored all the same.
   */
  lend(): Lent | undefined;
}

export interface Lent {
  readonly streams: TerminalStreams;
  /**
   * Call when the program has ended: restores the modes of the terminal, whatever it has done to them.
   * @param endedBy the key that has ended the program, where it looks like that.
   */
  takeBack(endedBy?: KeyboardSignal): void;
}

/** What a terminal sends to the programs before it: at Ctrl-C, at Ctrl-\. */
export type KeyboardSignal = 'SIGINT' | 'SIGQUIT';

/** Those of our standard streams that become the program's standard input, output and error. */
export type TerminalStreams = readonly [input: 0, output: 1 | 2, error: 1 | 2];

/** Who shares the terminal with the programs. */
export interface Sharer {
  /** A program is about to have it. */
  lent(): void;
  /** It is ours again. @param endedBy see {@link Lent.takeBack}. */
  takenBack(endedBy: KeyboardSignal | undefined): void;
}

/**
 * The standard streams that lead to a terminal: standard input must, and one of the others, which then stands for the
 * third, too. Undefined where a program would have no terminal.
 */
export function terminalStreams(isTerminal: (descriptor: number) => boolean = isatty): TerminalStreams | undefined {
  if (!isTerminal(0)) return undefined;
  const [hasOutput, hasError] = [isTerminal(1), isTerminal(2)];
  if (!hasOutput && !hasError) return undefined;
  return [0, hasOutput ? 1 : 2, hasError ? 2 : 1];
}

/** The terminal of this process, at these of its streams. */
export function openTerminal(streams: TerminalStreams, sharer: Sharer): Terminal {
  let isLent = false;
  return {
    lend() {
      if (isLent) return undefined;
      isLent = true;
      // Whoever shares it may have set modes of his own.
      sharer.lent();
      const restore = keepModes();
      process.on('exit', restore);
      return {
        streams,
        takeBack(endedBy) {
          process.off('exit', restore);
          regainForeground();
          restore();
          isLent = false;
          sharer.takenBack(endedBy);
        },
      };
    },
  };
}

/** The terminal of a process whose signals nobody owns: meanwhile Ctrl-C and Ctrl-\ do not end it. */
export function openOwnTerminal(streams: TerminalStreams, cancel: (signal: KeyboardSignal) => void): Terminal {
  let came = new Set<NodeJS.Signals>();
  const onSignal = (signal: NodeJS.Signals) => void came.add(signal);
  return openTerminal(streams, {
    lent() {
      came = new Set();
      process.on('SIGINT', onSignal).on('SIGQUIT', onSignal);
    },
    takenBack(endedBy) {
      process.off('SIGINT', onSignal).off('SIGQUIT', onSignal);
      if (endedBy !== undefined && came.has(endedBy)) cancel(endedBy);
    },
  });
}

/**
 * An interactive shell has made a group of its own the terminal's, and when it is killed, nobody gives it back: whoever of us
 * read from the terminal then would be stopped. Where there is perl, it can.
 */
function regainForeground(): void {
  const group = foregroundGroup();
  if (group === undefined || group === ownGroup() || runsIn(group)) return;
  const program = '$SIG{TTOU} = "IGNORE"; tcsetpgrp(0, getpgrp())';
  spawnSync('perl', ['-MPOSIX=tcsetpgrp', '-e', program], { ...HERE, stdio: [0, 'ignore', 'ignore'] });
}

/** Whether anything of the group runs: one whose parent has not asked for it yet is a zombie, and has it no more. */
function runsIn(group: number): boolean {
  const all = scanAll();
  return all === undefined || [...all.values()].some(process => process.group === group);
}

/** No key may end it half-way, and it may set the modes also where a dead program has left the terminal to nobody. */
const STTY = 'trap "" INT QUIT TSTP TTOU; exec stty "$1"';
/** A terminal whose output was stopped (Ctrl-S) lets nobody set its modes. */
const HERE = { timeout: 2000, killSignal: 'SIGKILL' } as const;

/** Remembers the modes (echo, line editing, signals); returns what restores them. */
function keepModes(): () => void {
  const stty = (mode: string) =>
    spawnSync('/bin/sh', ['-c', STTY, 'sh', mode], {
      ...HERE,
      stdio: [0, 'pipe', 'ignore'],
      encoding: 'utf8',
    }).stdout?.trim();
  const modes = stty('-g');
  return modes ? () => void stty(modes) : () => {};
}
