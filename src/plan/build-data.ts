/** Makes what a plan says of data: inputs, files of variables, what is saved, and the lists of a forEach. */
import type { InputInput, ListInput, ListSourceInput, PlanInput, ScalarInput, StepInput } from './input.ts';
import type {
  Condition,
  EnvFile,
  FailFast,
  Input,
  Items,
  List,
  ListSource,
  NamedList,
  Need,
  RunStep,
  Save,
  SavedPart,
  Tolerance,
} from './plan.ts';
import type { Path } from './source.ts';
import { namesIn } from './variables.ts';

/** A scalar as its author wrote it. */
export type TextOf = (scalar: ScalarInput, path: Path) => string;

/** Scalars as their author wrote them: `3.10` and `012` stay so. */
export function textsOf(
  scalars: Readonly<Record<string, ScalarInput>>,
  path: Path,
  textOf: TextOf,
): Readonly<Record<string, string>> {
  const written = ([name, scalar]: [string, ScalarInput]) => [name, textOf(scalar, [...path, name])] as const;
  return Object.fromEntries(Object.entries(scalars).map(written));
}

/** Makes the leaf step of a script that prints a list. */
export type CommandOf = (script: string) => RunStep;

/** @param path of the plan or definition that declares them. */
export function inputsOf(inputs: PlanInput['inputs'], path: Path, textOf: TextOf): Readonly<Record<string, Input>> {
  const inputOf = ([name, input]: [string, InputInput]) =>
    [name, oneInput(input, [...path, 'inputs', name], textOf)] as const;
  return Object.fromEntries(Object.entries(inputs ?? {}).map(inputOf));
}

function oneInput(input: InputInput, path: Path, textOf: TextOf): Input {
  const { type = 'string', description, pattern } = input;
  return {
    type,
    required: input.required ?? input.default === undefined,
    ...(description === undefined ? {} : { description }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(input.enum === undefined
      ? {}
      : { enum: input.enum.map((value, index) => textOf(value, [...path, 'enum', index])) }),
    ...(input.default === undefined ? {} : { default: textOf(input.default, [...path, 'default']) }),
  };
}

/** An `if`, whose place is `path`. */
export function conditionOf(
  condition: NonNullable<StepInput['if']>,
  path: Path,
  textOf: TextOf,
  commandOf: CommandOf,
): Condition {
  if (typeof condition === 'string') return { type: 'test', command: commandOf(condition) };
  const valuesOf = ([name, value]: [string, ScalarInput | readonly ScalarInput[]]) => {
    const at = [...path, name];
    const values = isList<ScalarInput>(value)
      ? value.map((one, index) => textOf(one, [...at, index]))
      : [textOf(value as ScalarInput, at)];
    return [name, values] as const;
  };
  return { type: 'equal', values: Object.fromEntries(Object.entries(condition).map(valuesOf)) };
}

export function envFilesOf(files: NonNullable<StepInput['envFile']>): readonly EnvFile[] {
  return [files]
    .flat()
    .map(file =>
      typeof file === 'string'
        ? { path: file, optional: false }
        : { path: file.path, optional: file.optional ?? false },
    );
}

export function needsOf(needs: NonNullable<StepInput['needs']>): readonly Need[] {
  return [needs]
    .flat()
    .map(need =>
      typeof need === 'string' ? { id: need, when: 'succeeded' } : { id: need.id, when: need.when ?? 'succeeded' },
    );
}

/** `save`, `saveTo` and `pools` of a leaf. */
export function keepingOf({ save, saveTo, pools }: StepInput): {
  save?: Save;
  saveTo?: string;
  pools?: Readonly<Record<string, number>>;
} {
  return {
    ...(save === undefined ? {} : { save: saveOf(save) }),
    ...(pools === undefined ? {} : { pools: poolsOf(pools) }),
    ...(saveTo === undefined ? {} : { saveTo }),
  };
}

/** What the `save` of a step that uses another takes from inside: the names outside, each with that inside. */
export function namesTaken(save: NonNullable<StepInput['save']>): Readonly<Record<string, string>> {
  if (typeof save === 'string') return { [save]: save };
  return isList<string>(save) ? Object.fromEntries(save.map(name => [name, name])) : (save as Record<string, string>);
}

/** The variables that a step saves. */
export function namesSaved({ save }: Pick<StepInput, 'save'>): readonly string[] {
  if (save === undefined) return [];
  if (typeof save === 'string') return [save];
  return isList(save) ? save : Object.keys(save);
}

function poolsOf(pools: NonNullable<StepInput['pools']>): Readonly<Record<string, number>> {
  if (typeof pools === 'string') return { [pools]: 1 };
  return isList<string>(pools) ? Object.fromEntries(pools.map(name => [name, 1])) : (pools as Record<string, number>);
}

function saveOf(save: NonNullable<StepInput['save']>): Save {
  if (typeof save === 'string') return { type: 'output', name: save };
  if (isList(save)) return { type: 'file', names: save };
  const parts = Object.entries(save).map(([name, part]) => [name, partOf(part)] as const);
  return { type: 'parts', parts: Object.fromEntries(parts) };
}

function partOf(part: string): SavedPart {
  if (part === 'status') return { type: 'status' };
  if (part.startsWith('header:')) return { type: 'header', name: part.slice('header:'.length).toLowerCase() };
  return { type: 'pointer', pointer: part };
}

/** What a gather and a forEach say of their children together. */
export function widthOf({ limit, failFast, tolerate }: StepInput): {
  limit?: number;
  failFast: FailFast;
  tolerate?: Tolerance;
} {
  return {
    failFast: failFast ?? true,
    ...(limit === undefined ? {} : { limit }),
    ...(tolerate === undefined ? {} : { tolerate: toleranceOf(tolerate) }),
  };
}

function toleranceOf(tolerate: number | string): Tolerance {
  return typeof tolerate === 'number'
    ? { type: 'count', count: tolerate }
    : { type: 'percent', percent: Number.parseFloat(tolerate) };
}

/** The lists of a forEach, whose place is `path`. */
export function itemsOf(
  forEach: NonNullable<StepInput['forEach']>,
  path: Path,
  textOf: TextOf,
  commandOf: CommandOf,
): Items {
  const rowsOf = (rows: readonly Readonly<Record<string, ScalarInput>>[], at: Path) =>
    rows.map((row, index) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(value, [...at, index, name])])),
    );
  if (isList(forEach)) return { type: 'rows', rows: rowsOf(forEach, path) };
  const lists: NamedList[] = [];
  let exclude: readonly Readonly<Record<string, string>>[] = [];
  for (const [name, list] of Object.entries(forEach)) {
    const at = [...path, name];
    if (name === 'exclude') exclude = rowsOf(list as readonly Readonly<Record<string, ScalarInput>>[], at);
    else if (isList(list)) {
      const values = (list as readonly ScalarInput[]).map((value, index) => textOf(value, [...at, index]));
      lists.push({ name, list: { type: 'values', values } });
    } else lists.push({ name, list: listOf(list as ListInput, commandOf) });
  }
  return { type: 'product', lists, exclude };
}

function listOf({ lines, json, csv, glob }: ListInput, commandOf: CommandOf): List {
  if (glob !== undefined) return { type: 'glob', pattern: glob };
  if (lines !== undefined) return { type: 'lines', from: sourceOf(lines, commandOf) };
  if (json !== undefined) return { type: 'json', from: sourceOf(json, commandOf) };
  return { type: 'csv', from: sourceOf(csv ?? '', commandOf) };
}

function sourceOf(source: ListSourceInput, commandOf: CommandOf): ListSource {
  if (typeof source === 'string') return { type: 'file', path: source };
  if (source.run !== undefined) return { type: 'command', command: commandOf(source.run) };
  return { type: 'variable', name: source.var ?? '' };
}

/** The variables that a copy has from the lists: these names, and where the items may be objects those that begin with `NAME_`. */
export function namesOfItems(items: Items): {
  readonly names: ReadonlySet<string>;
  readonly prefixes: readonly string[];
} {
  if (items.type === 'rows') return { names: new Set(items.rows.flatMap(row => Object.keys(row))), prefixes: [] };
  const withMembers = items.lists.filter(({ list }) => list.type === 'json' || list.type === 'csv');
  return {
    names: new Set(items.lists.map(({ name }) => name)),
    prefixes: withMembers.map(({ name }) => `${name}_`),
  };
}

/** Parts the variables of a forEach step: those that speak of its lists belong to each copy, the others to all. */
export function partEnv(
  env: Readonly<Record<string, string>>,
  items: Items,
): Record<'outer' | 'inner', Record<string, string>> {
  const { names, prefixes } = namesOfItems(items);
  const speaks = (text: string) =>
    namesIn(text).some(({ name }) => names.has(name) || prefixes.some(prefix => name.startsWith(prefix)));
  const parted: Record<'outer' | 'inner', Record<string, string>> = { outer: {}, inner: {} };
  for (const [name, value] of Object.entries(env)) parted[speaks(value) ? 'inner' : 'outer'][name] = value;
  return parted;
}

function isList<T>(value: unknown): value is readonly T[] {
  return Array.isArray(value);
}
