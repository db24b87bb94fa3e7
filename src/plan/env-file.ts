/** Files of variables: from the disk to the variables that they hold. */
import { decode } from './decode.ts';
import { parseEnvText } from './env-lines.ts';
import { isNamelessPipe, type Pipes } from './open-whole.ts';
import { readBytes, readBytesNow } from './read-bytes.ts';
import { isMissing, whyUnreadable } from './unreadable.ts';

/** What became of a file of variables; a message goes after its name and the line. */
export type EnvFileRead =
  | { readonly type: 'read'; readonly values: Readonly<Record<string, string>> }
  | { readonly type: 'missing' }
  | EnvFileFault;

export interface EnvFileFault {
  readonly type: 'failed';
  readonly message: string;
  /** Absent where it is about the whole file. */
  readonly line?: number;
}

/** More cannot be the environment of any command. */
const BYTES_MAX = 4 * 1024 * 1024;
const TOO_LARGE = 'larger than 4 MiB; is this the right file?';

/** The variables that a file holds. A byte order mark is left out. */
function parseEnvFile(bytes: Uint8Array): Exclude<EnvFileRead, { type: 'missing' }> {
  const { type, text } = decode(bytes);
  if (text.includes('\0')) return failed('holds a NUL character; expected lines NAME=value');
  if (type === 'binary') return failed('not UTF-8; save it as UTF-8');
  return parseEnvText(text);
}

/** Reads the file at an absolute path, or one of these pipes. Never rejects. */
export async function readEnvFile(file: string, pipes: Pipes): Promise<EnvFileRead> {
  try {
    const read = await readBytes(file, BYTES_MAX, pipes);
    return read === undefined ? failed(TOO_LARGE) : parseEnvFile(read.bytes);
  } catch (error) {
    return trouble(error);
  }
}

/**
 * Reads the file at an absolute path now. What a shell pipes in can be read only once: it is left for the run, and
 * `undefined` here. Never throws.
 */
export function peekEnvFile(file: string): EnvFileRead | undefined {
  try {
    if (isNamelessPipe(file)) return undefined;
    const bytes = readBytesNow(file, BYTES_MAX);
    return bytes === undefined ? failed(TOO_LARGE) : parseEnvFile(bytes);
  } catch (error) {
    return trouble(error);
  }
}

function trouble(error: unknown): EnvFileRead {
  return isMissing(error) ? { type: 'missing' } : failed(whyUnreadable(error));
}

function failed(message: string): EnvFileFault {
  return { type: 'failed', message };
}
