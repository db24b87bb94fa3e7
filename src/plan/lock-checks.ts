/** The lock of a plan: one that lies in no file must have a name, and a name is written out. */
import { isRaw } from './raw.ts';
import type { Finding } from './source.ts';

/** What is said of a lock that stands for a file which is not there. */
export const NAMELESS_LOCK =
  'the lock stands for the plan’s file, and this plan has none; give it a name: "lock": "deploy"';

/** What is wrong with the lock of a plan: nothing tells it from others, or its name has a variable. A value of a wrong type is passed over. */
export function lockFindings(root: unknown, file: string | undefined): Finding[] {
  if (!isRaw(root)) return [];
  const { lock } = root;
  const [name, path] = isRaw(lock) ? [lock.name, ['lock', 'name']] : [lock, ['lock']];
  if (typeof name === 'string' && name.includes('${')) {
    const message = 'no variable is expanded in the name of a lock: all would share one; write it out';
    return [{ message, path, at: 'value' }];
  }
  const isNameless = lock === true || (isRaw(lock) && name === undefined);
  return file === undefined && isNameless ? [{ message: NAMELESS_LOCK, path: ['lock'], at: 'value' }] : [];
}
