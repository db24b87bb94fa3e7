/** The request of an `http` step: what is sent, and what the answer must be. */
import type { Json } from './json-value.ts';

/** A request, its `${NAME}`s as written. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  readonly expect: HttpExpect;
}

export type HttpBody =
  | { readonly type: 'json'; readonly value: Json }
  | { readonly type: 'text'; readonly text: string };

export interface HttpExpect {
  /** Statuses that count as success: exact ones, or classes such as `2xx`. */
  readonly status: readonly (number | `${1 | 2 | 3 | 4 | 5}xx`)[];
}
