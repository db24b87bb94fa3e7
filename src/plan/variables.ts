/** `${NAME}` and `${NAME:-default}` in texts that no shell reads; `$$` is a dollar. */

const REFERENCE = /\$(?:\$|\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})/g;

/** The variables that a text names, in order, with whether each has a default and where its name begins. */
export function namesIn(
  text: string,
): { readonly name: string; readonly hasDefault: boolean; readonly index: number }[] {
  const names: { readonly name: string; readonly hasDefault: boolean; readonly index: number }[] = [];
  if (!text.includes('${')) return names;
  for (const { 1: name, 2: fallback, index } of text.matchAll(REFERENCE)) {
    if (name !== undefined) names.push({ name, hasDefault: fallback !== undefined, index: index + 2 });
  }
  return names;
}

/** A text with its variables replaced, or the first name that has no value. */
export type Expansion =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'unset'; readonly name: string };

/**
 * Replaces every reference in `text` by what `lookup` finds; an unset name takes its default, as does an empty value
 * (as `:-` does in a shell). A `$` that starts no reference stays as it is.
 */
export function expand(text: string, lookup: (name: string) => string | undefined): Expansion {
  if (!text.includes('$')) return { type: 'text', text };
  let unset: string | undefined;
  const expanded = text.replace(REFERENCE, (whole, name: string | undefined, fallback: string | undefined) => {
    if (name === undefined) return '$';
    const value = lookup(name);
    if (fallback !== undefined) return value ? value : fallback;
    if (value === undefined) unset ??= name;
    return value ?? whole;
  });
  return unset === undefined ? { type: 'text', text: expanded } : { type: 'unset', name: unset };
}
