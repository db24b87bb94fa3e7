/** The types of what an answer must be, as its author writes it. */
import type { Bounds, JsonType } from './http-expect.ts';
import type { DurationInput, ScalarInput } from './input-terms.ts';
import type { Json } from './json-value.ts';

export interface ExpectInput {
  status?: StatusInput | readonly StatusInput[] | undefined;
  /** The whole value, or what is in it. */
  headers?: Readonly<Record<string, ScalarInput | TextRuleInput>> | undefined;
  body?: TextRuleInput | undefined;
  /** By JSON pointers: the value, or a rule for it. */
  json?: Readonly<Record<string, null | ScalarInput | readonly Json[] | JsonRuleInput>> | undefined;
  under?: DurationInput | undefined;
  sha256?: string | undefined;
  /** A server-sent event: the stream is read until it comes. */
  event?: EventInput | undefined;
}

export interface EventInput extends TextRuleInput {
  name?: string | undefined;
  json?: ExpectInput['json'];
}

/** `204`, or a class such as `"2xx"`. */
export type StatusInput = number | '1xx' | '2xx' | '3xx' | '4xx' | '5xx';

export interface TextRuleInput {
  includes?: string | readonly string[] | undefined;
  matches?: string | undefined;
}

type BoundsInput = { [bound in keyof Bounds]?: number | undefined };

export interface JsonRuleInput extends BoundsInput {
  equals?: Json | undefined;
  type?: JsonType | undefined;
  matches?: string | undefined;
  includes?: null | ScalarInput | readonly Json[] | undefined;
  length?: number | BoundsInput | undefined;
  exists?: boolean | undefined;
}
