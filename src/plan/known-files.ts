/** What is known of the variables in the files that a plan names with `envFile`, before it runs. */
import { resolve } from 'node:path';
import { type EnvFileRead, peekEnvFile } from './env-file.ts';
import { type Known, namesOf } from './known.ts';
import { escapeUnsafe } from './quote.ts';
import { isRaw } from './raw.ts';
import type { References } from './references.ts';
import type { Path } from './source.ts';
import { expand, namesIn } from './variables.ts';

const NO_NAMES: ReadonlySet<string> = new Set();

/** A line of a file, as compilers tell it. */
function placeIn(file: string, line: number): string {
  return `${escapeUnsafe(file)}:${line}`;
}

/** Reads each file once. */
export class KnownFiles {
  readonly #references: References;
  readonly #read = new Map<string, EnvFileRead | undefined>();

  /** The paths start from the folder of the file that is looked at. */
  constructor(references: References) {
    this.#references = references;
  }

  /** What is known inside of a step with this `envFile`; the path of each file may use the files before it. */
  within(envFile: unknown, path: Path, outer: Known): Known {
    const isList = Array.isArray(envFile);
    let known = outer;
    for (const [index, file] of (isList ? envFile : [envFile]).entries()) {
      const at = isList ? [...path, index] : path;
      if (typeof file === 'string') known = this.#withFile(file, at, { known, isOptional: false });
      else if (isRaw(file) && typeof file.path === 'string')
        known = this.#withFile(file.path, [...at, 'path'], { known, isOptional: file.optional === true });
    }
    return known;
  }

  #withFile(text: string, path: Path, { known, isOptional }: { readonly known: Known; readonly isOptional: boolean }) {
    this.#references.place(text, path, known);
    const open = () => known.with(NO_NAMES, { isOpen: true });
    if (namesIn(text).length > 0) return open();
    const read = this.#peek(text);
    switch (read?.type) {
      case undefined:
        return open();
      case 'read':
        return known.with(namesOf(read.values));
      case 'missing':
        if (!isOptional)
          this.#references.tell('no such file; write {path, optional: true} where it may be missing', path);
        return open();
      case 'failed':
        this.#references.tell(
          read.line === undefined ? read.message : `${placeIn(text, read.line)}: ${read.message}`,
          path,
        );
        return open();
      default:
        return read satisfies never;
    }
  }

  /** The file at a path that names no variable; `$$` in it is a dollar. */
  #peek(path: string): EnvFileRead | undefined {
    const expansion = expand(path, () => undefined);
    const file = resolve(this.#references.file.origin.folder, expansion.type === 'text' ? expansion.text : path);
    if (!this.#read.has(file)) this.#read.set(file, peekEnvFile(file));
    return this.#read.get(file);
  }
}
