/** Where the steps of a plan stand in its files. */
import { dirname } from 'node:path';
import { idsFor } from './ids.ts';
import type { Plan } from './plan.ts';
import type { PlanFile } from './plan-file.ts';
import { type PlanFiles, withUsedFiles } from './plan-files.ts';
import { isRaw, listsOf, type Raw } from './raw.ts';
import { readPlanFile } from './read-plan.ts';
import { Lines, type Path, type Place, type Source } from './source.ts';

export interface StepPlace extends Partial<Place> {
  /** Absolute path of the file in which the step stands; without a line where a program made the plan. */
  readonly file: string;
}

/** The place of the step with this path; of a copy, that of its forEach. Undefined where it is not known. */
export type PlaceOf = (step: string) => StepPlace | undefined;

/** A step as it stands in a file. */
interface Standing {
  readonly file: PlanFile;
  readonly step: unknown;
  readonly path: Path;
}

const MODULE = /\.[cm]?js$/i;

/**
 * Reads the files of a plan again: a plan that runs does not hold its text. Call it before anything starts, which may
 * change them. Never rejects: of files that cannot be read, no place is known.
 */
export async function readPlaces({ file, definition }: Pick<Plan, 'file' | 'definition'>): Promise<PlaceOf> {
  if (file === undefined) return () => undefined;
  if (MODULE.test(file)) return () => ({ file });
  const cwd = dirname(file);
  const read = await readPlanFile(file, cwd);
  if (read.type === 'failed') return () => undefined;
  const files = await withUsedFiles(read.file, path => readPlanFile(path, cwd));
  const entry = files.entry(files.main, definition, true);
  if (entry.type !== 'used') return () => undefined;
  const { childOf } = new Walk(files);
  const lines = new Map<Source, Lines>();

  return step => {
    let at: Standing | undefined = entry.used;
    let isFinally = false;
    for (const id of idsIn(step)) {
      if (id === 'finally') isFinally = true;
      else {
        at = at && childOf(at, id, isFinally);
        isFinally = false;
      }
    }
    return at && placeOf(at, lines);
  };
}

/** The ids along a path: copies share the place of their forEach. */
function idsIn(path: string): string[] {
  return path
    .replace(/\[\d+\]/g, '')
    .split('/')
    .filter(id => id !== '' && id !== '.');
}

function placeOf({ file: { origin, source }, path }: Standing, known: Map<Source, Lines>): StepPlace | undefined {
  const { file } = origin;
  if (file === undefined) return undefined;
  const spot = source?.find(path);
  if (source === undefined || spot === undefined) return { file };
  const lines = known.get(source) ?? new Lines(source.text);
  known.set(source, lines);
  return { file, ...lines.place(spot.key ?? spot.value) };
}

/** The way down from a step to what is in it, as `build.ts` builds it. */
class Walk {
  readonly #files: PlanFiles;
  /** Of each list, where its ids stand: a list may be long, and asked for each of its steps. */
  readonly #ids = new Map<readonly unknown[], ReadonlyMap<string, number>>();

  constructor(files: PlanFiles) {
    this.#files = files;
  }

  readonly childOf = (at: Standing, id: string, isFinally: boolean): Standing | undefined => {
    const { file, step } = at;
    if (!isRaw(step)) return undefined;
    const hasOwn = isFinally && step.finally !== undefined;
    if (typeof step.use !== 'string' || hasOwn) return this.#listed(at, step, id, isFinally);
    const resolved = this.#files.resolve(step.use, file);
    if (resolved.type !== 'used') return undefined;
    const inside = this.childOf(resolved.used, id, isFinally);
    // Where both have modifiers, what is used is one step inside.
    return inside ?? (id === 'plan' && !isFinally ? resolved.used : undefined);
  };

  #listed({ file, path }: Standing, step: Raw, id: string, isFinally: boolean): Standing | undefined {
    for (const { key, list, path: at } of listsOf(step, path)) {
      if ((key === 'finally') !== isFinally) continue;
      const index = this.#indexes(list).get(id);
      if (index !== undefined) return { file, step: list[index], path: [...at, index] };
    }
    return undefined;
  }

  #indexes(list: readonly unknown[]): ReadonlyMap<string, number> {
    let indexes = this.#ids.get(list);
    if (indexes === undefined) {
      const ids = idsFor(list.map(step => (isRaw(step) ? step : {})));
      indexes = new Map(ids.map((id, index) => [id, index]));
      this.#ids.set(list, indexes);
    }
    return indexes;
  }
}
