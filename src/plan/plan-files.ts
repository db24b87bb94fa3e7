/** The files that one plan is made of: its own, and those that its steps use; and what each `use` stands for. */
import { resolve } from 'node:path';
import { isWhole, type PlanFile } from './plan-file.ts';
import { escapeUnsafe, listed, quoteText } from './quote.ts';
import { isRaw, type Raw, visitBelow, visitRaw } from './raw.ts';
import type { PlanFileRead } from './read-plan.ts';
import { ACTION, DEFINITION_WORDS, isAction, parseReference, referenceFault } from './reference.ts';
import type { Path } from './source.ts';
import { didYouMean } from './suggest.ts';

/** What a `use` stands for: a plan, or a definition in one. */
export interface UsedStep {
  readonly file: PlanFile;
  /** The root of that file. */
  readonly root: Raw;
  /** The step that is used: the root itself, or the definition; a text stands for its command. */
  readonly step: Raw | string;
  /** Where it stands in its file. */
  readonly path: Path;
  /** Whether it stands in another file than the `use`. */
  readonly isElsewhere: boolean;
}

export type Resolved =
  | { readonly type: 'used'; readonly used: UsedStep }
  | { readonly type: 'fault'; readonly message: string }
  /** What is wrong with it is told elsewhere. */
  | { readonly type: 'told' };

const TOLD: Resolved = { type: 'told' };

/** So many definitions are named where one is not found. */
const NAMED = 10;
/** For so many the nearest one is looked for. */
const MEANT_MAX = 100;
/** Links that lead back may give files without end. */
const FILES_MAX = 1000;

export class PlanFiles {
  readonly main: PlanFile;
  readonly #used: ReadonlyMap<string, PlanFileRead>;
  #meant = 0;

  /** @param used by absolute path, the files that are used, with the files that these use. */
  constructor(main: PlanFile, used: ReadonlyMap<string, PlanFileRead> = new Map()) {
    this.main = main;
    this.#used = used;
  }

  /** All of them that could be read, the plan's own first. */
  get all(): readonly PlanFile[] {
    return [this.main, ...[...this.#used.values()].flatMap(read => (read.type === 'read' ? [read.file] : []))];
  }

  /** What the text after a `use` in this file stands for. */
  resolve(use: string, from: PlanFile): Resolved {
    const fault = referenceFault(use);
    if (fault !== undefined) return { type: 'fault', message: fault };
    const { file: path, definition } = parseReference(use);
    const found = path === undefined ? from : this.#find(path, from);
    if (found === undefined) return { type: 'fault', message: `${quoteText(use)} was not read` };
    if ('type' in found) {
      return { type: 'fault', message: `${quoteText(path ?? '')}: ${found.message}${hintFor(path ?? '', from)}` };
    }
    return this.entry(found, definition, found !== from);
  }

  /** The plan of a file, or one of its definitions. */
  entry(file: PlanFile, definition: string | undefined, isElsewhere: boolean): Resolved {
    const root = file.value;
    if (!isWhole(file) || !isRaw(root)) return TOLD;
    const definitions = isRaw(root.define) ? root.define : {};
    if (definition === undefined) return { type: 'used', used: { file, root, step: root, path: [], isElsewhere } };
    if (!Object.hasOwn(definitions, definition)) {
      const message = `${named(file)} defines no ${quoteText(definition)}${this.#hint(definition, Object.keys(definitions))}`;
      return { type: 'fault', message };
    }
    const step = definitions[definition];
    if (!isRaw(step) && typeof step !== 'string') return TOLD;
    return { type: 'used', used: { file, root, step, path: ['define', definition], isElsewhere } };
  }

  /** The files of which something is used by this plan or definition, its own first. */
  reachedFrom(entry: UsedStep): readonly PlanFile[] {
    const reached = new Set([entry.file]);
    const met = new Set([placeOf(entry)]);
    const waiting = [entry];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const from = at.file;
      visitBelow(at.step, [], ({ use }) => {
        const resolved = typeof use === 'string' ? this.resolve(use, from) : TOLD;
        if (resolved.type !== 'used' || met.has(placeOf(resolved.used))) return;
        met.add(placeOf(resolved.used));
        reached.add(resolved.used.file);
        waiting.push(resolved.used);
      });
    }
    return [...reached];
  }

  #hint(name: string, known: readonly string[]): string {
    if (known.length === 0) return '; it has no definitions';
    this.#meant += 1;
    const meant = this.#meant > MEANT_MAX ? '' : didYouMean(name, known);
    return meant || `; it defines ${listed(known.slice(0, NAMED), 'and')}`;
  }

  #find(path: string, from: PlanFile): PlanFile | Extract<PlanFileRead, { type: 'failed' }> | undefined {
    const file = resolve(from.origin.folder, path);
    if (file === this.main.origin.file) return this.main;
    const read = this.#used.get(file);
    return read?.type === 'read' ? read.file : read;
  }
}

/** What a path was meant to be that no file has. */
function hintFor(path: string, { value }: PlanFile): string {
  if (path.includes('#')) return `; ${DEFINITION_WORDS}`;
  if (isAction(path)) return `; ${ACTION}`;
  const isDefinition = isRaw(value) && isRaw(value.define) && Object.hasOwn(value.define, path);
  return isDefinition ? `, did you mean "#${path}"?` : '';
}

function named({ shown }: PlanFile): string {
  return shown === '' ? 'the plan' : escapeUnsafe(shown);
}

/** Names a plan or definition, the same for the same. */
export function placeOf({ file, path }: Pick<UsedStep, 'file' | 'path'>): string {
  return `${file.real ?? ''}#${path[1] ?? '.'}`;
}

/** Reads the files that a plan uses, and those that these use, each once. @param read never rejects. */
export async function withUsedFiles(main: PlanFile, read: (path: string) => Promise<PlanFileRead>): Promise<PlanFiles> {
  const used = new Map<string, PlanFileRead>();
  const waiting = [main];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const path of filesIn(file)) {
      if (path === main.origin.file || used.has(path)) continue;
      if (used.size >= FILES_MAX) {
        used.set(path, {
          type: 'failed',
          message: `not read: with what it uses, the plan has more than ${FILES_MAX} files`,
        });
        continue;
      }
      const found = await read(path);
      used.set(path, found);
      if (found.type === 'read') waiting.push(found.file);
    }
  }
  return new PlanFiles(main, used);
}

/** The absolute paths of the files that the steps of a file use. */
function filesIn({ value, origin }: PlanFile): ReadonlySet<string> {
  const paths = new Set<string>();
  if (!isRaw(value)) return paths;
  visitRaw(value, ({ use }) => {
    if (typeof use !== 'string' || referenceFault(use) !== undefined) return;
    const { file } = parseReference(use);
    if (file !== undefined) paths.add(resolve(origin.folder, file));
  });
  return paths;
}
