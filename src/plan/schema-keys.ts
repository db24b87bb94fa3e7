/** The keys that may stand in an object of a plan, as the schema has them. */
import { definitionShape, planSchema, stepShape } from './schema.ts';
import { sourceShape } from './schema-data.ts';
import { rootShape } from './schema-root.ts';
import type { Path } from './source.ts';

/** Those of the objects that are told apart. */
export const KEYS = {
  root: [...Object.keys(rootShape), 'define', ...Object.keys(stepShape)],
  definition: Object.keys(definitionShape),
  step: Object.keys(stepShape),
  /** What a list of a forEach may come from. */
  source: Object.keys(sourceShape),
} as const;

/** A schema, of which only what it is made of is looked at. */
interface Schema {
  readonly _zod: { readonly def: object };
}

/** What a schema says of what may stand inside of it. */
type Definition = Partial<{
  readonly shape: Readonly<Record<string, Schema>>;
  readonly options: readonly Schema[];
  readonly element: Schema;
  readonly valueType: Schema;
  readonly innerType: Schema;
}>;

/** What each schema has at each key and index, as a file may have very many that are unknown. */
const childrenBy = new WeakMap<Schema, Map<string, readonly Schema[]>>();

/** All keys of what may be an object there, in the order of the schema; none where nothing may be. */
export function keysAt(path: Path): readonly string[] {
  let schemas: readonly Schema[] = kindsOf(planSchema);
  for (const part of path) schemas = schemas.flatMap(schema => childrenOf(schema, part));
  return [...new Set(schemas.flatMap(schema => Object.keys(definitionOf(schema).shape ?? {})))];
}

function childrenOf(schema: Schema, part: string | number): readonly Schema[] {
  const name = typeof part === 'number' ? '[]' : part;
  const children = childrenBy.get(schema) ?? new Map<string, readonly Schema[]>();
  childrenBy.set(schema, children);
  const met = children.get(name);
  if (met !== undefined) return met;
  const { shape = {}, element, valueType } = definitionOf(schema);
  const member = Object.hasOwn(shape, name) ? shape[name] : valueType;
  const child = typeof part === 'number' ? element : member;
  const kinds = child === undefined ? [] : kindsOf(child);
  // Names that users choose are without number.
  if (child !== valueType) children.set(name, kinds);
  return kinds;
}

/** What a value may be: the members of a union, and of those that are unions themselves. */
function kindsOf(schema: Schema): Schema[] {
  const { options, innerType } = definitionOf(schema);
  return innerType === undefined ? (options?.flatMap(kindsOf) ?? [schema]) : kindsOf(innerType);
}

function definitionOf(schema: Schema): Definition {
  return schema._zod.def;
}
