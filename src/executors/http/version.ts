/** What requests say of who sends them. */
import { existsSync, readFileSync } from 'node:fs';

/** `runjobs/1.2.3`; without a version where this was packed into something else. */
export const USER_AGENT = `runjobs${versionOf(import.meta.url)}`;

/** Bundled and unbundled, the package is a few folders further out. */
function versionOf(from: string): string {
  for (const up of ['..', '../..', '../../..']) {
    const file = new URL(`${up}/package.json`, new URL('.', from));
    if (!existsSync(file)) continue;
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (name === 'runjobs') return `/${version}`;
  }
  return '';
}
