/** Who asks: the header Authorization of a request. */
import type { HttpAuth } from '../../plan/plan.ts';
import { netrcEntry } from './netrc.ts';

type Env = Readonly<Record<string, string>>;

/** The header, none of it, or in words why it cannot be made. */
export function authorizationOf(
  auth: HttpAuth | false,
  url: URL,
  env: Env,
): { readonly authorization?: string } | { readonly fault: string } {
  if (auth === false) return {};
  switch (auth.type) {
    case 'bearer':
      return { authorization: `Bearer ${auth.token}` };
    case 'basic':
      return basic(auth.user, auth.password);
    case 'netrc': {
      const entry = netrcEntry(url.hostname, env);
      return 'fault' in entry ? entry : basic(entry.user, entry.password);
    }
    default:
      return auth satisfies never;
  }
}

/** Basic authentication, where the URL has a name or a password. */
export function credentials({ username, password }: URL): { authorization?: string } {
  return username === '' && password === '' ? {} : basic(decoded(username), decoded(password));
}

function basic(user: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** Percent signs that stand for nothing stay as they are. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
