/** The types of a request as its author writes it. */
import type { ScalarInput } from './input-terms.ts';
import type { Json } from './json-value.ts';

export interface HttpInput {
  method?: string | undefined;
  url: string;
  headers?: Readonly<Record<string, ScalarInput>> | undefined;
  json?: Json | undefined;
  body?: string | undefined;
  expect?: { status?: StatusInput | readonly StatusInput[] | undefined } | undefined;
}

/** `204`, or a class such as `"2xx"`. */
export type StatusInput = number | '1xx' | '2xx' | '3xx' | '4xx' | '5xx';
