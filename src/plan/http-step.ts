/** The request of an `http` step: what is sent, by what way, and what the answer must be. */
import type { HttpExpect } from './http-expect.ts';
import type { Json } from './json-value.ts';

/** A request, its `${NAME}`s as written, with what `httpDefaults` around it say. */
export interface HttpRequest extends HttpManner {
  readonly method: string;
  /** With the `baseUrl` before it, where it is a relative one. */
  readonly url: string;
  /** What the url begins with, where its variables may make more of it than a beginning. */
  readonly baseUrl?: string;
  /** The `baseUrl` from which it leads, where the variable that it begins with holds a link without a host. */
  readonly linkBase?: string;
  /** Put behind what the url has of them. */
  readonly query?: readonly Field[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  /** `false`: nobody, not even whom the url names. */
  readonly auth?: HttpAuth | false;
  /** A url whose origin alone is told it; absent: whoever is asked. */
  readonly authFor?: string;
  /** Sent with each attempt, so that the server does it once; `true`: one of its own for each step and tick of a run. */
  readonly idempotencyKey?: true | string;
  readonly expect: HttpExpect;
  /** The answer is a list in pages. */
  readonly paginate?: HttpPaginate;
}

export interface HttpPaginate {
  /** Where the next page is found: in the page, in the header Link, or by the query, in its number or in what the page says. */
  readonly next:
    | { readonly type: 'pointer'; readonly pointer: string }
    | { readonly type: 'header' }
    | { readonly type: 'param'; readonly name: string }
    | { readonly type: 'cursor'; readonly name: string; readonly pointer: string };
  /** A JSON pointer to the elements of a page; absent: the page itself. */
  readonly items?: string;
  /** So many pages at most. */
  readonly max?: number;
}

/** How a request is sent and its answer is read. */
export interface HttpManner {
  /** Redirects that are followed, one after the other; absent: five. */
  readonly follow?: number;
  /** `false`: the body stays packed as it comes. */
  readonly decompress?: boolean;
  /** Bytes, unpacked, that the body may have. */
  readonly maxBody?: number;
  /** Whose cookies it sends and keeps; absent: those of the run; `false`: none. */
  readonly session?: string | false;
  /** Through which it goes; absent: as the environment says; `false`: none. */
  readonly proxy?: string | false;
  /** Files start from the plan's folder. */
  readonly tls?: HttpTls;
  readonly http2?: boolean;
  /** A Unix socket, in the place of the host of the url; it starts from the plan's folder. */
  readonly socket?: string;
}

export interface HttpTls {
  /** Authorities that vouch for the server, in the place of the usual ones. */
  readonly ca?: string;
  /** Who we are. */
  readonly cert?: string;
  readonly key?: string;
  /** Whoever the server is. */
  readonly insecure?: boolean;
}

/** A name and its value; a name may come several times. */
export type Field = readonly [name: string, value: string];

export type HttpBody =
  | { readonly type: 'json'; readonly value: Json }
  | { readonly type: 'text'; readonly text: string; readonly contentType?: string }
  /** As a form of a page is sent. */
  | { readonly type: 'form'; readonly fields: readonly Field[] }
  /** The bytes of a file; its path starts from the plan's folder. */
  | { readonly type: 'file'; readonly path: string }
  /** `multipart/form-data`. */
  | { readonly type: 'multipart'; readonly parts: readonly HttpPart[] };

export type HttpPart =
  | { readonly type: 'text'; readonly name: string; readonly text: string; readonly contentType?: string }
  | {
      readonly type: 'file';
      readonly name: string;
      readonly path: string;
      /** What the server is told that the file is called; absent: its own name. */
      readonly fileName?: string;
      readonly contentType?: string;
    };

export type HttpAuth =
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'basic'; readonly user: string; readonly password: string }
  /** By host, from the file that NETRC names, else `~/.netrc`. */
  | { readonly type: 'netrc' };
