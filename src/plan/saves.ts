/** Which variables steps leave to those that follow, and where two of them are in each other's way. */
import type { PlanFile } from './plan-file.ts';
import type { PlanFiles } from './plan-files.ts';
import { formatPath } from './problems.ts';
import { quoteText } from './quote.ts';
import { isRaw, listsOf, type Raw, rootsOf } from './raw.ts';
import { secretNames } from './secret-checks.ts';
import type { Finding, Path } from './source.ts';
import { didYouMean } from './suggest.ts';

/** Names of variables, each with the place where it is saved. */
export type SavedNames = ReadonlyMap<string, Path>;

const NONE: SavedNames = new Map();

/** What every step of a plan saves. */
export interface Saves {
  readonly findings: readonly Finding[];
  /** What the step, with all that is inside it, leaves to those that follow it. */
  of(step: Raw): SavedNames;
  /** What the step and all that is inside it save, where its `finally` sees it. */
  inside(step: Raw): SavedNames;
  /** The first place anywhere that saves the name. */
  placeOf(name: string): SavedPlace | undefined;
}

export interface SavedPlace {
  readonly file: PlanFile;
  readonly path: Path;
}

/** Looks through all steps of all files, which use each other in no circle. Values of a wrong type are passed over. */
export function collectSaves(files: PlanFiles): Saves {
  const collecting = new Collecting(files);
  for (const file of files.all) {
    if (!isRaw(file.value)) continue;
    for (const { step, path } of rootsOf(file.value)) if (isRaw(step)) collecting.inFile(file, step, path);
  }
  return collecting;
}

/** The variables that the step's own `save` names, with their places. */
function namesOfSave(save: unknown, path: Path): SavedNames {
  if (typeof save === 'string') return new Map([[save, path]]);
  if (Array.isArray(save)) {
    const names = new Map<string, Path>();
    for (const [index, name] of save.entries())
      if (typeof name === 'string' && !names.has(name)) names.set(name, [...path, index]);
    return names;
  }
  return isRaw(save) ? new Map(Object.keys(save).map(name => [name, [...path, name]])) : NONE;
}

/** What the `save` of a step that uses another takes from inside. */
function takenNames(
  save: unknown,
  path: Path,
): { readonly name: string; readonly inner: string; readonly place: Path }[] {
  if (!isRaw(save)) return [...namesOfSave(save, path)].map(([name, place]) => ({ name, inner: name, place }));
  return Object.entries(save).flatMap(([name, inner]) =>
    typeof inner === 'string' ? [{ name, inner, place: [...path, name] }] : [],
  );
}

class Collecting implements Saves {
  readonly findings: Finding[] = [];
  readonly #files: PlanFiles;
  readonly #secrets: ReadonlySet<string>;
  readonly #bySteps = new Map<Raw, SavedNames>();
  /** Plans and definitions that were looked at. */
  readonly #met = new Set<Raw>();
  readonly #places = new Map<string, SavedPlace>();
  #file: PlanFile;

  constructor(files: PlanFiles) {
    this.#files = files;
    this.#secrets = new Set(files.all.flatMap(({ value }) => secretNames(value)));
    this.#file = files.main;
  }

  of(step: Raw): SavedNames {
    return step.background === true ? NONE : this.inside(step);
  }

  inside(step: Raw): SavedNames {
    return this.#bySteps.get(step) ?? NONE;
  }

  placeOf(name: string): SavedPlace | undefined {
    return this.#places.get(name);
  }

  /** Collects what is inside a step of a file, once. */
  inFile(file: PlanFile, step: Raw, path: Path): SavedNames {
    if (this.#met.has(step)) return this.inside(step);
    this.#met.add(step);
    const around = this.#file;
    this.#file = file;
    this.step(step, path);
    this.#file = around;
    return this.inside(step);
  }

  /** Collects what is inside the step, and returns what it leaves. */
  step(step: Raw, path: Path): SavedNames {
    let saved = NONE;
    if (typeof step.use === 'string') saved = this.#used(step, step.use, path);
    else if (step.save !== undefined) {
      saved = namesOfSave(step.save, [...path, 'save']);
      for (const [name, path] of saved) {
        if (!this.#places.has(name)) this.#places.set(name, { file: this.#file, path });
      }
    }
    for (const { key, list, path: at } of listsOf(step, path)) {
      const inside = this.#children(list, at, key === 'gather');
      if (key === 'finally' || inside.size === 0) continue;
      this.#tellHidden(inside, step.env, path);
      saved = inside;
    }
    if (saved.size > 0) this.#bySteps.set(step, saved);
    return this.of(step);
  }

  /** What comes out of a step that uses another: all that is saved in there, or what its own `save` takes of it. */
  #used(step: Raw, use: string, path: Path): SavedNames {
    const resolved = this.#files.resolve(use, this.#file);
    const target = resolved.type === 'used' ? resolved.used : undefined;
    const inside = target && isRaw(target.step) ? this.inFile(target.file, target.step, target.path) : NONE;
    // Places in another file say nothing here.
    const all = new Map([...inside.keys()].map(name => [name, [...path, 'use'] as Path]));
    if (step.save === undefined) {
      this.#tellHidden(all, step.env, path);
      return all;
    }
    const at = [...path, 'save'];
    for (const { name, inner, place } of takenNames(step.save, at)) {
      if (this.#secrets.has(name) && !this.#secrets.has(inner)) {
        const what = `${quoteText(inner)} goes on as the secret ${quoteText(name)}, and is none itself`;
        this.#tell(`${what}: it would be shown until then; add it to secrets`, place);
      }
      if (target === undefined || inside.has(inner)) continue;
      const hint = didYouMean(inner, [...inside.keys()]);
      this.#tell(`no step of ${quoteText(use)} saves ${quoteText(inner)}${hint}`, place);
    }
    return namesOfSave(step.save, at);
  }

  /** @param isGather whether the children run at once, so that none may save what another one does. */
  #children(list: readonly unknown[], path: Path, isGather: boolean): SavedNames {
    let all = NONE;
    let own: Map<string, Path> | undefined;
    for (const [index, child] of list.entries()) {
      if (!isRaw(child)) continue;
      const saved = this.step(child, [...path, index]);
      if (saved.size === 0) continue;
      if (all.size === 0) {
        all = saved;
        continue;
      }
      own ??= new Map(all);
      for (const [name, place] of saved) {
        const other = own.get(name);
        if (other === undefined) own.set(name, place);
        else if (isGather) {
          const way = place.at(-1) === 'use' ? 'say in save what each of them hands on' : 'rename one';
          this.#tell(`${formatPath(other)} saves "${name}", too, and both run at once; ${way}`, place);
        }
      }
      all = own;
    }
    return all;
  }

  #tellHidden(saved: SavedNames, env: unknown, group: Path): void {
    if (!isRaw(env)) return;
    for (const name of Object.keys(env)) {
      const place = saved.get(name);
      if (place === undefined) continue;
      const hiding = formatPath([...group, 'env', name]);
      this.#tell(`nobody sees what is saved here: ${hiding} comes first; rename one of them`, place);
    }
  }

  #tell(message: string, place: Path): void {
    this.findings.push({ message, path: place, at: 'value', in: this.#file });
  }
}
