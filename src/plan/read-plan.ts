/** Reads a job file: JSON, YAML or a module. The only place of this room that reads plans from the disk. */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { loadCron } from './cron.ts';
import { decode } from './decode.ts';
import { readJson } from './json.ts';
import { importPlan } from './module.ts';
import { MODULES, plansNear, YAMLS } from './near-plan.ts';
import { wayBelow } from './nearer.ts';
import { type Origin, type PlanFile, planFile } from './plan-file.ts';
import { quoteText } from './quote.ts';
import { type BytesRead, readBytes } from './read-bytes.ts';
import { Source } from './source.ts';
import { whyUnreadable } from './unreadable.ts';

/** A file with whatever is wrong in it, or why there is none: then the place is one in a module. */
export type PlanFileRead =
  | { readonly type: 'read'; readonly file: PlanFile }
  | { readonly type: 'failed'; readonly message: string; readonly line?: number; readonly column?: number };

/** Bytes beyond which nothing is a plan: a device that never ends must not fill the memory. */
const BYTES_MAX = 256 * 1024 * 1024;

const NO_TYPESCRIPT =
  'a module in TypeScript is not read; compile it to .mjs, or import it and give what it exports to run()';

/**
 * Reads the file at a path: JSON, YAML or a module by its extension; any other text is JSON when it begins with `{`, else
 * YAML. Never rejects.
 * @param cwd absolute: the path starts from it, and the file is shown relative to it.
 */
export async function readPlanFile(path: string, cwd: string): Promise<PlanFileRead> {
  const file = resolve(cwd, path);
  const shown = showFile(file, cwd);
  const bytes = await bytesOf(file);
  if ('message' in bytes) return bytes;
  const real = bytes.isFile ? { real: realOf(file) } : {};
  const extension = extname(file).toLowerCase();
  const origin: Origin = bytes.isFile
    ? { name: basename(file, extname(file)), folder: dirname(file), file }
    : { name: 'plan', folder: cwd };
  if (/^\.[cm]?ts$/.test(extension)) return { type: 'failed', message: NO_TYPESCRIPT };
  if (!MODULES.includes(extension))
    return { type: 'read', file: await readPlanText(bytes.bytes, { origin, shown, ...real, extension }) };
  const imported = await importPlan(file);
  await loadCron();
  if (imported.type === 'failed') return imported;
  return { type: 'read', file: planFile({ value: imported.value }, { origin, shown, ...real }) };
}

/** The same for a file that another one uses: what is none, such as a pipe, is not read. */
export async function readUsedFile(path: string, cwd: string): Promise<PlanFileRead> {
  return isSpecial(resolve(cwd, path))
    ? { type: 'failed', message: 'this is no regular file; name a plan file' }
    : readPlanFile(path, cwd);
}

/** What the bytes of a plan hold. @param place with the extension of its name, if it has one. */
export async function readPlanText(
  bytes: Uint8Array,
  { extension = '', ...place }: Pick<PlanFile, 'origin' | 'shown' | 'real'> & { readonly extension?: string },
): Promise<PlanFile> {
  const decoded = decode(bytes);
  const { text } = decoded;
  if (decoded.type === 'binary') {
    return planFile({ source: new Source(text), findings: [decoded.finding] }, place);
  }
  if (text.includes('cron') || text.includes('schedule')) await loadCron();
  const isJson = extension === '.json' || (!YAMLS.includes(extension) && text.trimStart().startsWith('{'));
  const read = isJson ? readJson : (await import('./yaml.ts')).readYaml;
  return planFile(read(text), place);
}

function realOf(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return file;
  }
}

/** Whether it is there and neither a file nor a folder. */
function isSpecial(file: string): boolean {
  try {
    const found = statSync(file);
    return !found.isFile() && !found.isDirectory();
  } catch {
    return false;
  }
}

async function bytesOf(file: string): Promise<BytesRead | Extract<PlanFileRead, { type: 'failed' }>> {
  try {
    const read = await readBytes(file, BYTES_MAX, 'all');
    return read ?? { type: 'failed', message: 'larger than 256 MiB; is this the right file?' };
  } catch (error) {
    return { type: 'failed', message: whyNoPlan(error, file) };
  }
}

function whyNoPlan(error: unknown, file: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EISDIR') return 'this is a folder; name the plan file in it';
  return `${whyUnreadable(error)}${code === 'ENOENT' ? nearFile(file) : ''}`;
}

/** A plan of nearly that name in the same folder. */
function nearFile(file: string): string {
  try {
    const { near } = plansNear(file);
    return near === undefined ? '' : `, did you mean ${quoteText(near)}?`;
  } catch {
    return '; its folder does not exist either';
  }
}

/** The file as people know it: relative to the current folder if inside it. */
export function showFile(file: string, cwd: string): string {
  const way = wayBelow(cwd, file) ?? file;
  return way || '.';
}
