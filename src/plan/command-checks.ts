/** The rules of the keys that go with commands. */
import { isRaw, type Raw } from './raw.ts';
import { remoteFindings } from './remote-checks.ts';
import type { Finding, Path } from './source.ts';

/** Checks the step at `path`. Values of a wrong type are passed over. */
export function commandFindings(step: Raw, path: Path): Finding[] {
  return [
    ...stdinFindings(step.stdin, [...path, 'stdin']),
    ...launcherFindings(step.launcher, [...path, 'launcher']),
    ...remoteFindings(step, path),
  ];
}

function launcherFindings(launcher: unknown, path: Path): Finding[] {
  if (!Array.isArray(launcher) || launcher[0] !== '') return [];
  return [{ message: 'the program is an empty text; the first element names it', path: [...path, 0], at: 'value' }];
}

function stdinFindings(stdin: unknown, path: Path): Finding[] {
  if (!isRaw(stdin)) return [];
  const { text, file } = stdin;
  if (text !== undefined && file !== undefined)
    return [{ message: 'text and file exclude each other; keep one', path: [...path, 'file'], at: 'key' }];
  if (text !== undefined || file !== undefined || Object.keys(stdin).length > 0) return [];
  return [{ message: 'nothing to read: add text or file', path, at: 'value' }];
}
