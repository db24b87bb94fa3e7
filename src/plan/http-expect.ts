/** What the answer to a request must be. */
import type { Json } from './json-value.ts';

export interface HttpExpect {
  /** Statuses that count as success: exact ones, or classes such as `2xx`. */
  readonly status: readonly (number | `${1 | 2 | 3 | 4 | 5}xx`)[];
  /** By name in lower case. */
  readonly headers?: readonly (readonly [name: string, rule: TextRule])[];
  readonly body?: TextRule;
  /** Values in the body, which is JSON, by JSON pointers. */
  readonly json?: readonly (readonly [pointer: string, rule: JsonRule])[];
  /** Milliseconds within which all of it is there. */
  readonly underMs?: number;
  /** Of the body, unpacked, in hexadecimal. */
  readonly sha256?: string;
  /** The body is a stream of events, and this one ends it well. */
  readonly event?: EventRule;
}

/** A server-sent event. All that is given must hold. */
export interface EventRule {
  readonly name?: string;
  readonly data?: TextRule;
  /** Values in the data, which is JSON, by JSON pointers. */
  readonly json?: readonly (readonly [pointer: string, rule: JsonRule])[];
}

/** All that is given must hold. */
export interface TextRule {
  readonly equals?: string;
  readonly includes?: readonly string[];
  /** Source of a regular expression with the flags `u` and `m`. */
  readonly matches?: string;
}

export interface Bounds {
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
}

/** All that is given must hold. */
export interface JsonRule extends Bounds {
  readonly equals?: Json;
  readonly type?: JsonType;
  /** Of a text: as in {@link TextRule}. */
  readonly matches?: string;
  /** Of a text: these are in it; of an array: its elements. */
  readonly includes?: readonly Json[];
  /** Characters of a text, elements of an array, members of an object. */
  readonly length?: number | Bounds;
  /** Whether there is such a value. */
  readonly exists?: boolean;
}

export type JsonType = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null';
