/** Values of headers as texts: they come as bytes, mostly of UTF-8, where undici takes them for Latin-1, with the blanks behind them. */
import type { Dispatcher } from 'undici';

const BEYOND_ASCII = /[\x80-\xff]/;

type Headers = Dispatcher.ResponseData['headers'];

/** A value as UTF-8, where it is that. */
export function headerText(value: string): string {
  if (!BEYOND_ASCII.test(value)) return value;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

/** Without the blanks around values, which are no part of them (RFC 9110, 5.5): those before them undici has taken off. */
export function trimmedHeaders(headers: Headers): Headers {
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === 'string') {
      if (endsInBlank(value)) headers[name] = value.replace(BLANKS, '');
    } else if (value?.some(endsInBlank)) headers[name] = value.map(one => one.replace(BLANKS, ''));
  }
  return headers;
}

const BLANKS = /(?<![ \t])[ \t]+$/;

function endsInBlank(value: string): boolean {
  return value.endsWith(' ') || value.endsWith('\t');
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
