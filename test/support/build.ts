/** Builds runjobs once before the end-to-end tests, which run what users run; not where nothing has changed since it was built. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** What the build reads. */
const SOURCES = ['src', 'bin', 'package-lock.json', 'package.json', 'tsconfig.json'];
/** What the build writes last. */
const LAST = 'dist/plan.schema.json';

export default async function setup(): Promise<void> {
  const built = changedAt(LAST);
  if (SOURCES.some(source => newest(source) >= built)) await execa('npm', ['run', '--silent', 'build']);
}

function newest(path: string): number {
  const isFolder = statSync(path).isDirectory();
  const entries = isFolder ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
  return Math.max(changedAt(path), ...entries.map(entry => changedAt(join(path, entry))));
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
