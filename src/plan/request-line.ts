/** The short form of a request: `GET https://example.org`, or the URL alone. */

/** Its two parts, the method in capitals, or undefined when it has more or fewer. */
export function parseRequestLine(line: string): { readonly method: string; readonly url: string } | undefined {
  const parts = /^(?:([A-Za-z][A-Za-z-]*)\s+)?(\S+)$/.exec(line.trim());
  const url = parts?.[2];
  return url === undefined ? undefined : { method: (parts?.[1] ?? 'GET').toUpperCase(), url };
}
