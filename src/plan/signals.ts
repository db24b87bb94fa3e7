/** The one table of signals: those that may ask a command to end, and the exit codes that stand for them. */
import { constants } from 'node:os';

export const SIGNALS = [
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGKILL',
  'SIGUSR1',
  'SIGUSR2',
  'SIGABRT',
  'SIGALRM',
  'SIGPIPE',
  'SIGWINCH',
] as const;

/** The exit code by which a shell tells that this signal has ended a command: 128 and its number; undefined: there is none such. */
export function signalCode(signal: string): number | undefined {
  const number = (constants.signals as Readonly<Record<string, number | undefined>>)[signal];
  return number === undefined ? undefined : 128 + number;
}
