/** Which proxy a request goes through: the one that the step names, else the one of the environment. */
import { BlockList, isIP } from 'node:net';
import { credentials } from './auth.ts';

type Env = Readonly<Record<string, string>>;

/** The proxy for a URL, none, or in words what is wrong with it. @param given what the step says; `false`: none at all. */
export function proxyFor(
  url: URL,
  given: string | false | undefined,
  surroundings: { readonly env: Env },
): URL | undefined | { readonly fault: string } {
  if (given === false || given === '') return undefined;
  if (given !== undefined) return proxyUrl('proxy', given);
  if (isLoopback(url.hostname)) return undefined;
  // To ask for all of it is dear.
  const { env } = surroundings;
  if (isExcluded(url, read(env, 'no_proxy'))) return undefined;
  for (const name of [`${url.protocol.slice(0, -1)}_proxy`, 'all_proxy']) {
    const value = read(env, name);
    if (value !== '') return proxyUrl(name.toUpperCase(), value);
  }
  return undefined;
}

/** The header by which a proxy knows us, where its URL has a name or a password. */
export function proxyAuthorization(proxy: URL): { 'proxy-authorization'?: string } {
  const { authorization } = credentials(proxy);
  return authorization === undefined ? {} : { 'proxy-authorization': authorization };
}

function read(env: Env, name: string): string {
  return env[name] || env[name.toUpperCase()] || '';
}

function proxyUrl(name: string, text: string): URL | { readonly fault: string } {
  const whole = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url !== undefined && ['http:', 'https:'].includes(url.protocol)) return url;
  return { fault: `${name} is not a URL such as "http://proxy.example:3128"` };
}

/** Nobody else can reach it. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^127\.|^\[::1\]$/.test(hostname);
}

/** `*`, hosts, domains with all below them, and any of them with a port; addresses in any spelling, and networks of them. */
function isExcluded({ hostname, port, protocol }: URL, list: string): boolean {
  const own = port || (protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/).some(entry => {
    if (entry === '') return false;
    if (entry === '*') return true;
    if (isWithin(hostname, entry)) return true;
    const [, host = entry, onPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (onPort !== undefined && isIP(entry) === 0 && onPort !== own) return false;
    const domain = (isIP(entry) === 0 ? host : entry).replace(/^\*?\./, '');
    return hostname === domain || hostname === `[${domain}]` || hostname.endsWith(`.${domain}`);
  });
}

/** Whether a host is this address, or in this network: `10.0.0.0/8`. */
function isWithin(hostname: string, entry: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(host);
  const [, address = '', bits] = /^([^/%]+)(?:\/(\d+))?$/.exec(entry) ?? [];
  if (family === 0 || isIP(address) !== family) return false;
  const most = family === 4 ? 32 : 128;
  const length = Number(bits ?? most);
  if (length > most) return false;
  const network = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  network.addSubnet(address, length, kind);
  return network.check(host, kind);
}
