/** JSON pointers (RFC 6901) into a value that was parsed. */
import type { Json } from '../../plan/plan.ts';

/** What the pointer points to; undefined where there is nothing. */
export function parsedAt(document: Json, pointer: string): Json | undefined {
  let value: Json | undefined = document;
  const [, ...tokens] = pointer.split('/');
  for (const token of tokens) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value) && !/^(?:0|[1-9][0-9]*)$/.test(name)) return undefined;
    value = Object.hasOwn(value, name) ? (value as Readonly<Record<string, Json>>)[name] : undefined;
  }
  return value;
}
