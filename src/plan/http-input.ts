/** The types of a request as its author writes it. */
import type { ExpectInput } from './http-expect-input.ts';
import type { ScalarInput, SizeInput } from './input-terms.ts';
import type { Json } from './json-value.ts';

export interface HttpInput extends HttpSharedInput {
  method?: string | undefined;
  /** Absolute, or relative to a `baseUrl`. */
  url: string;
  /** Sent as JSON. */
  json?: Json | undefined;
  /** Sent as a form of a page is. */
  form?: FieldsInput | undefined;
  /** Parts of `multipart/form-data`: values and files. */
  multipart?: Readonly<Record<string, PartInput | readonly PartInput[]>> | undefined;
  /** A file whose bytes are sent. */
  file?: string | undefined;
  /** Sent as it is. */
  body?: string | undefined;
  /** Sent with each attempt, so that the server does it once. */
  idempotencyKey?: true | string | undefined;
  expect?: ExpectInput | undefined;
  /** Walks through all pages of a list. */
  paginate?: PaginateInput | undefined;
}

export interface PaginateInput {
  /** `"header"`, a JSON pointer, or the parameter of the query that counts pages, or has what is at a place of the page. */
  next: string | { param: string; from?: string | undefined };
  items?: string | undefined;
  max?: number | undefined;
}

/** What requests may have from the groups around them. */
export interface HttpSharedInput {
  /** Put behind what the url has of them. */
  query?: FieldsInput | undefined;
  headers?: Readonly<Record<string, ScalarInput>> | undefined;
  /** Who asks. */
  auth?: AuthInput | false | undefined;
  /** How many redirects are followed. */
  follow?: number | false | undefined;
  /** Whether the body is unpacked. */
  decompress?: boolean | undefined;
  /** What the body may have, unpacked. */
  maxBody?: SizeInput | undefined;
  /** Whose cookies are sent and kept. */
  session?: string | false | undefined;
  proxy?: string | false | undefined;
  tls?: HttpTlsInput | undefined;
  http2?: boolean | undefined;
  /** A Unix socket. */
  socket?: string | undefined;
}

export interface HttpTlsInput {
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  insecure?: boolean | undefined;
}

/** For the requests of a step and all below it. */
export interface HttpDefaultsInput extends HttpSharedInput {
  /** What stands before relative urls. */
  baseUrl?: string | undefined;
}

/** Values by name; of a list each one with the name. */
export type FieldsInput = Readonly<Record<string, ScalarInput | readonly ScalarInput[]>>;

/** A value, or a file, or a value with its type. */
export type PartInput = ScalarInput | FilePartInput | TextPartInput;

export interface FilePartInput {
  file: string;
  name?: string | undefined;
  type?: string | undefined;
}

export interface TextPartInput {
  value: ScalarInput;
  type?: string | undefined;
}

/** Exactly one of them. */
export interface AuthInput {
  bearer?: string | undefined;
  basic?: { user: string; password: string } | undefined;
  netrc?: true | undefined;
}
