/** What a command reads: a text, handed over in memory, or a file itself. */
import { closeSync, constants, openSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isatty } from 'node:tty';
import { hasName } from '../../plan/open-whole.ts';
import type { Stdin } from '../../plan/plan.ts';
import { uniqueDigits } from '../../plan/unique.ts';
import { whyUnreadable } from '../../plan/unreadable.ts';
import { whyUnwritable } from '../../plan/unwritable.ts';

/** For the stdin of a spawn; a descriptor is the caller's to close. */
export type Input = number | 'ignore';

/**
 * Opens it anew, at its beginning, or says in words why that cannot be. A file is handed over as it is, so it may have any
 * size; one in a relative path starts from `folder`. A text stands in a file without a name: unlike a socket pair, in
 * which Node's own pipes are, that can be opened again as `/dev/stdin`; and unlike a named pipe it keeps nobody waiting.
 */
export function openStdin(stdin: Stdin | undefined, folder: string): Input | { readonly fault: string } {
  switch (stdin?.type) {
    case undefined:
      return 'ignore';
    case 'text':
      return openText(stdin.text);
    case 'file':
      return openFile(stdin.path, folder);
    default:
      return stdin satisfies never;
  }
}

export function closeInput(input: Input): void {
  if (input !== 'ignore') closeSync(input);
}

function openText(text: string): Input | { readonly fault: string } {
  let fault = '';
  // It may be a secret: in the first place where there is one it never reaches a disk.
  for (const folder of [...(platform() === 'linux' ? ['/dev/shm'] : []), tmpdir()]) {
    try {
      return nameless(folder, text);
    } catch (error) {
      fault = `stdin: the text cannot be kept in "${folder}" for the command: ${whyUnwritable(error)}`;
    }
  }
  return { fault };
}

/** A file that only its descriptor leads to; it has lost its name before anything was in it. */
function nameless(folder: string, text: string): number {
  const path = join(folder, `runjobs-${uniqueDigits(16)}`);
  const writer = openSync(path, 'wx', 0o600);
  let reader: number | undefined;
  try {
    try {
      reader = openSync(path, 'r');
    } finally {
      unlinkSync(path);
    }
    writeFileSync(writer, text);
    return reader;
  } catch (error) {
    if (reader !== undefined) closeSync(reader);
    throw error;
  } finally {
    closeSync(writer);
  }
}

function openFile(path: string, folder: string): Input | { readonly fault: string } {
  const file = resolve(folder, path);
  const refused = (why: string) => ({ fault: `stdin: "${path}": ${why}` });
  try {
    const stat = statSync(file);
    if (stat.isDirectory()) return refused('this is a folder; name a file in it');
    // To open it would hold everything up until somebody writes to it.
    if (stat.isFIFO() && hasName(file)) return refused(`a named pipe; let a script read it: "cat < ${path}"`);
    if (stat.isSocket()) return refused('a socket, which cannot be opened; write what comes from it to a file first');
    const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOCTTY ?? 0));
    if (!isatty(descriptor)) return descriptor;
    closeSync(descriptor);
    return refused('a terminal; a program that needs one is not given its input by runjobs');
  } catch (error) {
    return refused(whyUnreadable(error));
  }
}
