/** JSON with the variables in its texts. Of a text that is `${NAME:json}`, and no more, the JSON in the variable takes the place. */
import { depthFinding } from '../plan/depth.ts';
import { parseExactly } from '../plan/exact-json.ts';
import type { Json } from '../plan/json-value.ts';
import { jsonNameIn } from '../plan/variables.ts';
import { Unexpandable, UnsetVariable, type Variables } from './variables.ts';

/**
 * The value with every text in it changed but the names of members. A number that JavaScript cannot tell from its
 * neighbours becomes a text of its digits, as an answer is held against.
 * @throws {Unexpandable} when a name has no value and no default, or what should be JSON is none.
 */
export function finalJson(value: Json, variables: Variables): Json {
  if (typeof value === 'string') {
    const name = jsonNameIn(value);
    return name === undefined ? variables.expand(value) : comparable(name, jsonOf(name, variables));
  }
  if (Array.isArray(value)) return value.map((item: Json) => finalJson(item, variables));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, finalJson(item, variables)]));
}

/** The same, written down: numbers of variables with the digits that they have there. */
export function finalJsonText(value: Json, variables: Variables): string {
  if (typeof value === 'string') {
    const name = jsonNameIn(value);
    return name === undefined ? JSON.stringify(variables.expand(value)) : jsonOf(name, variables);
  }
  if (Array.isArray(value)) return `[${value.map((item: Json) => finalJsonText(item, variables)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  // A plan of the library may have members that are undefined, which JSON leaves out.
  const members = Object.entries(value).flatMap(([name, item]) =>
    item === undefined ? [] : `${JSON.stringify(name)}:${finalJsonText(item, variables)}`,
  );
  return `{${members.join(',')}}`;
}

/** The value of a variable, which is JSON. */
function jsonOf(name: string, variables: Variables): string {
  const text = variables.get(name);
  if (text === undefined) throw new UnsetVariable(name, false);
  try {
    JSON.parse(text);
    return text.trim();
  } catch {
    // What the value is may be a secret, and its reason would quote it.
    throw new Unexpandable(`the value of "${name}" is no JSON; write "\${${name}}" where it is meant as a text`);
  }
}

function comparable(name: string, text: string): Json {
  const value = parseExactly(text);
  if (depthFinding(value) === undefined) return value;
  throw new Unexpandable(`the value of "${name}" is nested too deeply to be compared`);
}
