/** The file `$RUNJOBS_OUTPUT`: commands write variables to it, `NAME=value` or a heredoc, one after the other. */
import { closeSync, constants, fstatSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCOPE_BYTES } from '../../plan/limits.ts';
import { makeFolder } from '../../plan/make-folder.ts';
import { quoteText } from '../../plan/quote.ts';
import { suggest } from '../../plan/suggest.ts';
import { checked, type Saving, textOf } from '../saved.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** The file of one attempt. */
export interface OutputFile {
  readonly path: string;
  /** What the command has written to it. */
  read(names: readonly string[]): Saving;
  remove(): void;
}

/** Makes the file, empty. Throws the system's error. @param folder made where it is missing. */
export function openOutputFile(folder: string, name: string): OutputFile {
  makeFolder(folder, 0o700);
  const path = join(folder, name);
  rmSync(path, { force: true });
  writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
  return {
    path,
    read(names) {
      const bytes = readWhole(path);
      if (bytes === 'too large')
        return unfit(`it is over ${SCOPE_BYTES / 1024} KiB; write to a file with "saveTo: FILE"`);
      if (bytes === 'no file') return unfit('it is no file any more');
      const text = textOf(bytes);
      return typeof text === 'string' ? assignmentsIn(text, names) : unfit(`it ${text.fault}`);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function readWhole(path: string): Uint8Array | 'too large' | 'no file' {
  let file: number;
  try {
    file = openSync(path, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
  } catch (error) {
    // Whoever removes it has written nothing.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? new Uint8Array() : 'no file';
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return 'no file';
    if (stat.size > SCOPE_BYTES) return 'too large';
    const bytes = Buffer.alloc(stat.size);
    let size = 0;
    for (let read = -1; read !== 0; size += read) read = readSync(file, bytes, size, bytes.length - size, null);
    return bytes.subarray(0, size);
  } finally {
    closeSync(file);
  }
}

const NAME = '[A-Za-z_][A-Za-z0-9_]*';
const HEREDOC = new RegExp(`^(${NAME})<<(.+)$`, 's');
const ASSIGNMENT = new RegExp(`^(${NAME})=(.*)$`, 's');

/** The values of the names; later lines win, and a name without a line has none. A `\r` before a line's end is not part of it. */
export function assignmentsIn(text: string, names: readonly string[]): Saving {
  const values = new Map<string, string>();
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (let index = 0; index < lines.length; index += 1) {
    const written = lines[index] ?? '';
    const isDos = written.endsWith('\r');
    const line = isDos ? written.slice(0, -1) : written;
    if (line === '') continue;
    const place = `line ${index + 1}`;
    const heredoc = HEREDOC.exec(line);
    const [, name, value] = heredoc ?? ASSIGNMENT.exec(line) ?? [];
    if (name === undefined || value === undefined)
      return unfit(`${place} is no NAME=value and no NAME<<END: ${quoteText(line)}`);
    if (!names.includes(name)) return unfit(`${place} sets "${name}", which is not in "save"${nearWords(name, names)}`);
    if (heredoc === null) values.set(name, value);
    else {
      const end = endOf(value, lines, index + 1, isDos);
      if (end === lines.length) return unfit(`"${name}<<" in ${place} has no end: no line ${quoteText(value)} follows`);
      const body = lines.slice(index + 1, end);
      values.set(name, (isDos ? body.map(other => other.replace(/\r$/, '')) : body).join('\n'));
      index = end;
    }
  }
  return checked([...values]);
}

/** The line that ends a heredoc; behind the last one where there is none. */
function endOf(word: string, lines: readonly string[], from: number, isDos: boolean): number {
  let at = from;
  while (at < lines.length && lines[at] !== word && !(isDos && lines[at] === `${word}\r`)) at += 1;
  return at;
}

function nearWords(name: string, names: readonly string[]): string {
  const near = suggest(name, names);
  return near === undefined ? `; add it there, or take it out` : `, did you mean "${near}"?`;
}

function unfit(fault: string): Saving {
  return { type: 'unfit', message: `save: $RUNJOBS_OUTPUT: ${fault}` };
}
