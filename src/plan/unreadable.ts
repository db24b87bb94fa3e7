/** Why a file cannot be read, in words. */
import { Unfit } from './open-whole.ts';

/** What the file system's error means: `no such file`, `no permission to read it` and the like. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof Unfit) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'no such file';
    case 'ENOTDIR':
      return 'no such file: a part of its path is not a folder';
    case 'EISDIR':
      return 'this is a folder; name a file in it';
    case 'EACCES':
    case 'EPERM':
      return 'no permission to read it';
    case 'ELOOP':
      return 'symbolic links that lead in a circle';
    default:
      return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Whether the error says that nothing is there. */
export function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
