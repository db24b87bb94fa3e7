/** The SHA-256 of a text, for names that are made of it. */
import { getBuiltinModule } from 'node:process';

/** In hexadecimal digits. node:crypto is loaded by the first that needs it: a short run, which needs none, would pay 2 ms. */
export function sha256(text: string): string {
  return getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex');
}
