/** Which variables steps leave to those that follow, and where two of them are in each other's way. */
import { formatPath } from './problems.ts';
import { isRaw, listsOf, type Raw } from './raw.ts';
import type { Finding, Path } from './source.ts';

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
  placeOf(name: string): Path | undefined;
}

/** Looks through all steps. Values of a wrong type are passed over. */
export function collectSaves(root: Raw): Saves {
  const collecting = new Collecting();
  collecting.step(root, []);
  return collecting;
}

/** The variables that the step's own `save` names, with their places. */
export function namesOfSave(save: unknown, path: Path): SavedNames {
  if (typeof save === 'string') return new Map([[save, path]]);
  if (Array.isArray(save)) {
    const names = new Map<string, Path>();
    for (const [index, name] of save.entries())
      if (typeof name === 'string' && !names.has(name)) names.set(name, [...path, index]);
    return names;
  }
  return isRaw(save) ? new Map(Object.keys(save).map(name => [name, [...path, name]])) : NONE;
}

class Collecting implements Saves {
  readonly findings: Finding[] = [];
  readonly #bySteps = new Map<Raw, SavedNames>();
  readonly #places = new Map<string, Path>();

  of(step: Raw): SavedNames {
    return step.background === true ? NONE : this.inside(step);
  }

  inside(step: Raw): SavedNames {
    return this.#bySteps.get(step) ?? NONE;
  }

  placeOf(name: string): Path | undefined {
    return this.#places.get(name);
  }

  /** Collects what is inside the step, and returns what it leaves. */
  step(step: Raw, path: Path): SavedNames {
    let saved = NONE;
    if (step.save !== undefined) {
      saved = namesOfSave(step.save, [...path, 'save']);
      for (const [name, place] of saved) if (!this.#places.has(name)) this.#places.set(name, place);
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
        else if (isGather)
          this.#tell(`${formatPath(other)} saves "${name}", too, and both run at once; rename one`, place);
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
    this.findings.push({ message, path: place, at: 'value' });
  }
}
