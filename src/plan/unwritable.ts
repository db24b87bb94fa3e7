/** Why a file cannot be written, in words. */

/** What the file system's error means: `the disk is full` and the like; else what it says itself, without the path. */
export function whyUnwritable(error: unknown): string {
  const {
    code = '',
    syscall,
    message,
  } = error as { readonly code?: string; readonly syscall?: string; readonly message: string };
  if (syscall === undefined) return message;
  if (code === 'EACCES' && syscall === 'access') return 'its permissions forbid it';
  return REASONS.get(code) ?? message.split(`, ${syscall}`, 1)[0] ?? message;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'the permissions of its folder forbid it'],
  ['EPERM', 'the permissions of its folder forbid it'],
  ['EROFS', 'its disk is mounted read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EFBIG', 'it is larger than files may be here'],
  ['EDQUOT', 'the quota of the disk is used up'],
  ['ENOENT', 'its folder cannot be made'],
  ['ENOTDIR', 'a part of its path is no folder'],
  ['EEXIST', 'a part of its path is no folder'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'symbolic links that lead in a circle'],
  ['ENAMETOOLONG', 'its name is too long'],
]);
