/** JSON with the variables in its texts. Of a text that is `${NAME:json}`, and no more, the JSON in the variable takes the place. */
import { isInexact, type Json } from '../plan/json-value.ts';
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
  const value = JSON.parse(text) as Json;
  if (typeof value === 'number' && isInexact(value)) return text;
  const fault = incomparable(text);
  if (fault === undefined) return value;
  throw new Unexpandable(`the value of "${name}" ${fault}; save what is to be compared by itself`);
}

/** Why a value cannot be compared, if so. */
function incomparable(text: string): string | undefined {
  let hasInexact = false;
  try {
    JSON.parse(text, (_, part: Json) => {
      hasInexact ||= typeof part === 'number' && isInexact(part);
      return part;
    });
  } catch {
    // It goes down level by level, on a stack that has an end.
    return 'is nested too deeply';
  }
  return hasInexact ? 'holds a number that cannot be told from its neighbours' : undefined;
}
