/** The name of a step that is safe in file names. */
import { sha256 } from './sha256.ts';

const LONGEST = 100;
const SAFE = /^[A-Za-z0-9._[\]-]{1,100}$/;

/**
 * The step's path with dots for slashes (ids have none), `plan` for the root. Bytes that are not safe everywhere are
 * replaced and long names cut; then eight digits of the path's hash keep it unique.
 */
export function stepKey(path: string): string {
  return safeKey(path, path);
}

/** The same of a part of a path. @param path all of it, whose hash keeps keys apart that are made safe. */
export function safeKey(part: string, path: string): string {
  if (part === '.' || part === '') return 'plan';
  if (SAFE.test(part)) return part;
  const dotted = part.replaceAll('/', '.');
  const safe = dotted.replace(/[^A-Za-z0-9._[\]-]/g, '_').slice(0, LONGEST);
  return safe === dotted ? safe : `${safe}-${sha256(path).slice(0, 8)}`;
}
