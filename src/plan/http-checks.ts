/** The rules of an `http` body that are about more than one key, or about the meaning of a text. */
import { quoteText } from './quote.ts';
import { parseRequestLine } from './request-line.ts';
import type { Finding, Path } from './source.ts';

/** Checks the value of `http`; what has a wrong type is passed over. */
export function httpFindings(http: unknown, path: Path): { errors: Finding[]; warnings: Finding[] } {
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  if (typeof http === 'string') {
    const line = parseRequestLine(http);
    const message = line
      ? urlFault(line.url)
      : `expected a request such as "GET https://example.org", got ${quoteText(http)}`;
    if (message) errors.push({ message, path, at: 'value' });
    return { errors, warnings };
  }
  if (typeof http !== 'object' || http === null || Array.isArray(http)) return { errors, warnings };
  const request: { readonly [key: string]: unknown } = { ...http };
  const message = typeof request.url === 'string' ? urlFault(request.url) : undefined;
  if (message) errors.push({ message, path: [...path, 'url'], at: 'value' });
  if (request.json !== undefined && request.body !== undefined) {
    errors.push({ message: 'json and body exclude each other; keep one', path: [...path, 'body'], at: 'key' });
  }
  if (request.json !== undefined && !isJson(request.json)) {
    errors.push({ message: 'expected a value that JSON can hold', path: [...path, 'json'], at: 'value' });
  }
  for (const [name, value] of entriesOf(request.headers)) {
    if (typeof value !== 'string' || !/[\r\n\0]/.test(value)) continue;
    errors.push({
      message: `expected a header value on one line, got ${quoteText(value)}`,
      path: [...path, 'headers', name],
      at: 'value',
    });
  }
  for (const key of ['json', 'body']) {
    if (request[key] === undefined || request.method !== undefined) continue;
    warnings.push({
      message: `${key} is sent with GET, the default; add "method": "POST" if that is meant`,
      path: [...path, key],
      at: 'key',
    });
  }
  return { errors, warnings };
}

/** What is wrong with a URL, as far as it is known before its variables are. */
function urlFault(url: string): string | undefined {
  const got = `got ${quoteText(url)}`;
  if (/^\s|\s$|[\t\r\n]/.test(url)) return `expected a URL without line breaks or spaces around it, ${got}`;
  if (url.includes('${')) return undefined;
  const scheme = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (scheme === 'http:' || scheme === 'https:') return undefined;
  return `expected an absolute URL such as "https://example.org/health", ${got}`;
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
