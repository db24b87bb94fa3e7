/** The ids of the steps in one list: given ones first, then names, then positions. */
import { nameOfReference } from './reference.ts';

/** Ids that a step cannot take: they are parts of other paths. */
export const KEPT_IDS: readonly string[] = ['finally'];

const LENGTH_MAX = 60;

/** What the id of a step is made of. */
export interface Naming {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly use?: string | undefined;
}

/**
 * An id for each step, in order, all different. A given id stays; a derived one that is taken gets `-2`, `-3`. A step
 * without a name is called as what it uses.
 */
export function idsFor(steps: readonly Naming[]): string[] {
  const taken = new Set([...KEPT_IDS, ...steps.flatMap(step => step.id ?? [])]);
  const next = new Map<string, number>();
  return steps.map((step, index) => {
    if (step.id !== undefined) return step.id;
    const name = step.name ?? (step.use === undefined ? '' : nameOfReference(step.use));
    const wanted = slug(name) || String(index + 1);
    let id = wanted;
    for (let copy = next.get(wanted) ?? 2; taken.has(id); copy++) {
      id = `${wanted}-${copy}`;
      next.set(wanted, copy + 1);
    }
    taken.add(id);
    return id;
  });
}

/** The id that is made of a name; undefined where none is left of it. */
export function idOf(name: string): string | undefined {
  return slug(name) || undefined;
}

/** `Build the Site!` is `build-the-site`; empty when no letter or digit is left. */
function slug(name: string): string {
  if (/^[a-z0-9_]*$/.test(name) && name.length <= LENGTH_MAX) return name;
  return withoutAccents(name)
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .slice(0, LENGTH_MAX)
    .replace(/^-+|-+$/g, '');
}

function withoutAccents(name: string): string {
  return /^\p{ASCII}*$/u.test(name) ? name : name.normalize('NFKD').replace(/\p{Mark}/gu, '');
}
