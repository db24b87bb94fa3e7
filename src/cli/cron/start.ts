/** How something that is not a shell of the user starts a plan: by absolute paths, in the plan's folder, with the PATH of now. */
import { existsSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';

/** The start of a plan, or of one of its definitions. */
export interface Start {
  /** Absolute. */
  readonly folder: string;
  /** The program, then its arguments. */
  readonly command: readonly string[];
  readonly path: string;
}

/** What is handed on to each start. */
export interface StartOptions {
  readonly set: Readonly<Record<string, string>>;
  readonly envFile: readonly string[];
}

/** @param file absolute. @param definition of the file, in the place of its plan. */
export function startOf(file: string, definition: string | undefined, { set, envFile }: StartOptions): Start {
  const folder = dirname(file);
  const program = runjobsNear(folder);
  return {
    folder,
    command: [
      program,
      '--quiet',
      ...Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
      ...envFile.flatMap(path => ['--env-file', resolve(path)]),
      definition === undefined ? file : `${file}#${definition}`,
    ],
    path: searchPath(process.env.PATH ?? ''),
  };
}

/** The runjobs that is installed nearest to the plan; else the one that runs now. */
function runjobsNear(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const program = join(at, 'node_modules', '.bin', 'runjobs');
    if (existsSync(program)) return program;
    if (at === dirname(at)) return resolve(process.argv[1] ?? 'runjobs');
  }
}

/** The folders of PATH, each once, and that of node; a relative one would mean another folder there. */
function searchPath(path: string): string {
  const folders = path.split(delimiter).filter(isAbsolute);
  const node = dirname(process.execPath);
  return [...new Set(folders.includes(node) ? folders : [node, ...folders])].join(delimiter);
}
