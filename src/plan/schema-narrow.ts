/** A strict object of very many optional keys, of which each value has few, checked by the keys that are there. */
import * as z from 'zod/mini';

/** So many sets of keys are remembered; plans have a handful. */
const REMEMBERED = 200;

/**
 * Makes the check of a strict object skip the keys that a value does not have: zod asks the schema of each key, absent or
 * not, which for a step is sixty calls for one or two keys. The findings stay the same, as all keys are optional.
 * @param object made of `shape` with `error`.
 */
export function skipAbsentKeys(
  object: z.ZodMiniType,
  shape: Readonly<Record<string, z.ZodMiniType>>,
  error: Parameters<typeof z.strictObject>[1],
): void {
  const { run } = object._zod;
  const bySet = new Map<string, z.ZodMiniType['_zod']['run']>();
  const names = Object.keys(shape);
  object._zod.run = (payload, context) => {
    const { value } = payload;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return run(payload, context);
    const keys = Object.keys(value);
    const set = keys.join();
    const known = bySet.get(set);
    if (known !== undefined) return known(payload, context);
    if (bySet.size >= REMEMBERED || !keys.every(key => Object.hasOwn(shape, key))) return run(payload, context);
    const there = names.filter(name => keys.includes(name)).map(name => [name, shape[name]] as const);
    const narrow = z.strictObject(Object.fromEntries(there) as Record<string, z.ZodMiniType>, error)._zod.run;
    bySet.set(set, narrow);
    return narrow(payload, context);
  };
}
