/** The cookies of a run's sessions: each has a jar of its own, kept in memory until the run has ended. */
import type { CookieJar } from 'tough-cookie';

export interface Cookies {
  /** What is sent to a URL; undefined where there is nothing. */
  headerFor(session: string, url: URL): string | undefined;
  /** Keeps what an answer sets; what it may not set is passed over. */
  keep(session: string, url: URL, setCookie: string | readonly string[]): Promise<void>;
}

export function createCookies(): Cookies {
  const jars = new Map<string, CookieJar>();
  return {
    headerFor(session, { href }) {
      return jars.get(session)?.getCookieStringSync(href) || undefined;
    },
    async keep(session, { href }, setCookie) {
      // Most runs need none.
      const { CookieJar } = await import('tough-cookie');
      const jar = jars.get(session) ?? new CookieJar();
      jars.set(session, jar);
      for (const cookie of [setCookie].flat()) jar.setCookieSync(cookie, href, { ignoreError: true });
    },
  };
}
