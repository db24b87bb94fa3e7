/** Relative urls behind a `baseUrl`: joined as texts, before their variables are replaced. */

/** Whether a url needs something before it; one that begins with a variable stands for itself. */
export function isRelative(url: string): boolean {
  return !/^(?:[A-Za-z][A-Za-z0-9+.-]*:|\$\{)/.test(url);
}

/** `https://example.org/v1` and `/users` are `https://example.org/v1/users`: the path of the base stays. */
export function joinedUrl(baseUrl: string, url: string): string {
  if (/^[?#]/.test(url)) return `${baseUrl}${url}`;
  return `${baseUrl.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
}
