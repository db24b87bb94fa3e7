/** The texts of requests in which `${NAME}` is expanded, each with its place. */
import { isRaw } from './raw.ts';
import type { Path, Placed, TextKind } from './source.ts';
import { isRelative } from './url-joining.ts';

/** Texts by what they are of: those further in take the places of those further out. */
export type RequestTexts = ReadonlyMap<string, Placed>;

/** Keys whose members have names, which are merged by them. */
const MERGED = ['headers', 'query', 'tls'];
const MANNER = ['auth', 'session', 'proxy', 'socket'];
const SHARED = ['baseUrl', ...MANNER];
/** Of keys whose texts are not like any others; `tls` and `multipart` have further files. */
const KINDS: ReadonlyMap<string, TextKind> = new Map([
  ...['url', 'baseUrl', 'proxy', 'socket'].map(key => [key, 'place'] as const),
  ['file', 'file'],
  ['json', 'json'],
]);
const AUTHORIZATION = 'headers.authorization';
const OWN = ['url', ...MANNER, 'json', 'form', 'multipart', 'file', 'body', 'idempotencyKey'];

/** Of a step: those of its `httpDefaults`, over those further out. What has a wrong type is passed over. */
export function defaultTexts(defaults: unknown, path: Path, outer: RequestTexts = new Map()): RequestTexts {
  if (!isRaw(defaults)) return outer;
  const own = textsOf(defaults, path, SHARED);
  const texts = new Map([...withoutWho(outer, own), ...own]);
  if (defaults.auth === undefined) return texts;
  // It is for the site beside which it stands, whatever url a request has.
  const site = isRaw(defaults.auth) && defaults.auth.netrc === undefined ? texts.get('baseUrl') : undefined;
  if (site === undefined) texts.delete('authFor');
  else texts.set('authFor', site);
  return texts;
}

/** Of the value of `http`, and what it has from further out. */
export function requestTexts(http: unknown, path: Path, outer: RequestTexts = new Map()): Placed[] {
  if (http === undefined) return [];
  const own = isRaw(http) ? textsOf(http, path, OWN) : new Map<string, Placed>();
  const texts = new Map([...withoutWho(outer, own), ...own]);
  if (typeof http === 'string') texts.set('url', { text: http, path, kind: 'place' });
  if (isRaw(http)) {
    for (const placed of expectTexts(http.expect, [...path, 'expect'])) texts.set(placed.path.join(' '), placed);
  }
  const url = texts.get('url')?.text;
  if (typeof url === 'string' && !isRelative(url.replace(/^[A-Za-z-]+\s+/, ''))) texts.delete('baseUrl');
  return [...new Set(texts.values())];
}

/** Texts further out but for those of who asks, where those further in say it, by `auth` or by a header. */
function withoutWho(outer: RequestTexts, inner: RequestTexts): RequestTexts {
  if (!inner.has('auth') && !inner.has(AUTHORIZATION)) return outer;
  return new Map([...outer].filter(([key]) => !['auth', 'authFor', AUTHORIZATION].includes(key)));
}

function textsOf(values: { readonly [key: string]: unknown }, path: Path, keys: readonly string[]) {
  const texts = new Map<string, Placed>();
  for (const key of keys) {
    if (values[key] !== undefined) texts.set(key, { text: values[key], path: [...path, key], kind: KINDS.get(key) });
  }
  for (const key of MERGED) {
    const members = values[key];
    if (!isRaw(members)) continue;
    for (const [name, text] of Object.entries(members)) {
      texts.set(`${key}.${key === 'headers' ? name.toLowerCase() : name}`, {
        text,
        path: [...path, key, name],
        kind: key === 'tls' && name !== 'insecure' ? 'file' : undefined,
      });
    }
  }
  for (const { file, path: at } of filesOfParts(values.multipart, [...path, 'multipart']))
    texts.set(`file ${at.join(' ')}`, { text: file, path: at, kind: 'file' });
  return texts;
}

/** Of what an answer must be: its values of JSON apart from the rest. */
function expectTexts(expect: unknown, path: Path): Placed[] {
  if (!isRaw(expect)) return [];
  const { json, event, ...rest } = expect;
  const found: Placed[] = [
    { text: rest, path },
    { text: json, path: [...path, 'json'], kind: 'json' },
  ];
  return isRaw(event) ? [...found, ...expectTexts(event, [...path, 'event'])] : found;
}

/** The paths of the parts of a multipart that are files: each is a part, or one of a list of them. */
function filesOfParts(parts: unknown, path: Path): { readonly file: unknown; readonly path: Path }[] {
  const all = Object.entries(isRaw(parts) ? parts : {}).flatMap(([name, part]) =>
    Array.isArray(part)
      ? part.map((one: unknown, index) => ({ part: one, at: [...path, name, index] }))
      : [{ part, at: [...path, name] }],
  );
  return all.flatMap(({ part, at }) => (isRaw(part) ? [{ file: part.file, path: [...at, 'file'] }] : []));
}
