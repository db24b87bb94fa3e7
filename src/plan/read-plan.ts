/** Reads a job file: JSON, YAML or a module. The only place of this room that reads plans from the disk. */
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, relative, resolve } from 'node:path';
import { loadCron } from './cron.ts';
import { decode } from './decode.ts';
import { readJson } from './json.ts';
import { importPlan } from './module.ts';
import { type Origin, type PlanFile, planFile } from './plan-file.ts';
import { Source } from './source.ts';
import { didYouMean } from './suggest.ts';
import { whyUnreadable } from './unreadable.ts';

/** A file with whatever is wrong in it, or why there is none: then the place is one in a module. */
export type PlanFileRead =
  | { readonly type: 'read'; readonly file: PlanFile }
  | { readonly type: 'failed'; readonly message: string; readonly line?: number; readonly column?: number };

/** Bytes beyond which nothing is a plan: a device that never ends must not fill the memory. */
const BYTES_MAX = 256 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

const MODULES = ['.mjs', '.js', '.cjs'];
const YAMLS = ['.yaml', '.yml'];
const PLANS = ['.json', ...YAMLS, ...MODULES];

/**
 * Reads the file at a path: JSON, YAML or a module by its extension; any other text is JSON when it begins with `{`, else
 * YAML. Never rejects.
 * @param cwd absolute: the path starts from it, and the file is shown relative to it.
 */
export async function readPlanFile(path: string, cwd: string): Promise<PlanFileRead> {
  const file = resolve(cwd, path);
  const shown = showFile(file, cwd);
  const bytes = await readBytes(file);
  if (bytes.type === 'failed') return bytes;
  const real = bytes.isFile ? { real: await realpath(file).catch(() => file) } : {};
  const extension = extname(file).toLowerCase();
  // A pipe with a path, as of `<(…)`, lies in no folder that anybody means.
  const origin: Origin = bytes.isFile
    ? { name: basename(file, extname(file)), folder: dirname(file), file }
    : { name: 'plan', folder: cwd };
  if (!MODULES.includes(extension))
    return { type: 'read', file: await readPlanText(bytes.bytes, { origin, shown, ...real, extension }) };
  const imported = await importPlan(file);
  await loadCron();
  if (imported.type === 'failed') return imported;
  return { type: 'read', file: planFile({ value: imported.value }, { origin, shown, ...real }) };
}

/** The same for a file that another one uses: what is none, such as a pipe, is not read. */
export async function readUsedFile(path: string, cwd: string): Promise<PlanFileRead> {
  const found = await stat(resolve(cwd, path)).catch(() => undefined);
  if (found !== undefined && !found.isFile() && !found.isDirectory()) {
    return { type: 'failed', message: 'this is no regular file; name a plan file' };
  }
  return readPlanFile(path, cwd);
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

type Bytes =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly isFile: boolean }
  | { readonly type: 'failed'; readonly message: string };

async function readBytes(file: string): Promise<Bytes> {
  try {
    await using handle = await open(file);
    const chunks: Buffer[] = [];
    for (let length = 0; length <= BYTES_MAX; ) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES));
      if (bytesRead === 0)
        return { type: 'bytes', bytes: Buffer.concat(chunks), isFile: (await handle.stat()).isFile() };
      chunks.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
    return { type: 'failed', message: 'larger than 256 MiB; is this the right file?' };
  } catch (error) {
    return { type: 'failed', message: await whyNoPlan(error, file) };
  }
}

async function whyNoPlan(error: unknown, file: string): Promise<string> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EISDIR') return 'this is a folder; name the plan file in it';
  return `${whyUnreadable(error)}${code === 'ENOENT' ? await nearFile(file) : ''}`;
}

/** A plan of nearly that name in the same folder. */
async function nearFile(file: string): Promise<string> {
  try {
    const names = await readdir(dirname(file));
    return didYouMean(
      basename(file),
      names.filter(name => PLANS.includes(extname(name).toLowerCase())),
    );
  } catch {
    return '; its folder does not exist either';
  }
}

/** The file as people know it: relative to the current folder if inside it. */
export function showFile(file: string, cwd: string): string {
  const path = relative(cwd, file) || '.';
  return /^\.\.(?:[\\/]|$)/.test(path) || isAbsolute(path) ? file : path;
}
