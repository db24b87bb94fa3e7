/** The keys of the job file, as its JSON Schema has them. */

/** The parts of the JSON Schema that are looked at. */
export interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
}

/** Every key below an object, with dots: `http.expect.status`; those that begin with `x-` are `x-NAME`. Definitions are met where the object is. */
export function keysOf(object: Schema): [key: string, property: Schema][] {
  const named = Object.entries(object.patternProperties ?? {}).map(([pattern, property]): [string, Schema] => [
    `${pattern.slice(1)}NAME`,
    property,
  ]);
  return [...Object.entries(object.properties ?? {}), ...named].flatMap(([key, property]) => {
    return [[key, property], ...keysIn(property).map(([below, at]): [string, Schema] => [`${key}.${below}`, at])];
  });
}

/** The same in whatever a value may be; a name that users choose is `NAME`. */
function keysIn(value: Schema): [key: string, property: Schema][] {
  const { anyOf = [], items, additionalProperties: named } = value;
  const members = typeof named === 'object' ? keysIn(named) : [];
  const all = [
    ...keysOf(value),
    ...anyOf.flatMap(keysIn),
    ...(items === undefined ? [] : keysIn(items)),
    ...members.map(([below, at]): [string, Schema] => [`NAME.${below}`, at]),
  ];
  return [...new Map(all)];
}
