/** The keyboard of our terminal: keys as they are pressed, and Ctrl-C, Ctrl-Z and Ctrl-\ as the signals that they are. */
import { spawnSync } from 'node:child_process';
import { platform } from 'node:os';
import { isatty } from 'node:tty';
import { foregroundGroup, ownGroup } from '../executors/command/processes.ts';
import type { Keyboard } from '../reporters/controls.ts';

/** In raw mode these arrive as bytes: Ctrl-C, Ctrl-\, Ctrl-Z. */
const SIGNALS: Readonly<Record<string, NodeJS.Signals>> = { '\x03': 'SIGINT', '\x1c': 'SIGQUIT' };
const CTRL_Z = '\x1a';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the keys.
const SIGNAL = /([\x03\x1a\x1c])/;
/** So often one in the background looks whether it has come to the foreground: no signal tells that of a job that runs. */
const LOOK_MS = 1000;

/**
 * Undefined where standard input is no terminal. Nothing is read before `take`.
 * @param onCtrlZ stops us and all of our group, once the keyboard was released.
 */
export function openKeyboard(onCtrlZ: () => void): Keyboard | undefined {
  if (platform() === 'win32' || !isatty(0)) return undefined;
  const { stdin } = process;
  let listener: ((text: string) => void) | undefined;
  let isOurs = false;
  /** We were in the background when the modes were to be restored: whoever has the terminal has set its own. */
  let isStale = false;
  let disarm = () => {};

  const attend = () => {
    disarm();
    if (listener === undefined || isOurs) return;
    if (isInForeground()) seize();
    else {
      const timer = setTimeout(attend, LOOK_MS).unref();
      disarm = () => clearTimeout(timer);
    }
  };
  const seize = () => {
    isOurs = true;
    stdin.on('data', hear);
    process.on('SIGCONT', recall).on('exit', yieldUp);
    if (isStale) stdin.setRawMode(false);
    isStale = false;
    stdin.setEncoding('utf8').setRawMode(true);
    // Nobody who only waits for keys keeps the process from its end.
    stdin.resume().unref();
  };
  const yieldUp = () => {
    disarm();
    if (!isOurs) return;
    isOurs = false;
    stdin.off('data', hear).pause();
    process.off('SIGCONT', recall).off('exit', yieldUp);
    if (isInForeground()) stdin.setRawMode(false);
    else isStale = true;
  };
  /** The terminal is gone. */
  const lose = () => {
    listener = undefined;
    yieldUp();
  };
  /** Stopped without a word (SIGSTOP) and continued: somebody else has had the terminal, or has it still. */
  const recall = () => {
    yieldUp();
    attend();
  };
  const hear = (text: string) => {
    for (const part of text.split(SIGNAL)) {
      const signal = SIGNALS[part];
      // The shell that sees one of us stopped takes the terminal at once: all of it must be as it was by then.
      if (part === CTRL_Z) onCtrlZ();
      else if (signal !== undefined) signalOurGroup(signal);
      else if (part !== '' && isOurs) listener?.(part);
    }
  };

  stdin.on('error', lose).on('end', lose);
  return {
    take(onTyped) {
      listener = onTyped;
      attend();
    },
    release() {
      listener = undefined;
      yieldUp();
    },
    get isOurs() {
      return isOurs;
    },
  };
}

/** As the terminal does: npm above us, and the shell script that has called us, are meant, too. */
function signalOurGroup(signal: NodeJS.Signals): void {
  process.kill(0, signal);
}

/** Whoever else sets the modes of a terminal, or reads from it, is stopped by the system. */
function isInForeground(): boolean {
  const own = ownGroup();
  if (own !== undefined) return own === foregroundGroup();
  const { stdout } = spawnSync('ps', ['-o', 'pgid=', '-o', 'tpgid=', '-p', String(process.pid)], { encoding: 'utf8' });
  const [group, foreground] = (stdout ?? '').trim().split(/\s+/);
  return group !== undefined && group !== '' && group === foreground;
}
