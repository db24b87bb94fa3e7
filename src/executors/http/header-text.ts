/** Values of headers as texts: they come as bytes, mostly of UTF-8, where undici takes them for Latin-1. */
import type { HttpResponse } from './exchange.ts';

const BEYOND_ASCII = /[\x80-\xff]/;

type Headers = HttpResponse['headers'];

/** A value as UTF-8, where it is that. */
export function headerText(value: string): string {
  if (!BEYOND_ASCII.test(value)) return value;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

/** All of them; what is sent back to the server must be taken from where they came. */
export function headerTexts(headers: Headers): Headers {
  if (!Object.values(headers).some(value => value !== undefined && BEYOND_ASCII.test(String(value)))) return headers;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(headerText) : value === undefined ? value : headerText(value),
    ]),
  );
}
