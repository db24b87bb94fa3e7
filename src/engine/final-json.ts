/** JSON with the variables in its texts. */
import type { Json } from '../plan/plan.ts';

/** Changes every text in it but the names of members. */
export function finalJson(value: Json, text: (value: string) => string): Json {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item: Json) => finalJson(item, text));
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value as Readonly<Record<string, Json>>);
    return Object.fromEntries(members.map(([name, item]) => [name, finalJson(item, text)]));
  }
  return value;
}
