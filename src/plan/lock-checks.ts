/** The lock of a plan that lies in no file: it must have a name. */
import type { Finding } from './source.ts';

/** What is said of a lock that stands for a file which is not there. */
export const NAMELESS_LOCK =
  'the lock stands for the plan’s file, and this plan has none; give it a name: "lock": "deploy"';

/** Finds a lock that nothing tells from others. A value of a wrong type is passed over. */
export function lockFindings(root: unknown, file: string | undefined): Finding[] {
  if (file !== undefined || typeof root !== 'object' || root === null || !('lock' in root)) return [];
  const { lock } = root;
  const isObject = typeof lock === 'object' && lock !== null && !Array.isArray(lock);
  const isNameless = lock === true || (isObject && !('name' in lock && lock.name !== undefined));
  return isNameless ? [{ message: NAMELESS_LOCK, path: ['lock'], at: 'value' }] : [];
}
