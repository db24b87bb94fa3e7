/** The address of a queue, as it is given on the command line: `rediss://user@host:6380/0?ca=ca.pem&cert=me.pem&key=me.key`. */
import { quoteText } from '../../plan/quote.ts';

export interface QueueAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly user?: string;
  /** The paths of files in PEM; absent: no TLS. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** As people may see it. */
  readonly shown: string;
}

/** A queue, as the command line names it. */
export interface QueuePlace {
  readonly address: QueueAddress;
  readonly prefix: string;
  readonly password?: string | undefined;
  /** Shared with the others: messages are signed. */
  readonly key?: string | undefined;
}

const EXAMPLE = 'such as redis://127.0.0.1:6379 or rediss://runjobs@host:6380/0?ca=ca.pem';
const TLS_FILES = ['ca', 'cert', 'key'] as const;

/**
 * Understands the address, or says in words what is wrong with it. A password in it is refused: everybody on the machine can
 * see the arguments of a command. So is a way without TLS to another machine, unless `isInsecure` allows it.
 */
export function parseQueueAddress(text: string, isInsecure: boolean): QueueAddress | { readonly fault: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '')
    return { fault: `${quoteText(withoutPassword(text))} is no address of a queue, ${EXAMPLE}` };
  if (url.password !== '')
    return {
      fault:
        'the address of the queue holds a password, which everybody on this machine can see: take it out, and give it in ' +
        'RUNJOBS_QUEUE_PASSWORD or in a file with --queue-password-file',
    };
  const db = url.pathname.replace(/^\//, '') || '0';
  if (!/^\d{1,5}$/.test(db)) return { fault: `${quoteText(url.pathname)} is no number of a database: write it as /0` };
  const isTls = url.protocol === 'rediss:';
  const unknown = [...url.searchParams.keys()].find(name => !(TLS_FILES as readonly string[]).includes(name));
  if (unknown !== undefined)
    return { fault: `the address of the queue knows ca, cert and key behind the "?", not ${quoteText(unknown)}` };
  if (!isTls && url.search !== '') return { fault: 'ca, cert and key are for rediss://, the way with TLS' };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!isTls && !isInsecure && !isLoopback(host))
    return {
      fault:
        `redis://${url.host} is another machine, and the way there is open: who reads along sees commands and output, who ` +
        'writes runs commands. Use rediss://, or --insecure-queue in a network that you trust',
    };
  const files = TLS_FILES.flatMap(name => {
    const file = url.searchParams.get(name);
    return file === null || file === '' ? [] : [[name, file] as const];
  });
  const user = decoded(url.username);
  const port = url.port === '' ? 6379 : Number(url.port);
  if (user === undefined || port === 0) return { fault: `${quoteText(text)} is no address of a queue, ${EXAMPLE}` };
  return {
    host,
    port,
    db: Number(db),
    ...(user === '' ? {} : { user }),
    ...(isTls ? { tls: Object.fromEntries(files) } : {}),
    shown: `${url.protocol}//${user === '' ? '' : `${user}@`}${url.hostname}:${port}${db === '0' ? '' : `/${db}`}`,
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function withoutPassword(text: string): string {
  return text.replace(/^([^/?#]*\/\/[^/?#:@]*):[^/?#]*@/, '$1:***@');
}
