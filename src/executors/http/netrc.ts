/** The file of names and passwords by host that curl, ftp and git read, too. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { readBytesNow } from '../../plan/read-bytes.ts';
import { isMissing, whyUnreadable } from '../../plan/unreadable.ts';

export interface NetrcEntry {
  readonly user: string;
  readonly password: string;
}

const BYTES_MAX = 4 * 1024 * 1024;

/** Looks the host up in the file that NETRC names, else in `~/.netrc`; or says in words why it is not found. */
export function netrcEntry(
  host: string,
  env: Readonly<Record<string, string>>,
): NetrcEntry | { readonly fault: string } {
  const file = resolve(env.NETRC || join(env.HOME || homedir(), '.netrc'));
  let text: string | undefined;
  try {
    text = readBytesNow(file, BYTES_MAX)?.toString();
  } catch (error) {
    return { fault: `auth.netrc: "${file}"${isMissing(error) ? ' does not exist' : `: ${whyUnreadable(error)}`}` };
  }
  if (text === undefined) return { fault: `auth.netrc: "${file}": larger than 4 MiB; is this the right file?` };
  return findEntry(text, host) ?? { fault: `auth.netrc: "${file}" has no machine "${host}", and no default` };
}

/** The first entry for the host, or that for all others. */
export function findEntry(text: string, host: string): NetrcEntry | undefined {
  const bare = text.replace(/^[ \t]*(?:#.*|macdef\b(?:.+\n?)*)/gm, '');
  const words = [...bare.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, plain = '']) => quoted?.replace(/\\(.)/g, '$1') ?? plain,
  );
  for (let at = 0; at < words.length; at += 1) {
    const isDefault = words[at] === 'default';
    if (!isDefault && words[at] !== 'machine') continue;
    if (!isDefault) at += 1;
    const isHost = isDefault || words[at] === host;
    const entry = { user: '', password: '' };
    for (; ['login', 'password', 'account'].includes(words[at + 1] ?? ''); at += 2) {
      if (words[at + 1] === 'login') entry.user = words[at + 2] ?? '';
      if (words[at + 1] === 'password') entry.password = words[at + 2] ?? '';
    }
    if (isHost) return entry;
  }
  return undefined;
}
