/** The file of names and passwords by host that curl, ftp and git read, too. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface NetrcEntry {
  readonly user: string;
  readonly password: string;
}

/** Looks the host up in the file that NETRC names, else in `~/.netrc`; or says in words why it is not found. */
export function netrcEntry(
  host: string,
  env: Readonly<Record<string, string>>,
): NetrcEntry | { readonly fault: string } {
  const file = env.NETRC || join(env.HOME || homedir(), '.netrc');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { fault: `auth.netrc: "${file}" ${code === 'ENOENT' ? 'does not exist' : `cannot be read: ${message}`}` };
  }
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
